extension Primitive {
  /// The products of linear algebra.
  static let products: [Primitive] = [product, dot]

  /// Matrix·vector, matrix·matrix, row·column (a scalar), column·row, row·matrix (a row).
  private static let product = Primitive(
    "product", "the product of linear algebra", aliases: ["matmul"], shown: "matmul", arity: 2...2,
    shape: { shapes, _ throws(ShapeMismatch) in try productShape(shapes[0], shapes[1]) },
    evaluation: .kernel { arguments in
      arguments.multiplyMatrices()
      guard case .weight(let operand) = arguments.attribute else { return }
      // 0·inf and 0·nan show in the result; where there is none the plain product is the strong one.
      let count = arguments.outputShape.count
      if (0..<count).contains(where: { arguments.output[$0].isNaN }) {
        arguments.multiplyStrongly(weight: operand)
      }
    },
    derivative: .general(
      pushforward: { graph, node, tangents in
        let operands = Array(graph.operands(of: node))
        let first = tangents[0].map {
          graph.apply(.product, $0, operands[1], attribute: .weight(0))
        }
        let second = tangents[1].map {
          graph.apply(.product, operands[0], $0, attribute: .weight(1))
        }
        return graph.sum(first, second)
      },
      pullback: { graph, node, adjoint, isActive in
        let operands = Array(graph.operands(of: node))
        var contributions: [NodeID?] = [nil, nil]
        if isActive[0] {
          let turned = graph.apply(.transpose, operands[1])
          let product = graph.weightedProduct(adjoint, turned, weight: 0)
          contributions[0] = graph.shaped(product, to: graph.shape(of: operands[0]))
        }
        if isActive[1] {
          let turned = graph.apply(.transpose, operands[0])
          let product = graph.weightedProduct(turned, adjoint, weight: 1)
          contributions[1] = graph.shaped(product, to: graph.shape(of: operands[1]))
        }
        return contributions
      }),
    notation: .infix(.product),
    work: .products { shapes, result in
      // Rows times columns over the entries of the result: the inner size.
      shapes[0].count / max(1, shapes[0].isVector ? shapes[0].count : shapes[0].dimensions[0])
    })

  private static let dot = Primitive(
    "dot", "inner product of two vectors", arity: 2...2,
    shape: { shapes, _ throws(ShapeMismatch) in
      guard shapes[0].dimensions == shapes[1].dimensions else {
        throw ShapeMismatch(
          "dot takes two vectors of one length, got \(shapes[0]) and \(shapes[1])")
      }
      return .scalar
    },
    evaluation: .kernel { arguments in
      let a = arguments.inputs[0], b = arguments.inputs[1]
      var s0 = 0.0, s1 = 0.0
      let count = arguments.inputShapes[0].count
      for position in stride(from: 0, to: count - 1, by: 2) {
        s0 += a[position] * b[position]
        s1 += a[position + 1] * b[position + 1]
      }
      if count % 2 == 1 { s0 += a[count - 1] * b[count - 1] }
      arguments.output[0] = s0 + s1
    },
    derivative: .general(
      pushforward: { graph, node, tangents in
        let operands = Array(graph.operands(of: node))
        let first = tangents[0].map { graph.apply(.dot, $0, operands[1]) }
        let second = tangents[1].map { graph.apply(.dot, operands[0], $0) }
        return graph.sum(first, second)
      },
      pullback: { graph, node, adjoint, isActive in
        let operands = Array(graph.operands(of: node))
        return [0, 1].map { position in
          guard isActive[position] else { return nil }
          let product = graph.apply(.strongMultiply, adjoint, operands[1 - position])
          return graph.shaped(product, to: graph.shape(of: operands[position]))
        }
      }),
    work: .products { shapes, _ in shapes[0].count })

  private static func productShape(_ a: Shape, _ b: Shape) throws(ShapeMismatch) -> Shape {
    if a.isScalar || b.isScalar { return a.isScalar ? b : a }
    if a.isVector && b.isVector {
      throw ShapeMismatch(
        "a vector times a vector is ambiguous",
        hint: "a .* b multiplies entry by entry, dot(a, b) is the inner product")
    }
    let rows = a.isVector ? a.dimensions[0] : a.dimensions[0]
    let inner = a.isVector ? 1 : a.dimensions[1]
    let innerOfB = b.dimensions[0]
    let columns = b.isVector ? 1 : b.dimensions[1]
    guard a.rank <= 2, b.rank <= 2, inner == innerOfB else {
      throw ShapeMismatch(
        "the inner sizes of the product differ: \(a) times \(b)",
        hint: a.broadcast(with: b) != nil
          ? ".* multiplies entry by entry"
          : "the first must have as many columns as the second rows")
    }
    if a.isRow { return b.isVector ? .scalar : .row(columns) }
    if b.isVector { return .vector(rows) }
    return .matrix(rows, columns)
  }
}

extension Graph {
  /// The product of linear algebra in the chain rule: where the weight, λ or a tangent, is 0, nothing
  /// flows, whatever stands beside it.
  fileprivate mutating func weightedProduct(_ a: NodeID, _ b: NodeID, weight: Int) -> NodeID {
    if shape(of: a).isScalar || shape(of: b).isScalar {
      return weight == 0 ? apply(.strongMultiply, a, b) : apply(.strongMultiply, b, a)
    }
    return apply(.product, a, b, attribute: .weight(weight))
  }

  /// `node` with its entries in another shape of the same size.
  public mutating func shaped(_ node: NodeID, to shape: Shape) -> NodeID {
    self.shape(of: node) == shape ? node : apply(.reshape, node, attribute: .shape(shape))
  }
}

extension KernelArguments {
  /// Rows of the left factor times the right one, the right one read row by row.
  func multiplyMatrices() {
    let a = inputs[0], b = inputs[1]
    let left = inputShapes[0], right = inputShapes[1]
    let rows = left.dimensions[0]
    let inner = left.isVector ? 1 : left.dimensions[1]
    let columns = right.isVector ? 1 : right.dimensions[1]
    if columns == 1 {
      for row in 0..<rows {
        let line = a + row * inner
        var s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0
        var k = 0
        while k + 4 <= inner {
          s0 += line[k] * b[k]
          s1 += line[k + 1] * b[k + 1]
          s2 += line[k + 2] * b[k + 2]
          s3 += line[k + 3] * b[k + 3]
          k += 4
        }
        while k < inner {
          s0 += line[k] * b[k]
          k += 1
        }
        output[row] = (s0 + s1) + (s2 + s3)
      }
      return
    }
    for row in 0..<rows {
      let target = output + row * columns
      for column in 0..<columns { target[column] = 0 }
      for k in 0..<inner {
        let factor = a[row * inner + k]
        let line = b + k * columns
        for column in 0..<columns { target[column] += factor * line[column] }
      }
    }
  }
}
