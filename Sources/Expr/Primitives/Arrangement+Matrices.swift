extension Primitive {
  /// Matrices made of vectors and of each other, and what they are made of.
  static let matrices: [Primitive] = [
    Primitive(
      "trace", "sum of the diagonal of a square matrix", arity: 1...1,
      shape: { shapes, _ throws(ShapeMismatch) in
        _ = try ShapeRules.squareSize(shapes[0], "trace")
        return .scalar
      },
      evaluation: .kernel { arguments in
        let size = arguments.inputShapes[0].dimensions[0]
        let diagonal = StridedEntries(start: arguments.inputs[0], stride: size + 1, count: size)
        arguments.output[0] = diagonal.sum()
      },
      derivative: .linear { graph, node, adjoint in
        let shape = graph.shape(of: graph.operands(of: node).first!)
        return graph.apply(.diag, graph.broadcast(adjoint, to: .vector(shape.dimensions[0])))
      },
      work: .counted { shapes, _, work in
        work.chain(ScalarWork.additions, entries: shapes[0].dimensions[0], results: 1, of: 0)
      }),
    diag, outer,
    Primitive(
      "flatten", "the entries in one vector, row by row", arity: 1...1,
      shape: { shapes, _ throws(ShapeMismatch) in .vector(shapes[0].count) },
      evaluation: .kernel { arguments in
        arguments.output.update(from: arguments.inputs[0], count: arguments.outputShape.count)
      },
      derivative: .linear { graph, node, adjoint in
        graph.shaped(adjoint, to: graph.shape(of: graph.operands(of: node).first!))
      },
      work: WorkRule.none),
    concatenation("hcat", "side by side: scalars, rows, columns and matrices", axis: 1),
    concatenation("vcat", "under each other: scalars, rows, columns and matrices", axis: 0),
  ]

  /// Of a vector the diagonal matrix (in the shape of the attribute, if there is one), of a matrix
  /// the diagonal: each is the transpose of the other.
  private static let diag = Primitive(
    "diag", "diag(v): the diagonal matrix; diag(A): the diagonal", arity: 1...1,
    shape: { shapes, attribute throws(ShapeMismatch) in
      if shapes[0].isMatrix { return .vector(shapes[0].dimensions.min() ?? 0) }
      guard !shapes[0].isScalar else {
        throw ShapeMismatch("diag takes a vector or a matrix, not a scalar")
      }
      if case .shape(let shape) = attribute { return shape }
      return .matrix(shapes[0].count, shapes[0].count)
    },
    evaluation: .kernel { $0.moveDiagonal() },
    derivative: .linear { graph, node, adjoint in
      let shape = graph.shape(of: graph.operands(of: node).first!)
      guard shape.isMatrix else { return graph.shaped(graph.apply(.diag, adjoint), to: shape) }
      let isSquare = shape.dimensions[0] == shape.dimensions[1]
      return graph.apply(.diag, adjoint, attribute: isSquare ? .none : .shape(shape))
    },
    work: WorkRule.none)

  private static let outer = Primitive(
    "outer", "outer(a, b): the matrix of all products of two vectors, a b'", arity: 2...2,
    shape: { shapes, _ throws(ShapeMismatch) in
      for shape in shapes where !shape.isVector && !shape.isRow {
        throw ShapeMismatch("outer takes two vectors, not a \(shape)")
      }
      return .matrix(shapes[0].count, shapes[1].count)
    },
    evaluation: .kernel { arguments in
      let columns = arguments.inputShapes[1].count
      let rows = arguments.inputShapes[0].count
      let isStopped = stretches(rows, of: max(1, (1 << 17) / max(1, columns))) { rows in
        for row in rows {
          let factor = arguments.inputs[0][row]
          for column in 0..<columns {
            arguments.output[row * columns + column] = factor * arguments.inputs[1][column]
          }
        }
      }
      if isStopped { arguments.fail(.interrupted) }
    },
    derivative: .general(
      pushforward: { graph, node, tangents in
        let operands = Array(graph.operands(of: node))
        let first = tangents[0].map { graph.apply(.outer, $0, operands[1]) }
        let second = tangents[1].map { graph.apply(.outer, operands[0], $0) }
        return graph.sum(first, second)
      },
      // ā = λb and b̄ = λᵀa, with ⊛ between the entries.
      pullback: { graph, node, adjoint, isActive in
        let operands = Array(graph.operands(of: node))
        let shapes = operands.map { graph.shape(of: $0) }
        let column = graph.shaped(operands[0], to: .vector(shapes[0].count))
        let row = graph.shaped(operands[1], to: .row(shapes[1].count))
        return [row, column].enumerated().map { position, factor in
          guard isActive[position] else { return nil }
          let products = graph.apply(.strongMultiply, adjoint, factor)
          let sums = graph.apply(Primitive[.sum], [products], .axis(1 - position))
          return graph.shaped(sums, to: shapes[position])
        }
      }))

  /// Blocks along one axis, from 0. A vector counts as a matrix of one column, a row as one of one row
  /// and a scalar as either; the result is a row or a vector if all blocks are.
  private static func concatenation(_ name: String, _ summary: String, axis: Int) -> Primitive {
    Primitive(
      name, summary, arity: 1...Int.max,
      shape: { shapes, _ throws(ShapeMismatch) in
        try concatenationShape(name, shapes, axis: axis)
      },
      evaluation: .kernel { $0.concatenate(along: axis) },
      derivative: .general(
        pushforward: { graph, node, tangents in
          let operands = Array(graph.operands(of: node))
          guard tangents.contains(where: { $0 != nil }) else { return nil }
          let blocks = zip(operands, tangents).map { operand, tangent in
            tangent ?? graph.filled(0, graph.shape(of: operand))
          }
          return graph.apply(Primitive.required(name), blocks)
        },
        pullback: { graph, node, adjoint, isActive in
          let operands = Array(graph.operands(of: node))
          var start = 0
          return operands.indices.map { position in
            let shape = graph.shape(of: operands[position])
            let block = start..<start + shape.extent(along: axis)
            start = block.upperBound
            guard isActive[position] else { return nil }
            return graph.shaped(graph.slice(adjoint, block, along: axis), to: shape)
          }
        }),
      work: WorkRule.none)
  }

  private static func concatenationShape(
    _ name: String, _ shapes: [Shape], axis: Int
  ) throws(ShapeMismatch) -> Shape {
    let across = 1 - axis
    let extent = shapes[0].extent(along: across)
    var total = 0
    for shape in shapes {
      guard shape.extent(along: across) == extent else {
        throw ShapeMismatch(
          "\(name) takes blocks of one \(axis == 1 ? "height" : "width"), not a \(shapes[0]) "
            + "and a \(shape)",
          hint: shape.extent(along: axis) == extent
            ? "a transpose ' turns a column into a row" : nil)
      }
      total += shape.extent(along: axis)
    }
    let areLines = shapes.allSatisfy { $0.isScalar || (axis == 1 ? $0.isRow : $0.isVector) }
    if areLines { return axis == 1 ? .row(total) : .vector(total) }
    return axis == 1 ? .matrix(extent, total) : .matrix(total, extent)
  }
}

extension Shape {
  /// The number of rows (axis 0) or columns (axis 1).
  fileprivate func extent(along axis: Int) -> Int {
    switch rank {
    case 0: 1
    case 1: axis == 0 ? dimensions[0] : 1
    default: dimensions[axis]
    }
  }
}

extension Graph {
  /// Some of the rows (axis 0) or columns (axis 1) of a vector, a row or a matrix.
  fileprivate mutating func slice(_ node: NodeID, _ range: Range<Int>, along axis: Int) -> NodeID {
    let shape = self.shape(of: node)
    let axes = shape.dimensions.indices.map { dimension in
      Selection.Axis(
        positions: dimension == axis ? range : 0..<shape.dimensions[dimension],
        isSingle: false)
    }
    return apply(.index, node, attribute: .selection(Selection(axes: axes, source: shape)))
  }
}

extension KernelArguments {
  fileprivate func moveDiagonal() {
    let shape = inputShapes[0]
    if shape.isMatrix {
      let step = shape.dimensions[1] + 1
      for position in 0..<outputShape.count { output[position] = inputs[0][position * step] }
    } else {
      output.update(repeating: 0, count: outputShape.count)
      let step = outputShape.dimensions[1] + 1
      for position in 0..<shape.count { output[position * step] = inputs[0][position] }
    }
  }

  fileprivate func concatenate(along axis: Int) {
    let width = outputShape.extent(along: 1)
    var start = 0
    for (shape, input) in zip(inputShapes, inputs) {
      let columns = shape.extent(along: 1)
      for row in 0..<shape.extent(along: 0) {
        let place = axis == 0 ? (start + row) * width : row * width + start
        (output + place).update(from: input + row * columns, count: columns)
      }
      start += shape.extent(along: axis)
    }
  }
}
