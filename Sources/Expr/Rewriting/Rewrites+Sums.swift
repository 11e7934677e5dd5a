import RealModule

extension Rewrite {
  /// A function less the first terms of its series.
  static let remainders: [Rewrite] =
    [
      remainder("sin(x) - x", .sin, "sinm"), remainder("expm1(x) - x", .expm1, "expm2"),
      remainder("log1p(x) - x", .log1p, "log1pm"), remainder("tan(x) - x", .tan, "tanm"),
      remainder("tanh(x) - x", .tanh, "tanhm"), remainder("sinh(x) - x", .sinh, "sinhm"),
      remainder("atan(x) - x", .atan, "atanm"), remainder("asin(x) - x", .asin, "asinm"),
      remainder("asinh(x) - x", .asinh, "asinhm"), remainder("atanh(x) - x", .atanh, "atanhm"),
    ] + [
      Rewrite(
        "1 - cos(x) - x^2/2, cosh(x) - 1 - x^2/2, exp(x) - 1 - x - x^2/2",
        "the rest of the series near 0", mends: "cancelling near 0",
        samples: [
          ("1 - cos(x) - x^2/2", [1e-3, 1.5]), ("cosh(x) - 1 - x^2/2", [1e-3, 2]),
          ("exp(x) - 1 - x - x^2/2", [1e-4, 2]),
        ],
        .whole { rewriter, _, form in rewriter.withoutSquare(form) }),
      Rewrite(
        "x*cos(x) - sin(x), tan(x) - sin(x), cos(x) - cos(2*x)", "the rest of the series near 0",
        when: "|x| < 1; elsewhere as it is", mends: "cancelling near 0",
        samples: [
          ("x*cos(x) - sin(x)", [1e-3, 0.5, 3]), ("tan(x) - sin(x)", [1e-3, 1.2]),
          ("sin(2*x) - 2*sin(x)", [1e-3, 3]),
        ],
        .whole { rewriter, node, form in
          guard let series = rewriter.seriesSum(form), series.cancels else { return nil }
          let inside = rewriter.node(of: series)
          return rewriter.near(series.variable, inside, else: node)
        }),
    ]

  private static func remainder(
    _ name: String, _ operation: Operation, _ kernel: String
  ) -> Rewrite {
    let replacement = Operation(kernel)
    return Rewrite(
      name, "the rest of the series near 0", mends: "cancelling near 0",
      samples: [(name, [1e-3, 1e-9, 0.7])],
      .difference(operation, nil) { rewriter, u, v in
        rewriter.operand(u) == v ? rewriter.make(replacement, v) : nil
      })
  }

  /// Sums whose parts make one smooth or simple function.
  static let sums: [Rewrite] = [
    Rewrite(
      "log1p(exp(-|x|)) + relu(x)", "softplus(x)", mends: "two kinks at 0 that cancel",
      samples: [("log1p(exp(-abs(x))) + relu(x)", [0.5, -40, 800])],
      .sum(.softplus, .relu) { rewriter, u, v in
        let x = rewriter.operand(v)
        guard rewriter.isNegatedSize(rewriter.operand(u), of: x) else { return nil }
        return rewriter.make(.softplus, x)
      }),
    Rewrite(
      "log1p(exp(-|x - y|)) + max(x, y)", "logaddexp(x, y)", mends: "kinks where x = y that cancel",
      samples: [("log1p(exp(-abs(x))) + max(x, 0)", [0.5, -40, 800])],
      .sum(.softplus, .maximum) { rewriter, u, v in
        let x = rewriter.operand(v), y = rewriter.operand(v, 1)
        let inner = rewriter.operand(u)
        let ahead = rewriter.graph(.subtract, x, y), behind = rewriter.graph(.subtract, y, x)
        guard
          rewriter.isNegatedSize(inner, of: ahead) || rewriter.isNegatedSize(inner, of: behind)
        else { return nil }
        if rewriter.constant(y) == 0 { return rewriter.make(.softplus, x) }
        return rewriter.make(.logaddexp, x, y)
      }),
    Rewrite(
      "softplus(x) - x", "softplus(-x)", mends: "cancelling for large x",
      samples: [("log(1 + exp(x)) - x", [30, 800, 0.3, -3])],
      .difference(.softplus, nil) { rewriter, u, v in
        guard rewriter.operand(u) == v else { return nil }
        let opposite = rewriter.make(.negate, v)
        return rewriter.make(.softplus, opposite)
      }),
    Rewrite(
      "softplus(x) - x*y", "logitLoss(x, y)", mends: "cancelling for large x and y near 1",
      samples: [("log(1 + exp(x)) - x*sin(x)", [30, 0.3, -3])],
      .difference(.softplus, .multiply) { rewriter, u, v in
        let a = rewriter.operand(u)
        let first = rewriter.operand(v), second = rewriter.operand(v, 1)
        guard a == first || a == second else { return nil }
        return rewriter.make(.logitLoss, a, a == first ? second : first)
      }),
    Rewrite(
      "logsumexp(x, y) - x", "softplus(y - x)", mends: "cancelling for x far above y",
      samples: [("logsumexp(x, 0) - x", [50, -3])],
      .difference(.logsumexp, nil) { rewriter, u, v in
        let vector = rewriter.operand(u)
        guard rewriter.isOperation(vector, .stack) else { return nil }
        var others = Array(rewriter.graph.operands(of: vector))
        guard let place = others.firstIndex(of: v) else { return nil }
        others.remove(at: place)
        guard !others.isEmpty, others.allSatisfy({ rewriter.graph.shape(of: $0).isScalar }) else {
          return nil
        }
        var rest = others[0]
        for other in others.dropFirst() { rest = rewriter.make(.logaddexp, rest, other) }
        let gap = rewriter.make(.subtract, rest, v)
        return rewriter.make(.softplus, gap)
      }),
    Rewrite(
      "softplus(x) - softplus(-x)", "x", mends: "cancelling for large x",
      samples: [("log(1 + exp(x)) - log(1 + exp(-x))", [1e-9, 50, -3])],
      .difference(.softplus, .softplus) { rewriter, u, v in
        let a = rewriter.operand(u), b = rewriter.operand(v)
        guard rewriter.cancels(a, b) else { return nil }
        return a
      }),
    Rewrite(
      "logaddexp(x, y) - x", "softplus(y - x)", mends: "cancelling for x far above y",
      samples: [("log(exp(x) + exp(2*x)) - 2*x", [30, 800, -3])],
      .difference(.logaddexp, nil) { rewriter, u, v in
        let a = rewriter.operand(u), b = rewriter.operand(u, 1)
        guard a == v || b == v else { return nil }
        let gap = rewriter.make(.subtract, a == v ? b : a, v)
        return rewriter.make(.softplus, gap)
      }),
    Rewrite(
      "exp(x) + exp(-x) - 2", "2 coshm1(x)", mends: "cancelling near 0",
      samples: [("exp(x) + exp(-x) - 2", [1e-6, 2, -30])],
      .whole { rewriter, _, form in
        guard form.terms.count == 2, form.terms[0].coefficient == form.terms[1].coefficient,
          form.constant == -2 * form.terms[0].coefficient,
          let a = rewriter.argument(form.terms[0].node, of: .exp),
          let b = rewriter.argument(form.terms[1].node, of: .exp), rewriter.cancels(a, b)
        else { return nil }
        let value = rewriter.make(.coshm1, a)
        return rewriter.scaled(value, by: 2 * form.terms[0].coefficient)
      }),
    Rewrite(
      "expm1(x) + exp(-x) - 1", "2 coshm1(x)", mends: "cancelling near 0",
      samples: [("exp(x) - 1 + exp(-x) - 1", [1e-6, 2])],
      .sum(.expm1, .expm1) { rewriter, u, v in
        let a = rewriter.operand(u)
        guard rewriter.cancels(a, rewriter.operand(v)) else { return nil }
        let value = rewriter.make(.coshm1, a)
        return rewriter.scaled(value, by: 2)
      }),
    Rewrite(
      "mean(x^2) - mean(x)^2", "mean((x - mean(x))^2)", mends: "cancelling for a large mean",
      samples: [("mean([x, x + 1, x + 3].^2) - mean([x, x + 1, x + 3])^2", [1e8, 3])],
      .difference(.mean, nil) { rewriter, u, v in
        guard let base = rewriter.square(rewriter.operand(u)), let average = rewriter.square(v),
          rewriter.argument(average, of: .mean) == base, rewriter.graph.shape(of: u).isScalar
        else { return nil }
        let centred = rewriter.graph(.subtract, base, average), two = rewriter.number(2)
        let squares = rewriter.graph(.power, centred, two)
        return rewriter.make(.mean, squares)
      }),
  ]

  /// Reductions of exponentials.
  static let reductions: [Rewrite] = [
    Rewrite(
      "log(sum(exp(x)))", "logsumexp(x)", mends: "overflow and underflow of the exponentials",
      samples: [("log(sum(exp([x, 2*x])))", [800, -800, 0.3])],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        let isMean = rewriter.isOperation(inner, .mean)
        guard isMean || rewriter.isOperation(inner, .sum),
          let x = rewriter.argument(rewriter.operand(inner), of: .exp)
        else { return nil }
        let total = rewriter.make(.logsumexp, x, attribute: rewriter.graph.attribute(of: inner))
        guard isMean else { return total }
        let count =
          rewriter.graph.shape(of: x).count / max(1, rewriter.graph.shape(of: inner).count)
        let shift = rewriter.number(-Double.log(Double(count)))
        return rewriter.make(.add, total, shift)
      }),
    Rewrite(
      "log(softmax(x))", "logsoftmax(x)", mends: "log(0) far below the greatest entry",
      samples: [("log(softmax([x, 0]))[2]", [800, 0.3])],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        guard let x = rewriter.argument(inner, of: .softmax) else { return nil }
        let total = rewriter.make(.logsumexp, x, attribute: rewriter.graph.attribute(of: inner))
        return rewriter.make(.subtract, x, total)
      }),
    Rewrite(
      "log(x[i])", "log(x)[i]", when: "log(x) has a better form", mends: "log(0) of an entry",
      samples: [("log(softmax([x, 0])[2])", [800, 0.3])],
      .node([.log]) { rewriter, node in
        let inner = rewriter.operand(node)
        let index = Operation("index")
        guard rewriter.isOperation(inner, index),
          rewriter.isOperation(rewriter.operand(inner), .softmax)
        else { return nil }
        let logarithm = rewriter.make(.log, rewriter.operand(inner))
        return rewriter.make(index, logarithm, attribute: rewriter.graph.attribute(of: inner))
      }),
  ]
}

extension Rewriter {
  /// Whether a = -b as sums.
  func cancels(_ a: NodeID, _ b: NodeID) -> Bool {
    var form = linearForm(of: a)
    collect(b, 1, into: &form)
    return form.terms.isEmpty && form.constant == 0
  }

  /// Whether a node is -|x|.
  func isNegatedSize(_ node: NodeID, of x: NodeID) -> Bool {
    argument(node, of: .negate).flatMap { argument($0, of: .abs) } == x
  }

  /// A sum with a·versin(w) - a·w²/2 in it and its kin, these made one.
  mutating func withoutSquare(_ form: LinearForm) -> NodeID? {
    guard form.terms.count >= 2 else { return nil }
    for (place, term) in form.terms.enumerated() {
      let kernel: String
      switch operation(of: term.node) {
      case Operation.versin.index: kernel = "versinm"
      case Operation.coshm1.index: kernel = "coshm"
      case Operation.expm2.index: kernel = "expm3"
      default: continue
      }
      let w = operand(term.node)
      for (other, partner) in form.terms.enumerated() where other != place {
        guard square(partner.node) == w, partner.coefficient == -term.coefficient / 2 else {
          continue
        }
        var rest = form
        rest.terms.remove(at: max(place, other))
        rest.terms.remove(at: min(place, other))
        rest.terms.insert((term.coefficient, make(Operation(kernel), w)), at: 0)
        return self.node(of: rest)
      }
    }
    return nil
  }
}
