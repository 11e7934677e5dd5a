import Expr

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What was typed, in this session and earlier ones: one entry a line, oldest first.
///
/// Entries go to the file before they run, so that nothing is lost whatever ends the process, and
/// are appended by one write each, so that sessions side by side do not tear each other's lines.
final class History {
  /// What this session can recall; the same entry twice in a row counts once.
  private(set) var entries: [String] = []
  /// Why the file cannot be used, as a warning to show once; the session's own entries stay.
  private(set) var problem: Diagnostic?

  private let path: String?
  private var descriptor: Int32 = -1

  /// How much of the end of a long file is read, in bytes: starting up must not get slower.
  private static let loadLimit = 1 << 20

  /// Reads the file at `path`, making it and its folders, for the owner alone, where missing.
  ///
  /// Without a path (`--no-history`) entries last as long as the session.
  init(path: String?) {
    self.path = path
    guard let path else { return }
    History.makeFolders(for: path)
    // Not blocking: a path may name a pipe that nobody reads.
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o600)
    if descriptor < 0 {
      noteProblem(errno)
    } else {
      for line in load().split(separator: "\n") { remember(String(line)) }
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Where history is kept: `$DIFFREPL_HISTORY`, else `$XDG_STATE_HOME/diffrepl/history`, else
  /// `~/.local/state/diffrepl/history`.
  ///
  /// Nil, so nowhere, if the first is set and empty or there is no home. A relative
  /// `XDG_STATE_HOME` counts as unset, as the XDG specification demands.
  static func defaultPath(in environment: (String) -> String?) -> String? {
    if let path = environment("DIFFREPL_HISTORY") { return path.isEmpty ? nil : path }
    if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
      return state + "/diffrepl/history"
    }
    guard let home = environment("HOME"), !home.isEmpty else { return nil }
    return home + "/.local/state/diffrepl/history"
  }

  /// Adds a statement, to be called before it runs; one of several lines becomes one line.
  ///
  /// Returns the entry if it is new, nil if there is nothing to recall or it repeats the last one.
  @discardableResult
  func append(_ statement: String) -> String? {
    let entry = History.entry(for: statement)
    guard remember(entry) else { return nil }
    if descriptor >= 0 {
      let bytes = Array("\(entry)\n".utf8)
      let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if written != bytes.count { noteProblem(written < 0 ? errno : ENOSPC) }
    }
    return entry
  }

  @discardableResult
  private func remember(_ entry: String) -> Bool {
    if entry.isEmpty || entry == entries.last { return false }
    entries.append(entry)
    return true
  }

  /// The end of the file from the first whole line on; bytes that are not UTF-8 are repaired.
  private func load() -> String {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return "" }
    let size = Int(status.st_size)
    let offset = max(0, size - History.loadLimit)
    var bytes: [UInt8] = Array(repeating: 0, count: size - offset)
    let count = bytes.withUnsafeMutableBytes {
      pread(descriptor, $0.baseAddress, $0.count, off_t(offset))
    }
    var text = bytes.prefix(max(0, count)).filter { $0 != 0 }[...]
    if offset > 0 { text = text.drop { $0 != UInt8(ascii: "\n") } }
    return String(decoding: text, as: UTF8.self)
  }

  private func noteProblem(_ error: Int32) {
    guard problem == nil, let path else { return }
    let reason = strerror(error).map { String(cString: $0) } ?? "error \(error)"
    problem = Diagnostic(
      "history is not kept: \(path): \(reason)",
      hint: "DIFFREPL_HISTORY names another file, --no-history keeps none", severity: .warning)
  }

  private static func makeFolders(for path: String) {
    for index in path.indices.dropFirst() where path[index] == "/" {
      mkdir(String(path[..<index]), 0o700)
    }
  }
}
