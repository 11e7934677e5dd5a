/// Walks the words and flags of a command line that stand outside brackets and texts.
struct WordScanner {
  struct Word {
    let range: Range<Int>
    /// `--word`.
    let isFlag: Bool
    /// Where the value of `word=` begins; nil if no single `=` follows.
    let assignment: Int?
    /// The last thing before it was a comma.
    let followsComma: Bool
  }

  private let bytes: [UInt8]
  private let end: Int
  private var position: Int
  private var depth = 0
  private var lastVisible: UInt8 = 0

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    end = range.upperBound
    position = range.lowerBound
  }

  /// The next word at depth 0; nil at the end.
  mutating func next() -> Word? {
    while position < end {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: "\""):
        position += 1
        while position < end, bytes[position] != UInt8(ascii: "\"") { position += 1 }
      case UInt8(ascii: "-") where depth == 0 && startsFlag: return flag()
      default:
        if Self.isWordStart(byte), depth == 0, !continuesWord { return word() }
      }
      if byte != 32, byte != 9 { lastVisible = byte }
      position += 1
    }
    return nil
  }

  /// A letter behind a digit belongs to a number (`2e3`) or a product (`3w`): no word of ours.
  private var continuesWord: Bool {
    guard position > 0 else { return false }
    let before = bytes[position - 1]
    return Self.isWordPart(before) && before != 32
  }

  private var startsFlag: Bool {
    position + 2 < end && bytes[position + 1] == UInt8(ascii: "-")
      && Self.isWordStart(bytes[position + 2])
      && (position == 0 || bytes[position - 1] == 32 || bytes[position - 1] == 9)
  }

  private mutating func flag() -> Word {
    let start = position
    position += 2
    while position < end, Self.isWordPart(bytes[position]) || bytes[position] == UInt8(ascii: "-") {
      position += 1
    }
    return Word(range: start..<position, isFlag: true, assignment: nil, followsComma: false)
  }

  private mutating func word() -> Word {
    let start = position
    let followsComma = lastVisible == UInt8(ascii: ",")
    while position < end, Self.isWordPart(bytes[position]) { position += 1 }
    let range = start..<position
    lastVisible = bytes[position - 1]
    var look = position
    while look < end, bytes[look] == 32 { look += 1 }
    var assignment: Int?
    if look < end, bytes[look] == UInt8(ascii: "="),
      look + 1 >= end || bytes[look + 1] != UInt8(ascii: "=")
    {
      assignment = look + 1
    }
    return Word(range: range, isFlag: false, assignment: assignment, followsComma: followsComma)
  }

  private static func isWordStart(_ byte: UInt8) -> Bool {
    (byte | 32 >= UInt8(ascii: "a") && byte | 32 <= UInt8(ascii: "z")) || byte >= 0x80
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "\\")
  }

  private static func isWordPart(_ byte: UInt8) -> Bool {
    isWordStart(byte) || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
  }
}
