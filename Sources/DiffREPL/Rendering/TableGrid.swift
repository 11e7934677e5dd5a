/// A table in columns: widths and gaps for texts that are settled.
struct TableGrid {
  let columns: [Table.Column]
  /// Each cell in lines: more than one where a formula was wrapped.
  private var cells: [[[StyledText]]]
  private let headersRunOver: Bool
  private var gaps: [Int]

  /// A grid of unwrapped cells with its gaps at their least.
  ///
  /// - Precondition: every row has a cell for each column.
  init(columns: [Table.Column], cells: [[StyledText]], headersRunOver: Bool) {
    self.columns = columns
    self.cells = cells.map { row in row.map { [$0] } }
    self.headersRunOver = headersRunOver
    self.gaps = columns.indices.map { Self.leastGap(columns, at: $0) }
  }

  /// The grid with gaps as wide as `width` allows, nil if it is too wide with the least.
  func fitted(to width: Int) -> TableGrid? {
    var slack = width - totalWidth
    guard slack >= 0 else { return nil }
    var grid = self
    while slack > 0 {
      // The gap that lacks most grows first.
      let lacks = columns.indices.map { columns[$0].gap - grid.gaps[$0] }
      guard let most = lacks.max(), most > 0, let i = lacks.firstIndex(of: most) else { break }
      grid.gaps[i] += 1
      slack -= 1
    }
    return grid
  }

  /// The grid with its formulas wrapped to fit, the longest first, nil if that is not enough.
  ///
  /// - Parameter shortest: no column becomes narrower than this by wrapping.
  func wrapped(to width: Int, shortest: Int) -> TableGrid? {
    var widths = self.widths
    var excess = totalWidth - width
    let least = columns.indices.map { i in
      guard columns[i].kind == .formula else { return widths[i] }
      let parts = cells.map { $0[i][0].longestPart }.max() ?? 0
      return max(
        parts, headerNeed(i, nextWidth: i + 1 < widths.count ? widths[i + 1] : 0),
        min(widths[i], shortest))
    }
    while excess > 0 {
      let candidates = columns.indices.filter { widths[$0] > least[$0] }
      guard let longest = candidates.max(by: { widths[$0] < widths[$1] }) else { return nil }
      widths[longest] -= 1
      excess -= 1
    }
    var grid = self
    for row in cells.indices {
      for i in columns.indices where columns[i].kind == .formula {
        grid.cells[row][i] = cells[row][i][0].wrapped(to: widths[i])
      }
    }
    return grid.fitted(to: width)
  }

  /// Headers, where there are any, and rows.
  var lines: [StyledText] {
    let widths = self.widths
    let headers = columns.map { column in
      column.header.isEmpty || column.kind != .value ? column.header : .blanks(1) + column.header
    }
    var lines: [StyledText] = []
    if headers.contains(where: { !$0.isEmpty }) { lines.append(line(of: headers, widths)) }
    for row in cells {
      for k in 0..<(row.map(\.count).max() ?? 0) {
        lines.append(line(of: row.map { k < $0.count ? $0[k] : StyledText("") }, widths))
      }
    }
    return lines
  }

  private func line(of texts: [StyledText], _ widths: [Int]) -> StyledText {
    var line = StyledText("")
    var start = 0
    for (i, text) in texts.enumerated() {
      start += gaps[i]
      if !text.isEmpty {
        let shift = columns[i].kind == .count ? widths[i] - text.width : 0
        line.pad(to: start + shift)
        line = line + text
      }
      start += widths[i]
    }
    return line
  }

  private var totalWidth: Int { widths.reduce(0, +) + gaps.reduce(0, +) }

  private var widths: [Int] {
    var widths = columns.indices.map { i in
      cells.map { row in row[i].map(\.width).max() ?? 0 }.max() ?? 0
    }
    // From the right: a header that runs over needs to know the width of the column behind it.
    for i in columns.indices.reversed() {
      let next = i + 1 < widths.count ? widths[i + 1] : 0
      widths[i] = max(widths[i], headerNeed(i, nextWidth: next))
    }
    return widths
  }

  /// The width that the header of column `i` asks of the column.
  private func headerNeed(_ i: Int, nextWidth: Int) -> Int {
    let header = columns[i].header
    if header.isEmpty { return 0 }
    let need = header.width + (columns[i].kind == .value ? 1 : 0)
    guard headersRunOver, columns[i].headerSpansNext, i + 1 < columns.count,
      columns[i + 1].header.isEmpty
    else { return need }
    return need - Self.leastGap(columns, at: i + 1) - nextWidth
  }

  /// One blank, two before a symbol, and before the first column no more than it asks for.
  private static func leastGap(_ columns: [Table.Column], at i: Int) -> Int {
    let least = columns[i].kind == .symbol ? 2 : 1
    return i == 0 ? min(least, columns[i].gap) : least
  }
}
