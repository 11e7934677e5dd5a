import Expr

/// Iterative shrinkage and thresholding (ISTA): a gradient step on E, then the proximal operator of R.
///
/// - Source: Daubechies, Defrise & De Mol, Communications on Pure and Applied Mathematics 57 (2004);
///   backtracking as in Beck & Teboulle, SIAM Journal on Imaging Sciences 2 (2009).
public struct ProximalGradient: Optimiser {
  public static let about = OptimiserDescription(
    "ista", "proximal gradient descent, for a penalty prox=",
    formula: "w ← prox_τR(w - τ∇E(w))", source: "Daubechies, Defrise & De Mol 2004",
    steps: [.backtracking, .number, .schedule], takesPenalty: true)

  private var search: ProximalSearch

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    search = ProximalSearch(
      settings.rule(of: Self.self), settings.penalty ?? .l1(0), dimension: dimension)
  }

  public var evaluates: Bool { true }
  public var penalty: Proximal? { search.penalty }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    try search.run(
      objective, from: objective.origin, objective.originValue, objective.originGradient, k)
  }
}

/// FISTA: the proximal step from a point ahead of the last two.
///
/// - Source: Beck & Teboulle, SIAM Journal on Imaging Sciences 2 (2009).
public struct AcceleratedProximalGradient: Optimiser {
  public static let about = OptimiserDescription(
    "fista", "accelerated proximal gradient descent",
    formula: "y = w + (t₋-1)/t (w - w₋),  w ← prox_τR(y - τ∇E(y)),  t ← (1+√(1+4t²))/2",
    source: "Beck & Teboulle 2009", steps: [.backtracking, .number, .schedule], takesPenalty: true)

  private var search: ProximalSearch
  private let previous: FlatVector
  private let ahead: FlatVector
  private let slope: FlatVector
  /// t of the last step.
  private var pace = 1.0

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    search = ProximalSearch(
      settings.rule(of: Self.self), settings.penalty ?? .l1(0), dimension: dimension)
    previous = FlatVector(dimension)
    ahead = FlatVector(dimension)
    slope = FlatVector(dimension)
  }

  public var evaluates: Bool { true }
  public var penalty: Proximal? { search.penalty }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    guard k > 1 else {
      previous.copy(objective.origin)
      return try search.run(
        objective, from: objective.origin, objective.originValue, objective.originGradient, k)
    }
    let next = (1 + (1 + 4 * pace * pace).squareRoot()) / 2
    let reach = (pace - 1) / next
    pace = next
    let w = objective.origin.entries, before = previous.entries
    for i in 0..<ahead.count { ahead[i] = w[i] + reach * (w[i] - before[i]) }
    previous.copy(objective.origin)
    objective.point.copy(ahead)
    try objective.evaluate()
    slope.copy(objective.gradient)
    return try search.run(objective, from: ahead, objective.value, slope, k)
  }
}

/// A proximal step whose τ is given, or halved until the quadratic model bounds E. The first is
/// lengthened while the slope does not change that far: 1 means nothing in the units of w.
struct ProximalSearch {
  let penalty: Proximal
  private let rule: StepRule
  private var size = 1.0

  init(_ rule: StepRule, _ penalty: Proximal, dimension: Int) {
    self.rule = rule
    self.penalty = penalty
  }

  mutating func run(
    _ objective: Objective, from start: FlatVector, _ value: Double, _ slope: FlatVector, _ k: Int
  ) throws(Diagnostic) -> StepOutcome {
    if let size = try rule.length(at: k) {
      penalty.move(objective.point, from: start, size, against: slope)
      try objective.evaluate()
      return StepOutcome(size: size)
    }
    var isShort = k == 1, last = 0.0
    for _ in 0..<100 {
      penalty.move(objective.point, from: start, size, against: slope)
      try objective.evaluate()
      if objective.isFinite, isBounded(objective, start, value, slope) {
        // A step that a penalty holds back does not grow with τ.
        let length = objective.point.distance(to: start)
        isShort = isShort && isStraight(objective, start, slope) && length > 2 * last
        guard isShort, length < 1e30 * max(1, start.norm) else { return StepOutcome(size: size) }
        last = length
        size *= Trial.lengthening
        continue
      }
      isShort = false
      size /= 2
    }
    return StepOutcome(stop: .lineSearch)
  }

  /// Whether the curvature along the step, (g(w) - g(y))ᵀ(w - y)/‖w - y‖², is so much below 1/τ that the
  /// step shows nothing yet.
  private func isStraight(
    _ objective: Objective, _ start: FlatVector, _ slope: FlatVector
  ) -> Bool {
    let w = objective.point.entries, y = start.entries
    let now = objective.gradient.entries, before = slope.entries
    var change = 0.0, squared = 0.0
    for i in 0..<start.count {
      let move = w[i] - y[i]
      change += (now[i] - before[i]) * move
      squared += move * move
    }
    return abs(change) * size <= 1e-3 * squared
  }

  /// E(w) ≤ E(y) + gᵀ(w - y) + ‖w - y‖²/(2τ), up to rounding.
  private func isBounded(
    _ objective: Objective, _ start: FlatVector, _ value: Double, _ slope: FlatVector
  ) -> Bool {
    let w = objective.point.entries, y = start.entries, g = slope.entries
    var linear = 0.0, squared = 0.0
    for i in 0..<start.count {
      let move = w[i] - y[i]
      linear += g[i] * move
      squared += move * move
    }
    let bound = value + linear + squared / (2 * size)
    return objective.value <= bound + 1e-13 * abs(value)
  }
}
