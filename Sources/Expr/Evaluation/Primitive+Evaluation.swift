extension Primitive {
  /// The value on constants; nil if the kernel fails on them, which is for the run to report.
  func value(of operands: [Tensor], _ attribute: Attribute, _ shape: Shape) -> Tensor? {
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

  /// Runs the primitive on buffers.
  func evaluate(_ arguments: KernelArguments) {
    switch evaluation {
    case .unary(let function):
      let input = arguments.inputs[0], output = arguments.output
      for position in 0..<arguments.outputShape.count {
        output[position] = function(input[position])
      }
    case .binary(let function):
      switch symbol {
      case .add: arguments.combine { $0 + $1 }
      case .subtract: arguments.combine { $0 - $1 }
      case .multiply: arguments.combine { $0 * $1 }
      case .divide: arguments.combine { $0 / $1 }
      case .strongMultiply: arguments.combine { $0 == 0 ? 0 : $0 * $1 }
      // The square is what most powers of arrays are, and what the function itself computes then.
      case .power where arguments.inputShapes[1].isScalar && arguments.inputs[1][0] == 2:
        arguments.combine { base, _ in base * base }
      default: arguments.combine(function)
      }
    case .ternary(let function):
      let strides = arguments.inputShapes.map { $0.strides(broadcastTo: arguments.outputShape) }
      arguments.forEachOffset(strides) { position, offsets in
        arguments.output[position] = function(
          arguments.inputs[0][offsets[0]], arguments.inputs[1][offsets[1]],
          arguments.inputs[2][offsets[2]])
      }
    case .kernel(let kernel): kernel(arguments)
    case .loop: preconditionFailure("a loop is run by its program")
    }
  }
}

extension KernelArguments {
  /// Entry by entry on two operands: without strides where both have the result's shape or are scalars.
  @inline(__always)
  fileprivate func combine(_ function: (Double, Double) -> Double) {
    let a = inputs[0], b = inputs[1], count = outputShape.count
    let first = inputShapes[0], second = inputShapes[1]
    if first == second {
      for position in 0..<count { output[position] = function(a[position], b[position]) }
    } else if first.isScalar {
      let value = a.pointee
      for position in 0..<count { output[position] = function(value, b[position]) }
    } else if second.isScalar {
      let value = b.pointee
      for position in 0..<count { output[position] = function(a[position], value) }
    } else {
      let strides = inputShapes.map { $0.strides(broadcastTo: outputShape) }
      let columns = outputShape.dimensions[1]
      for row in 0..<outputShape.dimensions[0] {
        for column in 0..<columns {
          output[row * columns + column] = function(
            a[row * strides[0][0] + column * strides[0][1]],
            b[row * strides[1][0] + column * strides[1][1]])
        }
      }
    }
  }

  /// Calls `body` with each position of the result and the offsets of the operands there.
  fileprivate func forEachOffset(_ strides: [[Int]], _ body: (Int, [Int]) -> Void) {
    guard outputShape.rank == 2 else {
      for position in 0..<outputShape.count {
        body(position, strides.map { ($0.first ?? 0) * position })
      }
      return
    }
    let columns = outputShape.dimensions[1]
    for row in 0..<outputShape.dimensions[0] {
      for column in 0..<columns {
        body(row * columns + column, strides.map { row * $0[0] + column * $0[1] })
      }
    }
  }
}
