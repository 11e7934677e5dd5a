import Expr
import Synchronization

/// min ‖b - A x‖ by QR with columns scaled, refined with residuals in twice the working precision:
/// accurate also where the columns are nearly dependent.
///
/// - Source: Björck, Iterative refinement of linear least squares solutions I (BIT 7, 1967); the
///   augmented system r + A x = b, Aᵀ r = 0 of Golub & Van Loan, 5.3.8.
struct LinearLeastSquares {
  let solution: [Double]
  /// b - A x.
  let residuals: [Double]
  /// Of A with its columns scaled by `scales`.
  let factors: HouseholderQR
  /// Powers of two near the norms of the columns.
  let scales: [Double]

  /// - Parameter matrix: column by column; at least as many rows as columns.
  /// - Throws: the diagnostic of an interruption.
  init(_ matrix: [Double], _ right: [Double], rows: Int, columns: Int) throws(Diagnostic) {
    var scaled = matrix
    var scales: [Double] = []
    for column in 0..<columns {
      let norm = Array(matrix[column * rows..<(column + 1) * rows]).norm
      let scale = norm > 0 ? Double(sign: .plus, exponent: norm.exponent, significand: 1) : 1
      for row in 0..<rows { scaled[column * rows + row] /= scale }
      scales.append(scale)
    }
    self.scales = scales
    factors = try HouseholderQR(scaled, rows: rows, columns: columns)
    guard factors.rank == columns else {
      solution = Array(repeating: .nan, count: columns)
      residuals = right
      return
    }
    var refinement = Refinement(factors, scaled, right)
    try refinement.run()
    solution = zip(refinement.solution, scales).map { $0 / $1 }
    residuals = refinement.residuals
  }
}

private struct Refinement {
  private let factors: HouseholderQR
  private let matrix: [Double]
  private let right: [Double]
  private(set) var solution: [Double]
  private(set) var residuals: [Double]

  private static let rounds = 30

  init(_ factors: HouseholderQR, _ matrix: [Double], _ right: [Double]) {
    self.factors = factors
    self.matrix = matrix
    self.right = right
    solution = Array(repeating: 0, count: factors.columns)
    residuals = Array(repeating: 0, count: factors.rows)
  }

  /// Corrects until the corrections no longer get smaller. The first one is the plain solution.
  mutating func run() throws(Diagnostic) {
    var last = Double.infinity
    for _ in 0..<Self.rounds {
      let (change, shift) = try correction()
      let size = change.norm
      guard size < 0.5 * last, size.isFinite else { return }
      for column in solution.indices { solution[column] += change[column] }
      for row in residuals.indices { residuals[row] += shift[row] }
      last = size
      if size == 0 { return }
    }
  }

  /// What solves the augmented system for its own residuals.
  private func correction() throws(Diagnostic) -> (change: [Double], shift: [Double]) {
    let (rows, columns) = (factors.rows, factors.columns)
    var above: [Double] = [], below: [Double] = []
    above.reserveCapacity(rows)
    for row in 0..<rows {
      if row & 0xfff == 0, interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      var sum = DoubleDouble(right[row]) - residuals[row]
      for column in 0..<columns {
        sum.subtract(matrix[column * rows + row], solution[column])
      }
      above.append(sum.value)
    }
    for column in 0..<columns {
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      var sum = DoubleDouble(0)
      for row in 0..<rows { sum.subtract(matrix[column * rows + row], residuals[row]) }
      below.append(sum.value)
    }
    let rotated = factors.rotated(above)
    let inner = factors.solvedTransposed(factors.permutation.map { below[$0] })
    let difference = (0..<columns).map { rotated[$0] - inner[$0] }
    let change = factors.unpermuted(factors.solved(difference, count: columns))
    let shift = factors.rotated(inner + rotated[columns...], back: true)
    return (change, shift)
  }
}

/// A sum kept as two doubles that do not overlap: about 32 digits.
///
/// - Source: Dekker 1971; Knuth, The Art of Computer Programming 2, 4.2.2; Ogita, Rump & Oishi 2005.
struct DoubleDouble: Sendable {
  private var high: Double
  private var low = 0.0

  init(_ value: Double) { high = value }

  var value: Double { high + low }

  static func - (a: DoubleDouble, b: Double) -> DoubleDouble {
    var result = a
    result.add(-b)
    return result
  }

  /// Subtracts a product without rounding it.
  mutating func subtract(_ a: Double, _ b: Double) {
    let product = a * b
    // a·b - product, exact in one fused step.
    let rest = (-product).addingProduct(a, b)
    add(-product)
    low -= rest
  }

  private mutating func add(_ term: Double) {
    let sum = high + term
    let part = sum - high
    low += (high - (sum - part)) + (term - part)
    high = sum
  }
}
