/// Brackets, operators and the characters that are refused with a hint.
extension Lexer {
  mutating func lexOperator(_ first: UInt8) {
    if let kind = Self.single(first) { return emit(kind, to: position + 1) }
    let second = byte(1)
    if let (kind, length) = Self.operator(first, second) {
      if kind == .equal, byte(2) == UInt8(ascii: "=") {
        return refuse("'===' is no operator", position..<(position + 3), hint: "== compares")
      }
      if kind == .less, isLeftArrow {
        return refuse(
          "'<-' is no operator", position..<(position + 2), hint: "x = 3 defines, x < -3 compares")
      }
      return emit(kind, to: position + length)
    }
    if let mended = Self.mistaken[[first, second]] {
      let range = position..<(position + 2)
      return refuse("'\(source.text(in: range))' is no operator", range, hint: mended)
    }
    let isPrintable = 0x21..<0x7F ~= first
    let name = isPrintable ? "'\(source.text(in: position..<(position + 1)))'" : "control code"
    refuse("unexpected \(name)", position..<(position + 1))
  }

  /// ` <- `, as R assigns; `x <-3` and `x<-3` compare.
  private var isLeftArrow: Bool {
    byte(1) == UInt8(ascii: "-") && byte(2).isBlank && position > 0 && bytes[position - 1].isBlank
  }

  /// The kind of a character that is a token whatever follows.
  private static func single(_ first: UInt8) -> Token.Kind? {
    switch first {
    case UInt8(ascii: "("): .leftParenthesis
    case UInt8(ascii: ")"): .rightParenthesis
    case UInt8(ascii: "["): .leftBracket
    case UInt8(ascii: "]"): .rightBracket
    case UInt8(ascii: "{"): .leftBrace
    case UInt8(ascii: "}"): .rightBrace
    case UInt8(ascii: ","): .comma
    case UInt8(ascii: ";"): .semicolon
    case UInt8(ascii: "'"): .prime
    case UInt8(ascii: "@"): .times
    case UInt8(ascii: "%"): .percent
    case UInt8(ascii: "?"): .question
    default: nil
    }
  }

  /// Two characters that other languages read as one operator, and what to write.
  private static let mistaken: [[UInt8]: String] = [
    Array("=<".utf8): "<= compares", Array("=>".utf8): ">= compares, -> makes a function",
    Array("<>".utf8): "!= compares",
  ]

  private static func `operator`(_ first: UInt8, _ second: UInt8) -> (Token.Kind, Int)? {
    let assigns = second == UInt8(ascii: "=")
    switch first {
    case UInt8(ascii: "+"): return assigns ? (.compoundAssignment, 2) : (.plus, 1)
    case UInt8(ascii: "-"):
      if second == UInt8(ascii: ">") { return (.arrow, 2) }
      return assigns ? (.compoundAssignment, 2) : (.minus, 1)
    case UInt8(ascii: "*"):
      if second == UInt8(ascii: "*") { return (.power, 2) }
      return assigns ? (.compoundAssignment, 2) : (.times, 1)
    case UInt8(ascii: "/"): return assigns ? (.compoundAssignment, 2) : (.divide, 1)
    case UInt8(ascii: "^"): return assigns ? (.compoundAssignment, 2) : (.power, 1)
    case UInt8(ascii: ":"): return assigns ? (.update, 2) : (.colon, 1)
    case UInt8(ascii: "!"): return assigns ? (.notEqual, 2) : (.bang, 1)
    case UInt8(ascii: "~"): return assigns ? (.approximatelyEqual, 2) : (.tilde, 1)
    case UInt8(ascii: ">"): return assigns ? (.greaterOrEqual, 2) : (.greater, 1)
    case UInt8(ascii: "&"): return (.ampersand, second == first ? 2 : 1)
    case UInt8(ascii: "|"): return second == first ? (.doubleBar, 2) : (.bar, 1)
    case UInt8(ascii: "<"):
      if second == UInt8(ascii: ">") { return nil }
      return assigns ? (.lessOrEqual, 2) : (.less, 1)
    case UInt8(ascii: "="):
      if second == UInt8(ascii: "<") || second == UInt8(ascii: ">") { return nil }
      return assigns ? (.equal, 2) : (.assign, 1)
    default: return nil
    }
  }

  // MARK: Beyond ASCII

  mutating func lexUnicode() {
    let (scalar, length) = decode(at: position)
    if scalar.startsName { return lexName(from: position) }
    lexSymbol(scalar, to: position + length)
  }

  /// A symbol that ends at `upper`, typed as itself or by its name.
  mutating func lexSymbol(_ scalar: Unicode.Scalar, to upper: Int) {
    if let kind = Self.symbols[scalar] { return emit(kind, to: upper) }
    if scalar == "″" {
      emit(.prime, to: upper)
      return emit(.prime, to: upper)  // the second one of no width
    }
    if scalar.superscript != nil { return lexSuperscript() }
    if scalar == "\u{FFFD}" { return refuseEncoding(at: position) }
    let isVisible = !scalar.properties.isDefaultIgnorableCodePoint
    let shown = isVisible ? "'\(scalar)'" : "invisible character"
    refuse("unexpected \(shown)", position..<upper, hint: Self.lookalikes[scalar])
  }

  private mutating func lexSuperscript() {
    var upper = position
    var digits = 0
    while upper < end, bytes[upper] >= 0x80 {
      let (scalar, length) = decode(at: upper)
      guard let character = scalar.superscript, character != "-" || upper == position else { break }
      upper += length
      if character != "-" { digits += 1 }
    }
    if digits == 0 { return refuse("a superscript digit is missing after '⁻'", position..<upper) }
    emit(.superscript, to: upper)
  }

  private static let symbols: [Unicode.Scalar: Token.Kind] = [
    "−": .minus, "×": .times, "·": .times, "⋅": .times, "⊙": .elementTimes,
    "≤": .lessOrEqual, "≥": .greaterOrEqual, "≠": .notEqual, "≈": .approximatelyEqual,
    "′": .prime, "’": .prime, "√": .name, "∇": .name, "∞": .name,
  ]

  private static let lookalikes: [Unicode.Scalar: String] = [
    "–": "type - for a minus", "—": "type - for a minus", "÷": "type / to divide",
    "“": "strings stand between plain quotes \"", "”": "strings stand between plain quotes \"",
    "‘": "a prime is '", "→": "type ->", "¬": "type not", "∧": "type and", "∨": "type or",
    "∈": "type in", "∑": "sum(x[i] for i in 1:n)", "∏": "prod(x[i] for i in 1:n)",
    "…": "leave the dots out", "½": "type 1/2", "‖": "norm(x)",
    "∂": "the prompt '∂> ' is not part of what you type; :diff f wrt x gives ∂f/∂x",
  ]
}
