import Expr

/// AdaGrad: the gradient divided by the root of the sum of its squares so far.
///
/// - Source: Duchi, Hazan & Singer, Journal of Machine Learning Research 12 (2011); defaults as in
///   PyTorch and R torch.
public struct AdaGrad: Optimiser {
  public static let about = OptimiserDescription(
    "adagrad", "the gradient scaled by all its sizes so far",
    formula: "s ← s + g²,  w ← w - τ g/(√s + ε)", source: "Duchi, Hazan & Singer 2011",
    constants: [.init("eps", 1e-10, in: 0..<Double.infinity)], steps: [.number, .schedule],
    defaultStep: 0.01)

  private let rule: StepRule
  private let epsilon: Double
  private let sum: FlatVector

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    rule = settings.rule(of: Self.self)
    epsilon = settings.constant("eps", of: Self.self)
    sum = FlatVector(dimension)
  }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    let size = try rule.length(at: k) ?? 0
    let w = objective.point.entries, g = objective.gradient.entries, s = sum.entries
    for i in 0..<sum.count {
      s[i] += g[i] * g[i]
      if g[i] != 0 { w[i] -= size * g[i] / (s[i].squareRoot() + epsilon) }
    }
    return StepOutcome(size: size)
  }
}
