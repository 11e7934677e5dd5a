/// Diagnostics as plain text: the message, the line with a caret under the place, hint and notes.
public enum DiagnosticText {
  /// The widest line that is printed: longer source lines are cut around the place.
  public static let defaultWidth = 76

  /// What a session shows:
  ///
  ///     error: unknown name 'w1'
  ///       f = log(1 + w1)
  ///                   ^~
  ///       hint: did you mean 'w0'?
  ///
  /// - Parameter ellipsis: what stands for the parts cut off, `...` where `…` can not be shown.
  /// - Returns: lines without a final newline.
  public static func render(
    _ diagnostic: Diagnostic, width: Int = defaultWidth, ellipsis: String = "…"
  ) -> String {
    lines(of: diagnostic, prefix: "", width: width, ellipsis: ellipsis).joined(separator: "\n")
  }

  /// What a script writes to standard error: the same behind `file:line:column: `.
  public static func renderForScript(
    _ diagnostic: Diagnostic, width: Int = defaultWidth, ellipsis: String = "…"
  ) -> String {
    let place = diagnostic.span.map { span -> String in
      let (line, column) = span.source.position(of: span.range.lowerBound)
      return "\(span.source.name):\(line):\(column): "
    }
    return lines(of: diagnostic, prefix: place ?? "", width: width, ellipsis: ellipsis)
      .joined(separator: "\n")
  }

  private static func lines(
    of diagnostic: Diagnostic, prefix: String, width: Int, ellipsis: String
  ) -> [String] {
    var lines = ["\(prefix)\(diagnostic.severity.rawValue): \(diagnostic.message)"]
    if let span = diagnostic.span {
      let excerpt = Excerpt(span, width: max(width - 2, 16), ellipsis: ellipsis)
      lines += ["  \(excerpt.text)", "  \(excerpt.underline)"]
    }
    if let hint = diagnostic.hint { lines.append("  hint: \(hint)") }
    return lines + diagnostic.notes.map { "  note: \($0)" }
  }
}

/// The line of a place, as wide as allowed, and the caret under it.
private struct Excerpt {
  private(set) var text = ""
  private(set) var underline = ""

  /// A character as shown and whether it is marked.
  private struct Cell {
    var text: String
    var width: Int
    var isMarked: Bool
    /// Its first byte in the source.
    var offset: Int
  }

  init(_ span: SourceSpan, width: Int, ellipsis: String) {
    let bounds = span.source.lineBounds(at: span.range.lowerBound)
    let window = Self.window(of: span, in: bounds)
    let cells = Self.cells(of: span, in: window)
    let shown = Self.visible(cells, width: width, ellipsis: ellipsis.count)
    let isCutBefore = shown.lowerBound > 0 || window.lowerBound > bounds.lowerBound
    let isCutAfter = shown.upperBound < cells.count || window.upperBound < bounds.upperBound
    text = (isCutBefore ? ellipsis : "") + cells[shown].map(\.text).joined()
    if isCutAfter { text += ellipsis }
    let before = cells[shown].prefix { !$0.isMarked }.reduce(0) { $0 + $1.width }
    let marked = cells[shown].reduce(0) { $0 + ($1.isMarked ? $1.width : 0) }
    let isBlank = text.allSatisfy { $0 == " " }
    underline = String(repeating: " ", count: before + (isCutBefore ? ellipsis.count : 0))
    underline += "^" + String(repeating: "~", count: max(marked - 1, 0))
    if isBlank { text = "" }
  }

  /// The bytes of the line that can matter, so that a line of a megabyte costs no more than a
  /// short one; it begins and ends between characters.
  private static func window(of span: SourceSpan, in bounds: Range<Int>) -> Range<Int> {
    let bytes = span.source.utf8
    let start = span.range.lowerBound
    var lower = max(bounds.lowerBound, start - 1200)
    var upper = min(bounds.upperBound, start + 1200)
    while lower < start, lower > bounds.lowerBound, bytes[lower] & 0xC0 == 0x80 { lower += 1 }
    while upper > start, upper < bounds.upperBound, bytes[upper] & 0xC0 == 0x80 { upper -= 1 }
    return lower..<max(upper, lower)
  }

  /// Tabs go to the next multiple of four columns; control characters are not sent on.
  private static func cells(of span: SourceSpan, in window: Range<Int>) -> [Cell] {
    var cells: [Cell] = []
    var offset = window.lowerBound
    var column = 0
    for character in span.source.text(in: window) {
      let length = character.utf8.count
      let isMarked = offset < span.range.upperBound && offset + length > span.range.lowerBound
      var cell = Cell(
        text: String(character), width: DisplayWidth.columns(of: character), isMarked: isMarked,
        offset: offset)
      offset += length
      if character == "\t" {
        cell.width = 4 - column % 4
        cell.text = String(repeating: " ", count: cell.width)
      } else if character == "\r" {
        continue
      } else if cell.text.unicodeScalars.contains(where: \.isControl) {
        (cell.text, cell.width) = ("\u{FFFD}", 1)
      }
      column += cell.width
      cells.append(cell)
    }
    // An empty place is marked by the character behind it; there is none at the end of the line.
    if !cells.contains(where: \.isMarked),
      let next = cells.firstIndex(where: { $0.offset >= span.range.lowerBound })
    {
      cells[next].isMarked = true
    }
    return cells
  }

  /// The cells to show: all, or those around the mark that fit.
  private static func visible(_ cells: [Cell], width: Int, ellipsis: Int) -> Range<Int> {
    let total = cells.reduce(0) { $0 + $1.width }
    guard total > width else { return 0..<cells.count }
    let mark = cells.firstIndex(where: \.isMarked) ?? cells.count
    var lower = mark
    var room = width - 2 * ellipsis - (mark < cells.count ? cells[mark].width : 1)
    var upper = min(mark + 1, cells.count)
    // Three parts of the room go before the mark, then what is left behind it, then the rest.
    let share = room - room / 4
    var before = 0
    while lower > 0, before + cells[lower - 1].width <= share {
      lower -= 1
      before += cells[lower].width
    }
    room -= before
    while upper < cells.count, cells[upper].width <= room {
      room -= cells[upper].width
      upper += 1
    }
    while lower > 0, cells[lower - 1].width <= room {
      lower -= 1
      room -= cells[lower].width
    }
    return lower..<upper
  }
}

extension Unicode.Scalar {
  /// Whether a terminal might obey it instead of showing it.
  fileprivate var isControl: Bool { properties.generalCategory == .control }
}
