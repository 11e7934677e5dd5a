/// Products of linear algebra, and what is summed over one.
extension Lowering {
  mutating func lowerProduct(_ node: NodeID) {
    let operands = Array(graph.operands(of: node))
    let a = operands[0], b = operands[1]
    let left = extent(of: a), right = extent(of: b), extent = extent(of: node)
    if left.count == 0 || right.count == 0 {
      let whole = [contiguous(a), contiguous(b)]
      set(node, lowered.append(.kernel(node), extent, whole))
      return
    }
    var weight: Int?
    if case .weight(let operand) = graph.attribute(of: node) { weight = operand }
    var result: Operand
    if left.isScalar || right.isScalar || left.columns == 1 {
      let parts = [broadcastable(a), broadcastable(b)]
      set(node, multiplied(parts, weight))
      return
    } else if left.rows == 1 && right.columns == 1 {
      result = dot(contiguous(a), contiguous(b), weight)
    } else if right.columns == 1 {
      let matrix = matrix(a)
      result = product(matrix, contiguous(b), weight, of: node)
    } else if left.rows == 1 {
      var matrix = matrix(b)
      matrix.isTurned.toggle()
      result = product(matrix, contiguous(a), weight.map { 1 - $0 }, of: node)
    } else {
      let first = matrix(a), second = matrix(b)
      result = lowered.append(
        .matrixProduct(
          isLeftTurned: first.isTurned, isRightTurned: second.isTurned, weight: weight), extent,
        [first.operand, second.operand])
    }
    result.extent = extent
    set(node, result)
  }

  /// A matrix as it lies in memory, and whether it is meant turned.
  private mutating func matrix(_ node: NodeID) -> View {
    let view = view(node)
    return view.isTurned ? view : View(operand: contiguous(node))
  }

  /// The product entry by entry of two operands, of which one may be a weight.
  mutating func multiplied(_ parts: [Operand], _ weight: Int?) -> Operand {
    guard let weight else { return element(.multiply, parts) }
    return element(.strongMultiply, weight == 0 ? parts : parts.reversed())
  }

  /// - Parameter weight: 0 for the matrix, 1 for the vector.
  private mutating func product(
    _ matrix: View, _ vector: Operand, _ weight: Int?, of node: NodeID
  ) -> Operand {
    var column = vector
    column.extent = vector.extent.domain
    let extent = matrix.operand.extent
    if !matrix.isTurned {
      return lowered.append(
        .matrixVector(weight: weight), Extent(extent.rows, 1), [matrix.operand, column])
    }
    if weight == 0 {
      let operands = graph.operands(of: node)
      let whole = [contiguous(operands.first!), contiguous(operands.last!)]
      return lowered.append(.kernel(node), self.extent(of: node), whole)
    }
    return lowered.append(
      .transposedMatrixVector(isStrong: weight == 1), Extent(extent.columns, 1),
      [matrix.operand, column])
  }

  /// A sum along the rows, or down the columns, of a product of two matrices that a derivative is made
  /// of, as the product of one of them with the sums of the other: the adjoint of what was added to
  /// each column takes a matrix and a vector, and the product is not formed.
  ///
  ///     Σⱼ Σₖ aᵢₖ bₖⱼ = Σₖ aᵢₖ Σⱼ bₖⱼ
  ///
  /// - Parameter extent: of the sum, one column or one row.
  /// - Returns: nil for all other nodes: what the user typed is summed as it stands.
  mutating func sumOfProduct(_ node: NodeID, to extent: Extent) -> Operand? {
    if graph.symbol(of: node) == .negate, let operand = graph.operands(of: node).first {
      let total = sumOfProduct(operand, to: extent)
      return total.map { element(.negate, [$0]) }
    }
    guard graph.symbol(of: node) == .product,
      case .weight(let weight) = graph.attribute(of: node), !extent.isScalar
    else { return nil }
    let operands = Array(graph.operands(of: node))
    let first = self.extent(of: operands[0]), second = self.extent(of: operands[1])
    guard !first.isLine, !second.isLine, first.count > 0, second.count > 0 else { return nil }
    // Of A B along the rows A times the sums of B; down the columns Bᵀ times those of A.
    let isAlongRows = extent.columns == 1
    let (fixed, summed) = isAlongRows ? (0, 1) : (1, 0)
    var matrix = matrix(operands[fixed])
    if !isAlongRows { matrix.isTurned.toggle() }
    if matrix.isTurned && weight == fixed { return nil }
    let sums = sums(of: operands[summed], alongRows: isAlongRows)
    var result = product(matrix, sums, weight == fixed ? 0 : 1, of: node)
    result.extent = extent
    return result
  }

  /// The sums over the rows or the columns of a matrix, however it lies in memory, as a column.
  private mutating func sums(of node: NodeID, alongRows: Bool) -> Operand {
    let matrix = matrix(node), extent = matrix.operand.extent
    let isAlongRows = alongRows != matrix.isTurned
    var sums = reduce(
      .sum, matrix.operand,
      to: isAlongRows ? Extent(extent.rows, 1) : Extent(1, extent.columns))
    sums.extent = sums.extent.domain
    return sums
  }
}
