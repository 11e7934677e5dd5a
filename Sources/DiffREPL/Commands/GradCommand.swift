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

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var target = try Target(arguments, in: session)
    try target.requireScalar(at: arguments.span)
    let nodes = gradient(
      of: target.node, variables: target.variables.map(\.node), in: &target.graph)
    let values = try target.graph.values(of: [target.node] + nodes, in: target.environment)

    var output = Output()
    if arguments.clause("at") != nil {
      output.blocks.append(.value(name: StyledText(target.functionName, .name), .tensor(values[0])))
    }
    for (variable, value) in zip(target.variables, values.dropFirst()) {
      let symbol = StyledText("∂\(target.functionName)/∂\(variable.name)", .adjoint)
      output.blocks.append(.value(name: symbol, .tensor(value)))
    }
    let members = target.grouped(Array(values.dropFirst())).map {
      (key: $0.name.spelling, value: JSONValue($0.value))
    }
    output.json = [
      .object([
        ("command", .string("grad")), ("of", .string(target.text)),
        ("value", JSONValue(values[0])), ("grad", .object(members)),
      ])
    ]
    return output
  }
}
