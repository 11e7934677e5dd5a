import AD
import Expr

enum JvpCommand: Command {
  static let name = "jvp"
  static let summary = "Jacobian times a vector, without forming the matrix"
  static let usage = ":jvp [target] along v [wrt x, y] [at x=1, y=[1,2]]"
  static let discussion = """
    J v: how the target moves when the variables move along v. One forward sweep. v runs through the
    variables in the order of wrt, entry by entry; or along x=1, y=[0,1], and the others stay.
    """
  static let opening = ":jvp x^2 at x=3 along 1"
  static let examples = ["x = [1, 2]", "F = [x[1]*x[2], sin(x[1])]", ":jvp F along [1, -1]"]
  static let clauses = ["along", "wrt", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var target = try Target(arguments, in: session)
    let directions = try target.directionNodes(arguments, of: Self.self, in: session)
    let tangent = jacobianVectorProduct(
      of: target.node, along: directions, in: &target.graph)
    let values = try target.graph.values(of: [target.node, tangent], in: target.environment)
    return Output(
      blocks: target.valueBlocks(values[0], arguments)
        + [.value(name: StyledText("J v", .adjoint), .tensor(values[1]))],
      json: [target.object(Self.self, values[0], [("jvp", JSONValue(values[1]))])])
  }
}
