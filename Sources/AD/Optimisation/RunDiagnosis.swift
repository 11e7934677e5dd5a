import Expr

/// What a finished run shows of the function, beyond the rule that stopped it.
public enum RunFinding {
  /// E is greater at the end than at the start, or left the finite numbers. `limit` is the greatest
  /// stable step for the curvature L at the start, where the method's step is beyond it.
  case diverges(limit: Double?, curvature: Double)
  /// E has a value where the next step leads, but no finite gradient.
  case slopeless
  /// A fixed step at the limit: E neither falls nor grows.
  case swings(limit: Double, curvature: Double)
  /// The steps became short while the gradient is still large.
  case largeGradient
  /// The weights go on growing in one direction while E creeps towards a bound it does not reach.
  case weightsDiverge(norms: [Double])
  /// E falls in the second half of the run as much as in the first: it may have no minimum.
  case unbounded
  /// The point has no slope, but there are directions in which E falls: a saddle, or a maximum where no
  /// eigenvalue of the Hessian is positive.
  case saddle(eigenvalue: Double, isMaximum: Bool)
}

/// Judges a run by its history and a few evaluations more, at its end.
public struct RunDiagnosis {
  let result: Descent.Result
  let objective: Objective
  let settings: OptimiserSettings
  let method: any Optimiser.Type
  /// η of the step rule.
  let tolerance: Double

  /// Beyond so many parameters nobody waits for a Hessian.
  private static let hessianLimit = 200

  public init(
    _ result: Descent.Result, _ objective: Objective, _ method: any Optimiser.Type,
    _ settings: OptimiserSettings, tolerance: Double
  ) {
    self.result = result
    self.tolerance = tolerance
    self.objective = objective
    self.method = method
    self.settings = settings
  }

  /// What is to be warned of, the gravest first. The objective stays where it is.
  public func findings() -> [RunFinding] {
    if isUnbounded { return [.unbounded] }
    if let divergence { return [divergence] }
    if let norms = divergingWeights { return [.weightsDiverge(norms: norms)] }
    if let swing { return [swing] }
    if let saddle { return [saddle] }
    return hasLargeGradient ? [.largeGradient] : []
  }

  // MARK: No minimum

  private var isUnbounded: Bool {
    let rows = result.rows
    if result.lastValue == -.infinity { return true }
    guard let first = rows.first, rows.count >= 8, result.value < first.value else { return false }
    if result.value < -1e12 * (1 + abs(first.value)) { return true }
    guard result.reason == .iterations else { return false }
    let middle = rows[rows.count / 2]
    let (before, after) = (first.value - middle.value, middle.value - result.value)
    let halves =
      Double(rows[rows.count - 1].iteration - middle.iteration) / Double(middle.iteration)
    return before > 0 && after >= 0.999 * before * halves
      && result.gradientNorm >= 0.999 * first.gradientNorm
  }

  /// The norms at a quarter, half and the end of the run, if the weights diverge: they moved in the
  /// second half as far as in the quarter before, in the same direction, and a good part of the way to
  /// the minimum along that direction, as slope and curvature place it, which has not come nearer. (In
  /// a long valley it does not either, but the run has gone a small part of the way.)
  private var divergingWeights: [Double]? {
    let history = result.history
    let rows = meaningfulRows
    guard rows >= 9, result.reason != .interrupted, result.gradientNorm > 0,
      let first = result.rows.first, result.gradientNorm <= 0.02 * first.gradientNorm,
      settings.penalty == nil
    else { return nil }
    let quarter = FlatVector(Array(history.point(rows / 4)))
    let half = FlatVector(Array(history.point(rows / 2)))
    let end = FlatVector(Array(history.point(rows - 1)))
    let early = FlatVector(end.count), late = FlatVector(end.count)
    early.set(half, plus: -1, quarter)
    late.set(end, plus: -1, half)
    let lengths = (early.norm, late.norm)
    guard lengths.0 > 0, lengths.1 >= 0.7 * lengths.0, end.norm > half.norm,
      early.dot(late) >= 0.95 * lengths.0 * lengths.1
    else { return nil }
    late.scale(1 / lengths.1)
    let width = 0.01 * lengths.1
    guard let before = distanceAhead(half, late, width), lengths.1 >= 0.3 * before,
      let now = distanceAhead(end, late, width), now >= 0.8 * before
    else { return nil }
    return [quarter.norm, half.norm, end.norm]
  }

  /// The rows of the path up to where slopes are no more than rounding.
  private var meaningfulRows: Int {
    let history = result.history
    guard history.records.count == history.pathIterations.count, let first = history.records.first
    else { return history.pathIterations.count }
    let spent = history.records.firstIndex { $0.gradientNorm <= 1e-7 * first.gradientNorm }
    return spent.map { $0 + 1 } ?? history.records.count
  }

  /// -E'/E'' along a unit direction: where the minimum is, if E is a parabola there. E'' comes from the
  /// slopes at both ends of an interval, for nothing hangs on its digits and a Hessian would have to be
  /// compiled.
  func distanceAhead(
    _ point: FlatVector, _ direction: FlatVector, _ width: Double
  ) -> Double? {
    let here = FlatVector(point.count), gradient = FlatVector(point.count)
    here.copy(objective.point)
    gradient.copy(objective.gradient)
    let (value, norm) = (objective.value, objective.gradientNorm)
    defer {
      objective.restore(here, value: value, gradientNorm: norm)
      objective.gradient.copy(gradient)
    }
    objective.point.copy(point)
    guard (try? objective.evaluate()) != nil else { return nil }
    let slope = objective.gradient.dot(direction)
    guard slope < 0 else { return nil }
    objective.point.add(width, direction)
    guard (try? objective.evaluate()) != nil else { return nil }
    let bend = (objective.gradient.dot(direction) - slope) / width
    return bend > 0 ? -slope / bend : .infinity
  }

  // MARK: Second derivatives at the end

  /// H at the end; nil where it is out of reach.
  private var hessian: FlatVector? {
    let size = objective.dimension
    guard size <= Self.hessianLimit, let curvature = try? objective.curvature() else { return nil }
    let matrix = FlatVector(size * size)
    guard (try? curvature.fill(matrix, at: objective.point)) != nil else { return nil }
    return matrix
  }

  /// By how much a step of Newton's method promises to lower E from here, ½gᵀH⁻¹g, H made positive
  /// definite.
  var promisedGain: Double? {
    guard let hessian else { return nil }
    var cholesky = ModifiedCholesky(objective.dimension)
    let step = FlatVector(objective.dimension)
    step.copy(objective.gradient)
    cholesky.factor(hessian)
    cholesky.solve(step)
    return step.dot(objective.gradient) / 2
  }

  /// A negative eigenvalue where a run ended that seeks any stationary point, as the pure Newton method
  /// does, or that stood on one.
  private var saddle: RunFinding? {
    guard
      method.about.name == "newton" ? result.reason.isConvergence : result.reason == .stationary,
      settings.penalty == nil, let hessian
    else { return nil }
    let size = objective.dimension
    let eigenvalues = symmetricEigenvalues(Tensor(.matrix(size, size), hessian.array))
    guard let least = eigenvalues.first, let greatest = eigenvalues.last,
      least < -1e-9 * max(abs(greatest), abs(least))
    else { return nil }
    return .saddle(eigenvalue: least, isMaximum: greatest <= 0)
  }
}
