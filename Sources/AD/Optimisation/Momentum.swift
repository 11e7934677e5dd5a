import Expr

/// What heavy ball and Nesterov's method share: a velocity, and a step size that is halved, the
/// velocity forgotten, whenever a step would raise E.
///
/// - Source: restarting when the value grows is O'Donoghue & Candès, Adaptive Restart for Accelerated
///   Gradient Schemes, Foundations of Computational Mathematics 15 (2015).
struct Momentum {
  private let rule: StepRule
  private let factor: Double
  private let looksAhead: Bool
  private let velocity: FlatVector
  private let update: FlatVector
  private var size = 1.0

  init(_ rule: StepRule, factor: Double, looksAhead: Bool, dimension: Int) {
    self.rule = rule
    self.factor = factor
    self.looksAhead = looksAhead
    velocity = FlatVector(dimension)
    update = FlatVector(looksAhead ? dimension : 0)
  }

  var evaluates: Bool { evaluatesWith(rule) }

  mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    if let size = try rule.length(at: k) {
      push(objective.gradient)
      objective.point.add(-size, looksAhead ? update : velocity)
      return StepOutcome(size: size)
    }
    let start = objective.originValue
    push(objective.gradient)
    for _ in 0..<100 {
      objective.point.set(objective.origin, plus: -size, looksAhead ? update : velocity)
      try objective.evaluate()
      if objective.isFinite, objective.value <= start { return StepOutcome(size: size) }
      // Without a velocity it is a gradient step, and short enough ones go down.
      velocity.fill(0)
      push(objective.originGradient)
      size /= 2
    }
    let promised = size * objective.originNorm * objective.originNorm
    return StepOutcome(stop: promised <= 1e-13 * abs(start) ? .precision : .lineSearch)
  }

  /// v ← μv + g, and g + μv where the method looks ahead.
  private func push(_ gradient: FlatVector) {
    let v = velocity.entries, g = gradient.entries
    for i in 0..<velocity.count { v[i] = factor * v[i] + g[i] }
    guard looksAhead else { return }
    let ahead = update.entries
    for i in 0..<velocity.count { ahead[i] = g[i] + factor * v[i] }
  }
}
