/// Rows and columns of a value as the compiler sees it: a vector is one column, a number 1×1.
struct Extent: Hashable {
  var rows: Int
  var columns: Int

  init(_ rows: Int, _ columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  init(_ shape: Shape) {
    columns = shape.rank >= 2 ? shape.dimensions[shape.rank - 1] : 1
    rows = shape.isScalar ? 1 : shape.count / max(1, columns)
    if shape.count == 0 { (rows, columns) = (0, 1) }
  }

  static let scalar = Extent(1, 1)
  var count: Int { rows * columns }
  var isScalar: Bool { rows == 1 && columns == 1 }
  /// Whether the entries are one line, so that rows need not be told apart.
  var isLine: Bool { rows == 1 || columns == 1 }
  /// The extent of an operation entry by entry on values of two extents that fit.
  func joined(with other: Extent) -> Extent {
    Extent(rows == 1 ? other.rows : rows, columns == 1 ? other.columns : columns)
  }
  /// The extent of the loop that computes it: lines run as columns.
  var domain: Extent { isLine ? Extent(count, 1) : self }
}

/// What an operation reads: a run of entries of a value.
struct Operand: Hashable {
  var value: Int
  var offset = 0
  var extent: Extent
}

/// One step of a graph on its way to a program: what is computed, from which values.
struct LoweredValue {
  enum Kind {
    case input(Leaf.ID)
    case constant(Tensor)
    /// Entry by entry; an operand is as large as the result, a number, a row or a column.
    case element(Opcode, primitive: Int16)
    case reduction(Reduction)
    /// Operands: the matrix, the vector. `weight`: which of them is the λ of the chain rule, where
    /// nothing flows if it is 0; nil in plain products.
    case matrixVector(weight: Int?)
    /// Aᵀu; operands: A, u. A strong one leaves out the rows where u is 0.
    case transposedMatrixVector(isStrong: Bool)
    case matrixProduct(isLeftTurned: Bool, isRightTurned: Bool, weight: Int?)
    /// Zeros with the operands added at their places.
    case accumulation([Place])
    case kernel(NodeID)
    case loop(NodeID)
    /// Written by the loop that is its operand.
    case loopResult(LoopOutput)
  }

  /// Where a part of an accumulation goes.
  enum Place {
    case run(offset: Int)
    case selection(Selection)
  }

  enum Reduction {
    case sum, dot, maximum
    /// Σ log(1 + e^x): the logarithms of many factors are one logarithm.
    case softplusSum
  }

  var kind: Kind
  var extent: Extent
  var operands: Range<Int>

  var isScalar: Bool { extent.isScalar }
}

/// A graph lowered: what is left of it once views, repeated values and identities are gone.
struct LoweredGraph {
  var values: [LoweredValue] = []
  var operands: [Operand] = []
  /// Where each output of the program is found, whole and in order.
  var outputs: [Operand] = []

  mutating func append(
    _ kind: LoweredValue.Kind, _ extent: Extent, _ operands: some Sequence<Operand>
  ) -> Operand {
    let start = self.operands.count
    self.operands.append(contentsOf: operands)
    values.append(LoweredValue(kind: kind, extent: extent, operands: start..<self.operands.count))
    return Operand(value: values.count - 1, extent: extent)
  }

  /// Of two operands.
  mutating func append(
    _ kind: LoweredValue.Kind, _ extent: Extent, _ first: Operand, _ second: Operand
  ) -> Operand {
    let start = operands.count
    operands.append(first)
    operands.append(second)
    values.append(LoweredValue(kind: kind, extent: extent, operands: start..<start + 2))
    return Operand(value: values.count - 1, extent: extent)
  }

  func operands(of value: Int) -> ArraySlice<Operand> { operands[values[value].operands] }

  /// What log(1 + e^x) is taken of, where an operand is all of that.
  func operandOfSoftplus(_ operand: Operand) -> Operand? {
    let value = values[operand.value]
    guard case .element(.softplus, _) = value.kind, operand.extent.count == value.extent.count
    else { return nil }
    return operands(of: operand.value).first
  }

  /// Which values an output depends on.
  func neededValues() -> [Bool] {
    var needed = Array(repeating: false, count: values.count)
    for output in outputs { needed[output.value] = true }
    for index in values.indices.reversed() where needed[index] {
      for position in values[index].operands { needed[operands[position].value] = true }
    }
    return needed
  }
}
