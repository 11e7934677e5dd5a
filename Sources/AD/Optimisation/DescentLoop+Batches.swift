import Expr

extension DescentLoop {
  /// With batches: the gradient of step k is that of batch k, and so is the loss that is recorded, the
  /// one before the step.
  mutating func run(_ batches: MiniBatches) throws(Diagnostic) -> Descent.Result {
    wholeRows = []
    try takeWhole(batches, 0, .nan, .nan)
    guard objective.isFinite else { throw .notFiniteAtStart(objective) }
    objective.mark()
    let passStart = FlatVector(objective.dimension)
    var reason = StopReason.iterations
    var iteration = 0
    var (length, size) = (Double.nan, Double.nan)
    do {
      while iteration < plan.iterations {
        if iteration % batches.updatesPerPass == 0 {
          if iteration > 0, plan.tolerance > 0,
            objective.point.distance(to: passStart) <= plan.tolerance
          {
            reason = .step
            break
          }
          passStart.copy(objective.point)
        }
        batches.loadNext(objective)
        try objective.evaluate()
        guard objective.isFinite else {
          objective.restore()
          reason = .nonfinite
          break
        }
        record(iteration, stepNorm: length, stepSize: size, objective.gradientNorm)
        objective.mark(keepsGradient: false)
        size = try method.step(objective, iteration + 1).size
        length = objective.stepLength
        iteration += 1
        if iteration % plan.every == 0, iteration < plan.iterations {
          try takeWhole(batches, iteration, length, size)
        }
      }
    } catch {
      guard interruptionRequested.load(ordering: .relaxed) else { throw error }
      reason = .interrupted
      interruptionRequested.store(false, ordering: .relaxed)
    }
    try takeWhole(batches, iteration, length, size)
    let lastValue = objective.value
    if !objective.isFinite {
      reason = .nonfinite
      objective.restore()
      iteration -= 1
      try takeWhole(batches, iteration, .nan, .nan)
    }
    record(iteration, stepNorm: length, stepSize: size, objective.gradientNorm)
    return result(reason, iteration, objective.gradientNorm, lastValue)
  }

  /// Evaluates E on all rows and adds a row to the table.
  private mutating func takeWhole(
    _ batches: MiniBatches, _ iteration: Int, _ length: Double, _ size: Double
  ) throws(Diagnostic) {
    batches.loadAll(objective)
    try objective.evaluate()
    let row = IterationRecord(
      iteration: iteration, value: objective.value, gradientNorm: objective.gradientNorm,
      stepNorm: length, stepSize: size)
    guard row.value.isFinite, wholeRows?.last?.iteration != iteration else { return }
    wholeRows?.append(row)
  }
}
