import Expr

enum ClearCommand: Command {
  static let name = "clear"
  static let summary = "forget all names (:undo brings them back)"
  static let usage = ":clear"
  static let examples = ["x = 3", ":clear", ":vars"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    session.change(":clear") { $0 = $0.cleared }
    session.lastTarget = nil
    return Output(json: [.object([("command", .string(name))])])
  }
}
