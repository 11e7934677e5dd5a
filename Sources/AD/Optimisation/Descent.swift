import Expr

/// Why a run of an optimiser ended.
public enum StopReason: String, Sendable {
  /// ‖w_{t+1} - w_t‖ ≤ η.
  case step
  /// The iterations were used up.
  case iterations
  /// The gradient is exactly zero: no step moves.
  case stationary
  /// The value became nan or infinite; the last finite point is kept.
  case nonfinite
  /// No step length decreased the value.
  case lineSearch
  /// What a step could still gain is lost in the rounding of the value.
  case precision
  case interrupted

  /// Whether the run ended where it was meant to.
  public var isConvergence: Bool { self == .step || self == .stationary || self == .precision }
}

/// A run of a method on an objective, from the point where the objective is.
public struct Descent {
  public var iterations: Int
  /// η: stops once no step is longer. 0 never stops by this rule.
  public var tolerance: Double
  /// Takes the rows of data in batches; nil for all rows at each step. The step rule looks at whole
  /// passes then.
  public var batches: MiniBatches?
  /// With batches: E on all rows is computed for the table every so many updates.
  public var every = 50
  /// Called about ten times a second with the iteration and E.
  public var observe: ((_ iteration: Int, _ value: Double) -> Void)?

  public struct Result {
    public let reason: StopReason
    public let history: RunHistory
    /// The rows of the table: those of the history, with batches those where E was taken on all rows.
    public let rows: [IterationRecord]
    /// E, with its penalty, and the norm of the gradient (with a penalty, of the gradient mapping) at
    /// the final point, where the objective is left.
    public let value: Double
    public let gradientNorm: Double
    public let iterations: Int
    public let evaluations: Int
    public let seconds: Double
    /// What a kernel reported where the value stopped being finite.
    public let failure: Diagnostic?
    /// E where the run broke off, if that was not finite.
    public let lastValue: Double
  }

  public init(iterations: Int, tolerance: Double) {
    self.iterations = iterations
    self.tolerance = tolerance
  }

  /// Runs until a rule stops it. The objective is left at the final point, which after an
  /// interruption is the best one seen.
  ///
  /// - Throws: a start where E is not finite; what a step schedule throws. The objective is back at
  ///   the start then.
  public func run(
    _ objective: Objective, _ method: any Optimiser
  ) throws(Diagnostic) -> Result {
    var loop = DescentLoop(objective, method, self)
    guard let batches else { return try loop.run() }
    return try loop.run(batches)
  }
}

/// The state of a run.
private struct DescentLoop {
  private let objective: Objective
  private var method: any Optimiser
  private let plan: Descent
  private var history: RunHistory
  private let best: FlatVector
  /// Room for a proximal step.
  private let mapped: FlatVector
  private var bestValue = Double.infinity
  private var bestNorm = Double.nan
  private var bestIteration = 0
  private var clock = ProgressClock()
  /// With batches, E on all rows now and then.
  private var wholeRows: [IterationRecord]?
  private let evaluationsBefore: Int
  private let penalty: Proximal?
  private let methodEvaluates: Bool

  init(_ objective: Objective, _ method: any Optimiser, _ plan: Descent) {
    self.objective = objective
    self.method = method
    self.plan = plan
    penalty = method.penalty
    methodEvaluates = method.evaluates
    history = RunHistory(dimension: objective.dimension, expected: plan.iterations)
    best = FlatVector(objective.dimension)
    mapped = FlatVector(method.penalty == nil ? 0 : objective.dimension)
    evaluationsBefore = objective.evaluations
  }

  mutating func run() throws(Diagnostic) -> Descent.Result {
    try objective.evaluate()
    guard objective.isFinite else { throw .notFiniteAtStart(objective) }
    var norm = slopeNorm(1)
    record(0, stepNorm: .nan, stepSize: .nan, norm)
    var reason = StopReason.iterations
    var iteration = 0
    var lastValue = objective.value
    while iteration < plan.iterations {
      if penalty == nil, objective.gradientNorm == 0 {
        reason = .stationary
        break
      }
      objective.mark()
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
      let length = objective.point.distance(to: objective.origin)
      norm = slopeNorm(outcome.size)
      record(iteration, stepNorm: length, stepSize: outcome.size, norm)
      if length <= plan.tolerance, plan.tolerance > 0 {
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
        objective.mark()
        size = try method.step(objective, iteration + 1).size
        length = objective.point.distance(to: objective.origin)
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

  private func result(
    _ reason: StopReason, _ iteration: Int, _ norm: Double, _ lastValue: Double
  ) -> Descent.Result {
    var history = self.history
    history.finish(at: objective.point)
    return Descent.Result(
      reason: reason, history: history, rows: wholeRows ?? history.records,
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

  private mutating func record(
    _ iteration: Int, stepNorm: Double, stepSize: Double, _ norm: Double
  ) {
    let value = total(objective.value)
    history.append(
      IterationRecord(
        iteration: iteration, value: value, gradientNorm: norm, stepNorm: stepNorm,
        stepSize: stepSize), objective.point)
    if value < bestValue {
      bestValue = value
      bestNorm = norm
      bestIteration = iteration
      best.copy(objective.point)
    }
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
