import Expr

enum ParamCommand: Command {
  static let name = "param"
  static let summary = "names that take a gradient again"
  static let usage = ":param X, y"
  static let examples = ["data x = 3", "y = log(x)^2", ":param x", ":grad y"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    try session.mark(arguments, isData: false, command: name)
  }
}
