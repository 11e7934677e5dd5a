import AD
import Expr

extension Target {
  /// The warning of a gradient that passes through kinks: one line with the slopes possible there, and
  /// what the one-sided derivatives say of the whole, where that is one number.
  func kinkWarning(_ gradients: [Tensor]) throws(Diagnostic) -> Diagnostic? {
    let known = Dictionary(variables.map { ($0.node, $0.name.spelling) }) { first, _ in first }
    let isScalar = graph.shape(of: node).isScalar
    var graph = graph
    let output = isScalar ? node : Self.weightedSum(of: node, in: &graph)
    guard
      let report = try KinkReport(
        of: output, variables: variables.map(\.node), in: graph, environment: environment,
        symbol: { known[$0] })
    else { return nil }
    var message = "the gradient passes through a kink of " + Self.text(report.kinks)
    let parts = zip(variables, zip(report.sides, gradients)).compactMap { variable, slopes in
      Self.sideText(variable.name.spelling, slopes.0, slopes.1.scalar, functionName)
    }
    if !parts.isEmpty, isScalar { message += "; " + parts.prefix(3).joined(separator: ", ") }
    return Diagnostic(message, severity: .warning)
  }

  /// The warning of a Hessian where the gradient is smooth and has itself a kink: x·|x| at 0.
  func curvatureKinkWarning() throws(Diagnostic) -> Diagnostic? {
    let known = Dictionary(variables.map { ($0.node, $0.name.spelling) }) { first, _ in first }
    var graph = graph
    let nodes = variables.map(\.node)
    let slopes = gradient(of: node, variables: nodes, in: &graph)
    var total = graph.constant(0)
    for slope in slopes {
      total = graph.apply(.add, total, Self.weightedSum(of: slope, in: &graph))
    }
    let report = try KinkReport(
      of: total, variables: nodes, in: graph, environment: environment, symbol: { known[$0] })
    return report.map {
      Diagnostic(
        "the Hessian passes through a kink of " + Self.text($0.kinks)
          + ": it may differ from side to side", severity: .warning)
    }
  }

  private static func text(
    _ kinks: [(formula: String, slopes: ClosedRange<Double>)]
  ) -> String {
    let places = kinks.prefix(3).map { kink in
      "\(kink.formula) (slopes \(text(kink.slopes.lowerBound)) to "
        + "\(text(kink.slopes.upperBound)))"
    }
    let more = kinks.count > 3 ? " and \(kinks.count - 3) more" : ""
    return places.joined(separator: " and ") + more
  }

  /// All entries in one number, each with a weight of its own so that none hides another.
  private static func weightedSum(of node: NodeID, in graph: inout Graph) -> NodeID {
    let shape = graph.shape(of: node)
    let weights = graph.constant(
      Tensor(shape, (0..<shape.count).map { 1 + 1 / (Double($0) + 2) }))
    let product = graph.apply(.multiply, node, weights)
    return graph.apply(.sum, product)
  }

  private static func sideText(
    _ name: String, _ sides: (left: Double, right: Double)?, _ answer: Double?, _ function: String
  ) -> String? {
    guard let sides, let answer else { return nil }
    let left = text(sides.left), right = text(sides.right)
    if sides.left == sides.right {
      return sides.left == answer ? nil : "the true slope ∂\(function)/∂\(name) is \(right)"
    }
    return "∂\(function)/∂\(name) is \(left) from the left and \(right) from the right"
  }

  private static func text(_ number: Double) -> String { NumberFormat().string(number) }
}
