import Expr

enum QuitCommand: Command {
  static let name = "quit"
  static let aliases = ["q"]
  static let summary = "leave (Ctrl-D does as well)"
  static let usage = ":quit"
  static let examples = [":quit"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    session.isFinished = true
    return Output(json: [.object([("command", .string(name))])])
  }
}
