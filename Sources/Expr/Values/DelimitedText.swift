/// Tables of numbers from text: comma, semicolon or tab between the fields, RFC 4180 quotes, with a
/// header line or without.
public struct DelimitedText: Sendable, Equatable {
  /// The names of the columns; `x1`, `x2`, … without a header.
  public let names: [String]
  public let rowCount: Int
  /// Row by row.
  public let elements: [Double]
  /// For a column of words: what each number stands for, in the order of 1, 2, ….
  public let categories: [(column: String, words: [String])]

  public static func == (a: DelimitedText, b: DelimitedText) -> Bool {
    a.names == b.names && a.elements == b.elements
  }

  /// A field and the line it stands on.
  private struct Field {
    var text: String
    let line: Int
    var isQuoted = false

    var number: Double? {
      let trimmed = text.trimmingBlanks
      return trimmed.isEmpty ? nil : Double(trimmed)
    }
  }

  /// - Throws: what is wrong, with line and column: a missing value, a line of another length, a word
  ///   among numbers, an open quote.
  public init(_ text: String, name: String) throws(Diagnostic) {
    var rows = try Self.fields(text, separator: Self.separator(of: text), name)
    rows.removeAll { $0.count == 1 && $0[0].text.trimmingBlanks.isEmpty && !$0[0].isQuoted }
    guard let first = rows.first else { throw Diagnostic("'\(name)' holds no values") }
    let hasHeader = !first.contains { $0.number != nil }
    if hasHeader { rows.removeFirst() }
    let width = first.count
    names =
      hasHeader
      ? first.map(\.text.trimmingBlanks) : (1...width).map { "x\($0)" }
    rowCount = rows.count
    for row in rows where row.count != width {
      throw Diagnostic(
        "'\(name)', line \(row[0].line): \(row.count) field\(row.count == 1 ? "" : "s"), "
          + "the first line has \(width)")
    }
    var columns: [[Double]] = []
    var categories: [(column: String, words: [String])] = []
    for column in 0..<width {
      let fields = rows.map { $0[column] }
      if !fields.isEmpty, !fields.contains(where: { $0.number != nil }),
        fields.allSatisfy({ !$0.text.trimmingBlanks.isEmpty })
      {
        let (codes, words) = Self.coded(fields.map(\.text.trimmingBlanks))
        columns.append(codes)
        categories.append((names[column], words))
      } else {
        columns.append(try Self.numbers(fields, column: column, name))
      }
    }
    self.categories = categories
    elements = rows.indices.flatMap { row in columns.map { $0[row] } }
  }

  private static func numbers(
    _ fields: [Field], column: Int, _ name: String
  ) throws(Diagnostic) -> [Double] {
    var numbers: [Double] = []
    numbers.reserveCapacity(fields.count)
    for field in fields {
      guard let number = field.number else {
        let text = field.text.trimmingBlanks
        let what = text.isEmpty ? "the value is missing" : "'\(text)' is no number"
        throw Diagnostic("'\(name)', line \(field.line), column \(column + 1): \(what)")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// Words as numbers 1, 2, … in the order in which they first appear.
  private static func coded(_ words: [String]) -> (codes: [Double], words: [String]) {
    var codes: [String: Int] = [:]
    var known: [String] = []
    return (
      words.map { word in
        if codes[word] == nil {
          known.append(word)
          codes[word] = known.count
        }
        return Double(codes[word] ?? 0)
      }, known
    )
  }

  /// The separator that the first line has most of, outside quotes.
  private static func separator(of text: String) -> UInt8 {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: "\n"), !isQuoted, !counts.isEmpty { break }
      if !isQuoted { counts[byte, default: 0] += 1 }
    }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    return candidates.max { counts[$0] ?? 0 < counts[$1] ?? 0 } ?? candidates[0]
  }

  private static func fields(
    _ text: String, separator: UInt8, _ name: String
  ) throws(Diagnostic) -> [[Field]] {
    let quote = UInt8(ascii: "\""), newline = UInt8(ascii: "\n")
    var rows: [[Field]] = []
    var row: [Field] = []
    var bytes: [UInt8] = []
    var line = 1
    var isQuoted = false, wasQuoted = false
    func finishField() {
      if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
      row.append(
        Field(text: String(decoding: bytes, as: UTF8.self), line: line, isQuoted: wasQuoted))
      bytes = []
      wasQuoted = false
    }
    var position = text.utf8.startIndex
    while position < text.utf8.endIndex {
      let byte = text.utf8[position]
      let next = text.utf8.index(after: position)
      position = next
      if isQuoted {
        if byte != quote {
          bytes.append(byte)
          if byte == newline { line += 1 }
        } else if next < text.utf8.endIndex, text.utf8[next] == quote {
          bytes.append(quote)
          position = text.utf8.index(after: next)
        } else {
          isQuoted = false
        }
      } else if byte == quote {
        (isQuoted, wasQuoted) = (true, true)
      } else if byte == separator {
        finishField()
      } else if byte == newline {
        finishField()
        rows.append(row)
        row = []
        line += 1
      } else {
        bytes.append(byte)
      }
    }
    if isQuoted { throw Diagnostic("'\(name)': a quote is open at the end of the file") }
    if !bytes.isEmpty || !row.isEmpty {
      finishField()
      rows.append(row)
    }
    return rows
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\u{FEFF}" }
    return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }
}
