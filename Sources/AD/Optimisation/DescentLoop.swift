import Expr

/// The state of a run.
struct DescentLoop {
  let objective: Objective
  var method: any Optimiser
  let plan: Descent
  var history: RunHistory
  /// The best point, once the run has left it: until then it is the objective's.
  private let best: FlatVector
  private var isAtBest = false
  /// Room for a proximal step.
  private let mapped: FlatVector
  private var bestValue = Double.infinity
  private var bestNorm = Double.nan
  private var bestIteration = 0
  private var clock = ProgressClock()
  /// With batches, E on all rows now and then.
  var wholeRows: [IterationRecord]?
  private let evaluationsBefore: Int
  private let penalty: Proximal?
  private let methodEvaluates: Bool
  private let rests: Bool

  init(_ objective: Objective, _ method: any Optimiser, _ plan: Descent) {
    self.objective = objective
    self.method = method
    self.plan = plan
    penalty = method.penalty
    methodEvaluates = method.evaluates
    rests = method.restsBetweenSteps
    history = RunHistory(dimension: objective.dimension, expected: plan.iterations)
    best = FlatVector(objective.dimension)
    mapped = FlatVector(method.penalty == nil ? 0 : objective.dimension)
    evaluationsBefore = objective.evaluations
  }

  mutating func run() throws(Diagnostic) -> Descent.Result {
    var method = self.method
    return try run(&method)
  }

  /// Runs with a method that is taken out of its box once, not at each step.
  private mutating func run(
    _ method: inout some Optimiser
  ) throws(Diagnostic) -> Descent.Result {
    // A variable of its own is not counted anew at each use.
    let objective = self.objective
    try objective.evaluate()
    guard objective.isFinite else { throw .notFiniteAtStart(objective) }
    var norm = slopeNorm(1)
    record(0, stepNorm: .nan, stepSize: .nan, norm)
    var reason = StopReason.iterations
    var iteration = 0
    var lastValue = objective.value
    let plain = penalty == nil ? method.plainStep.flatMap { plainSteps($0) } : nil
    var nextPlain = 0
    while iteration < plan.iterations {
      if let plain, isAtBest, iteration >= nextPlain {
        let isAllThereIs = make(plain, &iteration, &norm)
        lastValue = objective.value
        if isAllThereIs { continue }
        nextPlain = iteration + PlainSteps.length
      }
      if penalty == nil, objective.gradientNorm == 0 {
        reason = .stationary
        break
      }
      objective.mark(keepsGradient: methodEvaluates)
      let outcome: StepOutcome
      do {
        outcome = try method.step(objective, iteration + 1)
        if outcome.stop == nil, !methodEvaluates { try objective.evaluate() }
      } catch {
        objective.restore()
        guard interruptionRequested.load(ordering: .relaxed) else { throw error }
        reason = .interrupted
        goToBest(&iteration, &norm)
        break
      }
      if let stop = outcome.stop {
        objective.restore()
        reason = stop
        break
      }
      lastValue = objective.value
      guard objective.isFinite else {
        objective.restore()
        reason = .nonfinite
        break
      }
      iteration += 1
      let length = outcome.length ?? objective.stepLength
      norm = slopeNorm(outcome.size)
      record(iteration, stepNorm: length, stepSize: outcome.size, norm)
      if (rests ? outcome.size : length) <= plan.tolerance, plan.tolerance > 0 {
        reason = .step
        break
      }
      if penalty != nil, length == 0 {
        reason = .stationary
        break
      }
    }
    return result(reason, iteration, norm, lastValue)
  }

  mutating func result(
    _ reason: StopReason, _ iteration: Int, _ norm: Double, _ lastValue: Double
  ) -> Descent.Result {
    history.finish(at: objective.point)
    return Descent.Result(
      reason: reason, history: history, rows: wholeRows ?? history.records,
      hasBatches: wholeRows != nil,
      value: total(objective.value), gradientNorm: norm,
      iterations: iteration, evaluations: objective.evaluations - evaluationsBefore,
      seconds: clock.seconds, failure: reason == .nonfinite ? objective.failure : nil,
      lastValue: lastValue)
  }

  /// ‖∇E‖, with a penalty the norm of the gradient mapping for a step τ.
  private func slopeNorm(_ size: Double) -> Double {
    guard let penalty, size > 0 else { return objective.gradientNorm }
    penalty.move(mapped, from: objective.point, size, against: objective.gradient)
    return mapped.distance(to: objective.point) / size
  }

  private func total(_ value: Double) -> Double {
    value + (penalty?.value(at: objective.point) ?? 0)
  }

  mutating func record(
    _ iteration: Int, stepNorm: Double, stepSize: Double, _ norm: Double
  ) {
    let objective = self.objective
    let value = total(objective.value)
    history.append(
      IterationRecord(
        iteration: iteration, value: value, gradientNorm: norm, stepNorm: stepNorm,
        stepSize: stepSize), objective.point.entries)
    if value < bestValue {
      isNowBest(iteration, value, norm)
      return
    }
    if isAtBest {
      best.copy(objective.origin)
      isAtBest = false
    }
    observe(iteration, value)
  }

  /// The run has come to the best point so far.
  mutating func isNowBest(_ iteration: Int, _ value: Double, _ norm: Double) {
    bestValue = value
    bestNorm = norm
    bestIteration = iteration
    isAtBest = true
    observe(iteration, value)
  }

  private mutating func observe(_ iteration: Int, _ value: Double) {
    if clock.isDue(), let observe = plan.observe { observe(iteration, value) }
  }

  /// After an interruption: the least value seen counts, wherever the run was.
  private mutating func goToBest(_ iteration: inout Int, _ norm: inout Double) {
    guard bestIteration != iteration else { return }
    let penalty = penalty?.value(at: best) ?? 0
    objective.restore(best, value: bestValue - penalty, gradientNorm: bestNorm)
    norm = bestNorm
  }
}

extension Diagnostic {
  /// There is nothing to start from.
  static func notFiniteAtStart(_ objective: Objective) -> Diagnostic {
    if let failure = objective.failure {
      return Diagnostic(
        "there is no value to start from: \(failure.message)", hint: failure.hint)
    }
    let what =
      objective.value.isFinite
      ? "the gradient has no finite norm" : "the value is \(NumberFormat().string(objective.value))"
    return Diagnostic(
      "there is nothing to start from: \(what)", hint: "at x=… starts elsewhere")
  }
}
