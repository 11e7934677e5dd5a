import Expr

/// A root of as many equations as unknowns by Newton's method.
///
/// The step -J⁻¹g is shortened until ‖g‖ falls by its share; where it does not, or J is singular, the
/// least ‖g‖ nearby is looked for by Levenberg and Marquardt's method, which says whether there is a root
/// at all.
///
/// - Source: Dennis & Schnabel, Numerical Methods for Unconstrained Optimization and Nonlinear Equations
///   (1983), chapter 6; Deuflhard, Newton Methods for Nonlinear Problems (2004), chapter 3.
public struct RootSearch {
  public var iterations: Int

  public enum Reason: String, Sendable {
    /// Steps are within rounding errors.
    case converged
    /// A root at which J is singular as well: steps shrink by a constant factor only.
    case multiple = "multiple root"
    /// ‖g‖ has a minimum that is not zero.
    case noRoot = "no root"
    /// ‖g‖ falls without end while the steps do not get shorter: g tends to 0 at infinity.
    case runsOff = "runs off"
    /// J is singular where the search ended, and ‖g‖ is no minimum.
    case singular
    case stalled
    case iterations
    case interrupted
  }

  /// One row of the table of iterations. Row 0 is the start.
  public struct Record: Sendable {
    public let iteration: Int
    /// ‖g‖.
    public let residual: Double
    /// How far the step went, and which part of Newton's step that was; nil for the start, the part also
    /// for steps of the other method.
    public let stepNorm: Double?
    public let stepSize: Double?

    fileprivate func divided(by unit: Double) -> Record {
      Record(
        iteration: iteration, residual: residual / unit, stepNorm: stepNorm, stepSize: stepSize)
    }
  }

  public struct Result: Sendable {
    public let reason: Reason
    public let point: [Double]
    public let records: [Record]
    /// How often the root counts, as the shrinking of the steps tells it; 1 for a simple one.
    public let multiplicity: Int
    /// Unknowns that the equations do not tell apart at the point.
    public let dependences: [FitStatistics.Dependence]

    public var residual: Double { records[records.count - 1].residual }
    public var converged: Bool { reason == .converged || reason == .multiple }
  }

  public init(iterations: Int) { self.iterations = iterations }

  /// - Precondition: as many equations as unknowns; all finite at the start, as is their Jacobian.
  /// - Throws: what the programs throw, interruptions apart.
  public func run(_ system: ResidualSystem, from start: [Double]) throws(Diagnostic) -> Result {
    system.chooseUnit(for: try system.residuals(at: start))
    defer { system.resetUnit() }
    var search = try NewtonRun(system, start)
    do {
      let ending = try search.run(limit: iterations)
      return search.result(ending)
    } catch {
      guard error.isInterruption else { throw error }
      return search.result(.interrupted)
    }
  }
}

private struct NewtonRun {
  private let system: ResidualSystem
  private let bounds: ParameterBounds
  private var local: LocalLeastSquares
  private var records: [RootSearch.Record]
  private var multiplicity = 1
  private var factors: HouseholderQR

  init(_ system: ResidualSystem, _ start: [Double]) throws(Diagnostic) {
    self.system = system
    bounds = ParameterBounds(count: start.count)
    let residuals = try system.residuals(at: start)
    local = try LocalLeastSquares(start, residuals, system, bounds)
    factors = try local.factors(of: local.free, scales: local.columnNorms)
    records = [.init(iteration: 0, residual: residuals.norm, stepNorm: nil, stepSize: nil)]
  }

  private var size: Int { local.point.count }

  mutating func run(limit: Int) throws(Diagnostic) -> RootSearch.Reason {
    while records.count <= limit {
      if local.cost == 0 { return factors.rank == size ? .converged : .multiple }
      guard factors.rank == size else { return try descend(limit) }
      let step = newtonStep
      if isNegligible(step) { return ending }
      guard try advance(along: step) else {
        return isAccepted(newtonStep) ? ending : try descend(limit)
      }
      if multiplicity == 1 { multiplicity = shrinkage }
    }
    return .iterations
  }

  /// At a multiple root steps end far above rounding errors.
  private var ending: RootSearch.Reason { multiplicity > 1 ? .multiple : .converged }

  // MARK: Steps

  private var newtonStep: [Double] {
    let projection = factors.rotated(local.residuals)
    let z = factors.unpermuted(factors.solved(projection, count: size))
    return zip(z, local.columnNorms).map { -$0 / $1 }
  }

  private func isNegligible(_ step: [Double]) -> Bool {
    zip(step, local.point).allSatisfy { abs($0) <= 0.5 * .ulpOfOne * abs($1) }
  }

  /// Whether a step that no longer helps is short enough for this to be the root.
  private func isAccepted(_ step: [Double]) -> Bool {
    let limit = multiplicity > 1 ? 1e-3 : 1e-9
    return step.norm <= limit * (local.point.norm + 1e-3)
  }

  /// A step that lowers ‖g‖; at a multiple root first the one that its multiplicity makes.
  private mutating func advance(along step: [Double]) throws(Diagnostic) -> Bool {
    if multiplicity > 1,
      try accept(step.map { Double(multiplicity) * $0 }, part: Double(multiplicity))
    {
      return true
    }
    var part = 1.0
    while part > 1e-10 {
      if try accept(step.map { part * $0 }, part: part) { return true }
      part /= 2
    }
    return false
  }

  private mutating func accept(_ step: [Double], part: Double) throws(Diagnostic) -> Bool {
    let point = zip(local.point, step).map { $0 + $1 }
    guard point != local.point else { return false }
    let residuals = try system.residuals(at: point)
    let size = residuals.norm, before = local.residuals.norm
    guard size.isFinite, size < before * (1 - 1e-4 * min(part, 1)) else { return false }
    return try move(to: point, residuals, size, step.norm, part)
  }

  private mutating func move(
    to point: [Double], _ residuals: [Double], _ size: Double, _ length: Double, _ part: Double?
  ) throws(Diagnostic) -> Bool {
    let next = try LocalLeastSquares(point, residuals, system, bounds)
    guard next.isFinite else { return false }
    factors = try next.factors(of: next.free, scales: next.columnNorms)
    local = next
    records.append(
      .init(iteration: records.count, residual: size, stepNorm: length, stepSize: part))
    return true
  }

  /// m where the last full steps shrank by 1 - 1/m, which is what Newton's method does at a root that
  /// counts m times; 1 otherwise.
  private var shrinkage: Int {
    let last = records.suffix(5).filter { $0.stepSize == 1 }.compactMap(\.stepNorm)
    guard last.count == 5 else { return 1 }
    let ratios = zip(last.dropFirst(), last).map { $0 / $1 }
    let order = (1 / (1 - ratios[ratios.count - 1])).rounded()
    guard order >= 2, order <= 8,
      ratios.allSatisfy({ abs($0 - (1 - 1 / order)) < 0.25 / (order * order) })
    else { return 1 }
    return Int(order)
  }

  // MARK: Where Newton's method does not lead on

  /// The least ‖g‖ nearby; from there on again by Newton if that is a root.
  private mutating func descend(_ limit: Int) throws(Diagnostic) -> RootSearch.Reason {
    let first = records[0].residual, origin = local.point
    var descent = LeastSquaresDescent(
      system, bounds, from: local.point, residuals: local.residuals, factor: 1)
    let ending = try descent.run(limit: max(1, limit - records.count))
    let distance = zip(descent.point, origin).map { $0 - $1 }.norm
    let residuals = descent.residuals, norm = residuals.norm
    if norm < local.residuals.norm {
      _ = try move(to: descent.point, residuals, norm, distance, nil)
    }
    if ending == .interrupted { return .interrupted }
    var place = try StationaryPoint(local)
    let isRoot = norm <= 1e-12 * first || norm == 0
    if isRoot { return place.isRegular ? .converged : .multiple }
    if place.isRegular {
      try place.polish(system, bounds)
      if place.isRegular, place.local.residuals.norm <= 1e-12 * first { return take(place) }
    }
    if ending == .iterations { return .iterations }
    if try place.settle(system, bounds) {
      _ = take(place)
      return .noRoot
    }
    return place.isRegular ? .stalled : .singular
  }

  private mutating func take(_ place: StationaryPoint) -> RootSearch.Reason {
    let distance = zip(place.local.point, local.point).map { $0 - $1 }.norm
    local = place.local
    factors = place.factors
    if distance > 0 {
      records.append(
        .init(
          iteration: records.count, residual: local.residuals.norm, stepNorm: distance,
          stepSize: nil))
    }
    return .converged
  }

  func result(_ reason: RootSearch.Reason) -> RootSearch.Result {
    // Dependences are worked out from a whole inverse: too long after Ctrl-C, and of no use there.
    let dependences =
      reason == .interrupted
      ? []
      : FitStatistics(
        factors, scales: local.columnNorms, free: local.free, count: size, squares: local.cost,
        observations: system.rows, unit: system.unit
      ).dependences
    let steps = records.filter { $0.stepSize != nil }.compactMap(\.stepNorm)
    return RootSearch.Result(
      reason: steps.runOff && reason != .interrupted ? .runsOff : reason, point: local.point,
      records: records.map { $0.divided(by: system.unit) }, multiplicity: multiplicity,
      dependences: dependences)
  }
}

extension [Double] {
  /// Whether these lengths of steps belong to a search that runs off to infinity: the last ones do not
  /// get shorter.
  fileprivate var runOff: Bool {
    let last = suffix(6)
    return last.count == 6 && zip(last.dropFirst(), last).allSatisfy { $0 > 0.9 * $1 }
  }
}
