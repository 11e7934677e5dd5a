import RealModule

extension Rewrite {
  /// Logarithms of what overflows, vanishes or is near 1.
  static let logarithms: [Rewrite] = [
    Rewrite(
      "log(exp(x))", "x", mends: "overflow past x = 709, log(0) before x = -745",
      samples: [("log(exp(x))", [1000, -1000, 0.3])],
      .node([.log]) { rewriter, node in
        rewriter.argument(rewriter.operand(node), of: .exp)
      }),
    Rewrite(
      "log(1 + exp(x))", "softplus(x)", mends: "overflow past x = 709, lost digits below x = -37",
      samples: [
        ("log(1 + exp(x))", [800, -50, 0.3]), ("log(1 + exp(-3.5*x))", [-300, 20, 0.5]),
      ],
      .node([.log, .log1p]) { rewriter, node in
        var form = rewriter.linearForm(of: rewriter.operand(node))
        if rewriter.isOperation(node, .log1p) { form.constant += 1 }
        guard form.constant == 1, form.terms.count == 1, form.terms[0].coefficient == 1 else {
          return nil
        }
        return rewriter.argument(form.terms[0].node, of: .exp).map { rewriter.make(.softplus, $0) }
      }),
    Rewrite(
      "log(exp(x) + exp(y))", "logaddexp(x, y)",
      mends: "overflow and underflow of the exponentials",
      samples: [
        ("log(exp(x) + exp(2*x))", [800, -800, 0.3]),
        ("log(2*exp(x) + 3 + exp(-x))", [800, -800]),
      ],
      .node([.log]) { rewriter, node in rewriter.logOfExponentials(rewriter.operand(node)) }),
    Rewrite(
      "log(1 + x)", "log1p(x)", mends: "the digits of a small x, lost beside 1",
      samples: [("log(1 + x)", [1e-12, 0.5, -1e-9, 40])],
      .node([.log]) { rewriter, node in
        let form = rewriter.linearForm(of: rewriter.operand(node))
        guard form.constant == 1, !form.terms.isEmpty else { return nil }
        var rest = form
        rest.constant = 0
        let small = rewriter.node(of: rest)
        return rewriter.make(.log1p, small)
      }),
    Rewrite(
      "log(1 - exp(x))", "log1mexp(x)", mends: "cancelling near 0 and below x = -37",
      samples: [("log(1 - exp(x))", [-40, -1e-9, -0.5]), ("log(-expm1(x))", [-40, -0.2])],
      .node([.log, .log1p]) { rewriter, node in
        let form = rewriter.linearForm(of: rewriter.operand(node))
        guard form.constant == 0, form.terms.count == 1, form.terms[0].coefficient == -1 else {
          return nil
        }
        let kernel: Operation = rewriter.isOperation(node, .log) ? .expm1 : .exp
        guard let inner = rewriter.argument(form.terms[0].node, of: kernel) else { return nil }
        return rewriter.make(.log1mexp, inner)
      }),
    Rewrite(
      "log(exp(x) - 1)", "logexpm1(x)", mends: "overflow past x = 709, cancelling near 0",
      samples: [("log(exp(x) - 1)", [800, 1e-9, 0.7]), ("log(expm1(x))", [800, 1e-20])],
      .node([.log]) { rewriter, node in
        rewriter.argument(rewriter.operand(node), of: .expm1).map { rewriter.make(.logexpm1, $0) }
      }),
    Rewrite(
      "log(exp(x) - exp(y))", "x + log1mexp(y - x)",
      mends: "overflow, and cancelling for near x, y",
      samples: [("log(exp(x) - exp(x - 2))", [800, -800, 1])],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        guard rewriter.isOperation(inner, .expDifference) else { return nil }
        let a = rewriter.operand(inner), b = rewriter.operand(inner, 1)
        let gap = rewriter.make(.subtract, b, a)
        let rest = rewriter.make(.log1mexp, gap)
        return rewriter.make(.add, a, rest)
      }),
    Rewrite(
      "log(sigmoid(x))", "-softplus(-x)", mends: "log(0) before x = -745, lost digits past x = 37",
      samples: [("log(sigmoid(x))", [-800, 50, 0.3]), ("log(1 - sigmoid(x))", [50, -50, 800])],
      .node([.log]) { rewriter, node in
        guard let inner = rewriter.argument(rewriter.operand(node), of: .sigmoid) else {
          return nil
        }
        let opposite = rewriter.make(.negate, inner)
        let value = rewriter.make(.softplus, opposite)
        return rewriter.make(.negate, value)
      }),
    Rewrite(
      "log(sqrt(x)), log(x^n)", "log(x)/2, n*log(x)", when: "n a number; |x| for even n",
      mends: "overflow and underflow of the power",
      samples: [("log(x^2)", [1e200, 1e-200, -3]), ("log(x^3)", [1e150, 2])],
      .node([.log]) { rewriter, node in rewriter.logOfPower(rewriter.operand(node)) }),
    Rewrite(
      "log(b^x)", "x*log(b)", when: "b > 0", mends: "overflow and underflow of the power",
      samples: [("log(10^x)", [400, -400, 2]), ("log(exp(x)^3)", [500, -500])],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        guard rewriter.isOperation(inner, .power), rewriter.isPositive(rewriter.operand(inner))
        else { return nil }
        let logarithm = rewriter.make(.log, rewriter.operand(inner))
        return rewriter.make(.multiply, rewriter.operand(inner, 1), logarithm)
      }),
    Rewrite(
      "log(erfc(x)/2)", "logHalfErfc(x)", mends: "the digits where erfc(x)/2 is near 1",
      samples: [
        ("log(erfc(x)/2)", [-9, -2, 0.3, 30]), ("log(0.5*(1 + erf(x)))", [9, 3, -30]),
        ("log(erfc(-x/sqrt(2))/2)", [12, 1, -40]),
      ],
      .node([.log]) { rewriter, node in
        let parts = rewriter.factors(of: rewriter.operand(node))
        guard parts.coefficient == 0.5, parts.powers.count == 1, parts.exponentials.isEmpty,
          parts.powers[0].exponent == 1,
          let x = rewriter.argument(parts.powers[0].base, of: .erfc)
        else { return nil }
        return rewriter.make(Operation("logHalfErfc"), x)
      }),
    Rewrite(
      "log(sin(x)/x), log((exp(x) - 1)/x), …", "log1p of the series past its 1",
      when: "|x| < 1, elsewhere as it is", mends: "the digits of a quotient near 1",
      samples: [
        ("log(sin(x)/x)", [1e-9, 0.3, 2]), ("log((exp(x) - 1)/x)", [1e-9, -0.4, 5]),
        ("log(tan(x)/x)", [1e-9, 0.5]), ("log(sinh(x)/x)", [1e-9, 3]),
        ("log(log(1 + x)/x)", [1e-9, 0.5, -0.5]),
      ],
      .node([.log]) { rewriter, node in rewriter.logOfQuotientNearOne(node) }),
    Rewrite(
      "log(u*v), log(u/v)", "log(u) ± log(v)", when: "u or v a number or an exponential or its kin",
      mends: "overflow and underflow of the product",
      samples: [
        ("log(exp(x)*exp(x + 1))", [500, -500]), ("log(3*exp(x))", [800, -800]),
        ("log(exp(x)/(1 + exp(x)))", [800, -800]), ("log(5/(1 + exp(-x)))", [-800, 3]),
        ("log(exp(x)/x)", [800, 2]),
      ],
      .node([.log]) { rewriter, node in rewriter.logOfProduct(rewriter.operand(node)) }),
    Rewrite(
      "log((1 + x)/(1 - x))", "2 atanh(x)", mends: "the digits of a small x",
      samples: [("log((1 + x)/(1 - x))", [1e-9, 0.5, -1e-12])],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        guard rewriter.isOperation(inner, .divide) else { return nil }
        var above = rewriter.linearForm(of: rewriter.operand(inner))
        let below = rewriter.linearForm(of: rewriter.operand(inner, 1))
        guard above.constant == 1, below.constant == 1, above.terms.count == 1,
          below.terms.count == 1, above.terms[0].node == below.terms[0].node,
          above.terms[0].coefficient == -below.terms[0].coefficient
        else { return nil }
        above.constant = 0
        let x = rewriter.node(of: above)
        let area = rewriter.make(.atanh, x)
        return rewriter.scaled(area, by: 2)
      }),
    Rewrite(
      "log((x + 1)/x)", "log1p(1/x)", when: "a term cancels", mends: "the digits of 1/x beside 1",
      samples: [("log((x + 1)/x)", [1e12, 3, -5])],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        guard rewriter.isOperation(inner, .divide) else { return nil }
        let below = rewriter.operand(inner, 1)
        guard let gap = rewriter.cancelled(rewriter.operand(inner), below) else { return nil }
        let ratio = rewriter.make(.divide, gap, below)
        return rewriter.make(.log1p, ratio)
      }),
    Rewrite(
      "log(x^2 + y^2)", "2 log(hypot(x, y))", mends: "overflow and underflow of the squares",
      samples: [("log(x^2 + (2*x)^2)", [1e200, 1e-200, 3])],
      .node([.log]) { rewriter, node in
        rewriter.hypotenuse(rewriter.operand(node)).map { side in
          let value = rewriter.make(.log, side)
          return rewriter.scaled(value, by: 2)
        }
      }),
    Rewrite(
      "log(tanh(x))", "log1mexp(-2x) - softplus(-2x)", mends: "the digits past x = 18",
      samples: [("log(tanh(x))", [20, 0.3, 1e-9])],
      .node([.log]) { rewriter, node in
        guard let x = rewriter.argument(rewriter.operand(node), of: .tanh) else { return nil }
        let double = rewriter.scaled(x, by: -2)
        let first = rewriter.make(.log1mexp, double), second = rewriter.make(.softplus, double)
        return rewriter.graph(.subtract, first, second)
      }),
    Rewrite(
      "log(x^y)", "y*log(x)", when: "x > 0; elsewhere as it is", mends: "overflow of the power",
      samples: [("log(x^(3*x))", [200, 2])],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        guard rewriter.isOperation(inner, .power),
          rewriter.constant(rewriter.operand(inner, 1)) == nil
        else { return nil }
        let x = rewriter.operand(inner), zero = rewriter.number(0)
        let logarithm = rewriter.make(.log, x)
        let product = rewriter.graph(.multiply, rewriter.operand(inner, 1), logarithm)
        let isInside = rewriter.graph.apply(.less, zero, x)
        return rewriter.graph.apply(.select, isInside, product, node)
      }),
    Rewrite(
      "log(x/y), log(x*y)", "logQuotient(x, y), logProduct(x, y)",
      mends: "overflow and underflow of x/y and x*y",
      samples: [("log(x/1e-300)", [1e300, 2]), ("log(x*(x + 1))", [1e200, 1e-200, 3])],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        let isQuotient = rewriter.isOperation(inner, .divide)
        guard isQuotient || rewriter.isOperation(inner, .multiply) else { return nil }
        let a = rewriter.operand(inner), b = rewriter.operand(inner, 1)
        return rewriter.make(isQuotient ? .logQuotient : .logProduct, a, b)
      }),
    Rewrite(
      "log(x + sqrt(x^2 + c))", "asinh, acosh", when: "c a number",
      mends: "cancelling for x < 0, overflow of x^2",
      samples: [
        ("log(x + sqrt(x^2 + 1))", [-1e10, 1e200, 0.3]), ("log(x + sqrt(x^2 - 1))", [1e200, 3]),
        ("log(x + sqrt(x^2 + 9))", [-1e8, 2]),
      ],
      .node([.log]) { rewriter, node in rewriter.logOfHyperbola(rewriter.operand(node)) }),
    Rewrite(
      "log(cosh(x)), log(sinh(x)), log(cos(x))", "logcosh(x), …", mends: "overflow, digits near 0",
      samples: [
        ("log(cosh(x))", [800, 1e-6, 0.5]), ("log(sinh(x))", [800, 2]),
        ("log(cos(x))", [1e-6, 0.5, 1.5]), ("log(1/cosh(x))", [800, 0.3]),
      ],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        if let x = rewriter.argument(inner, of: .cosh) { return rewriter.make(.logcosh, x) }
        if let x = rewriter.argument(inner, of: .cos) { return rewriter.make(.logcos, x) }
        if let x = rewriter.argument(inner, of: .sech) {
          let value = rewriter.make(.logcosh, x)
          return rewriter.make(.negate, value)
        }
        guard let x = rewriter.argument(inner, of: .sinh) else { return nil }
        let double = rewriter.scaled(x, by: 2)
        let first = rewriter.make(.logexpm1, double)
        let second = rewriter.make(.subtract, first, x)
        let half = rewriter.number(-0.6931471805599453)
        return rewriter.make(.add, second, half)
      }),
    Rewrite(
      "log(erfc(x))", "logerfc(x)", mends: "underflow past x = 26.5",
      samples: [("log(erfc(x))", [30, 3, -2, 1e-9])],
      .node([.log]) { rewriter, node in
        rewriter.argument(rewriter.operand(node), of: .erfc).map {
          rewriter.make(Operation("logerfc"), $0)
        }
      }),
    Rewrite(
      "log(gamma(x))", "lgamma(x)", when: "gamma(x) ≥ 0", mends: "overflow past x = 171",
      samples: [("log(gamma(x))", [300, 3])],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        guard let x = rewriter.argument(inner, of: .gamma) else { return nil }
        let value = rewriter.make(.lgamma, x)
        return rewriter.guarded(value, by: inner)
      }),
  ]
}

extension Rewriter {
  /// A node without rewriting: where the rule's own result would be taken for its pattern.
  mutating func graph(_ operation: Operation, _ operands: NodeID...) -> NodeID {
    graph.apply(operation.primitive, operands)
  }

  /// The logarithm of a sum of exponentials and positive numbers, at least one of the former.
  mutating func logOfExponentials(_ sum: NodeID) -> NodeID? {
    let form = linearForm(of: sum)
    guard form.constant >= 0, form.terms.count + (form.constant > 0 ? 1 : 0) > 1 else { return nil }
    guard
      form.terms.allSatisfy({ term in
        term.coefficient > 0 && exponent(of: term.node) != nil
      })
    else { return nil }
    var total: NodeID?
    if form.constant > 0 { total = number(Double.log(form.constant)) }
    for term in form.terms {
      guard var part = exponent(of: term.node) else { return nil }
      if term.coefficient != 1 {
        let shift = number(Double.log(term.coefficient))
        part = make(.add, part, shift)
      }
      total = total.map { make(.logaddexp, $0, part) } ?? part
    }
    return total
  }

  private func exponent(of node: NodeID) -> NodeID? { argument(node, of: .exp) }

  mutating func logOfPower(_ node: NodeID) -> NodeID? {
    if let x = argument(node, of: .sqrt) {
      let value = make(.log, x)
      return scaled(value, by: 0.5)
    }
    guard let (base, exponent) = power(node), exponent != 0, exponent.isFinite else { return nil }
    var inner = base
    if exponent.truncatingRemainder(dividingBy: 2) == 0, !isNonNegative(base) {
      inner = make(.abs, base)
    }
    let value = make(.log, inner)
    return scaled(value, by: exponent)
  }

  /// Splits off what has a better logarithm of its own.
  mutating func logOfProduct(_ node: NodeID) -> NodeID? {
    let isQuotient = isOperation(node, .divide)
    guard isQuotient || isOperation(node, .multiply) else { return nil }
    let a = operand(node), b = operand(node, 1)
    guard isSplit(a) || isSplit(b) else { return nil }
    let first = make(.log, a), second = make(.log, b)
    return make(isQuotient ? .subtract : .add, first, second)
  }

  /// Positive, with a logarithm that is simpler or more exact than the whole's.
  private func isSplit(_ node: NodeID) -> Bool {
    if let value = constant(node) { return value > 0 }
    guard isPositive(node) else { return false }
    switch operation(of: node) {
    case Operation.exp.index, Operation.sigmoid.index, Operation.erfc.index, Operation.cosh.index,
      Operation.sech.index, Operation.softmax.index, Operation.power.index, .multiply, .divide:
      return true
    case .add: return true
    default: return false
    }
  }

  /// u and c of u + √(u² + c), c a number; c has the sign of the square root's.
  ///
  /// The sum may already be the choice between its two forms; √(u² + c) - u is the other way round.
  mutating func logOfHyperbola(_ node: NodeID) -> NodeID? {
    if isOperation(node, .select) {
      let plain = operand(node, 2)
      if isOperation(plain, .add) { return logOfHyperbola(plain) }
      guard isOperation(plain, .subtract) else { return nil }
      let turned = graph.apply(.add, operand(plain), operand(plain, 1))
      guard let value = logOfHyperbola(turned), isArea(value) else { return nil }
      return make(.negate, value)
    }
    guard isOperation(node, .add) else { return nil }
    for (u, root) in [(operand(node), operand(node, 1)), (operand(node, 1), operand(node))] {
      if isOperation(root, .hypot) {
        for (first, second) in [(0, 1), (1, 0)] where operand(root, first) == u {
          guard let side = constant(operand(root, second)), side != 0 else { continue }
          return shiftedArea(.asinh, u, side.magnitude)
        }
      }
      guard let inner = argument(root, of: .sqrt) else { continue }
      let whole = expanded(inner)
      let form = linearForm(of: whole)
      guard form.terms.count == 1, form.terms[0].coefficient == 1, form.constant != 0,
        square(form.terms[0].node) == u
      else { continue }
      let side = form.constant.magnitude.squareRoot()
      return shiftedArea(form.constant > 0 ? .asinh : .acosh, u, side)
    }
    return nil
  }

  private mutating func shiftedArea(
    _ operation: Operation, _ u: NodeID, _ side: Double
  ) -> NodeID {
    let ratio = scaled(u, by: 1 / side)
    let area = make(operation, ratio)
    guard side != 1 else { return area }
    let shift = number(Double.log(side))
    return make(.add, area, shift)
  }

  /// asinh(u) alone: only its opposite is log(√(u² + 1) - u).
  private func isArea(_ node: NodeID) -> Bool { isOperation(node, .asinh) }
}
