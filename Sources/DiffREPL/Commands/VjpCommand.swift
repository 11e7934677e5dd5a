import AD
import Expr

enum VjpCommand: Command {
  static let name = "vjp"
  static let summary = "transposed Jacobian times a vector, without forming the matrix"
  static let usage = ":vjp [target] with z [wrt x, y] [at x=1, y=[1,2]]"
  static let discussion = """
    Jᵀz, which is the gradient of zᵀF: z has an entry for each one of the target, row by row. One
    reverse sweep, whatever the number of variables.
    """
  static let opening = ":vjp x^2 at x=3 with 1"
  static let examples = ["x = [1, 2]", "F = [x[1]*x[2], sin(x[1])]", ":vjp F with [1, 2]"]
  static let clauses = ["with", "wrt", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var target = try Target(arguments, in: session)
    let weights = try target.weightNode(arguments, of: Self.self, in: session)
    let nodes = vectorJacobianProduct(
      of: target.node, with: weights, variables: target.variables.map(\.node), in: &target.graph)
    let values = try target.graph.values(of: [target.node] + nodes, in: target.environment)
    let products = Array(values.dropFirst())
    return Output(
      blocks: target.valueBlocks(values[0], arguments)
        + target.blocks(products) { "∂(zᵀ\($0))/∂\($1)" },
      json: [target.object(Self.self, values[0], [("vjp", target.members(products))])])
  }
}
