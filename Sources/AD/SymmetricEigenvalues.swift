import Expr

/// The eigenvalues of a symmetric matrix, ascending; all nan if an entry is nan or infinite.
///
/// Householder reflections make the matrix tridiagonal, QR steps with Wilkinson's shift diagonal. The
/// errors are of the size of rounding errors in the largest eigenvalue. Cost: 4/3 n³.
///
/// - Source: Golub & Van Loan, Matrix Computations (4th ed.), algorithms 8.3.1 to 8.3.3.
public func symmetricEigenvalues(_ matrix: Tensor) -> [Double] {
  let size = matrix.shape.dimensions[0]
  // Scaled, so that squares neither overflow nor vanish.
  let scale = matrix.elements.reduce(0) { max($0, abs($1)) }
  guard matrix.elements.allSatisfy(\.isFinite) else {
    return Array(repeating: .nan, count: size)
  }
  guard scale > 0 else { return Array(repeating: 0, count: size) }
  var tridiagonal = Tridiagonal(matrix.elements.map { $0 / scale }, size: size)
  tridiagonal.diagonalise()
  return tridiagonal.diagonal.sorted().map { $0 * scale }
}

/// A symmetric tridiagonal matrix.
private struct Tridiagonal {
  private(set) var diagonal: [Double]
  /// Entry k couples k and k + 1.
  private var couplings: [Double]

  init(_ entries: [Double], size: Int) {
    var a = entries
    diagonal = Array(repeating: 0, count: size)
    couplings = Array(repeating: 0, count: max(0, size - 1))
    for k in 0..<size {
      diagonal[k] = a[k * size + k]
      guard k + 1 < size else { break }
      couplings[k] = Self.reflect(&a, size, column: k)
    }
  }

  /// The reflection I - βvvᵀ that leaves only the first entry of the column below the diagonal, applied
  /// to the rest of the matrix from both sides; returns that entry.
  private static func reflect(_ a: inout [Double], _ size: Int, column k: Int) -> Double {
    let first = k + 1
    var v = (first..<size).map { a[$0 * size + k] }
    let norm = v.dropFirst().contains { $0 != 0 } ? v.reduce(0) { $0 + $1 * $1 }.squareRoot() : 0
    guard norm > 0 else { return v[0] }
    let target = v[0] > 0 ? -norm : norm
    v[0] -= target
    let beta = 2 / v.reduce(0) { $0 + $1 * $1 }
    // A - vwᵀ - wvᵀ with w = p - ½β(pᵀv)v and p = βAv.
    var w = v.indices.map { row in
      beta * v.indices.reduce(0) { $0 + a[(first + row) * size + first + $1] * v[$1] }
    }
    let half = beta / 2 * zip(w, v).reduce(0) { $0 + $1.0 * $1.1 }
    for row in v.indices { w[row] -= half * v[row] }
    for row in v.indices {
      let start = (first + row) * size + first
      for column in v.indices { a[start + column] -= v[row] * w[column] + w[row] * v[column] }
    }
    return target
  }

  /// QR steps on the last block that does not fall apart, until nothing is coupled. Convergence is
  /// cubic; the limit is there for rounding only.
  mutating func diagonalise() {
    var last = diagonal.count - 1
    var steps = 60 * diagonal.count
    while last > 0, steps > 0 {
      if isNegligible(last - 1) {
        couplings[last - 1] = 0
        last -= 1
        continue
      }
      var first = last - 1
      while first > 0, !isNegligible(first - 1) { first -= 1 }
      step(first, last)
      steps -= 1
    }
  }

  private func isNegligible(_ k: Int) -> Bool {
    abs(couplings[k]) <= .ulpOfOne * (abs(diagonal[k]) + abs(diagonal[k + 1]))
      || abs(couplings[k]) < 1e-150  // its square would vanish beside the largest entry, 1
  }

  /// One implicit QR step on a block: rotations chase the entry outside the band to its end.
  private mutating func step(_ first: Int, _ last: Int) {
    let coupling = couplings[last - 1]
    let half = (diagonal[last - 1] - diagonal[last]) / 2
    let root = (half * half + coupling * coupling).squareRoot()
    let shift = diagonal[last] - coupling * (coupling / (half < 0 ? half - root : half + root))
    var x = diagonal[first] - shift, z = couplings[first]
    for k in first..<last {
      let length = (x * x + z * z).squareRoot()
      let (c, s) = length > 0 ? (x / length, z / length) : (1, 0)
      if k > first { couplings[k - 1] = length }
      let (a, b, d) = (diagonal[k], couplings[k], diagonal[k + 1])
      diagonal[k] = c * c * a + 2 * c * s * b + s * s * d
      diagonal[k + 1] = s * s * a - 2 * c * s * b + c * c * d
      couplings[k] = c * s * (d - a) + (c * c - s * s) * b
      guard k + 1 < last else { break }
      x = couplings[k]
      z = s * couplings[k + 1]
      couplings[k + 1] *= c
    }
  }
}
