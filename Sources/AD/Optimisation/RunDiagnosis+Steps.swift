import Expr

/// What the steps of a run were worth.
extension RunDiagnosis {
  /// E left the numbers, or is higher at the end than it was at the start, for a reason that is known or
  /// for long. A run that came to rest does not diverge, however high it lies.
  var divergence: RunFinding? {
    if result.reason == .nonfinite, result.lastValue.isFinite { return .slopeless }
    guard let first = result.rows.first, !result.reason.isConvergence,
      result.reason == .nonfinite || result.value > greatestEnd(first.value)
    else { return nil }
    let (limit, curvature) = stabilityLimit(at: result.history.point(0))
    guard limit != nil || result.reason == .nonfinite || staysHigh(first.value) else { return nil }
    return .diverges(limit: limit, curvature: curvature)
  }

  /// Where E may end after it began at a value: around a minimum batches leave it swaying.
  private func greatestEnd(_ value: Double) -> Double {
    result.hasBatches ? value + 0.1 * abs(value) : value
  }

  /// Whether E was above its start all through the second half of a run of some length. Methods with
  /// momentum, or steps of their own, begin by overshooting.
  private func staysHigh(_ value: Double) -> Bool {
    let rows = result.rows
    return rows.count >= 20
      && rows[(rows.count / 2)...].allSatisfy { $0.value > greatestEnd(value) }
  }

  /// The greatest stable step on a quadratic with greatest curvature L, if the run's step is beyond it.
  ///
  /// - Source: for gradient descent 2/L; with momentum 2(1+μ)/L and 2(1+μ)/((1+2μ)L), from the roots
  ///   of the recurrence on an eigenvector (Polyak 1964; Nesterov's by the same reckoning).
  private func stabilityLimit(at start: ArraySlice<Double>) -> (limit: Double?, curvature: Double) {
    guard case .fixed(let size)? = settings.step,
      let factor = stabilityFactor,
      let curvature = try? objective.curvature()
    else { return (nil, 0) }
    // At the start, if that explains it; curvatures far out are those of the divergence itself.
    for point in [FlatVector(Array(start)), objective.point] {
      let greatest = (try? curvature.greatestEigenvalue(at: point)) ?? .nan
      guard greatest > 0, greatest.isFinite else { continue }
      let limit = factor / greatest
      if size >= limit * (1 - 1e-6) { return (limit, greatest) }
    }
    return (nil, 0)
  }

  private var stabilityFactor: Double? {
    switch method.about.name {
    case "gd", "ista": return 2
    case "sgd", "heavyball": return 2 * (1 + settings.constant("momentum", of: method))
    case "nesterov":
      let momentum = settings.constant("momentum", of: method)
      return 2 * (1 + momentum) / (1 + 2 * momentum)
    default: return nil
    }
  }

  /// A step at the limit: the gradient does not shrink in the second half of a run of some length.
  var swing: RunFinding? {
    let rows = result.rows
    guard result.reason == .iterations, rows.count >= 10, case .fixed(let size)? = settings.step
    else { return nil }
    let middle = rows[rows.count / 2]
    guard result.gradientNorm > 0.98 * middle.gradientNorm, result.gradientNorm > 0 else {
      return nil
    }
    let (limit, curvature) = stabilityLimit(at: result.history.point(0))
    guard let limit, size <= limit * 1.001 else { return nil }
    return .swings(limit: limit, curvature: curvature)
  }

  /// Whether a run that claims to be at its end is not: short steps are no minimum.
  var hasLargeGradient: Bool {
    guard result.reason == .step || result.reason == .precision, result.gradientNorm > 0,
      let first = result.rows.first
    else { return false }
    if hasFarToGo(first) { return true }
    // Relative to the size of E and of what it moves.
    let scale = 1 + objective.point.norm, size = 1 + abs(result.value)
    guard result.gradientNorm * scale > 1e-3 * size else { return false }
    if result.reason == .step, result.gradientNorm > 1e-3 * first.gradientNorm { return true }
    // The gradient has fallen far from a far start, or belongs to a long narrow valley.
    guard settings.penalty == nil, let promisedGain else { return false }
    return promisedGain > 1e-3 * size
  }

  /// In any units: the gradient has hardly fallen, and slope and curvature along it place the minimum
  /// much farther away than the tolerance.
  private func hasFarToGo(_ first: IterationRecord) -> Bool {
    guard result.reason == .step, settings.penalty == nil,
      result.gradientNorm > 0.1 * first.gradientNorm
    else { return false }
    let direction = FlatVector(objective.dimension)
    direction.copy(objective.gradient)
    direction.scale(-1 / result.gradientNorm)
    let last = result.rows.last?.stepNorm ?? 0
    let distance = distanceAhead(objective.point, direction, last > 0 ? last : tolerance)
    return distance.map { $0 > 100 * tolerance } ?? false
  }
}
