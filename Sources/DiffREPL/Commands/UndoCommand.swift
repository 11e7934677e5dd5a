import Expr

enum UndoCommand: Command {
  static let name = "undo"
  static let summary = "take the last statement that changed something back"
  static let usage = ":undo"
  static let examples = ["x = 3", "x = 4", ":undo", "x"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    guard let what = session.undo() else {
      throw Diagnostic("there is nothing to take back", at: arguments.span)
    }
    return Output(
      blocks: [.line(StyledText("took back: \(what)"))],
      json: [.object([("command", .string(name)), ("undone", .string(what))])])
  }
}
