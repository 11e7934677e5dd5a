import Expr

/// A point where a sum of squares may be least, brought to the last digits and judged.
///
/// With J D⁻¹ P = Q R and S = Σ rᵢ∇²rᵢ the Hessian of ½‖r‖² is Rᵀ(I + B)R, B = R⁻ᵀSR⁻¹ in the same
/// variables. -R⁻¹Qᵀr is the step of Gauss and Newton, accurate as far as R is, and (I + B)⁻¹ turns it
/// into Newton's. The eigenvalues of B say how curved the problem is: below -1 it is no minimum.
///
/// - Source: Bates & Watts, Nonlinear Regression Analysis (1988), chapters 2 and 7.
struct StationaryPoint {
  private(set) var local: LocalLeastSquares
  private(set) var scales: [Double]
  /// Of the free columns.
  private(set) var factors: HouseholderQR
  /// The first entries of Qᵀr.
  private(set) var projection: [Double]

  /// Condition numbers up to which second derivatives mean something beside R.
  private static let curvatureLimit = 1e6

  /// - Throws: the diagnostic of an interruption.
  init(_ local: LocalLeastSquares) throws(Diagnostic) {
    self.local = local
    scales = local.columnNorms
    factors = try local.factors(of: local.free, scales: scales)
    projection = Array(factors.rotated(local.residuals).prefix(local.free.count))
  }

  var isRegular: Bool { factors.rank == local.free.count }
  private var size: Int { local.free.count }

  // MARK: The last digits

  /// Steps while ‖Qᵀr‖ falls: those of Gauss and Newton first, Newton's own where these do not contract.
  mutating func polish(
    _ system: ResidualSystem, _ bounds: ParameterBounds
  ) throws(Diagnostic) {
    var takesCurvature = false
    for _ in 0..<40 {
      let offset = projection.norm
      guard isRegular, size > 0, offset > 0 else { return }
      let newton = takesCurvature ? try newtonStep(system) : nil
      let step = newton ?? gaussNewtonStep
      let trial = zip(local.point, step).map { $0 + $1 }
      let isInside = bounds.contain(trial)
      let residuals = isInside ? try system.residuals(at: trial) : []
      if isInside, residuals.squares <= local.cost * (1 + 1e-9) {
        let next = try StationaryPoint(try LocalLeastSquares(trial, residuals, system, bounds))
        let isBetter = next.local.isFinite && next.projection.norm < 0.9 * offset
        let isSlow = !(next.projection.norm < 0.2 * offset)
        if isBetter { self = next }
        if isBetter, takesCurvature || !isSlow { continue }
      }
      if takesCurvature { return }
      takesCurvature = true
    }
  }

  /// -R⁻¹Qᵀr in the parameters themselves, 0 for those not free.
  ///
  /// - Precondition: regular.
  var gaussNewtonStep: [Double] { displacement(factors.solved(projection, count: size)) }

  private func newtonStep(_ system: ResidualSystem) throws(Diagnostic) -> [Double]? {
    guard let bending = try curvature(system) else { return nil }
    var matrix = bending
    for k in 0..<size { matrix[k * (size + 1)] += 1 }
    let hessian = try HouseholderQR(matrix, rows: size, columns: size)
    guard hessian.rank == size else { return nil }
    let solved = hessian.solved(hessian.rotated(projection), count: size)
    return displacement(factors.solved(hessian.unpermuted(solved), count: size))
  }

  private func displacement(_ z: [Double]) -> [Double] {
    var result = Array(repeating: 0.0, count: local.point.count)
    for (column, entry) in zip(local.free, factors.unpermuted(z)) {
      result[column] = -entry / scales[column]
    }
    return result
  }

  // MARK: Second derivatives

  /// B, n×n over the free parameters; nil where rounding errors would drown it.
  private func curvature(_ system: ResidualSystem) throws(Diagnostic) -> [Double]? {
    let condition = abs(factors.diagonal[0] / factors.diagonal[size - 1])
    guard condition < Self.curvatureLimit else { return nil }
    let whole = try system.curvature(at: local.point, weights: local.residuals)
    let places = factors.permutation.map { local.free[$0] }
    var matrix: [Double] = []
    // R⁻ᵀ S, then the same to its transpose: S is symmetric.
    for column in places {
      matrix += factors.solvedTransposed(
        places.map { whole[$0 * local.point.count + column] / scales[$0] / scales[column] })
    }
    var result: [Double] = []
    for row in 0..<size {
      result += factors.solvedTransposed((0..<size).map { matrix[$0 * size + row] })
    }
    return result.allSatisfy(\.isFinite) ? result : nil
  }

  /// The least eigenvalue of I + B: below 0 there is a direction in which the sum of squares falls. nil
  /// where second derivatives cannot tell.
  func leastCurvature(_ system: ResidualSystem) throws(Diagnostic) -> Double? {
    guard isRegular, size > 0, let bending = try curvature(system) else { return nil }
    return symmetricEigenvalues(Tensor(.matrix(size, size), bending)).first.map { 1 + $0 }
  }

  // MARK: Where the Jacobian alone does not decide

  /// Newton's method on ½‖r‖² with the whole Hessian, for minima where columns of J are nearly dependent
  /// but the second derivatives of the residuals hold the parameters (square systems without a root).
  ///
  /// - Returns: whether it is a minimum: the Hessian positive definite and the last step negligible.
  mutating func settle(
    _ system: ResidualSystem, _ bounds: ParameterBounds
  ) throws(Diagnostic) -> Bool {
    for _ in 0..<20 {
      guard size > 0, let hessian = try hessian(system) else { return false }
      let eigenvalues = symmetricEigenvalues(Tensor(.matrix(size, size), hessian))
      guard let least = eigenvalues.first, let most = eigenvalues.last,
        least > 1e3 * .ulpOfOne * most
      else { return false }
      let factors = try HouseholderQR(hessian, rows: size, columns: size)
      let slopes = local.free.map { local.slopes[$0] / scales[$0] }
      let z = factors.unpermuted(factors.solved(factors.rotated(slopes), count: size))
      var trial = local.point
      for (place, column) in local.free.enumerated() { trial[column] -= z[place] / scales[column] }
      let isSmall = local.free.allSatisfy {
        abs(trial[$0] - local.point[$0]) <= 1e-7 * abs(local.point[$0])
      }
      guard bounds.contain(trial) else { return isSmall }
      let residuals = try system.residuals(at: trial)
      let next = try StationaryPoint(try LocalLeastSquares(trial, residuals, system, bounds))
      let slope = local.free.map { next.local.slopes[$0] / scales[$0] }.norm
      let isBetter = next.local.isFinite && slope < 0.5 * slopes.norm
      guard isBetter, next.local.cost <= local.cost * (1 + 1e-9) else { return isSmall }
      self = next
    }
    return false
  }

  /// D⁻¹(JᵀJ + S)D⁻¹ over the free parameters; nil where it is not finite.
  private func hessian(_ system: ResidualSystem) throws(Diagnostic) -> [Double]? {
    let whole = try system.curvature(at: local.point, weights: local.residuals)
    let (count, rows) = (local.point.count, local.rows)
    var result: [Double] = []
    for a in local.free {
      for b in local.free {
        let product = (0..<rows).reduce(0.0) {
          $0 + local.jacobian[a * rows + $1] * local.jacobian[b * rows + $1]
        }
        // S comes from one program and is symmetric up to rounding.
        let bending = (whole[a * count + b] + whole[b * count + a]) / 2
        result.append((product + bending) / scales[a] / scales[b])
      }
    }
    return result.allSatisfy(\.isFinite) ? result : nil
  }
}
