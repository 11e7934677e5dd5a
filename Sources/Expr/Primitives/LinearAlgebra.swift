extension Primitive {
  /// Linear systems and what is made of them. Where the matrix is singular `solve` and `inv` report
  /// the pivot; `logdet` and `cholesky` are nan outside their domains, as the logarithm is.
  ///
  /// - Source: the rules are those of Giles 2008, "Collected matrix derivative results for forward
  ///   and reverse mode algorithmic differentiation"; of `cholesky` Murray 2016, arXiv:1602.07527.
  static let linearAlgebra: [Primitive] = [
    linearSolver("solve", "solve(A, b): the x with A x = b", isStrong: false),
    // What the rules use: 0 for b = 0 whatever A is, so that nothing flows where λ is 0.
    linearSolver("strongSolve", "solve(A, b), 0 where b is 0", isStrong: true),
    inv, logdet, cholesky, halfLower, strongProduct,
  ]

  private static func linearSolver(
    _ name: String, _ summary: String, isStrong: Bool
  ) -> Primitive {
    Primitive(
      name, summary, shown: "solve", isFunction: !isStrong, arity: 2...2,
      shape: { shapes, _ throws(ShapeMismatch) in
        let size = try ShapeRules.squareSize(shapes[0], "solve")
        guard shapes[1].isVector || shapes[1].isMatrix, shapes[1].dimensions[0] == size else {
          throw ShapeMismatch(
            "solve(A, b) with a \(shapes[0]) takes a b of \(size) rows, not a \(shapes[1])",
            hint: shapes[1].isRow ? "a transpose ' turns the row into a column" : nil)
        }
        return shapes[1]
      },
      evaluation: .kernel { $0.solve(isStrong: isStrong) },
      // ẋ = A⁻¹(ḃ - Ȧx); b̄ = A⁻ᵀx̄, Ā = -b̄xᵀ.
      derivative: .general(
        pushforward: { graph, node, tangents in
          let operands = Array(graph.operands(of: node))
          var right = tangents[1]
          if let tangent = tangents[0] {
            let moved = graph.strongProduct(tangent, node)
            right = graph.sum(right, graph.apply(.negate, moved))
          }
          return right.map { graph.apply(.strongSolve, operands[0], $0) }
        },
        pullback: { graph, node, adjoint, isActive in
          let operands = Array(graph.operands(of: node))
          let turned = graph.apply(.transpose, operands[0])
          let right = graph.apply(.strongSolve, turned, adjoint)
          guard isActive[0] else { return [nil, right] }
          let solution = graph.apply(.transpose, node)
          let moved = graph.strongProduct(right, solution)
          return [graph.apply(.negate, moved), isActive[1] ? right : nil]
        }), mayFail: true, work: .cubic(1 / 3))
  }

  private static let inv = Primitive(
    "inv", "the inverse of a square matrix", arity: 1...1,
    shape: { shapes, _ throws(ShapeMismatch) in
      _ = try ShapeRules.squareSize(shapes[0], "inv")
      return shapes[0]
    },
    evaluation: .kernel { $0.invert() },
    // Ẏ = -YȦY; Ā = -YᵀȲYᵀ.
    derivative: .general(
      pushforward: { graph, node, tangents in
        guard let tangent = tangents[0] else { return nil }
        let left = graph.strongProduct(weight: tangent, from: node)
        return graph.apply(.negate, graph.strongProduct(left, node))
      },
      pullback: { graph, node, adjoint, _ in
        let turned = graph.apply(.transpose, node)
        let left = graph.strongProduct(weight: adjoint, from: turned)
        return [graph.apply(.negate, graph.strongProduct(left, turned))]
      }), mayFail: true, work: .cubic(1))

  private static let logdet = Primitive(
    "logdet", "log of a positive determinant, without overflow", arity: 1...1,
    shape: { shapes, _ throws(ShapeMismatch) in
      _ = try ShapeRules.squareSize(shapes[0], "logdet")
      return .scalar
    },
    evaluation: .kernel { $0.logDeterminant() },
    // The gradient is A⁻ᵀ.
    derivative: .general(
      pushforward: { graph, node, tangents in
        guard let tangent = tangents[0] else { return nil }
        let slope = graph.logDeterminantGradient(node)
        return graph.apply(.sum, graph.apply(.strongMultiply, tangent, slope))
      },
      pullback: { graph, node, adjoint, _ in
        let slope = graph.logDeterminantGradient(node)
        return [graph.apply(.strongMultiply, adjoint, slope)]
      }),
    work: .cubic(1 / 3))

  /// A function of the symmetric part ½(A + Aᵀ), so that its gradient is symmetric.
  private static let cholesky = Primitive(
    "cholesky", "the lower triangular L with L L' = A, A symmetric positive definite",
    arity: 1...1,
    shape: { shapes, _ throws(ShapeMismatch) in
      _ = try ShapeRules.squareSize(shapes[0], "cholesky")
      return shapes[0]
    },
    evaluation: .kernel { $0.factorCholesky() },
    // L̇ = LΦ(L⁻¹ȦL⁻ᵀ); Ā is the symmetric part of L⁻ᵀΦ(LᵀL̄)L⁻¹. Φ is `halfLower`.
    derivative: .general(
      pushforward: { graph, node, tangents in
        guard let tangent = tangents[0] else { return nil }
        let inner = graph.solvedOnBothSides(graph.symmetricPart(tangent), by: node)
        return graph.strongProduct(weight: graph.apply(.halfLower, inner), from: node)
      },
      pullback: { graph, node, adjoint, _ in
        let turned = graph.apply(.transpose, node)
        let weight = graph.strongProduct(weight: adjoint, from: turned)
        let outer = graph.solvedOnBothSides(graph.apply(.halfLower, weight), by: turned)
        return [graph.symmetricPart(outer)]
      }))

  /// Φ of Murray 2016. It is a mask, hence its own transpose.
  private static let halfLower = Primitive(
    "halfLower", "the lower triangle with half the diagonal", isFunction: false, arity: 1...1,
    shape: ShapeRules.elementwise, evaluation: .kernel { $0.takeHalfLower() },
    derivative: .linear { graph, _, adjoint in graph.apply(.halfLower, adjoint) })

  /// The product of linear algebra with ⊛ between the entries: a row of the first factor, an adjoint
  /// or a tangent, takes nothing from where it is 0.
  private static let strongProduct = Primitive(
    "strongProduct", "the product of linear algebra in the chain rule", isFunction: false,
    arity: 2...2,
    shape: { shapes, attribute throws(ShapeMismatch) in
      try Primitive[.product].shapeRule(shapes, attribute)
    },
    evaluation: .kernel { $0.multiplyStrongly() },
    derivative: .general(
      pushforward: { graph, node, tangents in
        let operands = Array(graph.operands(of: node))
        let first = tangents[0].map { graph.strongProduct($0, operands[1]) }
        let second = tangents[1].map { graph.strongProduct(operands[0], $0) }
        return graph.sum(first, second)
      },
      pullback: { graph, node, adjoint, isActive in
        let operands = Array(graph.operands(of: node))
        let turned = operands.map { graph.apply(.transpose, $0) }
        let first = isActive[0] ? graph.strongProduct(adjoint, turned[1]) : nil
        let second = isActive[1] ? graph.strongProduct(weight: adjoint, from: turned[0]) : nil
        return [
          first.map { graph.shaped($0, to: graph.shape(of: operands[0])) },
          second.map { graph.shaped($0, to: graph.shape(of: operands[1])) },
        ]
      }),
    notation: .infix(.product))
}

extension Graph {
  /// weight·factor, 0 where the weight is.
  mutating func strongProduct(_ weight: NodeID, _ factor: NodeID) -> NodeID {
    let isScaling = shape(of: weight).isScalar || shape(of: factor).isScalar
    return apply(isScaling ? .strongMultiply : .strongProduct, weight, factor)
  }

  /// factor·weight, 0 where the weight is: the product the other way round, turned.
  mutating func strongProduct(weight: NodeID, from factor: NodeID) -> NodeID {
    let turned = strongProduct(apply(.transpose, weight), apply(.transpose, factor))
    return apply(.transpose, turned)
  }

  /// M⁻¹XM⁻ᵀ.
  fileprivate mutating func solvedOnBothSides(_ x: NodeID, by matrix: NodeID) -> NodeID {
    let left = apply(.strongSolve, matrix, x)
    let turned = apply(.strongSolve, matrix, apply(.transpose, left))
    return apply(.transpose, turned)
  }

  fileprivate mutating func symmetricPart(_ x: NodeID) -> NodeID {
    let double = apply(.add, x, apply(.transpose, x))
    return apply(.multiply, constant(0.5), double)
  }

  fileprivate mutating func logDeterminantGradient(_ node: NodeID) -> NodeID {
    let inverse = apply(.inv, operands(of: node).first!)
    return apply(.transpose, inverse)
  }
}

extension ShapeRules {
  /// The number of rows of a square matrix.
  static func squareSize(_ shape: Shape, _ name: String) throws(ShapeMismatch) -> Int {
    guard shape.isMatrix, shape.dimensions[0] == shape.dimensions[1] else {
      throw ShapeMismatch("\(name) takes a square matrix, not a \(shape)")
    }
    return shape.dimensions[0]
  }
}
