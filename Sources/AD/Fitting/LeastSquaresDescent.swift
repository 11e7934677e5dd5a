import Expr

/// One run of Levenberg and Marquardt's method: steps within a trust region until no step is worth its
/// rounding errors.
///
/// The region is the ball ‖D Δp‖ ≤ Δ with D the greatest norm that each column of the Jacobian has had.
/// Bounds are kept by fixing what meets them and stepping on in the rest.
///
/// - Source: Moré, The Levenberg–Marquardt algorithm: implementation and theory (1978); MINPACK lmder.
struct LeastSquaresDescent {
  enum Ending { case stagnation, zero, iterations, interrupted }

  let system: ResidualSystem
  let bounds: ParameterBounds
  private(set) var point: [Double]
  private(set) var residuals: [Double]
  private(set) var iterations = 0
  /// The problem at the last point whose Jacobian was computed.
  private(set) var last: LocalLeastSquares?
  private let start: [Double]
  /// The last displacement, and the lengths of all.
  private var lastMove: [Double]
  private var lengths: [Double] = []
  private var cost: Double
  private var scales: [Double]
  private var radius = 0.0
  /// Sums of squares below it are rounding errors of zero.
  private let zero: Double

  /// - Parameter factor: the first radius, in lengths of the scaled starting point.
  init(
    _ system: ResidualSystem, _ bounds: ParameterBounds, from start: [Double],
    residuals: [Double], factor: Double
  ) {
    self.system = system
    self.bounds = bounds
    self.start = start
    point = start
    self.residuals = residuals
    cost = residuals.squares
    lastMove = start.map { _ in 0 }
    scales = Array(repeating: 0, count: start.count)
    zero = cost * .ulpOfOne * .ulpOfOne * .ulpOfOne * .ulpOfOne
    radius = factor
  }

  /// - Throws: what the program throws, interruptions apart.
  mutating func run(limit: Int) throws(Diagnostic) -> Ending {
    do {
      while iterations < limit {
        if cost <= zero { return .zero }
        let local = try LocalLeastSquares(point, residuals, system, bounds)
        last = local
        guard local.isFinite, !local.free.isEmpty else { return .stagnation }
        rescale(local)
        guard try advance(local) else { return cost <= zero ? .zero : .stagnation }
        iterations += 1
      }
      return .iterations
    } catch {
      if last != nil, error.isInterruption { return .interrupted }
      throw error
    }
  }

  /// The parameters that still move while their columns of the Jacobian have vanished: they run to
  /// infinity, where alone the residuals are zero.
  func runningOff(at local: LocalLeastSquares) -> [Int] {
    let last = lengths.suffix(3).reduce(0, +), before = lengths.dropLast(3).suffix(3).reduce(0, +)
    guard lengths.count >= 6, last >= 0.5 * before else { return [] }
    return point.indices.filter {
      abs(lastMove[$0]) > 1e-4 * abs(point[$0] - start[$0])
        && local.norm(ofColumn: $0) <= 1e-6 * scales[$0]
    }
  }

  private mutating func rescale(_ local: LocalLeastSquares) {
    let isFirst = iterations == 0
    for (column, norm) in local.columnNorms.enumerated() {
      scales[column] = isFirst ? norm : max(scales[column], norm)
    }
    if isFirst {
      let length = zip(scales, point).map { $0 * $1 }.norm
      if length > 0 { radius *= length }
    }
  }

  /// One step that lowers the sum of squares; false when there is none worth while.
  private mutating func advance(_ local: LocalLeastSquares) throws(Diagnostic) -> Bool {
    let steps = try BoundedStep(local, bounds, scales)
    let size = zip(scales, point).map { $0 * $1 }.norm
    for attempt in 0..<100 {
      let move = try steps.move(radius: radius)
      if iterations == 0, attempt == 0 { radius = min(radius, move.length) }
      let trial = point.indices.map { bounds.clamped(point[$0] + move.displacement[$0], $0) }
      let next = try system.residuals(at: trial)
      let nextCost = next.squares.isFinite ? next.squares : .infinity
      let ratio = move.predicted > 0 ? (cost - nextCost) / move.predicted : 0
      adapt(move, ratio, nextCost)
      let isNegligible = !(move.predicted > 1e-15 * cost)
      if ratio > 1e-4, nextCost < cost {
        lastMove = zip(trial, point).map { $0 - $1 }
        lengths.append(lastMove.norm)
        (point, residuals, cost) = (trial, next, nextCost)
        return !isNegligible
      }
      if isNegligible || !(move.length > 1e-16 * size) { return false }
    }
    return false
  }

  /// Shrinks the region after a step that did badly, widens it after one as good as predicted.
  private mutating func adapt(_ move: BoundedStep.Move, _ ratio: Double, _ nextCost: Double) {
    if !(ratio > 0.25) {
      var shrink = 0.5
      if nextCost > cost {
        // The minimum of the parabola through the values at both ends and the slope at this one.
        shrink = nextCost.isFinite ? 0.5 * move.slope / (move.slope + 0.5 * (cost - nextCost)) : 0.1
        if !(shrink >= 0.1) || nextCost >= 100 * cost { shrink = 0.1 }
      }
      radius = shrink * min(radius, 10 * move.length)
    } else if move.isNewton || ratio >= 0.75 {
      radius = 2 * move.length
    }
  }
}

/// Steps of a linearised problem within a trust region and bounds.
struct BoundedStep {
  struct Move {
    var displacement: [Double]
    /// In the scaled parameters.
    var length: Double
    /// By how much the linear model lowers the sum of squares.
    var predicted: Double
    /// Half the derivative of the sum of squares along the displacement.
    var slope: Double
    /// The trust region did not matter.
    var isNewton: Bool
  }

  private let local: LocalLeastSquares
  private let bounds: ParameterBounds
  private let scales: [Double]
  private let region: TrustRegion

  init(
    _ local: LocalLeastSquares, _ bounds: ParameterBounds, _ scales: [Double]
  ) throws(Diagnostic) {
    self.local = local
    self.bounds = bounds
    self.scales = scales
    region = try Self.region(local, local.free, scales, local.residuals)
  }

  private static func region(
    _ local: LocalLeastSquares, _ columns: [Int], _ scales: [Double], _ residuals: [Double]
  ) throws(Diagnostic) -> TrustRegion {
    let factors = try local.factors(of: columns, scales: scales)
    return TrustRegion(
      factors: factors, projection: Array(factors.rotated(residuals).prefix(columns.count)))
  }

  /// What would pass a bound stops there, and the rest is solved for again.
  func move(radius: Double) throws(Diagnostic) -> Move {
    var displacement = Array(repeating: 0.0, count: local.point.count)
    var columns = local.free
    var current = region
    var damping = 0.0
    while true {
      let step = current.step(radius: radius)
      damping = step.damping
      let entries = current.factors.unpermuted(step.z)
      var stopped: Set<Int> = []
      for (column, entry) in zip(columns, entries) {
        let wanted = local.point[column] + entry / scales[column]
        let reached = bounds.clamped(wanted, column)
        displacement[column] =
          reached == wanted ? entry / scales[column] : reached - local.point[column]
        if reached != wanted { stopped.insert(column) }
      }
      columns.removeAll { stopped.contains($0) }
      if stopped.isEmpty || columns.isEmpty { break }
      for column in columns { displacement[column] = 0 }
      let image = local.image(of: displacement)
      current = try Self.region(local, columns, scales, zip(local.residuals, image).map { $0 + $1 })
    }
    return assessed(displacement, damping, isWhole: columns.count == local.free.count)
  }

  private func assessed(_ displacement: [Double], _ damping: Double, isWhole: Bool) -> Move {
    let image = local.image(of: displacement)
    let length = zip(displacement, scales).map { $0 * $1 }.norm
    let slope = zip(local.slopes, displacement).reduce(0) { $0 + $1.0 * $1.1 }
    // ‖r‖² - ‖r + Jd‖², which for a step that no bound stopped needs no difference.
    let predicted =
      isWhole ? image.squares + 2 * damping * length * length : -2 * slope - image.squares
    return Move(
      displacement: displacement, length: length, predicted: predicted, slope: slope,
      isNewton: damping == 0)
  }
}

extension Diagnostic {
  /// Whether Ctrl-C is the reason.
  var isInterruption: Bool { message == Diagnostic.interrupted.message }
}
