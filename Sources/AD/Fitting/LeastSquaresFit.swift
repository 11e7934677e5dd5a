/// The least sum of squared residuals over parameters, and what is certain of where it is.
public struct LeastSquaresFit: Sendable {
  public enum Reason: String, Sendable {
    /// No step makes the sum of squares smaller, and the next one would be within rounding errors.
    case converged
    /// The residuals are zero up to rounding errors.
    case perfect = "perfect fit"
    /// The model is linear in its parameters: solved at once.
    case linear
    /// Columns of the Jacobian depend on each other, or are zero.
    case rankDeficient = "rank-deficient"
    /// The slope is zero, but in some direction the sum of squares falls.
    case saddle
    /// The residuals vanish only as parameters go to infinity.
    case runsOff = "runs off"
    /// No progress, though the next step would not be small.
    case stalled
    case iterations
    case interrupted
  }

  /// The final point, entry by entry.
  public let point: [Double]
  public let residuals: [Double]
  public let reason: Reason
  /// Steps that lowered the sum of squares, of all runs.
  public internal(set) var iterations: Int
  /// Evaluations of the residuals in these runs, those for the last digits and the judgement apart.
  public internal(set) var evaluations: Int
  /// Runs beyond the first, from the same start with another trust region.
  public let restarts: Int
  public let statistics: FitStatistics
  /// The parameters that still moved when they ran off.
  public let moving: [Int]

  public var converged: Bool {
    reason == .converged || reason == .perfect || reason == .linear
  }
}
