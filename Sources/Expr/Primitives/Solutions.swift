extension Primitive {
  /// Solutions of equations, differentiated by the implicit function theorem (Griewank & Walther,
  /// section 15; Christianson 1994): nothing is said of how the solution was found.
  static let solutions: [Primitive] = [
    Primitive(
      "solution", "the solution of an equation", isFunction: false, arity: 1...Int.max,
      shape: { shapes, _ throws(ShapeMismatch) in shapes[shapes.count - 1] },
      evaluation: .kernel { arguments in
        guard case .solver(let body) = arguments.attribute else { return }
        EquationSolver(arguments, body).run()
      },
      derivative: .general(
        pushforward: { graph, node, tangents in
          guard let equation = graph.equation(of: node) else { return nil }
          let captured = Array(graph.operands(of: node).dropLast())
          var seeds: [(variable: NodeID, seed: NodeID)] = []
          for (operand, tangent) in zip(captured, tangents) {
            guard let tangent, !seeds.contains(where: { $0.variable == operand }) else { continue }
            seeds.append((operand, tangent))
          }
          guard !seeds.isEmpty else { return nil }
          seeds.append((equation.solution, graph.filled(0, graph.shape(of: node))))
          let moved = equation.body.derivatives.pushforward(
            &graph, of: equation.residual, seeds: seeds)
          return graph.solve(equation, for: graph.apply(.negate, moved), isTransposed: false, node)
        },
        pullback: { graph, node, adjoint, isActive in
          let operands = Array(graph.operands(of: node))
          guard let equation = graph.equation(of: node), isActive.dropLast().contains(true) else {
            return operands.map { _ in nil }
          }
          let weight = graph.solve(
            equation, for: graph.apply(.negate, adjoint), isTransposed: true, node)
          let parts = equation.body.derivatives.pullback(
            &graph, of: equation.residual, seed: weight,
            to: Array(operands.dropLast()) + [equation.solution])
          // Two captured forms may have become one node, which is one variable of the residual: its
          // part is passed back once.
          return operands.indices.map { position in
            let isFirst = operands.firstIndex(of: operands[position]) == position
            return position < operands.count - 1 && isActive[position] && isFirst
              ? parts[position] : nil
          }
        }), mayFail: true)
  ]
}

extension Graph {
  /// J⁻¹b or J⁻ᵀb with the Jacobian of an equation at its solution.
  fileprivate mutating func solve(
    _ equation: (body: SolverBody, solution: NodeID, residual: NodeID, jacobian: NodeID?),
    for right: NodeID, isTransposed: Bool, _ node: NodeID
  ) -> NodeID {
    let shape = self.shape(of: node)
    guard let jacobian = equation.jacobian else {
      return solveLinear(equation.body, for: right, node)
    }
    if shape.isScalar {
      return apply(
        .strongMultiply, right, apply(.divide, constant(1), shaped(jacobian, to: .scalar)))
    }
    let size = shape.count
    let square = shaped(jacobian, to: .matrix(size, size))
    let matrix = isTransposed ? apply(.transpose, square) : square
    let solved = apply(
      Primitive.required("strongSolve"), [matrix, shaped(right, to: .vector(size))])
    return shaped(solved, to: shape)
  }

  /// A⁻¹b by conjugate gradients with the products of the equation A(x) = A(x) - A(0).
  private mutating func solveLinear(
    _ body: SolverBody, for right: NodeID, _ node: NodeID
  ) -> NodeID {
    let captured = Array(operands(of: node).dropLast())
    let graph = body.body.graph
    let unknown = placeholder(shape(of: node))
    var map: [NodeID?] = Array(repeating: nil, count: graph.count)
    for (input, operand) in zip(body.body.captured, captured) { map[input.index] = operand }
    var atZero = map
    map[body.unknown.index] = unknown
    atZero[body.unknown.index] = filled(0, shape(of: node))
    copy([body.residual], from: graph, map: &map)
    copy([body.residual], from: graph, map: &atZero)
    guard let product = map[body.residual.index], let constantPart = atZero[body.residual.index]
    else { return right }
    let residual = apply(.subtract, apply(.subtract, product, constantPart), right)
    return solution(
      .linear, unknown: unknown, start: filled(0, shape(of: node)), residual: residual,
      jacobian: nil, objective: nil, derivatives: body.derivatives)
  }
}
