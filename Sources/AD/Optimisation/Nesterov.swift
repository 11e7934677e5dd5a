import Expr

/// Nesterov's accelerated gradient: v ← μv + ∇E(w), w ← w - τ(∇E(w) + μv).
///
/// - Source: Nesterov, Soviet Mathematics Doklady 27 (1983); Sutskever et al., ICML 2013, as PyTorch's
///   `SGD(momentum=μ, nesterov=True)` writes it.
public struct Nesterov: Optimiser {
  public static let about = OptimiserDescription(
    "nesterov", "accelerated gradient descent",
    formula: "g = ∇E(w),  v ← μv + g,  w ← w - τ(g + μv)", source: "Nesterov 1983",
    constants: [.init("momentum", 0.9, in: 0..<1)], steps: [.backtracking, .number, .schedule])

  private var momentum: Momentum

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    momentum = Momentum(
      settings.rule(of: Self.self), factor: settings.constant("momentum", of: Self.self),
      looksAhead: true, dimension: dimension)
  }

  public var evaluates: Bool { momentum.evaluates }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    try momentum.step(objective, k)
  }
}
