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

  public struct Result: Sendable {
    public let reason: StopReason
    public let history: RunHistory
    /// The rows of the table: those of the history, with batches those where E was taken on all rows.
    public let rows: [IterationRecord]
    /// E at a step is that of a batch: it need not fall from step to step.
    public let hasBatches: Bool
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
