/// The rows of a matrix under each other, its columns aligned at their decimal points.
struct MatrixLayout {
  /// One line for each row shown, and one with the size when rows or columns were left out.
  let lines: [String]

  /// - Precondition: `tensor` is a matrix with at least one column.
  init(_ tensor: Tensor, format: ValueFormat, width: Int) {
    let (rows, columns) = (tensor.shape.dimensions[0], tensor.shape.dimensions[1])
    let shownRows = rows <= format.rowLimit ? rows : max(format.rowLimit - 1, 1)
    var texts = [String](repeating: "", count: shownRows)
    var used = 0
    var shownColumns = 0
    let gap = 2
    while shownColumns < columns {
      let column = (0..<shownRows).map { row in
        format.entry(tensor.elements[row * columns + shownColumns], of: tensor)
      }
      let (cells, cellWidth) = Self.aligned(column, atPoints: !tensor.isBoolean)
      let needed = used + (shownColumns > 0 ? gap : 0) + cellWidth
      let reserve = shownColumns + 1 < columns ? gap + format.ellipsis.count : 0
      // The first column is shown however narrow the width.
      if shownColumns > 0, needed > width - reserve { break }
      let blanks = String(repeating: " ", count: shownColumns > 0 ? gap : 0)
      for row in texts.indices { texts[row] += blanks + cells[row] }
      used = needed
      shownColumns += 1
    }
    if shownColumns < columns {
      let mark = String(repeating: " ", count: gap) + format.ellipsis
      for row in texts.indices { texts[row] += mark }
    } else {
      texts = texts.map(Self.withoutTrailingBlanks)
    }
    if shownRows < rows {
      texts.append(format.ellipsis + " " + format.size(tensor.shape))
    } else if shownColumns < columns {
      texts.append(format.size(tensor.shape))
    }
    lines = texts
  }

  /// Pads entries to one width so that their decimal points (or what stands in their place: the end
  /// or the exponent) are under each other.
  private static func aligned(
    _ entries: [String], atPoints: Bool
  ) -> (cells: [String], width: Int) {
    let heads = entries.map { entry in
      atPoints ? entry.prefix { $0.isNumber || $0 == "-" }.count : entry.count
    }
    // inf and nan have no digits: they end where the whole parts do.
    let wholes = zip(entries, heads).map { entry, head in
      entry.last?.isLetter == true ? entry.count : head
    }
    let whole = wholes.max() ?? 0
    let tail = zip(entries, wholes).map { $0.count - $1 }.max() ?? 0
    let cells = zip(entries, wholes).map { entry, head in
      String(repeating: " ", count: whole - head) + entry
        + String(repeating: " ", count: tail - (entry.count - head))
    }
    return (cells, whole + tail)
  }

  private static func withoutTrailingBlanks(_ text: String) -> String {
    var end = text.endIndex
    while end > text.startIndex, text[text.index(before: end)] == " " {
      end = text.index(before: end)
    }
    return String(text[..<end])
  }
}
