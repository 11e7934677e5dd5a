import Expr

/// What heavy ball and Nesterov's method share: a velocity, and a step size that is halved, the
/// velocity forgotten, whenever a step would raise E. The first is lengthened while E is a straight line
/// that far: 1 means nothing in the units of w.
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
      return StepOutcome(
        size: size, length: objective.step(-size, along: looksAhead ? update : velocity))
    }
    let start = objective.originValue
    push(objective.gradient)
    let move = looksAhead ? update : velocity
    var isShort = k == 1
    for _ in 0..<100 {
      objective.point.set(objective.origin, plus: -size, move)
      try objective.evaluate()
      if objective.isFinite, objective.value <= start {
        isShort = isShort && isStraight(objective, move)
        guard isShort else { return StepOutcome(size: size) }
        size *= Trial.lengthening
        continue
      }
      isShort = false
      // Without a velocity it is a gradient step, and short enough ones go down.
      velocity.fill(0)
      push(objective.originGradient)
      size /= 2
    }
    let promised = size * objective.originNorm * objective.originNorm
    return StepOutcome(stop: promised <= 1e-13 * abs(start) ? .precision : .lineSearch)
  }

  /// Whether the step of the evaluation just made shows nothing yet.
  private func isStraight(_ objective: Objective, _ move: FlatVector) -> Bool {
    let start = Trial(
      size: 0, value: objective.originValue, slope: -objective.originGradient.dot(move))
    let trial = Trial(size: size, value: objective.value, slope: -objective.gradient.dot(move))
    return trial.isStraight(from: start) && !LineSearch.isTooLong(size, objective, move)
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
