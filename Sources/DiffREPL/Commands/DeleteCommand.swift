import Expr

enum DeleteCommand: Command {
  static let name = "delete"
  static let summary = "forget names"
  static let usage = ":delete f, g"
  static let examples = ["x = 3", "y = 2*x", ":delete y"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let names = try session.boundNames(arguments)
    var output = Output(json: [.names(names, command: name)])
    let dependents = names.flatMap { session.environment.dependents(of: $0) }
      .filter { !names.contains($0) }
    session.change(":delete \(arguments.targetText)") { environment in
      for name in names { environment.remove(name) }
    }
    if let first = dependents.first {
      output.append(
        Diagnostic("'\(first)' uses a name that is gone now", severity: .note))
    }
    return output
  }
}
