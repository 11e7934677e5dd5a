import RealModule

extension Rewrite {
  /// u - r with a number r that u comes near to.
  static let offsets: [Rewrite] = [
    offset("exp(x) - 1", "expm1(x)", .exp, equal: 1, samples: [1e-12, -0.3, 40]) { rewriter, x in
      rewriter.make(.expm1, x)
    },
    Rewrite(
      "b^x - 1", "expm1(x*log(b))", when: "b > 0 a number", mends: "cancelling near 0",
      samples: [("2^x - 1", [1e-12, 0.5, 10])],
      .offset(.power) { rewriter, node, number in
        guard number == 1, let base = rewriter.constant(rewriter.operand(node)), base > 0 else {
          return nil
        }
        let exponent = rewriter.scaled(rewriter.operand(node, 1), by: Double.log(base))
        return rewriter.make(.expm1, exponent)
      }),
    Rewrite(
      "x^y - 1", "expm1(y*log(x))", when: "x > 0 and y no small whole number; elsewhere as it is",
      mends: "cancelling where the power is near 1",
      samples: [("(1 + x)^0.3 - 1", [1e-12, 0.5]), ("(1 + x)^10 - 1", [1e-12, -0.5, -3])],
      .offset(.power) { rewriter, node, number in
        let base = rewriter.operand(node), power = rewriter.constant(rewriter.operand(node, 1))
        guard number == 1, rewriter.constant(base) == nil else { return nil }
        if let power, power == power.rounded(), power.magnitude <= 5 { return nil }
        let logarithm = rewriter.make(.log, base)
        let exponent = rewriter.make(.multiply, rewriter.operand(node, 1), logarithm)
        let value = rewriter.make(.expm1, exponent)
        if let power, power != power.rounded(), power > 0 { return value }
        let zero = rewriter.number(0), one = rewriter.number(1)
        let isInside = rewriter.graph.apply(.less, zero, base)
        let plain = rewriter.graph(.subtract, node, one)
        return rewriter.graph.apply(.select, isInside, value, plain)
      }),
    offset("1 - cos(x)", "versin(x)", .cos, equal: 1, samples: [1e-9, 0.5, 3]) { rewriter, x in
      let value = rewriter.make(.versin, x)
      return rewriter.make(.negate, value)
    },
    offset("cosh(x) - 1", "coshm1(x)", .cosh, equal: 1, samples: [1e-9, 0.5, 30]) { rewriter, x in
      rewriter.make(.coshm1, x)
    },
    offset("1 - sigmoid(x)", "sigmoid(-x)", .sigmoid, equal: 1, samples: [40, -40, 0.3]) {
      rewriter, x in
      let opposite = rewriter.make(.negate, x)
      let value = rewriter.make(.sigmoid, opposite)
      return rewriter.make(.negate, value)
    },
    offset("1 - tanh(x)", "2 sigmoid(-2x)", .tanh, equal: 1, samples: [20, -20, 0.3]) {
      rewriter, x in
      let double = rewriter.scaled(x, by: -2)
      let value = rewriter.make(.sigmoid, double)
      return rewriter.scaled(value, by: -2)
    },
    offset("1 + tanh(x)", "2 sigmoid(2x)", .tanh, equal: -1, samples: [20, -20, 0.3]) {
      rewriter, x in
      let double = rewriter.scaled(x, by: 2)
      let value = rewriter.make(.sigmoid, double)
      return rewriter.scaled(value, by: 2)
    },
    offset("1 - erf(x)", "erfc(x)", .erf, equal: 1, samples: [5, 0.3, -3]) { rewriter, x in
      let value = rewriter.make(.erfc, x)
      return rewriter.make(.negate, value)
    },
    offset("1 + erf(x)", "erfc(-x)", .erf, equal: -1, samples: [-5, 0.3, 3]) { rewriter, x in
      let opposite = rewriter.make(.negate, x)
      return rewriter.make(.erfc, opposite)
    },
    offset("1 - erfc(x)", "erf(x)", .erfc, equal: 1, samples: [1e-9, 0.3]) { rewriter, x in
      let value = rewriter.make(.erf, x)
      return rewriter.make(.negate, value)
    },
    Rewrite(
      "1 - sech(x)", "coshm1(x)*sech(x)", mends: "cancelling near 0",
      samples: [("1 - 1/cosh(x)", [1e-6, 2, 30])],
      .offset(.sech) { rewriter, node, number in
        guard number == 1 else { return nil }
        // 1 - s = 2 sinh²(x/2)/cosh x, whose exponentials meet in tanh: 1 - s = t²/(1 + s).
        let tanh = rewriter.make(.tanh, rewriter.operand(node))
        let square = rewriter.make(.multiply, tanh, tanh)
        let one = rewriter.number(1)
        let below = rewriter.graph(.add, one, node)
        let value = rewriter.graph(.divide, square, below)
        return rewriter.make(.negate, value)
      }),
    square("1 - tanh(x)^2", "sech(x)^2", .tanh, .sech, isNegative: true, samples: [20, 0.3]),
    square("1 - cos(x)^2", "sin(x)^2", .cos, .sin, isNegative: true, samples: [1e-9, 0.5]),
    square("1 - sin(x)^2", "cos(x)^2", .sin, .cos, isNegative: true, samples: [1.5707963, 0.5]),
    square("cosh(x)^2 - 1", "sinh(x)^2", .cosh, .sinh, isNegative: false, samples: [1e-9, 0.5]),
    Rewrite(
      "x^2 - 1", "(x - 1)(x + 1)", when: "a number whose root is exact; x^3, x^4, x^5 likewise",
      mends: "cancelling near ±1",
      samples: [
        ("x^2 - 4", [2.000000001, -2.000000001, 7]), ("1 - (1 - x)^3", [1e-9, 0.5]),
        ("(1 + x)^2 - 1", [1e-12, 0.5]),
      ],
      .offset(.power) { rewriter, node, number in
        // Beside other terms the two need not be near.
        guard rewriter.termCount == 1, let (base, exponent) = rewriter.power(node) else {
          return nil
        }
        return rewriter.powerDifference(base, exponent, minus: number)
      }),
    Rewrite(
      "x*x - 1", "(x - 1)(x + 1)", mends: "cancelling near ±1", samples: [("x*x - 1", [1.0000001])],
      .offset(.multiply) { rewriter, node, number in
        // Beside other terms the two need not be near.
        guard rewriter.termCount == 1, let (base, exponent) = rewriter.power(node) else {
          return nil
        }
        return rewriter.powerDifference(base, exponent, minus: number)
      }),
    Rewrite(
      "sqrt(1 + x) - 1", "x/(sqrt(1 + x) + 1)", when: "r² cancels under the root",
      mends: "cancelling near 0",
      samples: [("sqrt(1 + x) - 1", [1e-12, 0.5]), ("3 - sqrt(9 - x^2)", [1e-6, 1])],
      .offset(.sqrt) { rewriter, node, number in
        guard number > 0 else { return nil }
        let square = rewriter.number(number * number)
        let root = rewriter.number(number)
        guard let gap = rewriter.cancelled(rewriter.operand(node), square) else { return nil }
        let below = rewriter.graph(.add, node, root)
        return rewriter.make(.divide, gap, below)
      }),
    Rewrite(
      "hypot(x, 1) - 1", "x^2/(hypot(x, 1) + 1)", mends: "cancelling near 0",
      samples: [("sqrt(x^2 + 1) - 1", [1e-9, 0.5, 30])],
      .offset(.hypot) { rewriter, node, number in
        for (side, other) in [(0, 1), (1, 0)] {
          guard let known = rewriter.constant(rewriter.operand(node, side)), number > 0,
            known.magnitude == number
          else { continue }
          let x = rewriter.operand(node, other), two = rewriter.number(number)
          let below = rewriter.graph(.add, node, two)
          let ratio = rewriter.make(.divide, x, below)
          return rewriter.make(.multiply, x, ratio)
        }
        return nil
      }),
    Rewrite(
      "1 - x/hypot(x, y)", "y^2/(hypot(x, y) (hypot(x, y) + x))", when: "x > 0; elsewhere as it is",
      mends: "cancelling for large x", samples: [("1 - x/sqrt(1 + x^2)", [1e8, 3, -2])],
      .offset(.direction) { rewriter, node, number in
        guard number == 1 else { return nil }
        let x = rewriter.operand(node), y = rewriter.operand(node, 1)
        let side = rewriter.graph(.hypot, x, y)
        let below = rewriter.graph(.add, side, x)
        let ratio = rewriter.graph(.divide, y, below)
        let sine = rewriter.graph(.direction, y, x)
        let value = rewriter.graph(.multiply, sine, ratio)
        let opposite = rewriter.graph(.negate, value)
        let zero = rewriter.number(0), one = rewriter.number(1)
        let plain = rewriter.graph(.subtract, node, one)
        let isFar = rewriter.graph.apply(.less, zero, x)
        return rewriter.graph.apply(.select, isFar, opposite, plain)
      }),
    Rewrite(
      "a/b - r", "(a - r b)/b", when: "a term cancels", mends: "cancelling where a/b is near r",
      samples: [("1 - x/(x + 1)", [1e12, 3]), ("1/(1 + x) - 1", [1e-12, 3])],
      .offset(.divide) { rewriter, node, number in
        let below = rewriter.operand(node, 1)
        let multiple = rewriter.scaled(below, by: number)
        guard let gap = rewriter.cancelled(rewriter.operand(node), multiple) else { return nil }
        return rewriter.make(.divide, gap, below)
      }),
    Rewrite(
      "π/2 - asin(x), π/2 - acos(x), π/2 - atan(x)", "acos(x), asin(x), atan2(1, x)",
      mends: "cancelling near 1 and for large x",
      samples: [("pi/2 - atan(x)", [1e10, 0.5, -2])],
      .offset(.atan) { rewriter, node, number in
        guard number == .pi / 2 else { return nil }
        let one = rewriter.number(1)
        let value = rewriter.make(.atan2, one, rewriter.operand(node))
        return rewriter.make(.negate, value)
      }),
    Rewrite(
      "π/2 - asin(x)", "acos(x)", mends: "cancelling near 1",
      samples: [("pi/2 - asin(x)", [0.9999999999, 0.3])],
      .offset(.asin) { rewriter, node, number in
        guard number == .pi / 2 else { return nil }
        let value = rewriter.make(.acos, rewriter.operand(node))
        return rewriter.make(.negate, value)
      }),
    Rewrite(
      "π/2 - acos(x)", "asin(x)", mends: "cancelling near 0",
      samples: [("pi/2 - acos(x)", [1e-9, 0.3])],
      .offset(.acos) { rewriter, node, number in
        guard number == .pi / 2 else { return nil }
        let value = rewriter.make(.asin, rewriter.operand(node))
        return rewriter.make(.negate, value)
      }),
  ]

  private static func offset(
    _ name: String, _ replacement: String, _ operation: Operation, equal number: Double,
    samples: [Double], _ body: @escaping @Sendable (inout Rewriter, NodeID) -> NodeID
  ) -> Rewrite {
    Rewrite(
      name, replacement, mends: "cancelling where the two are near", samples: [(name, samples)],
      .offset(operation) { rewriter, node, value in
        value == number ? body(&rewriter, rewriter.operand(node)) : nil
      })
  }

  /// f(x)² - 1 = ±g(x)².
  private static func square(
    _ name: String, _ replacement: String, _ f: Operation, _ g: Operation, isNegative: Bool,
    samples: [Double]
  ) -> Rewrite {
    Rewrite(
      name, replacement, mends: "cancelling where the two are near", samples: [(name, samples)],
      .offset(.power) { rewriter, node, number in
        guard number == 1, let base = rewriter.square(node),
          let x = rewriter.argument(base, of: f)
        else { return nil }
        let value = rewriter.make(g, x)
        let two = rewriter.number(2)
        let squared = rewriter.make(.power, value, two)
        return isNegative ? rewriter.make(.negate, squared) : squared
      })
  }
}
