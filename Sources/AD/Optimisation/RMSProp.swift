import Expr

/// RMSprop: the gradient divided by the root of a running mean of its square.
///
/// - Source: Tieleman & Hinton, lecture 6.5 of Neural Networks for Machine Learning, 2012; defaults as
///   in PyTorch and R torch.
public struct RMSProp: Optimiser {
  public static let about = OptimiserDescription(
    "rmsprop", "the gradient scaled by its running size",
    formula: "v ← αv + (1-α)g²,  w ← w - τ g/(√v + ε)", source: "Tieleman & Hinton 2012",
    constants: [
      .init("alpha", 0.99, in: 0..<1), .init("eps", 1e-8, in: 0..<Double.infinity),
    ], steps: [.number, .schedule], defaultStep: 0.01)

  private let rule: StepRule
  private let alpha: Double, epsilon: Double
  private let mean: FlatVector

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    rule = settings.rule(of: Self.self)
    alpha = settings.constant("alpha", of: Self.self)
    epsilon = settings.constant("eps", of: Self.self)
    mean = FlatVector(dimension)
  }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    let size = try rule.length(at: k) ?? 0
    let w = objective.point.entries, g = objective.gradient.entries, v = mean.entries
    for i in 0..<mean.count {
      v[i] = alpha * v[i] + (1 - alpha) * g[i] * g[i]
      if g[i] != 0 { w[i] -= size * g[i] / (v[i].squareRoot() + epsilon) }
    }
    return StepOutcome(size: size)
  }
}
