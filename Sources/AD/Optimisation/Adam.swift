import Expr

/// Adam: steps scaled by running means of the gradient and of its square, both freed of their start.
///
/// - Source: Kingma & Ba, ICLR 2015, algorithm 1; defaults as in PyTorch and R torch.
public struct Adam: Optimiser {
  public static let about = OptimiserDescription(
    "adam", "steps scaled by running moments of the gradient",
    formula: "m ← β₁m + (1-β₁)g,  v ← β₂v + (1-β₂)g²,  w ← w - τ m̂/(√v̂ + ε)",
    source: "Kingma & Ba 2015",
    constants: [
      .init("beta1", 0.9, in: 0..<1), .init("beta2", 0.999, in: 0..<1),
      .init("eps", 1e-8, in: 0..<Double.infinity),
    ], steps: [.number, .schedule], defaultStep: 0.001)

  private let rule: StepRule
  private let beta1: Double, beta2: Double, epsilon: Double
  private let first: FlatVector, second: FlatVector
  /// β₁ᵏ and β₂ᵏ.
  private var power1 = 1.0, power2 = 1.0

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    rule = settings.rule(of: Self.self)
    beta1 = settings.constant("beta1", of: Self.self)
    beta2 = settings.constant("beta2", of: Self.self)
    epsilon = settings.constant("eps", of: Self.self)
    first = FlatVector(dimension)
    second = FlatVector(dimension)
  }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    let size = try rule.length(at: k) ?? 0
    power1 *= beta1
    power2 *= beta2
    let scaled = size / (1 - power1), root = (1 - power2).squareRoot()
    let w = objective.point.entries, g = objective.gradient.entries
    let m = first.entries, v = second.entries
    for i in 0..<first.count {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i]
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
      // An entry that never had a gradient stays, whatever ε is.
      if m[i] != 0 { w[i] -= scaled * m[i] / (v[i].squareRoot() / root + epsilon) }
    }
    return StepOutcome(size: size)
  }
}
