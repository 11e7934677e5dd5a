import Expr

/// Stochastic gradient descent: v ← μv + g, w ← w - τv, where g is the gradient on a batch of rows.
///
/// - Source: Robbins & Monro, Annals of Mathematical Statistics 22 (1951); default step of PyTorch's
///   `SGD`.
public struct StochasticGradient: Optimiser {
  public static let about = OptimiserDescription(
    "sgd", "stochastic gradient descent, on batches of rows",
    formula: "g = ∇E_batch(w),  v ← μv + g,  w ← w - τv", source: "Robbins & Monro 1951",
    constants: [.init("momentum", 0, in: 0..<1)], steps: [.number, .schedule], defaultStep: 0.001)

  private var momentum: Momentum

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    momentum = Momentum(
      settings.rule(of: Self.self), factor: settings.constant("momentum", of: Self.self),
      looksAhead: false, dimension: dimension)
  }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    try momentum.step(objective, k)
  }
}
