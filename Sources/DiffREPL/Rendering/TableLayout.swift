import Expr

/// Fits a table to a width.
///
/// What gives way, in this order: the gaps between columns; headers that may run over the next
/// column; digits of numbers and entries of arrays; the table as one block, where it may be cut in
/// two; formulas, which wrap. A table that is still too wide is not set in columns at all: the cells
/// of a row stand on lines under each other.
struct TableLayout {
  let table: Table
  let width: Int
  let values: ValueFormat

  /// Title, headers and rows, without blanks at the ends of lines.
  var lines: [StyledText] {
    var lines = titleLines
    if !lines.isEmpty { lines.append(StyledText("")) }
    if let grid = fitted { return lines + grid.lines }
    if let blocks = folded {
      let grids = blocks.compactMap(\.fitted)
      // Two blocks with whole formulas are read more easily than one with broken ones.
      if grids.count == blocks.count {
        return lines + grids[0].lines + [StyledText("")] + grids[1].lines
      }
    }
    if let grid = wrapped { return lines + grid.lines }
    if let blocks = folded { return lines + blocks[0].lines + [StyledText("")] + blocks[1].lines }
    return lines + StackedTable(table: table, width: width, cells: cells(at: 0)).lines
  }

  /// The two blocks of a table that says where it may be cut, to stand under each other.
  private var folded: [TableLayout]? {
    guard let place = table.foldsAt else { return nil }
    func block(_ range: Range<Int>) -> TableLayout {
      let rows = table.rows.map { Array($0[range.clamped(to: 0..<$0.count)]) }
      let filled = rows.filter { row in
        row.contains { if case .empty = $0 { false } else { true } }
      }
      var columns = Array(table.columns[range])
      columns[0].gap = table.columns[0].gap
      return TableLayout(
        table: Table(columns: columns, rows: filled), width: width, values: values)
    }
    return [block(0..<place), block(place..<table.columns.count)]
  }

  /// The parts of the title side by side with up to 8 blanks between them, on more lines if needed.
  private var titleLines: [StyledText] {
    let widths = table.title.map(\.width)
    let slack = width - widths.reduce(0, +)
    let between = max(widths.count - 1, 1)
    let gap = min(max(slack / between, 3), 8)
    var lines: [StyledText] = []
    for part in table.title {
      if let last = lines.last, last.width + gap + part.width <= width {
        lines[lines.count - 1] = last + .blanks(gap) + part
      } else {
        lines += part.wrapped(to: width)
      }
    }
    return lines
  }

  /// The table in columns without a broken formula: arrays as long as half a line allows, or
  /// shorter ones, or fewer digits; nil if none of it fits.
  private var fitted: TableGrid? {
    for arrayWidth in [max(width / 2, 24), 24] {
      let cells = cells(at: 0, arrayWidth: arrayWidth)
      let full = TableGrid(columns: table.columns, cells: cells, headersRunOver: false)
      if let fitted = full.fitted(to: width) { return fitted }
    }
    return steps.lazy.compactMap { reduced(by: $0).fitted(to: width) }.first
  }

  /// The same with formulas on several lines.
  private var wrapped: TableGrid? {
    // Long formulas must wrap whatever happens to the digits, which then may stay. Short ones wrap
    // only when no digit can be spared any more.
    steps.lazy.compactMap { reduced(by: $0).wrapped(to: width, shortest: 16) }.first
      ?? reduced(by: steps.upperBound).wrapped(to: width, shortest: 0)
  }

  /// How many digits numbers may lose: three stay.
  private var steps: ClosedRange<Int> { 0...max(values.numbers.digits - 3, 0) }

  private func reduced(by step: Int) -> TableGrid {
    TableGrid(columns: table.columns, cells: cells(at: step), headersRunOver: true)
  }

  /// The texts of all cells when numbers have lost `step` digits and arrays 3 columns for each.
  private func cells(at step: Int, arrayWidth: Int? = nil) -> [[StyledText]] {
    let limit = arrayWidth ?? max(24 - 3 * step, 16)
    return table.rows.map { row in
      table.columns.indices.map { i in
        i < row.count
          ? text(of: row[i], in: table.columns[i], step: step, arrayWidth: limit) : StyledText("")
      }
    }
  }

  private func text(
    of cell: Table.Cell, in column: Table.Column, step: Int, arrayWidth: Int
  ) -> StyledText {
    let text: StyledText
    switch cell {
    case .empty: return StyledText("")
    case .text(let own): text = own
    case .value(let tensor): text = StyledText(number(tensor, step, arrayWidth), .number)
    case .diagonal(let tensor): text = StyledText(diagonal(tensor, step, arrayWidth), .number)
    }
    // A place for the sign, so that digits stand under digits.
    return column.kind == .value && !text.text.hasPrefix("-") ? .blanks(1) + text : text
  }

  private func number(_ tensor: Tensor, _ step: Int, _ limit: Int) -> String {
    let candidates = formats(step).map { $0.line(tensor, width: limit) }
    // Fewer digits can need more room: 1234 is shorter than 1.23e3.
    return tensor.shape.isScalar ? shortest(candidates) : mostComplete(candidates)
  }

  private func diagonal(_ tensor: Tensor, _ step: Int, _ limit: Int) -> String {
    mostComplete(formats(step).map { $0.diagonalLine(tensor, width: limit) })
  }

  /// The first array that is not cut; if all are, the last one, whose short numbers leave room for
  /// most entries.
  private func mostComplete(_ texts: [String]) -> String {
    texts.first { !$0.contains(values.ellipsis) } ?? texts[texts.count - 1]
  }

  /// The first of the shortest, which is the one with the most digits.
  private func shortest(_ texts: [String]) -> String {
    texts.dropFirst().reduce(texts[0]) { $1.utf8.count < $0.utf8.count ? $1 : $0 }
  }

  /// Formats from the digits asked for down to those of this step.
  private func formats(_ step: Int) -> [ValueFormat] {
    (0...step).map { lost in
      var format = values
      format.numbers.digits = values.numbers.digits - lost
      return format
    }
  }
}
