import Expr
import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Lines of a file, a pipe or a piece of text.
///
/// Each line is handed out as soon as it has arrived, so a program at the other end of a pipe can
/// wait for its answer. Line ends may be `\n` or `\r\n`, the last may be missing; a byte order mark
/// is dropped; bytes that are not UTF-8, and NUL, become U+FFFD, which the parser then points at.
final class ScriptReader: LineReader {
  let name: String
  /// Why the input ended before its end: it could not be read, or not as lines of text.
  ///
  /// To be looked at when `nextLine` returns `.endOfInput`.
  private(set) var failure: Diagnostic?

  /// What standard input is called in messages.
  static let standardInputName = "<stdin>"
  /// The longest line taken, in bytes.
  static let defaultLineLimit = 64 << 20

  private let descriptor: Int32
  private let closesDescriptor: Bool
  private let lineLimit: Int
  /// Bytes read and not yet handed out are `buffer[start...]`; `buffer[start..<scanned]` is known
  /// to hold no newline, so that a long line is searched once and not once for each read.
  private var buffer: [UInt8]
  private var start = 0
  private var scanned = 0
  private var reachedEnd: Bool
  private var lineNumber = 0

  /// Reads a descriptor that stays open and belongs to the caller.
  convenience init(
    fileDescriptor: Int32, name: String, lineLimit: Int = ScriptReader.defaultLineLimit
  ) {
    self.init(fileDescriptor: fileDescriptor, closing: false, name: name, lineLimit: lineLimit)
  }

  /// Reads what is already here: the argument of `-e`.
  init(text: String, name: String, lineLimit: Int = ScriptReader.defaultLineLimit) {
    self.name = name
    descriptor = -1
    closesDescriptor = false
    self.lineLimit = lineLimit
    buffer = Array(text.utf8)
    reachedEnd = true
  }

  /// Opens a file.
  ///
  /// - Throws: a diagnostic without a place if it cannot be opened or is a directory.
  convenience init(path: String) throws(Diagnostic) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path, error: errno) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw .unreadable(path, error: EISDIR)
    }
    self.init(
      fileDescriptor: descriptor, closing: true, name: path,
      lineLimit: ScriptReader.defaultLineLimit)
  }

  private init(fileDescriptor: Int32, closing: Bool, name: String, lineLimit: Int) {
    self.name = name
    descriptor = fileDescriptor
    closesDescriptor = closing
    self.lineLimit = lineLimit
    buffer = []
    reachedEnd = false
  }

  deinit {
    if closesDescriptor { close(descriptor) }
  }

  /// The next line; a script has no prompt, so whether it continues a statement does not matter.
  ///
  /// `.interrupted` if Ctrl-C was pressed since the flag was last cleared, also while waiting.
  func nextLine(isContinuation: Bool) -> LineEvent {
    while failure == nil {
      if interruptionRequested.exchange(false, ordering: .relaxed) { return .interrupted }
      let newline = firstNewline()
      let end = newline ?? buffer.count
      guard end - start <= lineLimit else {
        failure = .lineTooLong(lineNumber + 1, of: name, limit: lineLimit)
        break
      }
      if newline != nil || (reachedEnd && start < buffer.count) {
        return takeLine(upTo: end, newlineBytes: newline == nil ? 0 : 1)
      }
      if reachedEnd { break }
      scanned = buffer.count
      if Signals.waitForInput(descriptor) { readMore() }
    }
    return .endOfInput
  }

  /// The place of the first newline not handed out yet; `memchr` looks at many bytes at a time.
  private func firstNewline() -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress,
        let found = memchr(base + scanned, CInt(UInt8(ascii: "\n")), bytes.count - scanned)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private func takeLine(upTo end: Int, newlineBytes: Int) -> LineEvent {
    var bytes = buffer[start..<end]
    start = end + newlineBytes
    scanned = start
    lineNumber += 1
    if newlineBytes > 0, bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
    if lineNumber == 1 {
      if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
        failure = .notUTF8(name)
        return .endOfInput
      }
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard bytes.contains(0) else { return .line(text, number: lineNumber) }
    let repaired = text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }
    return .line(String(String.UnicodeScalarView(repaired)), number: lineNumber)
  }

  /// Appends what there is to read, or notes that there is no more.
  private func readMore() {
    let chunk = 1 << 16
    buffer.removeSubrange(..<start)
    scanned -= start
    start = 0
    let old = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: chunk))
    let count = buffer.withUnsafeMutableBytes { bytes in
      read(descriptor, bytes.baseAddress?.advanced(by: old), chunk)
    }
    let error = errno
    buffer.removeLast(chunk - max(count, 0))
    if count == 0 {
      reachedEnd = true
    } else if count < 0, error != EINTR, error != EAGAIN {
      failure = .unreadable(name, error: error)
    }
  }
}

extension Diagnostic {
  fileprivate static func unreadable(_ name: String, error: Int32) -> Diagnostic {
    let reason = strerror(error).map { String(cString: $0) } ?? "error \(error)"
    return Diagnostic("cannot read \(name): \(reason)")
  }

  fileprivate static func lineTooLong(_ number: Int, of name: String, limit: Int) -> Diagnostic {
    let size = limit >= 1 << 20 ? "\(limit >> 20) MB" : "\(limit) bytes"
    return Diagnostic(
      "line \(number) of \(name) is longer than \(size)",
      hint: "keep data in a file and read it with read(\"data.csv\")")
  }

  fileprivate static func notUTF8(_ name: String) -> Diagnostic {
    Diagnostic("\(name) is UTF-16 text", hint: "save it as UTF-8")
  }
}
