#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif
import Testing

/// Files of the repository, found from where this one was compiled.
enum TestFiles {
  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  /// The folder of `Package.swift`.
  static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(4)
    return parts.joined(separator: "/")
  }()

  /// The names of the files in a folder, sorted; none if there is no such folder.
  static func names(in folder: String, ending: String) throws -> [String] {
    guard let stream = opendir("\(root)/\(folder)") else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(ending) { names.append(name) }
    }
    return names.sorted()
  }

  /// The whole text of a file.
  static func text(of path: String) throws -> String {
    guard let file = fopen("\(root)/\(path)", "r") else {
      throw Unreadable(description: "\(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk: [UInt8] = Array(repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes += chunk.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func write(_ text: String, to path: String) throws {
    guard let file = fopen("\(root)/\(path)", "w") else {
      throw Unreadable(description: "\(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var text = text
    text.withUTF8 { _ = fwrite($0.baseAddress, 1, $0.count, file) }
  }
}

/// A file in the repository that holds what something prints.
struct Recording {
  private let path: String

  init(of path: some StringProtocol) { self.path = String(path) }

  /// Whether recordings are to be written anew.
  private static var records: Bool {
    getenv("DIFFREPL_RECORD").map { String(cString: $0) == "1" } ?? false
  }

  /// Fails where `text` is not what is recorded, and says where; records it first if asked to.
  func compare(with text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let recorded = try? TestFiles.text(of: path)
    guard recorded != text else { return }
    if Self.records {
      try TestFiles.write(text, to: path)
      fail("\(path) was recorded: look at it, then run again", sourceLocation)
    } else if let recorded {
      let difference = Self.difference(expected: recorded, actual: text) ?? ""
      fail("\(path) (DIFFREPL_RECORD=1 records it)\n\(difference)", sourceLocation)
    } else {
      fail("there is no \(path): DIFFREPL_RECORD=1 makes it", sourceLocation)
    }
  }

  private func fail(_ message: String, _ sourceLocation: SourceLocation) {
    Issue.record(Comment(rawValue: message), sourceLocation: sourceLocation)
  }

  /// The first lines that differ, at most five; nil if none does.
  static func difference(expected: String, actual: String) -> String? {
    guard expected != actual else { return nil }
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false)
    let first = zip(old, new).prefix { $0 == $1 }.count
    var lines: [String] = []
    for line in first..<min(first + 5, max(old.count, new.count)) {
      let before = line < old.count ? String(old[line]) : "(end)"
      let after = line < new.count ? String(new[line]) : "(end)"
      if before == after {
        lines.append("line \(line + 1) and on:\n  same")
        break
      }
      lines.append("line \(line + 1):\n  expected: \(before)\n  printed:  \(after)")
    }
    return lines.joined(separator: "\n")
  }
}
