/// Names, numbers and strings.
extension Lexer {
  // MARK: Names

  /// A name or a reserved word whose characters are read from `start` on.
  mutating func lexName(from start: Int) {
    let upper = endOfName(from: start)
    emit(start == position ? Self.reservedWord(bytes[start..<upper]) ?? .name : .name, to: upper)
  }

  private func endOfName(from start: Int) -> Int {
    var scan = start
    while scan < end {
      let byte = bytes[scan]
      if byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") {
        scan += 1
      } else if byte >= 0x80 {
        let (scalar, length) = decode(at: scan)
        guard scalar.continuesName else { break }
        scan += length
      } else {
        break
      }
    }
    return scan
  }

  private static func reservedWord(_ word: ArraySlice<UInt8>) -> Token.Kind? {
    guard word.count <= 4 else { return nil }
    switch String(decoding: word, as: UTF8.self) {
    case "if": return .ifWord
    case "then": return .thenWord
    case "else": return .elseWord
    case "for": return .forWord
    case "in": return .inWord
    case "and": return .andWord
    case "or": return .orWord
    case "not": return .notWord
    case "end": return .endWord
    default: return nil
    }
  }

  /// `\theta`, the name of a symbol; anything else behind a backslash is refused.
  mutating func lexBackslash() {
    var upper = position + 1
    while upper < end, bytes[upper].isLetter { upper += 1 }
    let word = source.text(in: (position + 1)..<upper)
    guard !word.isEmpty else {
      return refuse(
        "'\\' is no operator", position..<upper, hint: "solve(A, b) solves A*x = b; \\theta is θ")
    }
    guard let symbol = SymbolNames.symbol(named: word) else {
      return refuse(
        "no symbol is called '\\\(word)'", position..<upper,
        hint: "\\theta is θ; solve(A, b) solves A*x = b")
    }
    let scalar = symbol.unicodeScalars.first ?? "?"
    if scalar.startsName { return lexName(from: upper) }
    lexSymbol(scalar, to: upper)
  }

  // MARK: Numbers

  mutating func lexNumber() {
    if byte(0) == UInt8(ascii: "0"), isRadixPrefix {
      let upper = endOfName(from: position)
      return refuse(
        "malformed number '\(source.text(in: position..<upper))'", position..<upper,
        hint: "numbers are decimal")
    }
    guard let whole = endOfDigits(from: position) else { return }
    var upper = whole
    if upper < end, bytes[upper] == UInt8(ascii: ".") {
      switch pointJoins(at: upper) {
      case nil: return
      case false?: return emit(.number, to: upper)
      case true?:
        guard let fraction = endOfDigits(from: upper + 1) else { return }
        upper = fraction
      }
    }
    if let exponent = endOfExponent(from: upper) { emit(.number, to: exponent) }
  }

  /// `0x…` is always refused, `0b1` and `0o7` where a digit follows.
  private var isRadixPrefix: Bool {
    switch byte(1) | 0x20 {
    case UInt8(ascii: "x"): true
    case UInt8(ascii: "b"), UInt8(ascii: "o"): byte(2).isDigit
    default: false
    }
  }

  /// Digits with single `_` between them; nil, after refusing, where a `_` is out of place.
  private mutating func endOfDigits(from start: Int) -> Int? {
    var scan = start
    while scan < end, bytes[scan].isDigit || bytes[scan] == UInt8(ascii: "_") {
      if bytes[scan] == UInt8(ascii: "_") {
        guard scan + 1 < end, bytes[scan + 1].isDigit, bytes[scan - 1].isDigit else {
          let upper = endOfName(from: scan)
          refuse(
            "malformed number '\(source.text(in: position..<upper))'", position..<upper,
            hint: "'_' stands between digits: 1_000")
          return nil
        }
      }
      scan += 1
    }
    return scan
  }

  /// Whether the point belongs to the number: if a digit follows, or nothing that could need it.
  /// Nil, after refusing, where it can be read neither way.
  private mutating func pointJoins(at point: Int) -> Bool? {
    guard point + 1 < end else { return true }
    switch bytes[point + 1] {
    case UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "^"): return false
    case let next where next.isDigit || next.isBlank: return true
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ","),
      UInt8(ascii: ";"), UInt8(ascii: "#"):
      return true
    case 0x80... where decode(at: point + 1).scalar == "⊙": return true
    default:
      let number = source.text(in: position..<point)
      let upper = bytes[point + 1].isLetter ? endOfName(from: point + 1) : point + 1
      let rest = source.text(in: (point + 1)..<upper)
      refuse(
        "malformed number '\(number).\(rest)'", position..<upper,
        hint: rest.isEmpty ? "write \(number).0 or \(number)" : "write \(number).0*\(rest)")
      return nil
    }
  }

  /// The end of an exponent, or `start` where none follows: `2exp(x)` is a product. Nil, after
  /// refusing, for `1e`, `1e+` and `1e_`.
  private mutating func endOfExponent(from start: Int) -> Int? {
    guard start < end, bytes[start] | 0x20 == UInt8(ascii: "e") else { return start }
    var digits = start + 1
    if digits < end, bytes[digits] == UInt8(ascii: "+") || bytes[digits] == UInt8(ascii: "-") {
      digits += 1
    }
    if digits < end, bytes[digits].isDigit { return endOfDigits(from: digits) }
    let upper = endOfName(from: start + 1)
    if upper > start + 1, bytes[start + 1] != UInt8(ascii: "_") { return start }
    let number = source.text(in: position..<start)
    refuse(
      "malformed number '\(source.text(in: position..<max(upper, digits)))'",
      position..<max(upper, digits), hint: "\(number)e0 has an exponent, \(number)*e is a product")
    return nil
  }

  /// A point before a digit, an operator or a column's name.
  mutating func lexPoint() {
    switch byte(1) {
    case let next where next.isDigit:
      if let fraction = endOfDigits(from: position + 1), let upper = endOfExponent(from: fraction) {
        emit(.number, to: upper)
      }
    case UInt8(ascii: "*"): emit(.elementTimes, to: position + 2)
    case UInt8(ascii: "/"): emit(.elementDivide, to: position + 2)
    case UInt8(ascii: "^"): emit(.elementPower, to: position + 2)
    case UInt8(ascii: "'"):
      refuse("'.'' is no operator", position..<(position + 2), hint: "x' is the transpose")
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "<"), UInt8(ascii: ">"),
      UInt8(ascii: "="):
      let sign = source.text(in: (position + 1)..<(position + 2))
      refuse(
        "'.\(sign)' is no operator", position..<(position + 2),
        hint: "\(sign) goes element by element without a point")
    default: emit(.dot, to: position + 1)
    }
  }

  // MARK: Strings

  mutating func lexString() {
    var scan = position + 1
    while scan < end, bytes[scan] != UInt8(ascii: "\n") {
      switch bytes[scan] {
      case UInt8(ascii: "\""): return emit(.string, to: scan + 1)
      case UInt8(ascii: "\\"):
        guard scan + 1 < end, Self.escapes[bytes[scan + 1]] != nil else {
          return refuse(
            "'\\' escapes nothing here", scan..<(scan + 1), hint: "\\\\ is a backslash in a string")
        }
        scan += 2
      case 0xEF where isReplacementCharacter(at: scan): return refuseEncoding(at: scan)
      default: scan += 1
      }
    }
    let upper = scan > position + 1 && bytes[scan - 1] == UInt8(ascii: "\r") ? scan - 1 : scan
    refuse("the string is never closed", position..<upper, hint: "end it with \" on the same line")
  }

  /// The characters behind a backslash in a string and what they stand for.
  static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "n"): UInt8(ascii: "\n"), UInt8(ascii: "t"): UInt8(ascii: "\t"),
  ]

  private func isReplacementCharacter(at offset: Int) -> Bool {
    decode(at: offset).scalar == "\u{FFFD}"
  }

  /// Input that was not UTF-8 arrives with U+FFFD in place of the broken bytes.
  mutating func refuseEncoding(at offset: Int) {
    refuse("the input is not valid UTF-8 here", offset..<min(offset + 3, end))
  }
}

extension SourceText {
  /// The number that a `number` token spells: `1_000`, `.5`, `3.`, `1e-3`.
  func number(in range: Range<Int>) -> Double {
    if range.count <= 15, utf8[range].allSatisfy(\.isDigit) {
      return Double(utf8[range].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }
    var digits = utf8[range].filter { $0 != UInt8(ascii: "_") }
    if digits.first == UInt8(ascii: ".") { digits.insert(UInt8(ascii: "0"), at: 0) }
    if let point = digits.firstIndex(of: UInt8(ascii: ".")),
      point + 1 == digits.count || !digits[point + 1].isDigit
    {
      digits.insert(UInt8(ascii: "0"), at: point + 1)
    }
    return Double(String(decoding: digits, as: UTF8.self)) ?? .nan
  }

  /// The text of a `string` token, without its quotes and with its escapes resolved.
  func string(in range: Range<Int>) -> String {
    var content: [UInt8] = []
    var isEscaped = false
    for byte in utf8[range].dropFirst().dropLast() {
      if !isEscaped, byte == UInt8(ascii: "\\") {
        isEscaped = true
        continue
      }
      content.append(isEscaped ? Lexer.escapes[byte] ?? byte : byte)
      isEscaped = false
    }
    return String(decoding: content, as: UTF8.self)
  }

  /// The whole number that a `superscript` token spells.
  func superscript(in range: Range<Int>) -> Double {
    Double(String(text(in: range).unicodeScalars.compactMap(\.superscript))) ?? .nan
  }
}
