/// What TAB offers at the prompt.
///
/// It knows the forms a line can take; which names there are the session says.
struct Completer {
  /// Names that may stand at a place: `prefix` is what is already typed of the name, `line` the line
  /// up to the cursor, `wordStart` the offset in its UTF-8 bytes where `prefix` begins.
  ///
  /// Names that do not begin with `prefix` are dropped.
  typealias Source = (_ prefix: String, _ line: String, _ wordStart: Int) -> [String]

  /// The answer for one place of one line.
  enum Completion: Equatable {
    /// Replacements, sorted, for the bytes from `start` on up to the cursor; a command is followed
    /// by a blank, as nothing else can be.
    case words([String], start: Int, isCommand: Bool)
    /// The name of a file: readline knows the file system.
    case fileName
  }

  /// Command names without the colon.
  var commands: [String]
  var names: Source

  init(commands: [String] = [], names: @escaping Source = { _, _, _ in [] }) {
    self.commands = commands
    self.names = names
  }

  /// Completes the end of `typed`, which is the line up to the cursor.
  func completion(of typed: String) -> Completion {
    if expectsFileName(typed) { return .fileName }
    if let start = commandStart(in: typed) {
      return words(commands, from: start, in: typed, isCommand: true)
    }
    if let backslash = typed.utf8.lastIndex(of: UInt8(ascii: "\\")) {
      let start = typed.utf8.distance(from: typed.startIndex, to: backslash)
      let name = typed[typed.index(after: backslash)...]
      if name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) {
        return .words(Symbols.completions(of: String(name)), start: start, isCommand: false)
      }
    }
    let start = nameStart(in: typed)
    let prefix = String(decoding: typed.utf8.dropFirst(start), as: UTF8.self)
    return words(names(prefix, typed, start), from: start, in: typed, isCommand: false)
  }

  private func words(
    _ candidates: [String], from start: Int, in typed: String, isCommand: Bool
  ) -> Completion {
    let prefix = String(decoding: typed.utf8.dropFirst(start), as: UTF8.self)
    let matching = Set(candidates.filter { $0.hasPrefix(prefix) }).sorted()
    return .words(matching, start: start, isCommand: isCommand)
  }

  /// Where the name under the cursor begins: after the last character that cannot be part of one.
  private func nameStart(in typed: String) -> Int {
    let name = typed.unicodeScalars.reversed().prefix { scalar in
      scalar == "_" || scalar.properties.isXIDContinue || "₀"..."₉" ~= scalar
    }
    // A number in front multiplies, `2x`, and belongs to no name.
    let start = name.reversed().drop { $0.isASCII && $0.properties.numericType != nil }
    return typed.utf8.count - start.reduce(0) { $0 + UTF8.width($1) }
  }

  /// Where a command's name begins if the cursor stands in or just after it; the colon comes first
  /// in its statement.
  private func commandStart(in typed: String) -> Int? {
    guard let colon = typed.lastIndex(of: ":") else { return nil }
    let statement = typed[..<colon].lastIndex { ";{}".contains($0) }.map { typed.index(after: $0) }
    let before = typed[(statement ?? typed.startIndex)..<colon]
    let name = typed[typed.index(after: colon)...]
    let isFirst = before.allSatisfy(\.isWhitespace) || before.hasSuffix(":expect-error ")
    guard isFirst, name.allSatisfy({ $0.isLetter || $0 == "-" }) else { return nil }
    return typed.utf8.distance(from: typed.startIndex, to: colon) + 1
  }

  /// Whether a file is to be named: after `:load` and `:save`, in an open string, and after the `>`
  /// of a command.
  private func expectsFileName(_ typed: String) -> Bool {
    if !typed.count(where: { $0 == "\"" }).isMultiple(of: 2) { return true }
    let words = typed.split(whereSeparator: \.isWhitespace)
    guard let command = words.first, command.hasPrefix(":") else { return false }
    let finished = typed.last?.isWhitespace == true ? words[...] : words.dropLast()
    guard let last = finished.last else { return false }
    let verb = command.dropFirst().prefix { $0 != "!" }
    let takesFile = ["load", "save"].contains { verb.count > 1 && $0.hasPrefix(verb) }
    return takesFile || (finished.count > 1 && last == ">")
  }
}
