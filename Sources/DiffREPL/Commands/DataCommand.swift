import Expr

enum DataCommand: Command {
  static let name = "data"
  static let summary = "names that take no gradient from now on"
  static let usage = ":data X, y"
  static let examples = ["x = 3", "y = log(x)^2", ":data x", ":expect-error :grad y"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    try session.mark(arguments, isData: true, command: name)
  }
}

extension Session {
  /// Makes the names of a command data or parameters.
  mutating func mark(
    _ arguments: CommandArguments, isData: Bool, command: String
  ) throws(Diagnostic) -> Output {
    let names = try boundNames(arguments)
    change(":\(command) \(arguments.targetText)") { environment in
      for name in names { environment.markData(name, isData) }
    }
    let list = names.map(\.spelling).joined(separator: ", ")
    let isOne = names.count == 1
    let takes = isOne ? "takes" : "take"
    let text = "\(list) \(takes) \(isData ? "no" : "a") gradient from now on"
    return Output(blocks: [.line(StyledText(text))], json: [.names(names, command: command)])
  }

  /// The names a command lists, all of them known.
  func boundNames(_ arguments: CommandArguments) throws(Diagnostic) -> [Name] {
    let typed = try arguments.names(in: arguments.target)
    guard !typed.isEmpty else {
      throw Diagnostic(
        "name at least one of the session's names", at: arguments.span, hint: ":vars lists them")
    }
    var names: [Name] = []
    for name in typed {
      guard let entry = environment[name] else {
        let close = Diagnostic.closest(
          to: name.spelling, among: environment.all.map(\.name.spelling))
        throw Diagnostic(
          "unknown name '\(name)'", at: SourceSpan(arguments.source, arguments.target),
          hint: close.map { "did you mean '\($0)'?" } ?? ":vars lists the names")
      }
      names.append(entry.name)
    }
    return names
  }
}

extension JSONValue {
  /// The object of a command that only lists names.
  static func names(_ names: [Name], command: String) -> JSONValue {
    .object([
      ("command", .string(command)), ("names", .array(names.map { .string($0.spelling) })),
    ])
  }
}
