import Expr

/// Finds the least sum of squares: a linear problem by QR with refined residuals, any other by Levenberg and Marquardt's
/// method from the start given and no other.
public struct LeastSquaresSolver {
  public var bounds: ParameterBounds
  /// The most steps of one run.
  public var iterations: Int
  /// What a residual of ordinary size is: the norm of the observations, 0 if nothing is known.
  public var scale: Double
  /// How many residuals count, those of weight 0 left out.
  public var observations: Int

  /// First radii of the trust region, tried in turn until a run converges.
  private static let factors = [1, 0.1, 100]

  public init(bounds: ParameterBounds, iterations: Int, scale: Double, observations: Int) {
    self.bounds = bounds
    self.iterations = iterations
    self.scale = scale
    self.observations = observations
  }

  /// - Precondition: at least as many residuals as parameters, all finite at the start, as is their
  ///   Jacobian; the start is within the bounds.
  /// - Throws: what the programs throw, interruptions apart.
  public func fit(_ system: ResidualSystem, from start: [Double]) throws(Diagnostic)
    -> LeastSquaresFit
  {
    defer { system.resetUnit() }
    if system.isLinear, bounds.areNone, let fit = try linear(system, start) { return fit }
    var fit = try search(system, from: start)
    // From a far start residuals may fall so far that they are nothing beside it, or in its unit.
    for _ in 0..<20 where isLost(fit, system.unit) {
      let before = fit
      fit = try search(system, from: before.point)
      fit.iterations += before.iterations
      fit.evaluations += before.evaluations
    }
    return fit
  }

  /// Whether residuals that are not zero beside the observations are too small for where the run began.
  private func isLost(_ fit: LeastSquaresFit, _ unit: Double) -> Bool {
    let norm = fit.residuals.norm
    guard fit.reason != .interrupted, fit.reason != .iterations else { return false }
    let isSmall = norm * unit < 1e-100 || (fit.reason == .perfect && scale > 0)
    return isSmall && norm > 1e-14 * scale
  }

  private func search(
    _ system: ResidualSystem, from start: [Double]
  ) throws(Diagnostic) -> LeastSquaresFit {
    system.resetUnit()
    var residuals = try system.residuals(at: start)
    system.chooseUnit(for: residuals)
    residuals = residuals.map { system.unit * $0 }
    let size = scale > 0 ? system.unit * scale : residuals.norm
    var best: Attempt?
    var steps = 0, runs = 0, evaluations = 1
    for factor in Self.factors {
      runs += 1
      var descent = LeastSquaresDescent(
        system, bounds, from: start, residuals: residuals, factor: factor)
      let before = system.evaluations
      let ending = try descent.run(limit: iterations)
      evaluations += system.evaluations - before
      steps += descent.iterations
      let attempt = try judged(descent, ending, system, size)
      if best.map({ attempt.isBetter(than: $0) }) ?? true { best = attempt }
      if attempt.isConclusive { break }
    }
    guard let best else { preconditionFailure("there is at least one run") }
    return best.fit(
      observations, iterations: steps, evaluations: evaluations, restarts: runs - 1,
      unit: system.unit)
  }

  private func linear(
    _ system: ResidualSystem, _ start: [Double]
  ) throws(Diagnostic) -> LeastSquaresFit? {
    // r(p) = r(0) + J p; at 0 no digits are lost.
    let origin = Array(repeating: 0.0, count: system.columns)
    var constant = try system.residuals(at: origin)
    system.chooseUnit(for: constant)
    constant = constant.map { system.unit * $0 }
    let matrix = try system.jacobian(at: origin)
    guard constant.allSatisfy(\.isFinite), matrix.allSatisfy(\.isFinite) else { return nil }
    let solved = try LinearLeastSquares(
      matrix, constant.map { -$0 }, rows: system.rows, columns: system.columns)
    let isRegular = solved.factors.rank == system.columns
    let (point, residuals) =
      isRegular
      ? (solved.solution, solved.residuals)
      : try basic(solved.factors, matrix, constant.map { -$0 }, start)
    let statistics = FitStatistics(
      solved.factors, scales: solved.scales, free: Array(origin.indices), count: system.columns,
      squares: residuals.squares, observations: observations, unit: system.unit)
    return LeastSquaresFit(
      point: point, residuals: residuals.map { -$0 / system.unit },
      reason: isRegular ? .linear : .rankDeficient,
      iterations: 0, evaluations: 1, restarts: 0, statistics: statistics, moving: [])
  }

  /// One of the many solutions where columns are dependent: those beyond the rank stay at the start.
  private func basic(
    _ factors: HouseholderQR, _ matrix: [Double], _ right: [Double], _ start: [Double]
  ) throws(Diagnostic) -> (point: [Double], residuals: [Double]) {
    let rows = right.count
    var point = start, rest = right, kept: [Double] = []
    for column in factors.permutation.dropFirst(factors.rank) {
      for row in 0..<rows { rest[row] -= matrix[column * rows + row] * start[column] }
    }
    let independent = factors.permutation.prefix(factors.rank)
    for column in independent { kept += matrix[column * rows..<(column + 1) * rows] }
    let solved = try LinearLeastSquares(kept, rest, rows: rows, columns: factors.rank)
    for (column, value) in zip(independent, solved.solution) { point[column] = value }
    return (point, solved.residuals)
  }

  private struct Attempt {
    let point: [Double]
    let residuals: [Double]
    /// Where a run that was not interrupted ended.
    let place: StationaryPoint?
    let reason: LeastSquaresFit.Reason
    let moving: [Int]

    init(_ place: StationaryPoint, _ reason: LeastSquaresFit.Reason, moving: [Int] = []) {
      point = place.local.point
      residuals = place.local.residuals
      self.place = place
      self.reason = reason
      self.moving = moving
    }

    init(interrupted descent: LeastSquaresDescent) {
      point = descent.point
      residuals = descent.residuals
      place = nil
      reason = .interrupted
      moving = []
    }

    private var cost: Double { residuals.squares }

    var isConclusive: Bool {
      switch reason {
      case .converged, .perfect, .linear, .runsOff, .iterations, .interrupted: true
      case .rankDeficient, .saddle, .stalled: false
      }
    }

    func isBetter(than other: Attempt) -> Bool {
      let known = reason == .converged || reason == .perfect
      let otherKnown = other.reason == .converged || other.reason == .perfect
      return known == otherKnown ? cost < other.cost : known
    }

    func fit(
      _ observations: Int, iterations: Int, evaluations: Int, restarts: Int, unit: Double
    ) -> LeastSquaresFit {
      let statistics =
        place.map {
          FitStatistics(
            $0.factors, scales: $0.scales, free: $0.local.free, count: point.count,
            squares: cost, observations: observations, unit: unit)
        }
        ?? FitStatistics(
          interruptedAt: cost, free: Array(point.indices), count: point.count,
          observations: observations, unit: unit)
      return LeastSquaresFit(
        point: point, residuals: residuals.map { $0 / unit }, reason: reason,
        iterations: iterations, evaluations: evaluations, restarts: restarts,
        statistics: statistics, moving: moving)
    }
  }

  /// Brings the end of a run to the last digits and says what it is.
  private func judged(
    _ descent: LeastSquaresDescent, _ ending: LeastSquaresDescent.Ending,
    _ system: ResidualSystem, _ size: Double
  ) throws(Diagnostic) -> Attempt {
    do throws(Diagnostic) {
      if ending == .interrupted { throw Diagnostic.interrupted }
      let local = try LocalLeastSquares(descent.point, descent.residuals, system, bounds)
      var place = try StationaryPoint(local)
      if !local.isFinite { return Attempt(place, .stalled) }
      if ending == .iterations { return Attempt(place, .iterations) }
      if ending != .zero { try place.polish(system, bounds) }
      let reason = ending == .zero ? .perfect : try verdict(place, system, size)
      let moving = reason == .perfect ? descent.runningOff(at: local) : []
      if !moving.isEmpty { return Attempt(place, .runsOff, moving: moving) }
      let isDoubtful = reason == .rankDeficient || reason == .stalled
      let isSettled = isDoubtful ? try place.settle(system, bounds) : false
      return Attempt(place, isSettled ? .converged : reason)
    } catch {
      guard error.isInterruption else { throw error }
      return Attempt(interrupted: descent)
    }
  }

  private func verdict(
    _ place: StationaryPoint, _ system: ResidualSystem, _ size: Double
  ) throws(Diagnostic) -> LeastSquaresFit.Reason {
    let local = place.local
    let isZero = local.cost.squareRoot() <= 1e-14 * size
    if isZero { return .perfect }
    if local.free.isEmpty { return .converged }
    guard place.isRegular else { return .rankDeficient }
    let statistics = FitStatistics(
      place.factors, scales: place.scales, free: local.free, count: local.point.count,
      squares: local.cost, observations: observations, unit: system.unit)
    let step = place.gaussNewtonStep
    let isSmall = local.free.allSatisfy { parameter in
      let error = statistics.errors[parameter]
      return abs(step[parameter]) <= 1e-7 * abs(local.point[parameter])
        || abs(step[parameter]) <= 1e-5 * error
    }
    guard isSmall else { return .stalled }
    if let least = try place.leastCurvature(system), least < -1e-6 { return .saddle }
    return .converged
  }
}
