extension Primitive {
  /// The value on constants; nil if the kernel fails on them, which is for the run to report.
  func value(of operands: [Tensor], _ attribute: Attribute, _ shape: Shape) -> Tensor? {
    if shape.isScalar, let number = value(ofNumbers: operands) {
      return Tensor(.scalar, [number], isBoolean: yieldsBoolean)
    }
    let failure = KernelFailure()
    let total = operands.reduce(0) { $0 + $1.elements.count }
    let elements = [Double](unsafeUninitializedCapacity: shape.count) { result, count in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, total)) { scratch in
        guard let base = scratch.baseAddress, let output = result.baseAddress else { return }
        var inputs: [UnsafePointer<Double>] = []
        var offset = 0
        for operand in operands {
          for (position, element) in operand.elements.enumerated() {
            (base + offset + position).initialize(to: element)
          }
          inputs.append(UnsafePointer(base + offset))
          offset += operand.elements.count
        }
        evaluate(
          KernelArguments(
            inputs: inputs, inputShapes: operands.map(\.shape), output: output, outputShape: shape,
            attribute: attribute, failure: failure))
      }
      count = shape.count
    }
    if failure.take() != nil { return nil }
    return Tensor(shape, elements, isBoolean: yieldsBoolean)
  }

  /// The value of an operation entry by entry on numbers, which constants mostly are; nil for others.
  private func value(ofNumbers operands: [Tensor]) -> Double? {
    guard isElementwise, operands.allSatisfy({ $0.elements.count == 1 }) else { return nil }
    switch evaluation {
    case .unary(let function): return function(operands[0].elements[0])
    case .binary(let function): return function(operands[0].elements[0], operands[1].elements[0])
    case .ternary(let function):
      return function(
        operands[0].elements[0], operands[1].elements[0], operands[2].elements[0])
    case .kernel, .loop: return nil
    }
  }

  /// Runs the primitive on buffers.
  func evaluate(_ arguments: KernelArguments) {
    switch evaluation {
    case .unary(let function):
      let input = arguments.inputs[0], output = arguments.output
      for position in 0..<arguments.outputShape.count {
        output[position] = function(input[position])
      }
    case .binary(let function):
      let a = arguments.inputs[0], b = arguments.inputs[1], output = arguments.output
      let first = arguments.strides(of: 0), second = arguments.strides(of: 1)
      arguments.forEachEntry { position, row, column in
        output[position] = function(
          a[row * first.row + column * first.column], b[row * second.row + column * second.column])
      }
    case .ternary(let function):
      let a = arguments.inputs[0], b = arguments.inputs[1], c = arguments.inputs[2]
      let output = arguments.output
      let first = arguments.strides(of: 0), second = arguments.strides(of: 1)
      let third = arguments.strides(of: 2)
      arguments.forEachEntry { position, row, column in
        output[position] = function(
          a[row * first.row + column * first.column], b[row * second.row + column * second.column],
          c[row * third.row + column * third.column])
      }
    case .kernel(let kernel): kernel(arguments)
    case .loop: preconditionFailure("a loop is run by its program")
    }
  }
}

extension KernelArguments {
  /// How far the entries of an operand lie apart along the rows and columns of the result, 0 where it
  /// is repeated.
  fileprivate func strides(of operand: Int) -> (row: Int, column: Int) {
    let strides = inputShapes[operand].strides(broadcastTo: outputShape)
    return (strides.first ?? 0, strides.count > 1 ? strides[1] : 0)
  }

  /// Calls `body` with each position of the result, its row and its column.
  @inline(__always)
  fileprivate func forEachEntry(_ body: (_ position: Int, _ row: Int, _ column: Int) -> Void) {
    let columns = outputShape.rank == 2 ? outputShape.dimensions[1] : 1
    var position = 0
    for row in 0..<(columns == 0 ? 0 : outputShape.count / columns) {
      for column in 0..<columns {
        body(position, row, column)
        position += 1
      }
    }
  }
}
