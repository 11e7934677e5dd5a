import Expr

/// Nonlinear conjugate gradients: p ← -g + βp with β of Polak and Ribière, never below 0.
///
/// It starts anew from -g after n steps, or when successive gradients are far from orthogonal.
///
/// - Source: Polak & Ribière 1969; Powell's restarts, Mathematical Programming 12 (1977); Nocedal &
///   Wright, section 5.2.
public struct ConjugateGradients: Optimiser {
  public static let about = OptimiserDescription(
    "cg", "nonlinear conjugate gradients",
    formula: "β = max(0, gᵀ(g - g₋)/g₋ᵀg₋),  p ← -g + βp,  w ← w + τp",
    source: "Polak & Ribière 1969", steps: [.wolfe, .optimal])

  private var search: LineSearch
  private let direction: FlatVector
  private let previous: FlatVector
  private var lastSlope = 0.0
  private var lastSize = 0.0
  private var sinceRestart = 0

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    search = LineSearch(settings.rule(of: Self.self), curvatureFraction: 0.1)
    direction = FlatVector(dimension)
    previous = FlatVector(dimension)
  }

  public var evaluates: Bool { true }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    let gradient = objective.originGradient
    let squared = gradient.dot(gradient), old = previous.dot(previous)
    let overlap = gradient.dot(previous)
    let isFresh =
      sinceRestart == 0 || sinceRestart >= max(10, direction.count)
      || abs(overlap) >= 0.2 * squared
    let beta = isFresh ? 0 : max(0, (squared - overlap) / old)
    direction.scale(beta)
    direction.add(-1, gradient)
    var slope = gradient.dot(direction)
    if slope >= 0 {
      restart(gradient)
      slope = -squared
    }
    sinceRestart = isFresh ? 1 : sinceRestart + 1
    // The same fall as in the last step, as a first guess.
    let guess = k == 1 ? 1 / max(1, squared.squareRoot()) : lastSize * lastSlope / slope
    let first = guess.isFinite && guess > 0 ? guess : 1
    previous.copy(gradient)
    var outcome = try search.run(objective, along: direction, first: first, k)
    if outcome.stop == .lineSearch, beta != 0 {
      restart(gradient)
      slope = -squared
      outcome = try search.run(objective, along: direction, first: first, k)
    }
    (lastSlope, lastSize) = (slope, outcome.size)
    return outcome
  }

  private mutating func restart(_ gradient: FlatVector) {
    direction.copy(gradient)
    direction.scale(-1)
    sinceRestart = 1
  }
}
