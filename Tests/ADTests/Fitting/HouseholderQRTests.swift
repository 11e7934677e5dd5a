import Testing

@testable import AD

@Suite struct HouseholderQRTests {
  /// 4×3, column by column.
  private static let matrix = [1.0, 2, -1, 0.5, 3, 1, 4, -2, 0.1, 5, 2, 2]

  @Test func factorsGiveTheMatrixBack() throws {
    let factors = try HouseholderQR(Self.matrix, rows: 4, columns: 3)
    #expect(factors.rank == 3)
    for place in 0..<3 {
      // Q R e_place is the column that stands there.
      let image = factors.rotated(
        (0..<4).map { $0 <= place ? factors.upper($0, place) : 0 }, back: true)
      let column = factors.permutation[place]
      for row in 0..<4 { #expect(abs(image[row] - Self.matrix[column * 4 + row]) < 1e-14) }
    }
    let sizes = factors.diagonal.map { abs($0) }
    #expect(sizes == sizes.sorted(by: >))
  }

  @Test func rotationsKeepLengthsAndComeBack() throws {
    let factors = try HouseholderQR(Self.matrix, rows: 4, columns: 3)
    let vector = [0.3, -2, 1, 7]
    let there = factors.rotated(vector)
    #expect(abs(there.norm - vector.norm) < 1e-14)
    #expect(zip(factors.rotated(there, back: true), vector).allSatisfy { abs($0 - $1) < 1e-14 })
  }

  @Test func triangularSystems() throws {
    let factors = try HouseholderQR(Self.matrix, rows: 4, columns: 3)
    let right = [1.0, -2, 0.5]
    let z = factors.solved(right, count: 3), w = factors.solvedTransposed(right)
    let inverse = factors.inverseUpper
    for row in 0..<3 {
      let back = (row..<3).reduce(0.0) { $0 + factors.upper(row, $1) * z[$1] }
      #expect(abs(back - right[row]) < 1e-14)
      let transposed = (0...row).reduce(0.0) { $0 + factors.upper($1, row) * w[$1] }
      #expect(abs(transposed - right[row]) < 1e-14)
      let solved = (0..<3).reduce(0.0) { $0 + inverse[row * 3 + $1] * right[$1] }
      #expect(abs(solved - z[row]) < 1e-14)
    }
  }

  @Test(arguments: [
    ([1.0, 2, 3, 2, 4, 6], 1), ([1, 2, 3, 2, 4, 6.000001], 2), ([0, 0, 0, 1, 0, 0], 1),
    ([0, 0, 0, 0, 0, 0], 0),
  ])
  func rank(_ matrix: [Double], _ rank: Int) throws {
    #expect(try HouseholderQR(matrix, rows: 3, columns: 2).rank == rank)
  }

  // MARK: Trust region

  /// Within the ball the plain least squares step; beyond it a step to the edge that solves
  /// (RᵀR + μ) z = -Rᵀq.
  @Test(arguments: [10, 0.5, 0.01, 1e-6])
  func stepsStayWithinTheRegion(_ radius: Double) throws {
    let factors = try HouseholderQR(Self.matrix, rows: 4, columns: 3)
    let projection = [1.0, -2, 0.5]
    let step = TrustRegion(factors: factors, projection: projection).step(radius: radius)
    #expect(step.length <= 1.1 * radius)
    #expect(step.damping == 0 || step.length >= 0.9 * radius)
    for row in 0..<3 {
      let residual = (0..<3).reduce(step.damping * step.z[row]) { sum, k in
        guard k <= row else { return sum }
        let image = (k..<3).reduce(projection[k]) { $0 + factors.upper(k, $1) * step.z[$1] }
        return sum + factors.upper(k, row) * image
      }
      #expect(abs(residual) < 1e-12 * (1 + step.damping))
    }
  }

  // MARK: Refinement

  /// Columns 1, x, …, x⁷ at 20 points near 100: condition 1e20 before scaling, and the solution exact.
  @Test func refinedSolutionsAreAccurate() throws {
    let rows = 20, columns = 5
    var matrix: [Double] = []
    for power in 0..<columns {
      matrix += (0..<rows).map { row in
        (0..<power).reduce(1.0) { product, _ in product * Double(100 + row) }
      }
    }
    let right = (0..<rows).map { row in
      (0..<columns).reduce(0.0) { $0 + matrix[$1 * rows + row] }
    }
    let solved = try LinearLeastSquares(matrix, right, rows: rows, columns: columns)
    #expect(solved.solution.allSatisfy { abs($0 - 1) < 1e-9 }, "\(solved.solution)")
    #expect(solved.residuals.allSatisfy { abs($0) < 1e-6 })
  }
}
