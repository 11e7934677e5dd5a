#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import RealModule

extension Primitive {
  /// The operators. Conventions of the power at its edges: x^0 has gradient 0 and 0^0 is 1; d/dy 0^y
  /// is 0 for y > 0.
  static let arithmetic: [Primitive] = [
    .elementwise(
      "negate", "the opposite", isFunction: false, value: { -$0 }, partial: -1,
      notation: .infix(.negate), samples: [-2, 0.4], edges: [0, .infinity]),
    .elementwise(
      "add", "the sum", isFunction: false, value: { $0 + $1 }, partials: [1, 1],
      notation: .infix(.add), samples: [[1.5, -0.3]]),
    .elementwise(
      "subtract", "the difference", isFunction: false, value: { $0 - $1 }, partials: [1, -1],
      notation: .infix(.subtract), samples: [[1.5, -0.3]]),
    .elementwise(
      "multiply", "the product entry by entry", isFunction: false, value: { $0 * $1 },
      partials: [.y, .x], notation: .infix(.multiply), samples: [[1.5, -0.3]], edges: [0]),
    .elementwise(
      "divide", "the quotient", isFunction: false, value: { $0 / $1 },
      partials: [1 / .y, -(.result / .y)], notation: .infix(.divide), samples: [[1.5, -0.3]],
      edges: [0, .infinity],
      domain: Domain(
        "y other than 0", inside: "where(y != 0, x/y, …) with the limit for …")),
    .elementwise(
      "power", "the power x^y", aliases: ["pow"], shown: "pow",
      value: { $1 == 2 ? $0 * $0 : Kernels.power($0, $1) },
      partials: [
        .strong(.y, .f("power", .x, .y - 1)),
        .f("powerLog", .result, .x),
      ],
      notation: .infix(.power), samples: [[1.5, -0.3], [0.7, 2], [2.1, 3.5]], edges: [0, 1],
      domain: Domain(
        "x >= 0 or whole y",
        convention: "x^y at 0: slope inf for 0 < y < 1, 0 for y > 1; x^0 has slope 0",
        inside: "abs(x)^y")),
    .elementwise(
      "mod", "the remainder of x/y with the sign of y", value: modulo,
      partials: [1, -.f("floor", .x / .y)], samples: [[5.3, 2], [-5.3, 2]], edges: [0],
      domain: Domain("y other than 0")),
    .strongProduct,
    // a/b where 0/0 is to be 0, as in the gradient x/‖x‖ of a norm. A quotient and not a⊛(1/b): of
    // that the derivative holds 1/b², which overflows long before it matters.
    .elementwise(
      "strongDivide", "the quotient, 0 where the first number is 0", isFunction: false,
      value: { $0 == 0 ? 0 : $0 / $1 }, partials: [1 / .y, -.f("strongDivide", .result, .y)],
      notation: .infix(.divide), samples: [[1.5, -0.3]], edges: [0, .infinity]),
    // The partial of x^y in y, from x^y and x: 0 at 0^y for y > 0, and so are its derivatives, where
    // 0·log(0) would give nan in the second.
    .elementwise(
      "powerLog", "x^y log(x) from x^y and x", isFunction: false,
      value: { $0 == 0 && $1 == 0 ? 0 : $0 * Double.log($1) },
      partials: [
        .f("select", .f("and", .f("equal", .x, 0), .f("equal", .y, 0)), 0, .f("log", .y)),
        .f("strongDivide", .x, .y),
      ], samples: [[1.5, 0.3], [-0.3, 2]], edges: [0, .infinity]),
  ]

  /// a⊛b, the product in the chain rule: 0 where a (an adjoint or a tangent) is 0, whatever b is, so
  /// that a branch not taken never gives 0·inf. Its derivative is ȧ⊛b + a⊛ḃ; it is never commuted.
  /// Going back, b's adjoint is 0 where a or the incoming adjoint is.
  private static let strongProduct = Primitive(
    "strongMultiply", "the product of the chain rule, 0 where the first factor is 0",
    isFunction: false, arity: 2...2, shape: ShapeRules.elementwise,
    evaluation: .binary { $0 == 0 ? 0 : $0 * $1 },
    derivative: .general(
      pushforward: { graph, node, tangents in
        let operands = Array(graph.operands(of: node))
        let shape = graph.shape(of: node)
        let first = tangents[0].map { graph.apply(.strongMultiply, $0, operands[1]) }
        let second = tangents[1].map { graph.apply(.strongMultiply, operands[0], $0) }
        guard let sum = graph.sum(first, second) else { return nil }
        return graph.broadcast(sum, to: shape)
      },
      pullback: { graph, node, adjoint, isActive in
        let operands = Array(graph.operands(of: node))
        var contributions: [NodeID?] = [nil, nil]
        if isActive[0] {
          let product = graph.apply(.strongMultiply, adjoint, operands[1])
          contributions[0] = graph.summed(product, to: graph.shape(of: operands[0]))
        }
        if isActive[1] {
          let gate = graph.apply(.notEqual, operands[0], graph.constant(0))
          let gated = graph.apply(.strongMultiply, gate, adjoint)
          let product = graph.apply(.strongMultiply, gated, operands[0])
          contributions[1] = graph.summed(product, to: graph.shape(of: operands[1]))
        }
        return contributions
      }),
    notation: .infix(.multiply), samples: [[1.5, -0.3]], edges: [0])
}

extension Graph {
  /// The sum of two nodes, either of which may be missing (a derivative of zeros).
  public mutating func sum(_ a: NodeID?, _ b: NodeID?) -> NodeID? {
    guard let a else { return b }
    guard let b else { return a }
    return apply(.add, a, b)
  }
}
