import Expr

/// BFGS with the last few changes of the gradient in place of a matrix.
///
/// - Source: Nocedal, Mathematics of Computation 35 (1980); Nocedal & Wright, algorithms 7.4 and 7.5.
public struct LimitedMemoryBFGS: Optimiser {
  public static let about = OptimiserDescription(
    "lbfgs", "quasi-Newton method for many parameters",
    formula: "p = -Bg with B from the last pairs s = Δw, y = Δg;  w ← w + τp",
    source: "Nocedal 1980",
    constants: [.init("memory", 10, in: 1..<1000)], steps: [.wolfe, .optimal])

  private var search: LineSearch
  private let direction: FlatVector
  /// Rings of the last pairs; `next` is the oldest place, to be overwritten.
  private var steps: [FlatVector] = []
  private var changes: [FlatVector] = []
  private let curvatures: FlatVector
  private let weights: FlatVector
  private var stored = 0
  private var next = 0

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    search = LineSearch(settings.rule(of: Self.self))
    direction = FlatVector(dimension)
    let memory = Int(settings.constant("memory", of: Self.self))
    for _ in 0..<memory {
      steps.append(FlatVector(dimension))
      changes.append(FlatVector(dimension))
    }
    curvatures = FlatVector(memory)
    weights = FlatVector(memory)
  }

  public var evaluates: Bool { true }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    let gradient = objective.originGradient
    aim(gradient)
    if gradient.dot(direction) >= 0 { restart(gradient) }
    let first = stored == 0 ? min(1, 1 / objective.originNorm) : 1
    var outcome = try search.run(objective, along: direction, first: first, k)
    if outcome.stop == .lineSearch, stored > 0 {
      restart(gradient)
      outcome = try search.run(
        objective, along: direction, first: min(1, 1 / objective.originNorm), k)
    }
    if outcome.stop == nil, objective.isFinite { remember(objective) }
    return outcome
  }

  private mutating func restart(_ gradient: FlatVector) {
    stored = 0
    next = 0
    direction.copy(gradient)
    direction.scale(-1)
  }

  /// The two loops: newest to oldest, then back.
  private func aim(_ gradient: FlatVector) {
    direction.copy(gradient)
    direction.scale(-1)
    guard stored > 0 else { return }
    for age in 0..<stored {
      let place = place(age)
      weights[place] = steps[place].dot(direction) / curvatures[place]
      direction.add(-weights[place], changes[place])
    }
    let newest = place(0)
    direction.scale(curvatures[newest] / changes[newest].dot(changes[newest]))
    for age in (0..<stored).reversed() {
      let place = place(age)
      let correction = changes[place].dot(direction) / curvatures[place]
      direction.add(weights[place] - correction, steps[place])
    }
  }

  private func place(_ age: Int) -> Int { (next - 1 - age + 2 * steps.count) % steps.count }

  private mutating func remember(_ objective: Objective) {
    let step = steps[next], change = changes[next]
    step.set(objective.point, plus: -1, objective.origin)
    change.set(objective.gradient, plus: -1, objective.originGradient)
    let curvature = step.dot(change)
    guard curvature > 1e-14 * step.norm * change.norm, curvature.isNormal else {
      // The overwritten pair is gone: the older ones begin anew with it.
      stored = min(stored, steps.count - 1)
      return
    }
    curvatures[next] = curvature
    next = (next + 1) % steps.count
    stored = min(stored + 1, steps.count)
  }
}
