import AD
import Expr

enum HvpCommand: Command {
  static let name = "hvp"
  static let summary = "Hessian times a vector, without forming the matrix"
  static let usage = ":hvp [target] along v [wrt x, y] [at x=1, y=[1,2]]"
  static let discussion = """
    H v: how the gradient moves when the variables move along v. A forward sweep over a reverse one,
    a small multiple of the cost of the value. v as for :jvp.
    """
  static let opening = ":hvp x^2 at x=3 along 1"
  static let examples = ["x = [1, 2]", "f = x[1]^2*x[2]", ":hvp f along [1, -1]"]
  static let clauses = ["along", "wrt", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var target = try Target(arguments, in: session)
    try target.requireScalar(at: arguments.targetSpan)
    let directions = try target.directionNodes(arguments, of: Self.self, in: session)
    let nodes = hessianVectorProduct(
      of: target.node, variables: target.variables.map(\.node), along: directions,
      in: &target.graph)
    let values = try target.graph.values(of: [target.node] + nodes, in: target.environment)
    let products = Array(values.dropFirst())
    return Output(
      blocks: target.valueBlocks(values[0], arguments)
        + target.blocks(products) { "∂(vᵀ∇\($0))/∂\($1)" },
      json: [target.object(Self.self, values[0], [("hvp", target.members(products))])])
  }
}
