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
        guard let (base, exponent) = rewriter.power(node) else { return nil }
        return rewriter.powerDifference(base, exponent, minus: number)
      }),
    Rewrite(
      "x*x - 1", "(x - 1)(x + 1)", mends: "cancelling near ±1", samples: [("x*x - 1", [1.0000001])],
      .offset(.multiply) { rewriter, node, number in
        guard let (base, exponent) = rewriter.power(node) else { return nil }
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

  /// u - v of one function at two arguments.
  static let differences: [Rewrite] = [
    Rewrite(
      "exp(x) - exp(y)", "expDifference(x, y)", mends: "cancelling for near x and y",
      samples: [("exp(x + 1e-9) - exp(x)", [1, 500, -3]), ("exp(x) - exp(-x)", [1e-9, 3])],
      .difference(.exp, .exp) { rewriter, u, v in
        let a = rewriter.operand(u), b = rewriter.operand(v)
        guard rewriter.cancels(a, b) else { return rewriter.make(.expDifference, a, b) }
        let value = rewriter.make(.sinh, a)
        return rewriter.scaled(value, by: 2)
      }),
    Rewrite(
      "sqrt(x + 1) - sqrt(x)", "1/(sqrt(x + 1) + sqrt(x))", when: "a term cancels in x + 1 - x",
      mends: "cancelling for large x",
      samples: [("sqrt(x + 1) - sqrt(x)", [1e15, 3]), ("sqrt(x^2 + 2*x) - sqrt(x^2)", [1e8, 3])],
      .difference(.sqrt, .sqrt) { rewriter, u, v in
        guard
          let gap = rewriter.cancelled(rewriter.operand(u), rewriter.operand(v))
        else { return nil }
        let below = rewriter.graph(.add, u, v)
        // Where both roots are 0 the difference is.
        return rewriter.constant(gap) == nil
          ? rewriter.graph(.strongDivide, gap, below) : rewriter.make(.divide, gap, below)
      }),
    Rewrite(
      "sqrt(x^2 + c) - x", "c/(sqrt(x^2 + c) + x)", when: "x > 0; elsewhere as it is",
      mends: "cancelling for large x",
      samples: [
        ("sqrt(x^2 + 1) - x", [1e4, -1e4, 1e10]), ("x - sqrt(x^2 - 1)", [1e6, 2]),
        ("sqrt(x^2 - 4*1e-9) - x", [3, 1e3]),
      ],
      .difference(.sqrt, nil) { rewriter, u, v in rewriter.rootDifference(u, v, sign: -1) }),
    Rewrite(
      "sqrt(x^2 + c) + x", "c/(sqrt(x^2 + c) - x)", when: "x < 0; elsewhere as it is",
      mends: "cancelling for large negative x",
      samples: [("x + sqrt(x^2 + 3)", [-1e5, 1e5]), ("x + sqrt(x^2 - 1)", [-1e5, 3])],
      .sum(.sqrt, nil) { rewriter, u, v in rewriter.rootDifference(u, v, sign: 1) }),
    Rewrite(
      "hypot(x, y) - x", "y^2/(hypot(x, y) + x)", when: "x > 0; elsewhere as it is",
      mends: "cancelling for large x", samples: [("sqrt(x^2 + 1) - x", [1e200, 1e4, -3])],
      .difference(.hypot, nil) { rewriter, u, v in rewriter.rootDifference(u, v, sign: -1) }),
    Rewrite(
      "hypot(x, y) + x", "y^2/(hypot(x, y) - x)", when: "x < 0; elsewhere as it is",
      mends: "cancelling for large negative x", samples: [("x + sqrt(x^2 + 1)", [-1e200, -1e4, 3])],
      .sum(.hypot, nil) { rewriter, u, v in rewriter.rootDifference(u, v, sign: 1) }),
    Rewrite(
      "1/x - 1/(x + 1)", "1/(x (x + 1))", when: "equal numerators, a term cancels below",
      mends: "cancelling for large x",
      samples: [("1/x - 1/(x + 1)", [1e10, 3]), ("2/(x - 1) - 2/(x + 1)", [1e9, 3])],
      .difference(.divide, .divide) { rewriter, u, v in
        let above = rewriter.operand(u)
        let a = rewriter.operand(u, 1), b = rewriter.operand(v, 1)
        guard above == rewriter.operand(v), let gap = rewriter.cancelled(b, a) else { return nil }
        let product = rewriter.make(.multiply, above, gap)
        let first = rewriter.make(.divide, product, a)
        return rewriter.make(.divide, first, b)
      }),
    Rewrite(
      "log(x + 1) - log(x)", "log1p(1/x)", when: "x > 0, a term cancels",
      mends: "cancelling for large x",
      samples: [("log(x + 1) - log(x)", [1e15, 3]), ("log(x + 2) - log(x + 1)", [1e12, 3])],
      .difference(.log, .log) { rewriter, u, v in rewriter.logDifference(u, v) }),
    Rewrite(
      "log1p(x) - log(x)", "log1p(1/x)", when: "x > 0, a term cancels",
      mends: "cancelling for large x", samples: [("log1p(x) - log(x)", [1e15, 3])],
      .difference(.log1p, .log) { rewriter, u, v in rewriter.logDifference(u, v) }),
    Rewrite(
      "log1p(x + d) - log1p(x)", "log1p(d/(1 + x))", when: "x > -1, a term cancels",
      mends: "cancelling for large x", samples: [("log1p(x + 1) - log1p(x)", [1e15, 3])],
      .difference(.log1p, .log1p) { rewriter, u, v in rewriter.logDifference(u, v) }),
    trigonometric("atan(x + 1) - atan(x)", "atan2(1, 1 + x (x + 1))", .atan) { rewriter, a, b, gap in
      let product = rewriter.graph(.multiply, a, b), one = rewriter.number(1)
      let below = rewriter.graph(.add, one, product)
      return rewriter.make(.atan2, gap, below)
    },
    trigonometric("tan(x + 1e-9) - tan(x)", "sin(1e-9)/(cos(x + 1e-9) cos(x))", .tan) {
      rewriter, a, b, gap in
      let above = rewriter.make(.sin, gap)
      let first = rewriter.make(.cos, a), second = rewriter.make(.cos, b)
      let below = rewriter.graph(.multiply, first, second)
      return rewriter.make(.divide, above, below)
    },
    trigonometric("tanh(x + 1) - tanh(x)", "sinh(1) sech(x + 1) sech(x)", .tanh) {
      rewriter, a, b, gap in
      guard let width = rewriter.constant(gap), width.magnitude < 300 else { return nil }
      let first = rewriter.make(.sech, a), second = rewriter.make(.sech, b)
      let product = rewriter.graph(.multiply, first, second)
      return rewriter.scaled(product, by: Double.sinh(width))
    },
    trigonometric("sin(x + 1e-9) - sin(x)", "2 cos(x + 5e-10) sin(5e-10)", .sin) {
      rewriter, a, b, gap in rewriter.sumToProduct(.cos, .sin, b, gap, times: 2)
    },
    trigonometric("cos(x + 1e-9) - cos(x)", "-2 sin(x + 5e-10) sin(5e-10)", .cos) {
      rewriter, a, b, gap in rewriter.sumToProduct(.sin, .sin, b, gap, times: -2)
    },
    trigonometric("sinh(x + 1e-9) - sinh(x)", "2 cosh(x + 5e-10) sinh(5e-10)", .sinh) {
      rewriter, a, b, gap in rewriter.sumToProduct(.cosh, .sinh, b, gap, times: 2)
    },
    trigonometric("cosh(x + 1e-9) - cosh(x)", "2 sinh(x + 5e-10) sinh(5e-10)", .cosh) {
      rewriter, a, b, gap in rewriter.sumToProduct(.sinh, .sinh, b, gap, times: 2)
    },
    trigonometric("erf(x + 1) - erf(x)", "erfDifference(x + 1, x)", .erf) { rewriter, a, b, _ in
      rewriter.make(.erfDifference, a, b)
    },
    trigonometric(
      "sigmoid(x + 1) - sigmoid(x)", "sigmoidDifference(x + 1, x)", .sigmoid
    ) { rewriter, a, b, _ in rewriter.make(Operation("sigmoidDifference"), a, b) },
    Rewrite(
      "1/x - 1/sin(x), 1/(exp(x) - 1) - 1/x, 1/tanh(x) - 1/x", "one quotient, by its series",
      when: "|x| < 1; elsewhere as it is", mends: "inf - inf at 0, cancelling near it",
      samples: [
        ("1/x - 1/sin(x)", [1e-3, 0.5, 2]), ("1/tanh(x) - 1/x", [1e-3, 30]),
        ("1/x - 1/tan(x)", [1e-3, 1.2]),
      ],
      .difference(.divide, .divide) { rewriter, u, v in rewriter.poleDifference(u, v) }),
    Rewrite(
      "bose(x) - 1/x", "one quotient, by its series", when: "|x| < 1; elsewhere as it is",
      mends: "inf - inf at 0, cancelling near it",
      samples: [("1/(exp(x) - 1) - 1/x", [1e-3, 1e-6, 30])],
      .difference(.bose, .divide) { rewriter, u, v in
        let one = rewriter.number(1)
        let below = rewriter.make(.expm1, rewriter.operand(u))
        let quotient = rewriter.graph(.divide, one, below)
        return rewriter.poleDifference(quotient, v, plain: u)
      }),
    Rewrite(
      "cosh(x) - sinh(x)", "exp(-x)", mends: "cancelling and overflow for large x",
      samples: [("cosh(x) - sinh(x)", [30, 800, 0.3])],
      .difference(.cosh, .sinh) { rewriter, u, v in
        guard rewriter.operand(u) == rewriter.operand(v) else { return nil }
        let opposite = rewriter.make(.negate, rewriter.operand(u))
        return rewriter.make(.exp, opposite)
      }),
    Rewrite(
      "x^2 - y^2", "(x - y)(x + y)", when: "x^3, x^4, x^5 likewise where a term cancels",
      mends: "cancelling for near x and y",
      samples: [("(x + 1)^2 - x^2", [1e9, 3]), ("(x + 1e-6)^3 - x^3", [3, 1e3])],
      .difference(.power, .power) { rewriter, u, v in
        guard let (a, exponent) = rewriter.power(u), let (b, other) = rewriter.power(v),
          exponent == other
        else { return nil }
        let gap = rewriter.cancelled(a, b) ?? rewriter.graph(.subtract, a, b)
        return rewriter.powerDifference(a, b, exponent, gap)
      }),
    Rewrite(
      "lgamma(x + n) - lgamma(x)", "log(x (x + 1) …)", when: "n a whole number up to 16",
      mends: "cancelling for large x",
      samples: [("lgamma(x + 1) - lgamma(x)", [1e10, 3]), ("lgamma(x + 3) - lgamma(x)", [1e8])],
      .difference(.lgamma, .lgamma) { rewriter, u, v in
        rewriter.shiftedDifference(u, v) { rewriter, term in
          let size = rewriter.make(.abs, term)
          return rewriter.make(.log, size)
        }
      }),
    Rewrite(
      "digamma(x + n) - digamma(x)", "1/x + 1/(x + 1) + …", when: "n a whole number up to 16",
      mends: "cancelling for large x",
      samples: [("digamma(x + 1) - digamma(x)", [1e10, 3])],
      .difference(.digamma, .digamma) { rewriter, u, v in
        rewriter.shiftedDifference(u, v) { rewriter, term in
          let one = rewriter.number(1)
          return rewriter.make(.divide, one, term)
        }
      }),
  ]

  /// f(a) - f(b) where a - b is shorter than both.
  private static func trigonometric(
    _ name: String, _ replacement: String, _ operation: Operation,
    _ body: @escaping @Sendable (inout Rewriter, NodeID, NodeID, NodeID) -> NodeID?
  ) -> Rewrite {
    let pair = Primitive.named("\(operation.primitive.name)Difference").map { Operation($0.name) }
    return Rewrite(
      name, replacement,
      when: pair == nil
        ? "a term cancels in the difference of the arguments"
        : "a term cancels in the difference of the arguments; or these are near",
      mends: "cancelling for near arguments", samples: [(name, [1.1, -0.4])],
      .difference(operation, operation) { rewriter, u, v in
        let a = rewriter.operand(u), b = rewriter.operand(v)
        if let gap = rewriter.cancelled(a, b), let value = body(&rewriter, a, b, gap) {
          return value
        }
        return pair.map { rewriter.make($0, a, b) }
      })
  }
}

extension Rewriter {
  /// xⁿ - r for r with an exact root.
  mutating func powerDifference(_ base: NodeID, _ exponent: Double, minus r: Double) -> NodeID? {
    guard r > 0, [2, 3, 4, 5].contains(exponent) else { return nil }
    let root = exponent == 2 ? r.squareRoot() : r == 1 ? 1 : .nan
    guard root * root == r || exponent != 2 && root == 1 else { return nil }
    let other = number(root)
    let gap = cancelled(base, other) ?? graph.apply(.subtract, base, other)
    return powerDifference(base, other, exponent, gap)
  }

  /// aⁿ - bⁿ = (a - b)(aⁿ⁻¹ + aⁿ⁻²b + … + bⁿ⁻¹) for n = 2 … 5.
  mutating func powerDifference(
    _ a: NodeID, _ b: NodeID, _ exponent: Double, _ gap: NodeID
  ) -> NodeID? {
    guard [2, 3, 4, 5].contains(exponent) else { return nil }
    // Horner's rule in a.
    var sum = graph.apply(.add, a, b)
    var power = b
    for _ in 2..<Int(exponent) {
      power = graph.apply(.multiply, power, b)
      sum = graph.apply(.multiply, sum, a)
      sum = graph.apply(.add, sum, power)
    }
    return make(.multiply, gap, sum)
  }

  /// √w ± u where u² is a term of w: (w - u²)/(√w ∓ u) where that does not cancel.
  mutating func rootDifference(_ root: NodeID, _ u: NodeID, sign: Double) -> NodeID? {
    guard let (x, rest) = rootParts(root, u) else { return nil }
    let zero = number(0)
    let flips = sign < 0 ? graph.apply(.less, zero, x) : graph.apply(.less, x, zero)
    let below = graph.apply(sign < 0 ? .add : .subtract, root, x)
    let quotient = rest(&self, below)
    let plain = graph.apply(sign < 0 ? .subtract : .add, root, x)
    return graph.apply(.select, flips, quotient, plain)
  }

  /// u, and (w - u²)/d as a function of d; nil if u² is no term of w.
  private mutating func rootParts(
    _ root: NodeID, _ u: NodeID
  ) -> (NodeID, (inout Rewriter, NodeID) -> NodeID)? {
    if isOperation(root, .hypot) {
      for (first, second) in [(0, 1), (1, 0)] where operand(root, first) == u {
        let y = operand(root, second)
        return (
          u,
          { rewriter, below in
            let ratio = rewriter.graph(.divide, y, below)
            return rewriter.graph(.multiply, y, ratio)
          }
        )
      }
      return nil
    }
    guard let inner = argument(root, of: .sqrt) else { return nil }
    let whole = expanded(inner)
    var form = linearForm(of: whole)
    guard
      let place = form.terms.firstIndex(where: { $0.coefficient == 1 && square($0.node) == u })
    else { return nil }
    form.terms.remove(at: place)
    let rest = node(of: form)
    return (u, { rewriter, below in rewriter.graph(.divide, rest, below) })
  }

  /// log(a) - log(b) = log1p((a - b)/b) for b > 0, where a term cancels.
  mutating func logDifference(_ u: NodeID, _ v: NodeID) -> NodeID? {
    let a = logArgument(u), b = logArgument(v)
    guard let gap = cancelled(a, b) else { return nil }
    let ratio = make(.divide, gap, b)
    let value = make(.log1p, ratio)
    return guarded(value, by: b, strictly: true)
  }

  private mutating func logArgument(_ node: NodeID) -> NodeID {
    guard isOperation(node, .log1p) else { return operand(node) }
    var form = linearForm(of: operand(node))
    form.constant += 1
    return self.node(of: form)
  }

  /// s·f(b + d/2)·g(d/2).
  mutating func sumToProduct(
    _ f: Operation, _ g: Operation, _ b: NodeID, _ gap: NodeID, times factor: Double
  ) -> NodeID {
    let half = scaled(gap, by: 0.5)
    let middle = graph.apply(.add, b, half)
    let first = make(f, middle), second = make(g, half)
    let product = graph.apply(.multiply, first, second)
    return scaled(product, by: factor)
  }

  /// Σ over i < n of part(x + i) for two arguments that are n apart.
  mutating func shiftedDifference(
    _ u: NodeID, _ v: NodeID, _ part: (inout Rewriter, NodeID) -> NodeID
  ) -> NodeID? {
    guard let gap = cancelled(operand(u), operand(v)), let distance = constant(gap),
      let count = Int(exactly: distance), count != 0, abs(count) <= 16
    else { return nil }
    let low = count > 0 ? operand(v) : operand(u)
    var total: NodeID?
    for step in 0..<abs(count) {
      var form = linearForm(of: low)
      form.constant += Double(step)
      let term = node(of: form)
      let value = part(&self, term)
      total = total.map { graph.apply(.add, $0, value) } ?? value
    }
    guard let total else { return nil }
    return count > 0 ? total : make(.negate, total)
  }

  /// a/b - c/d where b and d vanish with one variable u: (a d - b c)/(b d) near 0.
  mutating func poleDifference(_ u: NodeID, _ v: NodeID, plain: NodeID? = nil) -> NodeID? {
    let b = operand(u, 1), d = operand(v, 1)
    let x = poleVariable(b)
    guard operation(of: x) < 0, x == poleVariable(d), b != d, constant(x) == nil else { return nil }
    let first = make(.multiply, operand(u), d), second = make(.multiply, operand(v), b)
    let above = make(.subtract, first, second), below = graph.apply(.multiply, b, d)
    let quotient = make(.divide, above, below)
    let difference = graph.apply(.subtract, plain ?? u, v)
    return near(x, quotient, else: difference)
  }

  /// What a divisor vanishes with: its argument, its base, or itself.
  private func poleVariable(_ node: NodeID) -> NodeID {
    if let power = power(node), power.exponent > 0 { return power.base }
    return vanishingVariable(node) ?? node
  }

  /// One node for |x| < 1, another elsewhere.
  mutating func near(_ x: NodeID, _ inside: NodeID, else outside: NodeID) -> NodeID {
    let size = graph.apply(Operation.abs.primitive, [x]), one = number(1)
    let isNear = graph.apply(.less, size, one)
    return graph.apply(.select, isNear, inside, outside)
  }
}
