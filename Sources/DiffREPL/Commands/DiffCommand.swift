import AD
import Expr

enum DiffCommand: Command {
  static let name = "diff"
  static let summary = "the derivative as a simplified formula"
  static let usage = ":diff [target] [wrt x, y] [at x=[1,2]]"
  static let discussion = """
    The formula of the derivative, as it can be typed back: sums and products are collected, numbers
    kept exactly, powers merged. Of a number in a number or an array (the gradient as a formula of
    arrays), of an array in a number. Of a function the formulas are those in its arguments, which
    are numbers unless 'at' gives them another shape.
    """
  static let examples = [
    "w0 = 0.5", "f = log(1 + exp(-3.5*w0))", ":diff f", ":diff w0^3/3 + w0*sin(w0)",
    "h(x, y) = x^2*sin(y)", ":diff h", "data X = [1,2; .5,-1]", "w = [1, 2]",
    ":diff sum((X*w).^2)/2 wrt w",
  ]
  static let clauses = ["wrt", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var target = try Target(
      arguments, in: session,
      elaboration: .init(foldsConstants: false, allowsOpenArguments: true)
    )
    .unrolled(at: arguments.targetSpan)
    var blocks: [Output.Block] = []
    var members: [(key: String, value: JSONValue)] = []
    let derivatives = try derivatives(of: &target, at: arguments.targetSpan)
    for (variable, derivative) in zip(target.variables, derivatives) {
      var reader = FormReader(target.graph)
      // The target first: its sums keep the order in which they were typed.
      _ = reader.form(of: target.node)
      let plain = reader.form(of: derivative, filling: target.graph.shape(of: derivative))
      let form = reader.joiningBranches(plain)
      let text =
        reader.algebra.hasOverflowed
        ? nil : FormPrinter(reader.algebra, target.graph).text(of: form)
      guard let text else {
        throw Diagnostic(
          "∂\(target.functionName)/∂\(variable.name) has no short closed formula",
          at: arguments.targetSpan, hint: ":grad \(target.text) gives its value")
      }
      blocks.append(
        .line(
          StyledText("∂\(target.functionName)/∂\(variable.name)", .adjoint)
            + StyledText(" = \(text)")))
      members.append((variable.name.spelling, .string(text)))
    }
    return Output(
      blocks: blocks,
      json: [
        .object([
          ("command", .string(name)), ("of", .string(target.text)),
          ("derivative", .object(members)),
        ])
      ])
  }

  /// One node for each variable.
  private static func derivatives(
    of target: inout Target, at span: SourceSpan
  ) throws(Diagnostic) -> [NodeID] {
    let variables = target.variables.map(\.node)
    let shape = target.graph.shape(of: target.node)
    // The plain rules: what is evaluated in their place for the sake of digits cannot be typed.
    if shape.isScalar {
      let reverse = ReverseMode(&target.graph, output: target.node, variables: variables)
      return variables.map { reverse.adjoint(of: $0, in: &target.graph) }
    }
    var derivatives: [NodeID] = []
    for (variable, node) in zip(target.variables, variables) {
      guard target.graph.shape(of: node).isScalar else {
        throw Diagnostic(
          "the derivative of a \(shape) in '\(variable.name)' is a matrix, not a formula", at: span,
          hint: ":jac \(target.text) gives its numbers, :diff sum(\(target.text)) a formula")
      }
      let seed = target.graph.constant(1)
      derivatives.append(
        jacobianVectorProduct(of: target.node, along: [node: seed], in: &target.graph))
    }
    return derivatives
  }
}
