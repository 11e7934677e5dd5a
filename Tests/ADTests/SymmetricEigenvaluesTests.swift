import Expr
import Testing

@testable import AD

@Suite struct SymmetricEigenvaluesTests {
  /// Q diag(λ) Qᵀ for a product Q of reflections has the eigenvalues λ.
  @Test(
    arguments: [
      [3], [-1, 2], [5, 5, 5], [0, 0, 1e-8, 1], [-3, -1, 0, 2, 2, 7], [1e-12, 1, 1e6],
      (1...40).map { Double($0 * $0) - 300 }, Array(repeating: 0, count: 6),
    ] as [[Double]])
  func findsThemAll(_ expected: [Double]) {
    let size = expected.count
    var numbers = SeededNumbers(seed: 9)
    var matrix = Array(repeating: 0.0, count: size * size)
    for (position, value) in expected.enumerated() { matrix[position * size + position] = value }
    for _ in 0..<3 { reflect(&matrix, size, (0..<size).map { _ in numbers.direction() }) }
    let found = symmetricEigenvalues(Tensor(.matrix(size, size), matrix))
    let greatest = expected.reduce(0) { max($0, abs($1)) }
    for (a, b) in zip(found, expected.sorted()) {
      #expect(abs(a - b) <= 1e-13 * Double(size) * greatest)
    }
  }

  /// A becomes PAP with P = I - 2vvᵀ/vᵀv.
  private func reflect(_ a: inout [Double], _ size: Int, _ v: [Double]) {
    let beta = 2 / v.reduce(0) { $0 + $1 * $1 }
    for _ in 0..<2 {
      for column in 0..<size {
        let product = v.indices.reduce(0) { $0 + v[$1] * a[$1 * size + column] }
        for row in 0..<size { a[row * size + column] -= beta * v[row] * product }
      }
      a = (0..<size * size).map { a[($0 % size) * size + $0 / size] }
    }
  }

  @Test func knowsClosedForms() {
    // The second difference matrix: 2 - 2 cos(kπ/(n + 1)).
    let size = 3, root = 2.0.squareRoot()
    let matrix = Tensor(.matrix(3, 3), [2, -1, 0, -1, 2, -1, 0, -1, 2])
    let found = symmetricEigenvalues(matrix)
    for (a, b) in zip(found, [2 - root, 2, 2 + root]) { #expect(abs(a - b) < 1e-15) }
    #expect(found.count == size)
    #expect(symmetricEigenvalues(Tensor(.matrix(0, 0), [])) == [])
  }

  @Test func scalesOverTheWholeRange() {
    for scale in [1e-300, 1e-160, 1e160, 1e300] {
      let found = symmetricEigenvalues(Tensor(.matrix(2, 2), [0, scale, scale, 0]))
      #expect(abs(found[0] + scale) <= 1e-15 * scale)
      #expect(abs(found[1] - scale) <= 1e-15 * scale)
    }
    // A weakly coupled block beside a large entry must neither divide by 0 nor run for ever.
    let found = symmetricEigenvalues(
      Tensor(.matrix(3, 3), [1, 0, 0, 0, 0, 1e-200, 0, 1e-200, 0]))
    #expect(found.allSatisfy { $0.isFinite } && found[2] == 1)
  }

  @Test func nanComesBack() {
    let found = symmetricEigenvalues(Tensor(.matrix(2, 2), [1, .nan, .nan, 1]))
    #expect(found.allSatisfy { $0.isNaN })
  }
}
