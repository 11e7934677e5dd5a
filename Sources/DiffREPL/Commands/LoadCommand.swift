import Expr

enum LoadCommand: Command {
  static let name = "load"
  static let usesFiles = true
  static let summary = "run the statements of a file"
  static let usage = ":load file"
  static let examples = [":expect-error :load no-such-file.drepl"]

  /// Files that load files, at most so deep.
  private static let depthLimit = 16

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let path = try arguments.fileName()
    guard session.loading.count < depthLimit, !session.loading.contains(path) else {
      throw Diagnostic("'\(path)' is being loaded already", at: arguments.span)
    }
    let script = try ScriptReader(path: path)
    session.loading.append(path)
    defer { session.loading.removeLast() }
    var loop = StatementLoop(reader: script)
    // Lines show as they run, not when the file is done.
    let emit = session.emit
    let failure = loop.run(&session) { event, _, _ in
      switch event {
      case .output(let part): emit(part)
      case .failure, .interrupted: return false
      case .echo, .entered: break
      }
      return true
    }
    if let failure { throw failure }
    if let failure = script.failure { throw failure }
    return Output(json: [.object([("command", .string(name)), ("file", .string(path))])])
  }
}

extension CommandArguments {
  /// A file name, bare or in quotes.
  func fileName() throws(Diagnostic) -> String {
    let text = targetText
    guard !text.isEmpty else { throw Diagnostic("a file name is needed", at: span) }
    if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
      return String(text.dropFirst().dropLast())
    }
    return text
  }
}
