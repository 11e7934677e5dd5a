import AD
import Expr

enum JacCommand: Command {
  static let name = "jac"
  static let summary = "the matrix of partial derivatives of an array"
  static let usage = ":jac [target] [wrt x, y] [at x=1, y=[1,2]]"
  static let discussion = """
    One matrix for each variable: a row for each entry of the target, a column for each entry of the
    variable, entries counted row by row. By forward mode, a sweep for each column, or by reverse
    mode, a sweep for each row, whichever takes fewer.
    """
  static let examples = ["x = [1, 2]", "F = [x[1]*x[2], sin(x[1]), 3]", ":jac F"]
  static let clauses = ["wrt", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let target = try Target(arguments, in: session)
    let jacobian = try Jacobian(
      of: target.node, variables: target.variables.map(\.node), in: target.graph,
      environment: target.environment)
    let sweeps = "\(jacobian.sweeps) sweep\(jacobian.sweeps == 1 ? "" : "s")"
    let name = target.functionName
    let orientation =
      "rows: entries of \(name), columns: entries of the variable; "
      + "\(jacobian.mode.rawValue) mode, \(sweeps)"
    let members = zip(target.variables, jacobian.blocks).map {
      (key: $0.name.spelling, value: JSONValue($1))
    }
    var output = Output(
      blocks: target.valueBlocks(jacobian.value, arguments)
        + target.blocks(jacobian.blocks) { "∂\($0)/∂\($1)" }
        + [.line(StyledText(orientation, .faint))],
      json: [
        target.object(
          Self.self, jacobian.value,
          [
            ("jac", .object(members)), ("mode", .string(jacobian.mode.rawValue)),
            ("sweeps", .integer(jacobian.sweeps)),
          ])
      ])
    if let warning = try target.kinkWarning(jacobian.blocks) { output.append(warning) }
    return output
  }
}
