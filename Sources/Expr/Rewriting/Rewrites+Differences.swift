extension Rewrite {
  /// u - v of one function at two arguments.
  static let differences: [Rewrite] = [
    Rewrite(
      "exp(x) - exp(y)", "expDifference(x, y)", mends: "cancelling for near x and y",
      samples: [("exp(x + 1e-9) - exp(x)", [1, 500, -3]), ("exp(x) - exp(-x)", [1e-9, 3])],
      .difference(.exp, .exp) { rewriter, u, v in
        let a = rewriter.operand(u), b = rewriter.operand(v)
        // A known distance is exact where the rounded arguments are not.
        if let gap = rewriter.cancelled(a, b).flatMap({ rewriter.constant($0) }),
          gap.magnitude < 1
        {
          return rewriter.scaled(v, by: Double.expMinusOne(gap))
        }
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
      mends: "cancelling for large negative x",
      samples: [("x + sqrt(x^2 + 1)", [-1e200, -1e4, 3])],
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
      "log(x + 1) - log(x), log(sin(x)) - log(x)", "log1p(1/x), log(sin(x)/x)",
      when: "x > 0; a term cancels, or the quotient is 1 at 0",
      mends: "cancelling for large x, or near 0",
      samples: [
        ("log(x + 1) - log(x)", [1e15, 3]), ("log(x + 2) - log(x + 1)", [1e12, 3]),
        ("log(sin(x)) - log(x)", [1e-6, 0.5, 2]), ("log(tan(x)) - log(x)", [1e-6, 0.5]),
      ],
      .difference(.log, .log) { rewriter, u, v in rewriter.logDifference(u, v) }),
    Rewrite(
      "log1p(x) - log(x)", "log1p(1/x)", when: "x > 0, a term cancels",
      mends: "cancelling for large x", samples: [("log1p(x) - log(x)", [1e15, 3])],
      .difference(.log1p, .log) { rewriter, u, v in rewriter.logDifference(u, v) }),
    Rewrite(
      "log1p(x + d) - log1p(x)", "log1p(d/(1 + x))", when: "x > -1, a term cancels",
      mends: "cancelling for large x", samples: [("log1p(x + 1) - log1p(x)", [1e15, 3])],
      .difference(.log1p, .log1p) { rewriter, u, v in rewriter.logDifference(u, v) }),
    trigonometric("atan(x + 1) - atan(x)", "atan2(1, 1 + x (x + 1))", .atan) {
      rewriter, a, b, gap in
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
      samples: [("cosh(x) - sinh(x)", [12, 800, 0.3])],
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
