/// A table too wide for its columns: each row as a few short lines, the first one less indented.
struct StackedTable {
  let table: Table
  let width: Int
  /// The texts of the cells, one for each column.
  let cells: [[StyledText]]

  /// The lines of all rows.
  var lines: [StyledText] { cells.flatMap(lines(of:)) }

  /// Columns that stand on one line: a symbol and what belongs to it, or a header and its cells.
  private var groups: [Range<Int>] {
    var starts: [Int] = []
    for (i, column) in table.columns.enumerated() {
      let isLabelled = starts.last.map { $0 == i - 1 && table.columns[$0].kind == .symbol } ?? false
      if i == 0 || column.kind == .symbol || (!column.header.isEmpty && !isLabelled) {
        starts.append(i)
      }
    }
    return zip(starts, starts.dropFirst() + [table.columns.count]).map { $0..<$1 }
  }

  private func lines(of row: [StyledText]) -> [StyledText] {
    var lines: [StyledText] = []
    for group in groups {
      var items = group.map { row[$0].withoutLeadingBlanks }.filter { !$0.isEmpty }
      if items.isEmpty { continue }
      let first = table.columns[group.lowerBound]
      if first.kind != .symbol, !first.header.isEmpty { items.insert(first.header, at: 0) }
      lines += filled(items, indent: lines.isEmpty ? 2 : 4)
    }
    return lines
  }

  /// The items with two blanks between them, on as many lines as they need.
  private func filled(_ items: [StyledText], indent: Int) -> [StyledText] {
    let gap = 2
    let indent = min(indent, width / 4)
    var lines: [StyledText] = []
    for item in items {
      if let last = lines.last, last.width + gap + item.width <= width {
        lines[lines.count - 1] = last + .blanks(gap) + item
      } else {
        let margin = StyledText.blanks(lines.isEmpty ? indent : 2 * indent)
        lines += item.wrapped(to: max(width - margin.width, 1)).map { margin + $0 }
      }
    }
    return lines
  }
}

extension StyledText {
  fileprivate var withoutLeadingBlanks: StyledText {
    var result = self
    while let first = result.runs.first {
      result.runs[0].text = String(first.text.drop { $0 == " " })
      if !result.runs[0].text.isEmpty { break }
      result.runs.removeFirst()
    }
    return result
  }
}
