/// One named piece of input: a file, a chunk of standard input or a line typed at the prompt.
///
/// Positions in it are UTF-8 byte offsets; `firstLine` says where the chunk starts in its file, so
/// that a statement read from the middle of a script still reports the script's own line numbers.
public final class SourceText: Sendable {
  /// How errors name it: `lesson.drepl`, `<stdin>`, `<prompt>`.
  public let name: String
  public let text: String
  public let utf8: [UInt8]
  /// The number, from 1, of its first line in the file it comes from.
  public let firstLine: Int

  public init(_ text: String, name: String = "<prompt>", firstLine: Int = 1) {
    self.name = name
    self.text = text
    self.utf8 = Array(text.utf8)
    self.firstLine = firstLine
  }

  /// The text of a range of bytes; bytes that are not UTF-8 are repaired.
  public func text(in range: Range<Int>) -> String {
    String(decoding: utf8[range], as: UTF8.self)
  }

  /// The bounds, without the newline, of the line that holds `offset`.
  public func lineBounds(at offset: Int) -> Range<Int> {
    var start = min(offset, utf8.count)
    while start > 0, utf8[start - 1] != UInt8(ascii: "\n") { start -= 1 }
    var end = min(offset, utf8.count)
    while end < utf8.count, utf8[end] != UInt8(ascii: "\n") { end += 1 }
    return start..<end
  }

  /// The line, counted as in the file, and the column, in characters from 1, of a byte offset.
  public func position(of offset: Int) -> (line: Int, column: Int) {
    let bounded = min(offset, utf8.count)
    let newlines = utf8[..<bounded].reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    let start = lineBounds(at: bounded).lowerBound
    return (firstLine + newlines, text(in: start..<bounded).count + 1)
  }
}

/// A half-open range of UTF-8 bytes in a source.
public struct SourceSpan: Sendable {
  public let source: SourceText
  public let range: Range<Int>

  public init(_ source: SourceText, _ range: Range<Int>) {
    self.source = source
    self.range = range
  }

  public var text: String { source.text(in: range) }
}
