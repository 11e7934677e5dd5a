import Expr

/// Gradient descent with momentum: v ← μv + ∇E(w), w ← w - τv.
///
/// - Source: Polyak, USSR Computational Mathematics and Mathematical Physics 4 (1964), as PyTorch's
///   `SGD(momentum=μ)` writes it.
public struct HeavyBall: Optimiser {
  public static let about = OptimiserDescription(
    "heavyball", "gradient descent with momentum", formula: "v ← μv + ∇E(w),  w ← w - τv",
    source: "Polyak 1964", constants: [.init("momentum", 0.9, in: 0..<1)],
    steps: [.backtracking, .number, .schedule])

  private var momentum: Momentum

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    momentum = Momentum(
      settings.rule(of: Self.self), factor: settings.constant("momentum", of: Self.self),
      looksAhead: false, dimension: dimension)
  }

  public var evaluates: Bool { momentum.evaluates }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    try momentum.step(objective, k)
  }
}
