extension Primitive {
  /// Operations that only move, repeat or gather entries. All are linear: each names its transpose.
  static let arrangement: [Primitive] = [
    Primitive(
      "transpose", "rows become columns; x'", arity: 1...1,
      shape: { shapes, _ throws(ShapeMismatch) in shapes[0].transposed },
      evaluation: .kernel { $0.transpose() },
      derivative: .linear { graph, _, adjoint in graph.apply(.transpose, adjoint) },
      notation: .transpose),
    Primitive(
      "broadcast", "entries repeated to a larger shape", isFunction: false, arity: 1...1,
      shape: ShapeRules.attribute, evaluation: .kernel { $0.broadcast() },
      derivative: .linear { graph, node, adjoint in
        graph.summed(adjoint, to: graph.shape(of: graph.operands(of: node).first!))
      },
      notation: .transparent, isFoldable: false),
    Primitive(
      "sumTo", "entries summed down to a smaller shape", isFunction: false, arity: 1...1,
      shape: ShapeRules.attribute, evaluation: .kernel { $0.sumTo() },
      derivative: .linear { graph, node, adjoint in
        graph.broadcast(adjoint, to: graph.shape(of: graph.operands(of: node).first!))
      },
      work: .reduction(fold: ScalarWork.additions)),
    Primitive(
      "reshape", "the same entries, row by row, in another shape", isFunction: false, arity: 1...1,
      shape: ShapeRules.attribute,
      evaluation: .kernel { arguments in
        arguments.output.update(from: arguments.inputs[0], count: arguments.outputShape.count)
      },
      derivative: .linear { graph, node, adjoint in
        graph.shaped(adjoint, to: graph.shape(of: graph.operands(of: node).first!))
      },
      notation: .transparent),
    Primitive(
      "index", "some of the entries", isFunction: false, arity: 1...1,
      shape: { _, attribute throws(ShapeMismatch) in try selection(attribute).result },
      evaluation: .kernel { $0.gather() },
      derivative: .linear { graph, node, adjoint in
        graph.apply(.scatter, adjoint, attribute: graph.attribute(of: node))
      },
      notation: .index),
    Primitive(
      "scatter", "entries added into zeros: the transpose of an index", isFunction: false,
      arity: 1...1,
      shape: { _, attribute throws(ShapeMismatch) in try selection(attribute).source },
      evaluation: .kernel { $0.scatter() },
      derivative: .linear { graph, node, adjoint in
        graph.apply(.index, adjoint, attribute: graph.attribute(of: node))
      },
      work: WorkRule.none),
    stack,
    Primitive(
      "range", "evenly spaced numbers, a:step:b", isFunction: false, arity: 0...0,
      shape: { _, attribute throws(ShapeMismatch) in
        guard case .progression(_, _, let count) = attribute else {
          throw ShapeMismatch("no range given")
        }
        return .vector(count)
      },
      evaluation: .kernel { arguments in
        guard case .progression(let start, let step, let count) = arguments.attribute else {
          return
        }
        for position in 0..<count { arguments.output[position] = start + Double(position) * step }
      }, derivative: .zero, notation: .range, isFoldable: false),
  ]

  /// Scalars side by side in the shape of the attribute, row by row.
  private static let stack = Primitive(
    "stack", "an array of its entries", isFunction: false, arity: 1...Int.max,
    shape: ShapeRules.attribute,
    evaluation: .kernel { arguments in
      for (position, input) in arguments.inputs.enumerated() {
        arguments.output[position] = input[0]
      }
    },
    derivative: .general(
      pushforward: { graph, node, tangents in
        guard tangents.contains(where: { $0 != nil }) else { return nil }
        let zero = graph.constant(0)
        return graph.apply(
          Primitive[.stack], tangents.map { $0 ?? zero }, graph.attribute(of: node))
      },
      pullback: { graph, node, adjoint, isActive in
        let shape = graph.shape(of: node)
        return isActive.indices.map { position in
          isActive[position] ? graph.entry(position, of: adjoint, shape: shape) : nil
        }
      }),
    notation: .array)

  private static func selection(_ attribute: Attribute) throws(ShapeMismatch) -> Selection {
    guard case .selection(let selection) = attribute else {
      throw ShapeMismatch("no index given")
    }
    return selection
  }
}

extension Graph {
  /// The entry at a row-by-row position as a scalar.
  public mutating func entry(_ position: Int, of node: NodeID, shape: Shape) -> NodeID {
    guard !shape.isScalar else { return node }
    var axes: [Selection.Axis] = []
    var rest = position
    for dimension in shape.dimensions.reversed() {
      axes.append(.init(positions: [rest % dimension], isSingle: true))
      rest /= dimension
    }
    let selection = Selection(axes: axes.reversed(), source: shape)
    return apply(.index, node, attribute: .selection(selection))
  }
}

extension KernelArguments {
  fileprivate func transpose() {
    let shape = inputShapes[0]
    guard shape.isMatrix else {
      output.update(from: inputs[0], count: outputShape.count)
      return
    }
    let rows = shape.dimensions[0], columns = shape.dimensions[1]
    for row in 0..<rows {
      for column in 0..<columns { output[column * rows + row] = inputs[0][row * columns + column] }
    }
  }

  fileprivate func broadcast() {
    forEachPair(of: inputShapes[0], in: outputShape) { small, large in
      output[large] = inputs[0][small]
    }
  }

  fileprivate func sumTo() {
    output.update(repeating: 0, count: outputShape.count)
    forEachPair(of: outputShape, in: inputShapes[0]) { small, large in
      output[small] += inputs[0][large]
    }
  }

  /// The offsets that belong together in a shape and in the larger one it is broadcast to.
  private func forEachPair(of small: Shape, in large: Shape, _ body: (Int, Int) -> Void) {
    let strides = small.strides(broadcastTo: large)
    guard large.rank == 2 else {
      let stride = strides.first ?? 0
      for position in 0..<large.count { body(position * stride, position) }
      return
    }
    let columns = large.dimensions[1]
    for row in 0..<large.dimensions[0] {
      for column in 0..<columns {
        body(row * strides[0] + column * strides[1], row * columns + column)
      }
    }
  }

  fileprivate func gather() {
    guard case .selection(let selection) = attribute else { return }
    let count = outputShape.count
    if count < Gathering.leastCount {
      selection.forEachOffset(in: 0..<count) { output[$0] = inputs[0][$1] }
    } else if Gathering(selection, from: inputs[0], to: output, count: count).run() {
      fail(.interrupted)
    }
  }

  fileprivate func scatter() {
    guard case .selection(let selection) = attribute else { return }
    output.update(repeating: 0, count: outputShape.count)
    // Entries may come to one place, in this order.
    let isStopped = stretches(inputShapes[0].count) { entries in
      selection.forEachOffset(in: entries) { entry, offset in output[offset] += inputs[0][entry] }
    }
    if isStopped { fail(.interrupted) }
  }
}
