import Synchronization

/// With PAQ = LDU, D diagonal and L and U unit triangular, det(A + ΣεᵢVᵢ) is ±det(D + ΣεᵢWᵢ) where
/// Wᵢ = L⁻¹PVᵢQU⁻¹. Of that the coefficient of ε₁⋯ε_m is a sum over the sets S of m rows: the product
/// of the pivots outside S times the mixed minor of W₁ … W_m on S. L and U are well conditioned under
/// complete pivoting whatever the rank of A, and D is never divided by.
extension KernelArguments {
  func directionalDeterminant() {
    withElimination { elimination, directions in
      for direction in directions { elimination.transform(direction) }
      var total = 0.0
      elimination.forEachSet(of: directions.count) { set, product in
        total += product * elimination.mixedMinor(directions, set[...], set[...])
      }
      output[0] = elimination.sign * total
    }
  }

  /// The gradient in W is a sum of mixed minors without one row and column, with one more row in S;
  /// Pᵀ(L⁻ᵀ · U⁻ᵀ)Qᵀ takes it back.
  func directionalCofactors() {
    let size = outputShape.dimensions[0]
    withElimination { elimination, directions in
      for direction in directions { elimination.transform(direction) }
      output.update(repeating: 0, count: size * size)
      elimination.forEachSet(of: directions.count + 1) { set, product in
        for row in set.indices {
          for column in set.indices {
            let minor = elimination.mixedMinor(
              directions, set[...].without(row), set[...].without(column))
            let sign = (row + column) % 2 == 0 ? product : -product
            output[set[row] * size + set[column]] += sign * minor
          }
        }
      }
      elimination.transformBack(output)
    }
  }

  /// Factors the first input; the others, the directions, are handed over as copies.
  private func withElimination(
    _ body: (borrowing CompleteElimination, [UnsafeMutablePointer<Double>]) -> Void
  ) {
    let count = inputShapes[0].count
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, count * inputs.count)) {
      guard let base = $0.baseAddress else { return }
      for (position, input) in inputs.enumerated() {
        (base + position * count).initialize(from: input, count: count)
      }
      let elimination = CompleteElimination(base, size: inputShapes[0].dimensions[0])
      if interruptionRequested.load(ordering: .relaxed) { return fail(.interrupted) }
      body(elimination, (1..<max(1, inputs.count)).map { base + $0 * count })
    }
  }
}

/// PAQ = LDU with complete pivoting: L below the diagonal, U above it (their ones left out), D on it.
/// Rows and columns behind the rank stay 0.
private struct CompleteElimination {
  private let factors: UnsafeMutablePointer<Double>
  let size: Int
  /// The row and the column of A that each pivot came from.
  private var rows: [Int]
  private var columns: [Int]
  /// det P · det Q.
  private(set) var sign = 1.0

  /// Factors in place. Stopped by Ctrl-C it is unfinished.
  init(_ factors: UnsafeMutablePointer<Double>, size: Int) {
    self.factors = factors
    self.size = size
    rows = Array(0..<size)
    columns = rows
    for step in 0..<size {
      if interruptionRequested.load(ordering: .relaxed) { return }
      choosePivot(step)
      let pivot = factors[step * size + step]
      if pivot == 0 { break }
      eliminate(step, pivot)
    }
  }

  private mutating func choosePivot(_ step: Int) {
    var (row, column, best) = (step, step, -1.0)
    search: for i in step..<size {
      for j in step..<size {
        let entry = abs(factors[i * size + j])
        if entry > best { (row, column, best) = (i, j, entry) }
        // From a nan on everything is nan.
        if entry.isNaN {
          (row, column) = (i, j)
          break search
        }
      }
    }
    if row != step {
      for k in 0..<size { swap(&factors[row * size + k], &factors[step * size + k]) }
      rows.swapAt(row, step)
      sign = -sign
    }
    if column != step {
      for k in 0..<size { swap(&factors[k * size + column], &factors[k * size + step]) }
      columns.swapAt(column, step)
      sign = -sign
    }
  }

  private func eliminate(_ step: Int, _ pivot: Double) {
    let pivotLine = factors + step * size
    for row in step + 1..<max(size, step + 1) {
      let line = factors + row * size
      line[step] /= pivot
      let factor = line[step]
      if factor == 0 { continue }
      for k in step + 1..<size { line[k] -= factor * pivotLine[k] }
    }
    for k in step + 1..<max(size, step + 1) { pivotLine[k] /= pivot }
  }

  // MARK: Into the frame of the pivots and back

  /// V becomes L⁻¹PVQU⁻¹.
  func transform(_ matrix: UnsafeMutablePointer<Double>) {
    let copy = Array(UnsafeBufferPointer(start: matrix, count: size * size))
    for i in 0..<size {
      let line = matrix + i * size
      for j in 0..<size { line[j] = copy[rows[i] * size + columns[j]] }
      for k in 0..<i { subtract(factors[i * size + k], line: k, from: i, of: matrix) }
    }
    for i in 0..<size {
      let line = matrix + i * size
      for k in 0..<size {
        for j in k + 1..<max(size, k + 1) { line[j] -= line[k] * factors[k * size + j] }
      }
    }
  }

  /// The transpose of `transform`, times det P · det Q: G becomes ±Pᵀ(L⁻ᵀGU⁻ᵀ)Qᵀ.
  func transformBack(_ matrix: UnsafeMutablePointer<Double>) {
    for i in (0..<size).reversed() {
      for k in i + 1..<max(size, i + 1) {
        subtract(factors[k * size + i], line: k, from: i, of: matrix)
      }
    }
    for i in 0..<size {
      let line = matrix + i * size
      for j in (0..<size).reversed() {
        for k in j + 1..<max(size, j + 1) { line[j] -= line[k] * factors[j * size + k] }
      }
    }
    let copy = Array(UnsafeBufferPointer(start: matrix, count: size * size))
    for i in 0..<size {
      for j in 0..<size { matrix[rows[i] * size + columns[j]] = sign * copy[i * size + j] }
    }
  }

  private func subtract(
    _ factor: Double, line source: Int, from target: Int, of matrix: UnsafeMutablePointer<Double>
  ) {
    if factor == 0 { return }
    for j in 0..<size { matrix[target * size + j] -= factor * matrix[source * size + j] }
  }

  // MARK: The sum over minors

  /// Calls `body` with each set of so many rows, in order, and the product of the pivots outside it,
  /// sets with the product 0 left out.
  func forEachSet(of count: Int, _ body: (_ set: [Int], _ product: Double) -> Void) {
    var products = Array(repeating: 1.0, count: size + 1)
    for position in (0..<size).reversed() {
      products[position] = products[position + 1] * factors[position * size + position]
    }
    var set: [Int] = []
    extend(&set, to: count, from: 0, product: 1, products, body)
  }

  /// `product` is that of the pivots passed over so far, `products` those from each position on.
  private func extend(
    _ set: inout [Int], to count: Int, from start: Int, product: Double, _ products: [Double],
    _ body: (_ set: [Int], _ product: Double) -> Void
  ) {
    if set.count == count {
      let all = product * products[start]
      if all != 0 { body(set, all) }
      return
    }
    var product = product
    for position in start..<max(start, size - (count - set.count) + 1) {
      set.append(position)
      extend(&set, to: count, from: position + 1, product: product, products, body)
      set.removeLast()
      product *= factors[position * size + position]
      if product == 0 { return }
    }
  }

  /// The coefficient of ε₁⋯ε_m in det(ΣεᵢWᵢ) on some rows and columns, expanded along the first row.
  func mixedMinor(
    _ directions: [UnsafeMutablePointer<Double>], _ rows: ArraySlice<Int>,
    _ columns: ArraySlice<Int>
  ) -> Double {
    guard let row = rows.first, let only = columns.first else { return 1 }
    if directions.count == 1 { return directions[0][row * size + only] }
    var total = 0.0
    for (taken, direction) in directions.enumerated() {
      var others = directions
      others.remove(at: taken)
      var sign = 1.0
      for place in columns.indices {
        let minor = mixedMinor(others, rows.dropFirst(), columns.without(place))
        total += sign * direction[row * size + columns[place]] * minor
        sign = -sign
      }
    }
    return total
  }
}

extension ArraySlice<Int> {
  /// The elements but one.
  fileprivate func without(_ position: Int) -> ArraySlice<Int> {
    var rest = self
    rest.remove(at: position)
    return rest
  }
}
