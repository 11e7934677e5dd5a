/// Text of values: whole arrays where there is room, else their first entries, `…` and their size.
public struct ValueFormat: Sendable, Equatable {
  public var numbers: NumberFormat
  /// `...` and `x` in place of `…` and `×`.
  public var isASCII: Bool
  /// The most rows of a matrix shown under each other.
  public var rowLimit = 20

  public init(digits: Int = 6, isASCII: Bool = false) {
    self.numbers = NumberFormat(digits: digits)
    self.isASCII = isASCII
  }

  /// In one line of at most `width` characters where that is possible: numbers and strings are never
  /// cut, and the shortest form of an array is `[…] (100)`.
  public func line(_ value: Value, width: Int = .max) -> String {
    switch value {
    case .tensor(let tensor): line(tensor, width: width)
    case .string(let string): quoted(string)
    case .tuple(let parts):
      "("
        + parts.map { line($0, width: max(12, width / max(1, parts.count) - 2)) }
        .joined(separator: ", ") + (parts.count == 1 ? ",)" : ")")
    case .function(let signature): signature
    case .table: value.description
    }
  }

  /// `0.5`, `true`, `[1, 2, 3]`, a row `[1, 2, 3]'`, a matrix `[1, 2; 3, 4]`; matrices of one row or
  /// column, and arrays that were cut or have no such form, with their size behind.
  public func line(_ tensor: Tensor, width: Int = .max) -> String {
    if let scalar = tensor.scalar { return entry(scalar, of: tensor) }
    return wholeLine(tensor, width: width) ?? cutLine(tensor, width: width)
  }

  /// `diag(0.1, 0.35, …)`: a diagonal matrix by its diagonal.
  public func diagonalLine(_ diagonal: Tensor, width: Int = .max) -> String {
    let entries = diagonal.elements.lazy.map { entry($0, of: diagonal) }
    if let all = joined(entries, within: width - 6) { return "diag(\(all))" }
    let head = leading(entries, within: width - 6 - ellipsis.count)
    return "diag(\(head)\(ellipsis))"
  }

  /// The rows of a matrix of several rows under each other, aligned at the decimal points; other
  /// values in one line. Cut matrices end in a line with their size.
  public func lines(_ value: Value, width: Int = .max) -> [String] {
    guard case .tensor(let tensor) = value, tensor.shape.isMatrix,
      tensor.shape.dimensions[0] > 1, tensor.shape.dimensions[1] > 0
    else { return [line(value, width: width)] }
    return MatrixLayout(tensor, format: self, width: width).lines
  }

  /// What stands for the entries that were left out.
  public var ellipsis: String { isASCII ? "..." : "…" }

  func size(_ shape: Shape) -> String {
    "(" + shape.dimensions.map(String.init).joined(separator: isASCII ? "x" : "×") + ")"
  }

  func entry(_ x: Double, of tensor: Tensor) -> String {
    tensor.isBoolean ? (x != 0 ? "true" : "false") : numbers.string(x)
  }

  private func wholeLine(_ tensor: Tensor, width: Int) -> String? {
    let shape = tensor.shape
    let isGrid = shape.isMatrix && tensor.shape.count > 0
    guard shape.rank <= 2 else { return nil }
    let columns = isGrid ? shape.dimensions[1] : max(shape.count, 1)
    // [1, 2] alone is a vector, and [1; 2] reads back as one.
    let needsSize = shape.isMatrix && (shape.count == 0 || shape.dimensions.contains(1))
    let tail = "]" + (shape.isRow ? "'" : "") + (needsSize ? " " + size(shape) : "")
    var text = "["
    for (i, x) in tensor.elements.enumerated() {
      if i > 0 { text += i % columns == 0 ? "; " : ", " }
      text += entry(x, of: tensor)
      if text.utf8.count + tail.count > width { return nil }
    }
    text += tail
    return text.count <= width ? text : nil
  }

  private func cutLine(_ tensor: Tensor, width: Int) -> String {
    let shape = tensor.shape
    let entries = tensor.elements.lazy.map { entry($0, of: tensor) }
    let end = (shape.isRow ? "]' " : "] ") + size(shape)
    guard shape.isMatrix, shape.dimensions[0] > 1 else {
      let room = width - 1 - ellipsis.count - end.count
      return "[" + leading(entries, within: room) + ellipsis + end
    }
    let columns = shape.dimensions[1]
    let moreRows = "; " + ellipsis + end
    if var text = joined(entries.prefix(columns), within: width - 1 - moreRows.count) {
      var shown = 1
      while shown < shape.dimensions[0] - 1 {
        let row = entries.dropFirst(shown * columns).prefix(columns)
        let room = width - 1 - text.count - 2 - moreRows.count
        guard let next = joined(row, within: room) else { break }
        text += "; " + next
        shown += 1
      }
      return "[" + text + moreRows
    }
    let room = width - 1 - ellipsis.count - moreRows.count
    return "[" + leading(entries.prefix(columns), within: room) + ellipsis + moreRows
  }

  /// All entries with commas between them, nil where they need more than `width`.
  private func joined(_ entries: some Sequence<String>, within width: Int) -> String? {
    var text = ""
    for entry in entries {
      text += (text.isEmpty ? "" : ", ") + entry
      if text.utf8.count > width { return nil }
    }
    return text
  }

  /// As many first entries as fit, each followed by a comma and a blank.
  private func leading(_ entries: some Sequence<String>, within width: Int) -> String {
    var text = ""
    for entry in entries {
      if text.utf8.count + entry.utf8.count + 2 > width { break }
      text += entry + ", "
    }
    return text
  }

  private func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case _ where scalar.properties.generalCategory == .control:
        text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
