import Expr
import Synchronization

/// The factorisation A P = Q R of a matrix with at least as many rows as columns, by Householder
/// reflections; the column of greatest remaining norm comes next, so that |R₁₁| ≥ |R₂₂| ≥ ….
///
/// Matrices are kept column by column. Cost: 2mn² - 2n³/3.
///
/// - Source: Businger & Golub 1965; Golub & Van Loan, Matrix Computations (4th ed.), 5.4.2.
struct HouseholderQR: Sendable {
  let rows: Int
  let columns: Int
  /// The column of A that stands at each place of A P.
  private(set) var permutation: [Int]
  /// R above the diagonal, the reflections' vectors below and on it, column by column.
  private var factors: [Double]
  /// The diagonal of R.
  private(set) var diagonal: [Double]
  /// 2/‖v‖² of each reflection; 0 where there is none.
  private var scales: [Double]

  /// - Precondition: `matrix` holds `rows`·`columns` finite numbers, `rows` ≥ `columns`.
  /// - Throws: the diagnostic of an interruption when Ctrl-C is pressed in between.
  init(_ matrix: [Double], rows: Int, columns: Int) throws(Diagnostic) {
    self.rows = rows
    self.columns = columns
    permutation = Array(0..<columns)
    factors = matrix
    diagonal = Array(repeating: 0, count: columns)
    scales = diagonal
    for step in 0..<columns {
      try pivot(step)
      try reflect(step)
    }
  }

  // MARK: Factoring

  /// Brings the column of greatest norm below row `step` to place `step`.
  private mutating func pivot(_ step: Int) throws(Diagnostic) {
    var best = step, bestNorm = -1.0
    for column in step..<columns {
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      let norm = norm(ofColumn: column, from: step)
      if norm > bestNorm { (best, bestNorm) = (column, norm) }
    }
    guard best != step else { return }
    permutation.swapAt(best, step)
    for row in 0..<rows { factors.swapAt(best * rows + row, step * rows + row) }
  }

  private func norm(ofColumn column: Int, from row: Int) -> Double {
    factors.withUnsafeBufferPointer { entries in
      sumInParts(column * rows + row..<(column + 1) * rows) { entries[$0] * entries[$0] }
        .squareRoot()
    }
  }

  /// Turns what is left of column `step` into a multiple of a unit vector.
  private mutating func reflect(_ step: Int) throws(Diagnostic) {
    let norm = norm(ofColumn: step, from: step)
    guard norm > 0 else { return }
    let head = step * rows + step
    // The sign that adds in v₁ = a₁ ± ‖a‖, so that nothing cancels.
    let value = factors[head] > 0 ? -norm : norm
    factors[head] -= value
    diagonal[step] = value
    // ‖v‖² = 2 ‖a‖ (‖a‖ + |a₁|) = -2 · value · v₁
    scales[step] = -1 / (value * factors[head])
    let (rows, scale) = (rows, scales[step])
    for column in step + 1..<max(columns, step + 1) {
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      factors.withUnsafeMutableBufferPointer { entries in
        let (own, other) = (step * rows, column * rows)
        let sum = scale * sumInParts(step..<rows) { entries[own + $0] * entries[other + $0] }
        for row in step..<rows { entries[other + row] -= sum * entries[own + row] }
      }
    }
  }

  // MARK: Using it

  /// The entry of R in a row and a column, row ≤ column.
  func upper(_ row: Int, _ column: Int) -> Double {
    row == column ? diagonal[row] : factors[column * rows + row]
  }

  /// How many columns are independent, a column counting as a combination of those before it when
  /// what is left of it is within rounding of the largest.
  var rank: Int {
    guard let first = diagonal.first, first != 0 else { return 0 }
    let limit = abs(first) * .ulpOfOne * Double(rows + columns)
    return diagonal.firstIndex { !(abs($0) > limit) } ?? columns
  }

  /// Qᵀ v, or Q v, for a vector as long as a column.
  func rotated(_ vector: [Double], back: Bool = false) -> [Double] {
    var result = vector
    let steps = back ? Array((0..<columns).reversed()) : Array(0..<columns)
    factors.withUnsafeBufferPointer { entries in
      for step in steps where scales[step] != 0 {
        let sum =
          scales[step] * sumInParts(step..<rows) { entries[step * rows + $0] * result[$0] }
        for row in step..<rows { result[row] -= sum * entries[step * rows + row] }
      }
    }
    return result
  }

  /// The solution of R₁ z = c, R₁ the leading `count` rows and columns.
  ///
  /// - Precondition: none of their diagonal entries is 0.
  func solved(_ right: [Double], count: Int) -> [Double] {
    var z = Array(right.prefix(count))
    for row in (0..<count).reversed() {
      for column in row + 1..<max(count, row + 1) { z[row] -= upper(row, column) * z[column] }
      z[row] /= diagonal[row]
    }
    return z
  }

  /// The solution of Rᵀ z = c.
  ///
  /// - Precondition: no diagonal entry of R is 0.
  func solvedTransposed(_ right: [Double]) -> [Double] {
    var z = Array(right.prefix(columns))
    for row in 0..<columns {
      for column in 0..<row { z[row] -= upper(column, row) * z[column] }
      z[row] /= diagonal[row]
    }
    return z
  }

  /// A vector of A P's columns in the order of A's.
  func unpermuted(_ vector: [Double]) -> [Double] {
    var result = Array(repeating: 0.0, count: columns)
    for (place, value) in zip(permutation, vector) { result[place] = value }
    return result
  }

  /// R⁻¹, row by row.
  ///
  /// - Precondition: no diagonal entry of R is 0.
  var inverseUpper: [Double] {
    var inverse = Array(repeating: 0.0, count: columns * columns)
    for column in 0..<columns {
      var unit = Array(repeating: 0.0, count: column + 1)
      unit[column] = 1
      for (row, value) in solved(unit, count: column + 1).enumerated() {
        inverse[row * columns + column] = value
      }
    }
    return inverse
  }
}
