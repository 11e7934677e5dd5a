import AD
import Expr

enum HessCommand: Command {
  static let name = "hess"
  static let summary = "value, gradient and matrix of second derivatives"
  static let usage = ":hess [target] [wrt x, y] [at x=1, y=[1,2]]"
  static let discussion = """
    The Hessian in all variables together, by forward over reverse mode: rows and columns are their
    entries one after the other, x, y[1], y[2], A[1,1], A[1,2] and so on. With its eigenvalues, and
    what they say: where the gradient is 0, a positive definite Hessian makes a minimum, an
    indefinite one a saddle.
    """
  static let examples = [
    "w0 = 0.5", "w1 = -1", "E = (1 - w1*tanh(3.5*w0))^2", ":hess E", ":hess E at w0=0.2, w1=0.7",
  ]
  static let clauses = ["wrt", "at"]

  /// Larger matrices are printed without labels, cut to the screen.
  private static let labelledLimit = 10

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let target = try Target(arguments, in: session)
    try target.requireScalar(at: arguments.targetSpan)
    let hessian = try Hessian(
      of: target.node, variables: target.variables.map(\.node), in: target.graph,
      environment: target.environment)
    let eigenvalues = symmetricEigenvalues(hessian.matrix)
    let definiteness = Definiteness(hessian.matrix, eigenvalues: eigenvalues)
    let labels = target.entryNames
    let name = target.functionName
    let value = Tensor(hessian.value)
    let eigenvector = Tensor(.vector(eigenvalues.count), eigenvalues)

    var output = Output()
    output.blocks = [.value(name: StyledText(name, .name), .tensor(value))]
    output.blocks += target.blocks(hessian.gradient) { "∂\($0)/∂\($1)" }
    output.blocks += matrixBlocks(hessian.matrix, labels, of: name)
    output.blocks.append(.value(name: StyledText("eigenvalues", .symbol), .tensor(eigenvector)))
    output.blocks.append(
      .line(StyledText(definiteness?.rawValue ?? "not finite: nothing can be said of its signs")))
    output.json = [
      target.object(
        Self.self, value,
        [
          ("grad", target.members(hessian.gradient)),
          ("variables", .array(labels.map { .string($0) })), ("hess", JSONValue(hessian.matrix)),
          ("eigenvalues", JSONValue(eigenvector)),
          ("definiteness", definiteness.map { .string($0.rawValue) } ?? .null),
        ])
    ]
    if let warning = try target.kinkWarning(hessian.gradient) {
      output.append(warning)
    } else if let warning = try target.curvatureKinkWarning() {
      output.append(warning)
    }
    return output
  }

  private static func matrixBlocks(
    _ matrix: Tensor, _ labels: [String], of name: String
  ) -> [Output.Block] {
    if let only = matrix.elements.first, labels.count == 1 {
      let symbol = StyledText("∂²\(name)/∂\(labels[0])²", .adjoint)
      return [.value(name: symbol, .tensor(Tensor(only)))]
    }
    guard labels.count <= labelledLimit else {
      let order = "rows and columns: \(labels[0]), \(labels[1]), …, \(labels[labels.count - 1])"
      return [
        .value(name: StyledText("∂²\(name)", .adjoint), .tensor(matrix)),
        .line(StyledText(order, .faint)),
      ]
    }
    var table = Table(
      columns: [.init(header: StyledText("∂²\(name)", .adjoint), kind: .symbol, gap: 2)], rows: [])
    for label in labels {
      table.columns.append(.init(header: StyledText(" " + label, .name), kind: .value, gap: 2))
    }
    for (row, label) in labels.enumerated() {
      let entries = matrix.elements[row * labels.count..<(row + 1) * labels.count]
      table.rows.append(
        [.text(StyledText(label, .name))] + entries.map { .value(Tensor($0)) })
    }
    return [.table(table)]
  }
}
