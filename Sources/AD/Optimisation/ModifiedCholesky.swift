/// Factors A + E = LDLᵀ of a symmetric matrix, where E is 0 if A is positive definite enough and
/// otherwise a diagonal that makes it so, with the entries of L bounded.
///
/// - Source: Gill & Murray, Mathematical Programming 7 (1974), in the form of Nocedal & Wright,
///   algorithm 3.4 with the bounds of section 3.4, without exchanges of rows.
struct ModifiedCholesky {
  private let n: Int
  /// L below the diagonal, D on it.
  private let factors: FlatVector
  /// Whether A was changed in the last factorisation.
  private(set) var isModified = false

  /// - Parameter n: the rows of the matrices to come.
  init(_ n: Int) {
    self.n = n
    factors = FlatVector(n * n)
  }

  /// Cost: n³/3 multiplications; allocates nothing.
  mutating func factor(_ matrix: FlatVector) {
    let a = matrix.entries, l = factors.entries
    var greatestDiagonal = 0.0, greatestOther = 0.0
    for i in 0..<n {
      greatestDiagonal = max(greatestDiagonal, abs(a[i * n + i]))
      for j in 0..<i { greatestOther = max(greatestOther, abs(a[i * n + j])) }
    }
    let rounding = 2e-16
    let spread = max(1, Double(n * n - 1).squareRoot())
    let boundSquared = max(greatestDiagonal, greatestOther / spread, rounding)
    let least = rounding * max(greatestDiagonal + greatestOther, 1e-290)
    isModified = false
    for j in 0..<n {
      // c_ij = a_ij - Σ_s d_s l_is l_js; column j holds c until it is divided.
      var diagonal = a[j * n + j]
      for s in 0..<j { diagonal -= l[s * n + s] * l[j * n + s] * l[j * n + s] }
      var greatest = 0.0
      for i in (j + 1)..<max(j + 1, n) {
        var entry = a[i * n + j]
        for s in 0..<j { entry -= l[s * n + s] * l[i * n + s] * l[j * n + s] }
        l[i * n + j] = entry
        greatest = max(greatest, abs(entry))
      }
      let pivot = max(abs(diagonal), greatest * greatest / boundSquared, least)
      if pivot != diagonal { isModified = true }
      l[j * n + j] = pivot
      for i in (j + 1)..<max(j + 1, n) { l[i * n + j] /= pivot }
    }
  }

  /// x ← (A + E)⁻¹x.
  func solve(_ x: FlatVector) {
    let l = factors.entries, x = x.entries
    for i in 0..<n {
      for s in 0..<i { x[i] -= l[i * n + s] * x[s] }
    }
    for i in 0..<n { x[i] /= l[i * n + i] }
    for i in (0..<n).reversed() {
      for s in (i + 1)..<max(i + 1, n) { x[i] -= l[s * n + i] * x[s] }
    }
  }
}
