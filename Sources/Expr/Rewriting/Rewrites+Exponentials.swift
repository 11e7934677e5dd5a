import RealModule

extension Rewrite {
  static let exponentials: [Rewrite] = [
    Rewrite(
      "exp(log(x))", "x", when: "x ≥ 0", mends: "rounding, 1/x² in the second derivative",
      samples: [("exp(log(x))", [1e-300, 1e300, 2])],
      .node([.exp]) { rewriter, node in
        guard let x = rewriter.argument(rewriter.operand(node), of: .log) else { return nil }
        return rewriter.guarded(x, by: x)
      }),
    Rewrite(
      "exp(c*log(x))", "x^c", when: "x ≥ 0, c > 0 a number", mends: "rounding, inf·0 at 0",
      samples: [("exp(2*log(x))", [1e100, 3]), ("exp(0.5*log(x))", [1e-300, 1e300])],
      .node([.exp]) { rewriter, node in
        let form = rewriter.linearForm(of: rewriter.operand(node))
        guard form.constant == 0, form.terms.count == 1, form.terms[0].coefficient > 0,
          form.terms[0].coefficient != 1,
          let x = rewriter.argument(form.terms[0].node, of: .log)
        else { return nil }
        if form.terms[0].coefficient == 0.5 { return rewriter.make(.sqrt, x) }
        let exponent = rewriter.number(form.terms[0].coefficient)
        let value = rewriter.make(.power, x, exponent)
        return rewriter.guarded(value, by: x)
      }),
    Rewrite(
      "sinh(asinh(x)), asinh(sinh(x)), atanh(tanh(x)), log1p(expm1(x)), …", "x",
      mends: "overflow and lost digits of the inner function",
      samples: [
        ("asinh(sinh(x))", [800, 0.3]), ("atanh(tanh(x))", [20, 0.3]), ("log1p(expm1(x))", [800]),
      ],
      .node([.sinh, .asinh, .atanh, .log1p, .tan]) { rewriter, node in
        let inner = rewriter.operand(node)
        let inverse: Operation
        switch rewriter.operation(of: node) {
        case Operation.sinh.index: inverse = .asinh
        case Operation.asinh.index: inverse = .sinh
        case Operation.atanh.index: inverse = .tanh
        case Operation.tan.index: inverse = .atan
        default: inverse = .expm1
        }
        return rewriter.argument(inner, of: inverse)
      }),
    Rewrite(
      "cos(|x|), cosh(|x|)", "cos(x), cosh(x)", mends: "a kink at 0 that is none",
      samples: [("cos(abs(x))", [0.5, -2]), ("cosh(sqrt(x^2))", [-2, 0.5])],
      .node([.cos, .cosh, .versin, .coshm1, .logcosh, .sech]) { rewriter, node in
        guard let x = rewriter.argument(rewriter.operand(node), of: .abs) else { return nil }
        return rewriter.make(
          Operation(Primitive.all[Int(rewriter.operation(of: node))].name), x)
      }),
    Rewrite(
      "(1 + x)^(1/x)", "exp(log1p(x)/x)", when: "log1p(x) y has a series of its own",
      mends: "the digits of a small x, lost beside 1",
      samples: [("(1 + x)^(1/x)", [1e-9, 1e-3, 2]), ("(1 + 1/x)^x", [1e12, 3])],
      .node([.power]) { rewriter, node in
        let base = rewriter.operand(node), exponent = rewriter.operand(node, 1)
        guard rewriter.constant(exponent) == nil else { return nil }
        var form = rewriter.linearForm(of: base)
        guard form.constant == 1, !form.terms.isEmpty else { return nil }
        form.constant = 0
        let small = rewriter.node(of: form)
        let logarithm = rewriter.make(.log1p, small)
        let product = rewriter.make(.multiply, exponent, logarithm)
        guard rewriter.isOperation(product, .tail("log1p")) else { return nil }
        return rewriter.make(.exp, product)
      }),
    Rewrite(
      "exp(-log(x))", "1/x", when: "x > 0", mends: "rounding",
      samples: [("exp(-log(x))", [1e-150, 1e150, 2])],
      .node([.exp]) { rewriter, node in
        let form = rewriter.linearForm(of: rewriter.operand(node))
        guard form.constant == 0, form.terms.count == 1, form.terms[0].coefficient == -1,
          let x = rewriter.argument(form.terms[0].node, of: .log)
        else { return nil }
        let one = rewriter.number(1)
        let value = rewriter.make(.divide, one, x)
        return rewriter.guarded(value, by: x)
      }),
    Rewrite(
      "exp(-softplus(x)), exp(softplus(x))", "sigmoid(-x), 1 + exp(x)", mends: "rounding",
      samples: [("exp(-log(1 + exp(x)))", [800, -800, 0.3]), ("exp(log(1 + exp(x)))", [3, -3])],
      .node([.exp]) { rewriter, node in
        let inner = rewriter.operand(node)
        if let x = rewriter.argument(inner, of: .softplus) {
          let value = rewriter.make(.exp, x), one = rewriter.number(1)
          return rewriter.make(.add, one, value)
        }
        guard let opposite = rewriter.argument(inner, of: .negate),
          let x = rewriter.argument(opposite, of: .softplus)
        else { return nil }
        let turned = rewriter.make(.negate, x)
        return rewriter.make(.sigmoid, turned)
      }),
    Rewrite(
      "acos(1 - x)", "2*asin(sqrt(x/2))", mends: "the digits of a small x, lost beside 1",
      samples: [("acos(1 - x)", [1e-12, 0.5])],
      .node([.acos]) { rewriter, node in
        let form = rewriter.linearForm(of: rewriter.operand(node))
        guard form.constant == 1, !form.terms.isEmpty else { return nil }
        let half = rewriter.half(of: form, times: -0.5)
        let arc = rewriter.make(.asin, half)
        return rewriter.scaled(arc, by: 2)
      }),
    Rewrite(
      "acosh(1 + x)", "2*asinh(sqrt(x/2))", mends: "the digits of a small x, lost beside 1",
      samples: [("acosh(1 + x)", [1e-12, 0.5, 1e10])],
      .node([.acosh]) { rewriter, node in
        let form = rewriter.linearForm(of: rewriter.operand(node))
        guard form.constant == 1, !form.terms.isEmpty else { return nil }
        let half = rewriter.half(of: form, times: 0.5)
        let area = rewriter.make(.asinh, half)
        return rewriter.scaled(area, by: 2)
      }),
  ]

  /// Powers, roots and norms.
  static let powers: [Rewrite] = [
    Rewrite(
      "sqrt(x^2)", "abs(x)", when: "x^n with an even n likewise",
      mends: "overflow, underflow, and 0/0 in the derivative at 0",
      samples: [("sqrt(x^2)", [1e200, -3, 1e-200]), ("sqrt(x^4)", [1e100, -2, 1e-100])],
      .node([.sqrt]) { rewriter, node in
        guard let (base, exponent) = rewriter.power(rewriter.operand(node)),
          exponent > 0, exponent.truncatingRemainder(dividingBy: 2) == 0
        else { return nil }
        let size =
          (exponent / 2).truncatingRemainder(dividingBy: 2) == 0 || rewriter.isNonNegative(base)
          ? base : rewriter.make(.abs, base)
        if exponent == 2 { return size }
        let half = rewriter.number(exponent / 2)
        return rewriter.make(.power, size, half)
      }),
    Rewrite(
      "(x^a)^b", "|x|^(a b)", when: "a even", mends: "0/0 in the derivative at 0",
      samples: [("(x^2)^1.5", [1e-120, -2, 3]), ("(x^2)^0.5", [1e-200, -2])],
      .node([.power]) { rewriter, node in
        guard let (inner, outer) = rewriter.power(node), outer > 0, outer != outer.rounded(),
          let (base, exponent) = rewriter.power(inner), exponent > 0,
          exponent.truncatingRemainder(dividingBy: 2) == 0
        else { return nil }
        let size = rewriter.make(.abs, base)
        let product = rewriter.number(outer * exponent)
        return rewriter.make(.power, size, product)
      }),
    Rewrite(
      "(x^2 + y^2)^0.5, (x^2 + y^2)^1.5", "hypot(x, y), hypot(x, y)^3",
      mends: "overflow, underflow, and 0/0 in the derivative at 0",
      samples: [("(x^2 + (2*x)^2)^0.5", [1e200, 1e-200]), ("(x^2 + 9)^1.5", [1e90, 2])],
      .node([.power]) { rewriter, node in
        guard let exponent = rewriter.constant(rewriter.operand(node, 1)),
          (2 * exponent).truncatingRemainder(dividingBy: 2).magnitude == 1, exponent.isFinite,
          let side = rewriter.hypotenuse(rewriter.operand(node))
        else { return nil }
        if exponent == 0.5 { return side }
        let double = rewriter.number(2 * exponent)
        return rewriter.make(.power, side, double)
      }),
    Rewrite(
      "sqrt(exp(x)), exp(x)^n", "exp(x/2), exp(n*x)", mends: "overflow and underflow",
      samples: [("sqrt(exp(x))", [1000, -600]), ("exp(x)^0.25", [1000, -1000])],
      .node([.sqrt, .power]) { rewriter, node in
        guard let x = rewriter.argument(rewriter.operand(node), of: .exp) else { return nil }
        if rewriter.isOperation(node, .sqrt) {
          let half = rewriter.scaled(x, by: 0.5)
          return rewriter.make(.exp, half)
        }
        let product = rewriter.make(.multiply, rewriter.operand(node, 1), x)
        return rewriter.make(.exp, product)
      }),
    Rewrite(
      "sqrt(x)^2, |x|^2, hypot(x, y)^2, norm(x)^2", "x, x^2, x^2 + y^2, sum(x^2)",
      when: "x ≥ 0 under a root; any even power", mends: "inf·0 and 0/0 in the derivative at 0",
      samples: [
        ("sqrt(x)^2", [1e-300, 3]), ("abs(x)^2", [1e-9, -3]), ("sqrt(x^2 + 4)^2", [0, 3]),
      ],
      .node([.power, .multiply]) { rewriter, node in rewriter.evenPower(node) }),
    Rewrite(
      "sqrt(x^2 + y^2)", "hypot(x, y)",
      mends: "overflow, underflow, and 0/0 in the derivative at 0",
      samples: [("sqrt(x^2 + 3^2)", [1e200, 0.3]), ("sqrt(x^2 + (2*x)^2)", [1e-200, 3])],
      .node([.sqrt]) { rewriter, node in rewriter.hypotenuse(rewriter.operand(node)) }),
    Rewrite(
      "sqrt(x^2 + c)", "hypot(x, sqrt(c))", when: "c a number above 0 that is no square",
      mends: "overflow of the square, also in the derivative",
      samples: [("sqrt(x^2 + 2)", [1e200, 0.3]), ("sqrt(3*x^2 + 0.7)", [-1e200, 2])],
      .finalNode([.sqrt]) { rewriter, node in
        rewriter.hypotenuse(rewriter.operand(node), allowsRounding: true)
      }),
    Rewrite(
      "sqrt(sum(x.^2)), sqrt(dot(x, x))", "norm(x)",
      mends: "overflow, underflow, and 0/0 in the derivative at 0",
      samples: [("sqrt(sum([x, 2*x].^2))", [1e-200, 3])],
      .node([.sqrt]) { rewriter, node in
        let inner = rewriter.operand(node)
        if rewriter.isOperation(inner, .dot),
          rewriter.operand(inner) == rewriter.operand(inner, 1)
        {
          return rewriter.make(.norm, rewriter.operand(inner))
        }
        guard let entries = rewriter.argument(inner, of: .sum),
          let base = rewriter.square(entries)
        else { return nil }
        return rewriter.make(.norm, base, attribute: rewriter.graph.attribute(of: inner))
      }),
  ]
}

extension Rewriter {
  /// √(s·Σ), the sum without its number: half of what is left.
  mutating func half(of form: LinearForm, times factor: Double) -> NodeID {
    var rest = form
    rest.constant = 0
    rest.terms = rest.terms.map { ($0.coefficient * factor, $0.node) }
    let inner = node(of: rest)
    return make(.sqrt, inner)
  }

  /// Even powers of what is a root or a size itself.
  mutating func evenPower(_ node: NodeID) -> NodeID? {
    guard let (base, exponent) = power(node), exponent > 0,
      exponent.truncatingRemainder(dividingBy: 2) == 0
    else { return nil }
    let inner: NodeID
    switch operation(of: base) {
    case Operation.sqrt.index:
      let value = operand(base)
      if exponent == 2 { return guarded(value, by: value) }
      let half = number(exponent / 2)
      let power = make(.power, value, half)
      return guarded(power, by: value)
    case Operation.abs.index:
      let half = number(exponent)
      return make(.power, operand(base), half)
    case Operation.hypot.index:
      let two = number(2)
      let first = make(.power, operand(base), two), second = make(.power, operand(base, 1), two)
      inner = make(.add, first, second)
    case Operation.norm.index:
      let entries = operand(base), two = number(2)
      let squares = make(.power, entries, two)
      inner = make(.sum, squares, attribute: graph.attribute(of: base))
    default: return nil
    }
    if exponent == 2 { return inner }
    let half = number(exponent / 2)
    return make(.power, inner, half)
  }

  /// √ of a sum of squares of two or more terms, one of which may be a number.
  ///
  /// - Parameter allowsRounding: also where the root of the number has to be rounded: for when
  ///   nothing is left that could cancel it.
  mutating func hypotenuse(_ node: NodeID, allowsRounding: Bool = false) -> NodeID? {
    let form = linearForm(of: node)
    guard form.constant >= 0, form.terms.count + (form.constant > 0 ? 1 : 0) >= 2,
      form.terms.count <= 4
    else { return nil }
    var sides: [NodeID] = []
    for term in form.terms {
      guard term.coefficient > 0, let (base, exponent) = power(term.node), exponent > 0,
        exponent.truncatingRemainder(dividingBy: 2) == 0
      else { return nil }
      let half = number(exponent / 2)
      let side = exponent == 2 ? base : make(.power, base, half)
      sides.append(scaled(side, by: term.coefficient.squareRoot()))
    }
    if form.constant > 0 {
      let side = form.constant.squareRoot()
      guard allowsRounding || side * side == form.constant else { return nil }
      sides.append(number(side))
    }
    return sides.dropFirst().reduce(sides[0]) { make(.hypot, $0, $1) }
  }
}
