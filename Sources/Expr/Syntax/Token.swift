/// One word of the language: what it is, where it stands and what stands before it.
///
/// Values of literals and names are read from the source when the parser needs them, so a token
/// is twelve bytes and a megabyte of `1+1+…` costs little.
struct Token {
  enum Kind: UInt8 {
    case end, newline
    /// A whole command line, `:` to its end; the parser cuts it into word and arguments.
    case command
    /// What the lexer refused; nothing but `end` follows.
    case invalid
    case number, string, name
    /// A run of superscript digits, `²`, perhaps behind `⁻`.
    case superscript
    case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
    case comma, semicolon, colon, dot, prime
    case assign, update, arrow, tilde
    case plus, minus, times, divide, power, elementTimes, elementDivide, elementPower
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, approximatelyEqual
    case ifWord, thenWord, elseWord, forWord, inWord, andWord, orWord, notWord, endWord
    // Read only to be refused with a hint.
    case bar, doubleBar, ampersand, bang, percent, question
    /// `+=` and its kin.
    case compoundAssignment
  }

  /// What separates a token from the one before it.
  enum Spacing: UInt8 { case none, blank, newline }

  let kind: Kind
  let spacing: Spacing
  private let lower: Int32
  private let upper: Int32

  init(_ kind: Kind, _ range: Range<Int>, spacing: Spacing = .none) {
    self.kind = kind
    self.spacing = spacing
    lower = Int32(range.lowerBound)
    upper = Int32(range.upperBound)
  }

  /// Its bytes in the source.
  var range: Range<Int> { Int(lower)..<Int(upper) }
}

/// How tightly binary operators bind, loosest first.
enum Precedence: UInt8, Comparable {
  case or = 1
  case and, not, comparison, range, sum, product, prefix

  static func < (a: Precedence, b: Precedence) -> Bool { a.rawValue < b.rawValue }
  /// The next tighter level: what the right operand of a left-associative operator may be.
  var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .prefix }
}

extension Token.Kind {
  /// A line that ends in one of these goes on with the next, outside brackets and in `{ }`.
  var continuesLine: Bool {
    switch self {
    case .assign, .update, .comma, .arrow, .thenWord, .elseWord, .notWord, .tilde,
      .leftParenthesis, .leftBracket, .leftBrace, .power, .elementPower:
      true
    default: precedence != nil
    }
  }

  /// The level of an infix operator below `^`; nil for everything else.
  var precedence: Precedence? {
    switch self {
    case .orWord: .or
    case .andWord: .and
    case .colon: .range
    case .plus, .minus: .sum
    case .times, .divide, .elementTimes, .elementDivide: .product
    default: comparison == nil ? nil : .comparison
    }
  }

  var comparison: ComparisonOperator? {
    switch self {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .approximatelyEqual: .approximatelyEqual
    default: nil
    }
  }

  /// The operator that a node is made of; nil for comparisons, ranges and everything else.
  var binaryOperator: BinaryOperator? {
    switch self {
    case .plus: .add
    case .minus: .subtract
    case .times: .multiply
    case .divide: .divide
    case .power: .power
    case .elementTimes: .elementMultiply
    case .elementDivide: .elementDivide
    case .elementPower: .elementPower
    case .andWord: .and
    case .orWord: .or
    default: nil
    }
  }

  /// Whether it is one of the reserved words.
  var isReservedWord: Bool {
    Token.Kind.ifWord.rawValue...Token.Kind.endWord.rawValue ~= rawValue
  }

  /// The bracket that closes an opening one.
  var closing: Token.Kind? {
    switch self {
    case .leftParenthesis: .rightParenthesis
    case .leftBracket: .rightBracket
    case .leftBrace: .rightBrace
    default: nil
    }
  }

  /// Whether it closes a bracket.
  var isClosing: Bool {
    self == .rightParenthesis || self == .rightBracket || self == .rightBrace
  }
}
