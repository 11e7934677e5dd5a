import AD
import Expr

enum GradCommand: Command {
  static let name = "grad"
  static let aliases = ["g"]
  static let summary = "value and gradient"
  static let usage = ":grad [target] [wrt x, y] [at x=1, y=[1,2]]"
  static let discussion = """
    The gradient by reverse mode, in the shape of each variable. Without wrt: in every value under
    the target that is not data. A definition may stand behind wrt: it is then taken as free.
    """
  static let examples = ["w0 = 0.5", "f = log(1 + exp(-3.5*w0))", ":grad f", ":grad f at w0=0"]
  static let clauses = ["wrt", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let target = try Target(arguments, in: session)
    try target.requireScalar(at: arguments.targetSpan)
    let values = try target.valueWithGradient(in: session)
    let gradients = Array(values.dropFirst())
    var output = Output(
      blocks: target.valueBlocks(values[0], arguments)
        + target.blocks(gradients) { "∂\($0)/∂\($1)" },
      json: [target.object(Self.self, values[0], [("grad", target.members(gradients))])])
    if session.settings.certifies {
      var graph = target.graph
      let nodes = gradient(of: target.node, variables: target.variables.map(\.node), in: &graph)
      output.certify([target.node] + nodes, graph, target.environment, session.settings)
    }
    if let warning = try target.kinkWarning(gradients) { output.append(warning) }
    output += Output(notes: target.notes)
    return output
  }
}
