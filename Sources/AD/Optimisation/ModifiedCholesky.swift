/// Factors A + E = LDLᵀ of a symmetric matrix, where E is 0 if A is positive definite enough and
/// otherwise a diagonal that makes it so, with the entries of L bounded.
///
/// The matrix is scaled first, D⁻¹AD⁻¹ with ones on its diagonal, so that what counts as definite does not
/// depend on the units of the variables. Where nothing is left of a pivot the scaled diagonal becomes 1:
/// such a variable steps as far as its slope says.
///
/// - Source: Gill & Murray, Mathematical Programming 7 (1974), in the form of Nocedal & Wright,
///   algorithm 3.4 with the bounds of section 3.4, without exchanges of rows.
struct ModifiedCholesky {
  private let n: Int
  /// L below the diagonal, the pivots on it.
  private let factors: FlatVector
  /// D, powers of two.
  private let scales: FlatVector
  /// Whether A was changed in the last factorisation.
  private(set) var isModified = false

  /// - Parameter n: the rows of the matrices to come.
  init(_ n: Int) {
    self.n = n
    factors = FlatVector(n * n)
    scales = FlatVector(n, repeating: 1)
  }

  /// Cost: n³/3 multiplications; allocates nothing.
  mutating func factor(_ matrix: FlatVector) {
    let (greatestDiagonal, greatestOther) = scale(matrix)
    let l = factors.entries
    let rounding = 2e-16
    let spread = max(1, Double(n * n - 1).squareRoot())
    let boundSquared = max(greatestDiagonal, greatestOther / spread, rounding)
    let least = rounding * Double(n) * max(greatestDiagonal + greatestOther, 1e-290)
    isModified = false
    for j in 0..<n {
      // c_ij = a_ij - Σ_s d_s l_is l_js; column j holds c until it is divided.
      var diagonal = l[j * n + j]
      for s in 0..<j { diagonal -= l[s * n + s] * l[j * n + s] * l[j * n + s] }
      var greatest = 0.0
      for i in (j + 1)..<max(j + 1, n) {
        var entry = l[i * n + j]
        for s in 0..<j { entry -= l[s * n + s] * l[i * n + s] * l[j * n + s] }
        l[i * n + j] = entry
        greatest = max(greatest, abs(entry))
      }
      var pivot = max(abs(diagonal), greatest * greatest / boundSquared)
      if pivot < least { pivot = 1 }
      if pivot != diagonal { isModified = true }
      l[j * n + j] = pivot
      for i in (j + 1)..<max(j + 1, n) { l[i * n + j] /= pivot }
    }
  }

  /// Puts D⁻¹AD⁻¹ in the place of the factors.
  ///
  /// - Returns: its greatest entries on the diagonal and beside it.
  private func scale(_ matrix: FlatVector) -> (diagonal: Double, other: Double) {
    let a = matrix.entries, l = factors.entries, scales = self.scales.entries
    for i in 0..<n {
      var size = abs(a[i * n + i])
      if size == 0 {
        // What is to be added must be as large as what stands beside it.
        for j in 0..<n { size = max(size, abs(a[i * n + j])) }
      }
      let isUsable = size.isNormal
      scales[i] =
        isUsable ? Double(sign: .plus, exponent: size.exponent / 2, significand: 1) : 1
    }
    var greatestDiagonal = 0.0, greatestOther = 0.0
    for i in 0..<n {
      for j in 0...i {
        let entry = a[i * n + j] / scales[i] / scales[j]
        l[i * n + j] = entry
        if i == j {
          greatestDiagonal = max(greatestDiagonal, abs(entry))
        } else {
          greatestOther = max(greatestOther, abs(entry))
        }
      }
    }
    return (greatestDiagonal, greatestOther)
  }

  /// x ← (A + E)⁻¹x.
  func solve(_ x: FlatVector) {
    let l = factors.entries, x = x.entries, scales = self.scales.entries
    for i in 0..<n { x[i] /= scales[i] }
    for i in 0..<n {
      for s in 0..<i { x[i] -= l[i * n + s] * x[s] }
    }
    for i in 0..<n { x[i] /= l[i * n + i] }
    for i in (0..<n).reversed() {
      for s in (i + 1)..<max(i + 1, n) { x[i] -= l[s * n + i] * x[s] }
    }
    for i in 0..<n { x[i] /= scales[i] }
  }
}
