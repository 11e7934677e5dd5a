extension Primitive {
  /// Comparisons and logic yield booleans, which count as the numbers 0 and 1; nothing flows through.
  static let comparisons: [Primitive] = [
    .comparison("less", .less) { $0 < $1 },
    .comparison("lessOrEqual", .lessOrEqual) { $0 <= $1 },
    .comparison("equal", .equal) { $0 == $1 },
    .comparison("notEqual", .notEqual) { $0 != $1 },
    .comparison("and", .and) { $0 != 0 && $1 != 0 },
    .comparison("or", .or) { $0 != 0 || $1 != 0 },
    .elementwise(
      "not", "logical negation", isFunction: false, value: { $0 == 0 ? 1 : 0 }, partial: nil,
      yieldsBoolean: true, samples: [0, 1]),
    .select,
  ]

  private static func comparison(
    _ name: String, _ notation: InfixOperator,
    _ holds: @escaping @Sendable (Double, Double) -> Bool
  ) -> Primitive {
    .elementwise(
      name, "whether two numbers compare so", isFunction: false,
      value: { holds($0, $1) ? 1 : 0 }, partials: nil, yieldsBoolean: true,
      notation: .infix(notation), samples: [[1, 2], [2, 1]], edges: [0, .nan])
  }

  /// The adjoint goes to the branch taken, the other gets exactly 0.
  private static let select = Primitive(
    "select", "where(c, a, b): a where c holds, else b", aliases: ["where"], shown: "where",
    arity: 3...3,
    shape: ShapeRules.elementwise, evaluation: .ternary { $0 != 0 ? $1 : $2 },
    derivative: .general(
      pushforward: { graph, node, tangents in
        guard tangents[1] != nil || tangents[2] != nil else { return nil }
        let condition = graph.operands(of: node).first!
        let zero = graph.constant(0)
        let chosen = graph.apply(.select, condition, tangents[1] ?? zero, tangents[2] ?? zero)
        return graph.broadcast(chosen, to: graph.shape(of: node))
      },
      pullback: { graph, node, adjoint, isActive in
        let operands = Array(graph.operands(of: node))
        let zero = graph.constant(0)
        var contributions: [NodeID?] = [nil, nil, nil]
        if isActive[1] {
          let taken = graph.apply(.select, operands[0], adjoint, zero)
          contributions[1] = graph.summed(taken, to: graph.shape(of: operands[1]))
        }
        if isActive[2] {
          let taken = graph.apply(.select, operands[0], zero, adjoint)
          contributions[2] = graph.summed(taken, to: graph.shape(of: operands[2]))
        }
        return contributions
      }),
    samples: [[1, 0.7, -0.2], [0, 0.7, -0.2]], edges: [])
}
