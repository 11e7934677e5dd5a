/// The step of least squares within a ball: it minimises ‖q + R z‖ subject to ‖z‖ ≤ Δ.
///
/// `z` is in the scaled and permuted variables of the factorisation, in which the trust region is a
/// ball.
struct TrustRegion {
  let factors: HouseholderQR
  /// The first entries of Qᵀr.
  let projection: [Double]

  struct Step {
    var z: [Double]
    /// The Levenberg–Marquardt parameter μ in (RᵀR + μ) z = -Rᵀq; 0 for a Gauss–Newton step.
    var damping: Double
    /// ‖z‖.
    var length: Double
  }

  private var size: Int { factors.columns }

  /// The step within a ball of a radius, met to 10 %.
  ///
  /// - Source: Moré, The Levenberg–Marquardt algorithm (1978), section 5; MINPACK's lmpar.
  func step(radius: Double) -> Step {
    let rank = factors.rank
    let newton = factors.solved(projection, count: rank).map { -$0 }
    var step = Step(
      z: newton + Array(repeating: 0, count: size - rank), damping: 0, length: newton.norm)
    if step.length <= 1.1 * radius { return step }
    // Bounds of μ: φ(μ) = ‖z(μ)‖ - Δ is convex and falls; φ(0) > 0.
    var lower = 0.0
    if rank == size {
      let slope = factors.solvedTransposed(step.z.map { $0 / step.length }).norm
      lower = (step.length - radius) / (slope * slope * radius)
    }
    let gradient = self.gradient
    var upper = gradient / radius
    if upper == 0 { upper = Double.leastNormalMagnitude / min(radius, 0.1) }
    var damping = min(max(gradient / step.length, lower), upper)
    for round in 0..<12 {
      if damping == 0 { damping = max(.leastNormalMagnitude, 1e-3 * upper) }
      let damped = Damped(factors, projection, damping)
      let length = damped.z.norm
      step = Step(z: damped.z, damping: damping, length: length)
      let excess = length - radius
      if abs(excess) <= 0.1 * radius || round == 11 || !(length > 0) { break }
      if excess > 0 { lower = max(lower, damping) } else { upper = min(upper, damping) }
      let slope = damped.solvedTransposed(damped.z.map { $0 / length }).norm
      damping = max(lower, damping + excess / (slope * slope * radius))
      if !(damping <= upper) { damping = max(lower, upper) }
    }
    return step
  }

  /// ‖Rᵀq‖.
  private var gradient: Double {
    (0..<size).map { column in
      (0...column).reduce(0) { $0 + factors.upper($1, column) * projection[$1] }
    }.norm
  }
}

/// The triangle S of the damped problem, SᵀS = RᵀR + μ, made from R by rotations (MINPACK's qrsolv),
/// and its solution.
private struct Damped {
  private let size: Int
  /// Row by row.
  private var triangle: [Double]
  private(set) var z: [Double]

  init(_ factors: HouseholderQR, _ projection: [Double], _ damping: Double) {
    size = factors.columns
    triangle = Array(repeating: 0, count: size * size)
    z = projection.map { -$0 }
    for row in 0..<size {
      for column in row..<size { triangle[row * size + column] = factors.upper(row, column) }
    }
    let root = damping.squareRoot()
    for added in 0..<size { eliminate(added, root) }
    solve()
  }

  /// Rotates the row that has √μ in one place into the triangle.
  private mutating func eliminate(_ added: Int, _ root: Double) {
    var row = Array(repeating: 0.0, count: size)
    row[added] = root
    var right = 0.0
    for k in added..<size where row[k] != 0 {
      let pivot = triangle[k * size + k]
      let length = (pivot * pivot + row[k] * row[k]).squareRoot()
      let (cosine, sine) = (pivot / length, row[k] / length)
      for column in k..<size {
        let (a, b) = (triangle[k * size + column], row[column])
        triangle[k * size + column] = cosine * a + sine * b
        row[column] = cosine * b - sine * a
      }
      (z[k], right) = (cosine * z[k] + sine * right, cosine * right - sine * z[k])
    }
  }

  private mutating func solve() {
    for row in (0..<size).reversed() {
      for column in row + 1..<max(size, row + 1) {
        z[row] -= triangle[row * size + column] * z[column]
      }
      let pivot = triangle[row * size + row]
      z[row] = pivot == 0 ? 0 : z[row] / pivot
    }
  }

  /// The solution of Sᵀw = c.
  func solvedTransposed(_ right: [Double]) -> [Double] {
    var w = right
    for row in 0..<size {
      for column in 0..<row { w[row] -= triangle[column * size + row] * w[column] }
      let pivot = triangle[row * size + row]
      w[row] = pivot == 0 ? 0 : w[row] / pivot
    }
    return w
  }
}

extension [Double] {
  /// The sum of the squares.
  var squares: Double { reduce(0) { $0 + $1 * $1 } }
  /// The Euclidean norm; entries are scaled where their squares leave the range of doubles.
  package var norm: Double {
    let squares = self.squares
    if squares.isNormal { return squares.squareRoot() }
    let greatest = reduce(0.0) { $1.isNaN ? .nan : Swift.max($0, abs($1)) }
    guard greatest > 0, greatest.isFinite else { return greatest }
    return greatest * map { $0 / greatest }.squares.squareRoot()
  }
}
