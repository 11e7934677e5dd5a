import Expr
import Glibc
import Testing

@testable import DiffREPL

@Suite struct ScriptReaderTests {
  /// Bytes of a script and the lines they are.
  static let scripts: [(bytes: [UInt8], lines: [String])] = [
    (Array("".utf8), []),
    (Array("\n".utf8), [""]),
    (Array("x = 1\ny = 2\n".utf8), ["x = 1", "y = 2"]),
    (Array("x = 1\ny = 2".utf8), ["x = 1", "y = 2"]),
    (Array("a\r\n\r\nb\r\n".utf8), ["a", "", "b"]),
    (Array("a\rb\n".utf8), ["a\rb"]),
    (Array("\u{FEFF}x = 1\n\u{FEFF}y\n".utf8), ["x = 1", "\u{FEFF}y"]),
    (Array("x\u{0}y\n".utf8), ["x\u{FFFD}y"]),
    ([0x78, 0xFF, 0x0A, 0xCE], ["x\u{FFFD}", "\u{FFFD}"]),
    (Array("θ₁ = 1 # ∂\n".utf8), ["θ₁ = 1 # ∂"]),
  ]

  @Test(arguments: scripts)
  func linesOfFile(bytes: [UInt8], lines: [String]) throws {
    let (reader, writer) = try openPipe()
    write(writer, bytes, bytes.count)
    close(writer)
    defer { close(reader) }
    let script = ScriptReader(fileDescriptor: reader, name: "<stdin>")
    #expect(events(of: script) == numbered(lines))
    #expect(script.failure == nil)
  }

  @Test func textNeedsNoFile() {
    let script = ScriptReader(text: "x = 2\r\nx^2", name: "<-e>")
    #expect(events(of: script) == numbered(["x = 2", "x^2"]))
    #expect(script.nextLine(isContinuation: true) == .endOfInput)
  }

  /// More than one read, and lines across their borders.
  @Test func longInput() throws {
    let line = String(repeating: "0123456789", count: 1_000)
    let path = temporaryPath()
    defer { unlink(path) }
    try writeFile(Array(Array(repeating: line, count: 50).joined(separator: "\n").utf8), at: path)
    let script = try ScriptReader(path: path)
    #expect(events(of: script) == numbered(Array(repeating: line, count: 50)))
    #expect(script.name == path)
  }

  /// A program that answers line by line must not wait for the end of the pipe.
  @Test func handsOutLinesAsTheyArrive() throws {
    let (reader, writer) = try openPipe()
    let script = ScriptReader(fileDescriptor: reader, name: "<stdin>")
    write(writer, "one\ntw", 6)
    #expect(script.nextLine(isContinuation: false) == .line("one", number: 1))
    write(writer, "o\n", 2)
    #expect(script.nextLine(isContinuation: false) == .line("two", number: 2))
    close(writer)
    #expect(script.nextLine(isContinuation: false) == .endOfInput)
    close(reader)
  }

  @Test(arguments: ["123456789\nx\n", "123456789"])
  func lineOverTheLimit(text: String) {
    let script = ScriptReader(text: "ok\n" + text, name: "data", lineLimit: 8)
    #expect(events(of: script) == numbered(["ok"]))
    #expect(script.failure?.message == "line 2 of data is longer than 8 bytes")
    #expect(script.nextLine(isContinuation: false) == .endOfInput)
  }

  @Test func lineAtTheLimit() {
    let script = ScriptReader(text: "12345678\n12345678", name: "data", lineLimit: 8)
    #expect(events(of: script) == numbered(["12345678", "12345678"]))
    #expect(script.failure == nil)
  }

  @Test func otherEncoding() throws {
    let path = temporaryPath()
    defer { unlink(path) }
    try writeFile([0xFF, 0xFE, 0x78, 0x00, 0x0A, 0x00], at: path)
    let script = try ScriptReader(path: path)
    #expect(events(of: script) == [])
    #expect(script.failure?.message == "\(path) is UTF-16 text")
  }

  @Test(arguments: [
    ("/", "cannot read /: Is a directory"),
    ("/no/such.drepl", "cannot read /no/such.drepl: No such file or directory"),
  ])
  func unreadableFile(path: String, message: String) {
    #expect { try ScriptReader(path: path) } throws: { ($0 as? Diagnostic)?.message == message }
  }

  @Test func unreadableDescriptor() {
    let script = ScriptReader(fileDescriptor: 1 << 20, name: "<stdin>")
    #expect(script.nextLine(isContinuation: false) == .endOfInput)
    #expect(script.failure?.message == "cannot read <stdin>: Bad file descriptor")
  }

  private func numbered(_ lines: [String]) -> [LineEvent] {
    lines.enumerated().map { .line($1, number: $0 + 1) }
  }

  private func events(of script: ScriptReader) -> [LineEvent] {
    var events: [LineEvent] = []
    while case let event = script.nextLine(isContinuation: false), event != .endOfInput {
      events.append(event)
    }
    return events
  }
}

private func openPipe() throws -> (reader: Int32, writer: Int32) {
  var ends: [Int32] = [-1, -1]
  try #require(pipe(&ends) == 0)
  return (ends[0], ends[1])
}

private func writeFile(_ bytes: [UInt8], at path: String) throws {
  let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
  try #require(file >= 0)
  #expect(write(file, bytes, bytes.count) == bytes.count)
  close(file)
}
