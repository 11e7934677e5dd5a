/// Cuts a source into tokens, in one pass over its bytes.
///
/// It also decides which newlines end a statement, since that needs no more than the innermost
/// bracket and the last token, and which colons begin a command, whose text follows rules of its
/// own. It never throws: the first thing it can not read becomes an `invalid` token, so that the
/// parser reports an earlier mistake first.
struct Lexer {
  let source: SourceText
  let bytes: [UInt8]
  let end: Int
  var position: Int
  private(set) var tokens: [Token] = []
  /// Why the last token is `invalid`.
  private(set) var failure: Diagnostic?
  private var spacing = Token.Spacing.none
  /// The kinds of the brackets that are open.
  private var brackets: [Token.Kind] = []
  private let allowsCommands: Bool

  private init(_ source: SourceText, _ range: Range<Int>, allowsCommands: Bool) {
    self.source = source
    self.allowsCommands = allowsCommands
    bytes = source.utf8
    position = range.lowerBound
    end = range.upperBound
  }

  /// The tokens of a range of bytes, ending in `end`.
  ///
  /// - Parameter allowsCommands: false inside a command's arguments, where `:` begins none.
  static func tokens(
    of source: SourceText, in range: Range<Int>, allowsCommands: Bool
  ) -> (tokens: [Token], failure: Diagnostic?) {
    var lexer = Lexer(source, range, allowsCommands: allowsCommands)
    lexer.run()
    return (lexer.tokens, lexer.failure)
  }

  private mutating func run() {
    if byte(0) == 0xEF, byte(1) == 0xBB, byte(2) == 0xBF { position += 3 }  // a byte order mark
    while failure == nil {
      skipBlanks()
      guard position < end else { break }
      lexToken()
    }
    tokens.append(Token(.end, end..<end, spacing: spacing))
  }

  private mutating func lexToken() {
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      lexName(from: position)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): lexNumber()
    case UInt8(ascii: "."): lexPoint()
    case UInt8(ascii: "\""): lexString()
    case UInt8(ascii: "\\"): lexBackslash()
    case UInt8(ascii: ":") where startsStatement: lexCommand()
    case 0x80...: lexUnicode()
    default: lexOperator(byte)
    }
  }

  /// Appends a token that ends at `upper` and goes on behind it.
  mutating func emit(_ kind: Token.Kind, to upper: Int) {
    tokens.append(Token(kind, position..<upper, spacing: spacing))
    spacing = .none
    position = upper
    if kind.closing != nil { brackets.append(kind) }
    if kind.isClosing { _ = brackets.popLast() }
  }

  /// Gives up at a range of bytes.
  mutating func refuse(_ message: String, _ range: Range<Int>, hint: String? = nil) {
    failure = Diagnostic(message, at: SourceSpan(source, range), hint: hint)
    tokens.append(Token(.invalid, range, spacing: spacing))
  }

  /// The byte at an offset from the position; 0 behind the end.
  func byte(_ offset: Int) -> UInt8 {
    position + offset < end ? bytes[position + offset] : 0
  }

  // MARK: Blanks, newlines and commands

  private mutating func skipBlanks() {
    while position < end {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0B, 0x0C:
        position += 1
        if spacing == .none { spacing = .blank }
      case UInt8(ascii: "#"):
        while position < end, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: "\n"): lexNewline()
      case 0x80...:
        let (scalar, length) = decode(at: position)
        guard scalar.properties.isWhitespace || scalar == "\u{200B}" else { return }
        position += length
        if spacing == .none { spacing = .blank }
      default: return
      }
    }
  }

  /// A newline ends the statement where no `(` or `[` is innermost and the line is finished.
  private mutating func lexNewline() {
    if let last = tokens.last?.kind, last != .newline, !last.continuesLine, separatesStatements {
      emit(.newline, to: position + 1)
    } else {
      position += 1
    }
    spacing = .newline
  }

  private var separatesStatements: Bool { brackets.last.map { $0 == .leftBrace } ?? true }

  private var startsStatement: Bool {
    guard allowsCommands, separatesStatements else { return false }
    guard let last = tokens.last?.kind else { return true }
    return last == .newline || last == .semicolon || last == .leftBrace
  }

  /// A command takes the rest of its line up to a comment; inside `{ }`, up to the closing brace.
  private mutating func lexCommand() {
    var scan = position
    var last = position
    var depth = 0
    var isQuoted = false
    scanning: while scan < end, bytes[scan] != UInt8(ascii: "\n") {
      switch bytes[scan] {
      case UInt8(ascii: "\\") where isQuoted && scan + 1 < end && bytes[scan + 1] != 0x0A: scan += 1
      case UInt8(ascii: "\""): isQuoted.toggle()
      case _ where isQuoted: break
      case UInt8(ascii: "#"): break scanning
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}") where depth <= 0 && !brackets.isEmpty: break scanning
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
      if !bytes[scan].isBlank { last = scan }
      scan += 1
    }
    emit(.command, to: min(last + 1, scan))
    position = scan
  }

  // MARK: Characters

  /// The character at an offset and its length in bytes; what is cut short is U+FFFD.
  func decode(at offset: Int) -> (scalar: Unicode.Scalar, length: Int) {
    let lead = bytes[offset]
    let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    guard offset + length <= end else { return ("\u{FFFD}", end - offset) }
    var value = length == 1 ? UInt32(lead) : UInt32(lead) & (0x7F >> UInt32(length))
    for byte in bytes[(offset + 1)..<(offset + length)] { value = value << 6 | UInt32(byte & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }
}

extension UInt8 {
  /// Whether it separates words within a line.
  var isBlank: Bool { self == UInt8(ascii: " ") || 0x09...0x0D ~= self }
  var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
  var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= (self | 0x20) }
}
