import RealModule
import Synchronization

extension KernelArguments {
  func solve(isStrong: Bool) {
    let right = inputs[1], count = outputShape.count
    output.update(from: right, count: count)
    if isStrong, (0..<count).allSatisfy({ right[$0] == 0 }) { return }
    solveInPlace(columns: outputShape.isVector ? 1 : outputShape.dimensions[1])
  }

  func invert() {
    let size = outputShape.dimensions[0]
    output.update(repeating: 0, count: size * size)
    for position in 0..<size { output[position * size + position] = 1 }
    solveInPlace(columns: size)
  }

  /// Replaces the right-hand sides in `output` by the solutions.
  private func solveInPlace(columns: Int) {
    let size = inputShapes[0].dimensions[0]
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, size * size)) { scratch in
      guard let factors = scratch.baseAddress else { return }
      factors.initialize(from: inputs[0], count: size * size)
      var elimination = Elimination(factors, size: size, right: output, columns: columns)
      switch elimination.run() {
      case .finished: if elimination.substituteBack() { fail(.interrupted) }
      case .singular(let column, let isExact): fail(.singular(column: column, isExact: isExact))
      case .interrupted: fail(.interrupted)
      }
    }
  }

  func logDeterminant() {
    let size = inputShapes[0].dimensions[0]
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, size * size)) { scratch in
      guard let factors = scratch.baseAddress else { return }
      factors.initialize(from: inputs[0], count: size * size)
      var elimination = Elimination(factors, size: size, right: nil, columns: 0)
      switch elimination.run() {
      case .finished: output[0] = elimination.logDeterminant
      case .singular: output[0] = .nan
      case .interrupted: fail(.interrupted)
      }
    }
  }

  /// Row by row: Lᵢⱼ = (aᵢⱼ - Σ_{k<j} LᵢₖLⱼₖ)/Lⱼⱼ, and nan throughout where a pivot is not positive.
  func factorCholesky() {
    let size = outputShape.dimensions[0], a = inputs[0]
    output.update(repeating: 0, count: size * size)
    for row in 0..<size {
      if interruptionRequested.load(ordering: .relaxed) { return fail(.interrupted) }
      for column in 0...row {
        let upper = output + column * size, lower = output + row * size
        var rest = (a[row * size + column] + a[column * size + row]) / 2
        for k in 0..<column { rest -= lower[k] * upper[k] }
        if column < row {
          lower[column] = rest / upper[column]
        } else if rest > 0 {
          lower[column] = rest.squareRoot()
        } else {
          return output.update(repeating: .nan, count: size * size)
        }
      }
    }
  }

  func takeHalfLower() {
    let size = outputShape.dimensions[0]
    for row in 0..<size {
      for column in 0..<size {
        let entry = inputs[0][row * size + column]
        output[row * size + column] = column < row ? entry : column == row ? entry / 2 : 0
      }
    }
  }

  func multiplyStrongly(weight: Int = 0) {
    let a = inputs[0], b = inputs[1]
    let rows = inputShapes[0].dimensions[0]
    let inner = inputShapes[0].isVector ? 1 : inputShapes[0].dimensions[1]
    let columns = inputShapes[1].isVector ? 1 : inputShapes[1].dimensions[1]
    output.update(repeating: 0, count: rows * columns)
    for row in 0..<rows {
      if interruptionRequested.load(ordering: .relaxed) { return fail(.interrupted) }
      let target = output + row * columns
      for k in 0..<inner {
        let factor = a[row * inner + k], line = b + k * columns
        if weight == 0 {
          if factor == 0 { continue }
          for column in 0..<columns { target[column] += factor * line[column] }
        } else {
          for column in 0..<columns where line[column] != 0 {
            target[column] += factor * line[column]
          }
        }
      }
    }
  }
}

/// Gaussian elimination with partial pivoting, in place: PA = LU with L below the diagonal (its ones
/// left out) and U on and above it. Right-hand sides are carried along.
private struct Elimination {
  enum Outcome {
    case finished
    /// No row has a pivot for this column, counted from 0: none at all, or nothing but rounding.
    case singular(column: Int, isExact: Bool)
    case interrupted
  }

  private let factors: UnsafeMutablePointer<Double>
  private let size: Int
  private let right: UnsafeMutablePointer<Double>?
  private let columns: Int
  /// det P.
  private var sign = 1.0

  init(
    _ factors: UnsafeMutablePointer<Double>, size: Int, right: UnsafeMutablePointer<Double>?,
    columns: Int
  ) {
    self.factors = factors
    self.size = size
    self.right = right
    self.columns = columns
  }

  mutating func run() -> Outcome {
    for column in 0..<size {
      if interruptionRequested.load(ordering: .relaxed) { return .interrupted }
      let pivotRow = largest(in: column)
      let pivot = factors[pivotRow * size + column]
      if pivot == 0 { return .singular(column: column, isExact: true) }
      if isRounding(pivotRow, column), (column..<size).allSatisfy({ isRounding($0, column) }) {
        return .singular(column: column, isExact: false)
      }
      swapRows(column, pivotRow)
      for row in column + 1..<max(size, column + 1) { eliminate(row, column, pivot) }
    }
    return .finished
  }

  /// The row, on or below the diagonal, of the entry of greatest size; a nan is taken at once.
  private func largest(in column: Int) -> Int {
    var best = column
    for row in column..<size {
      let entry = abs(factors[row * size + column])
      if entry.isNaN { return row }
      if entry > abs(factors[best * self.size + column]) { best = row }
    }
    return best
  }

  /// Whether an entry of the column to be eliminated is within the rounding errors of the sum
  /// a - Σ LU that it is, which are at most k ε Σ |L||U|: then the true one may well be 0.
  ///
  /// - Source: Higham, Accuracy and Stability of Numerical Algorithms, theorem 9.3.
  private func isRounding(_ row: Int, _ column: Int) -> Bool {
    var growth = 0.0
    for k in 0..<column { growth += abs(factors[row * size + k] * factors[k * size + column]) }
    return abs(factors[row * size + column]) <= Double(column) * .ulpOfOne * growth
  }

  private mutating func swapRows(_ a: Int, _ b: Int) {
    guard a != b else { return }
    sign = -sign
    for k in 0..<size { swap(&factors[a * size + k], &factors[b * size + k]) }
    guard let right else { return }
    for k in 0..<columns { swap(&right[a * columns + k], &right[b * columns + k]) }
  }

  private func eliminate(_ row: Int, _ column: Int, _ pivot: Double) {
    let line = factors + row * size, pivotLine = factors + column * size
    let factor = line[column] / pivot
    line[column] = factor
    if factor == 0 { return }
    for k in column + 1..<max(size, column + 1) { line[k] -= factor * pivotLine[k] }
    guard let right else { return }
    for k in 0..<columns { right[row * columns + k] -= factor * right[column * columns + k] }
  }

  /// Solves Ux = the right-hand sides, the last row first; returns whether Ctrl-C stopped it.
  func substituteBack() -> Bool {
    guard let right else { return false }
    for row in (0..<size).reversed() {
      if interruptionRequested.load(ordering: .relaxed) { return true }
      let target = right + row * columns
      for k in row + 1..<max(size, row + 1) {
        let factor = factors[row * size + k]
        if factor == 0 { continue }
        for column in 0..<columns { target[column] -= factor * right[k * columns + column] }
      }
      for column in 0..<columns { target[column] /= factors[row * size + row] }
    }
    return false
  }

  /// Σ log |Uᵢᵢ|, nan where the determinant is negative.
  var logDeterminant: Double {
    var total = 0.0, sign = sign
    for position in 0..<size {
      let pivot = factors[position * size + position]
      if pivot < 0 { sign = -sign }
      total += Double.log(abs(pivot))
    }
    return sign > 0 ? total : .nan
  }
}

extension Diagnostic {
  /// - Parameter column: of the pivot that was not found, from 0.
  fileprivate static func singular(column: Int, isExact: Bool) -> Diagnostic {
    let what =
      column == 0
      ? "its first column is 0"
      : "column \(column + 1) is a combination of the \(column == 1 ? "first" : "\(column) before it")"
    return Diagnostic(
      "the matrix is singular: pivot \(column + 1) is 0\(isExact ? "" : " up to rounding")",
      hint: what)
  }
}
