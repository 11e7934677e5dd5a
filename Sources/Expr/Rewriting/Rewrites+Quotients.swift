import RealModule

extension Rewrite {
  /// Products of powers.
  static let quotients: [Rewrite] = [
    Rewrite(
      "exp(x)*exp(y), exp(x)/exp(y), 1/exp(x)", "exp(x ± y), exp(-x)",
      mends: "overflow of one exponential where the product is finite",
      samples: [
        ("exp(x)*exp(1 - x)", [800, 3]), ("exp(x)/exp(x + 1)", [800, -800]), ("1/exp(x)", [800]),
      ],
      .factors { rewriter, factors in
        guard
          factors.exponentialCount > 1 || factors.exponentials.contains(where: { $0.factor != 1 })
        else { return false }
        // One exponential of the sum; the count says that this is done.
        var form = LinearForm()
        for (factor, argument) in factors.exponentials {
          rewriter.collect(argument, factor, into: &form)
        }
        let sum = rewriter.node(of: form)
        if let value = rewriter.constant(sum) {
          factors.coefficient *= Double.exp(value)
          factors.exponentials = []
        } else {
          factors.exponentials = [(1, sum)]
        }
        factors.exponentialCount = 1
        return true
      }),
    Rewrite(
      "1/(1 + exp(x))", "sigmoid(-x)", mends: "overflow of the square in its derivative",
      samples: [
        ("1/(1 + exp(-x))", [-800, 40, 0.3]), ("exp(x)/(1 + exp(x))", [800, -800]),
        ("exp(x)/(1 + exp(x))^2", [800, 0.3]), ("3/(2 + 2*exp(x))", [800]),
      ],
      .factors { rewriter, factors in
        for (place, (base, exponent)) in factors.powers.enumerated() {
          guard exponent < 0, exponent == exponent.rounded(),
            let (scale, x) = rewriter.logisticDenominator(base)
          else { continue }
          factors.powers.remove(at: place)
          factors.coefficient /= Primitive.wholePower(scale, -exponent)
          let turned = rewriter.make(.negate, x)
          let value = rewriter.make(.sigmoid, turned)
          factors.multiply(value, -exponent)
          return true
        }
        return false
      }),
    Rewrite(
      "exp(x)*sigmoid(-x)", "sigmoid(x)", mends: "overflow of the exponential",
      samples: [("exp(2*x)/(1 + exp(2*x))", [800, -800, 0.2])],
      .factors { rewriter, factors in
        guard factors.exponentials.count == 1, factors.exponentials[0].factor == 1 else {
          return false
        }
        let argument = factors.exponentials[0].argument
        for (base, exponent) in factors.powers where exponent >= 1 {
          guard let x = rewriter.argument(base, of: .sigmoid), rewriter.cancels(x, argument) else {
            continue
          }
          factors.multiply(base, -1)
          factors.merged.removeAll { $0 == base }
          let value = rewriter.make(.sigmoid, argument)
          factors.multiply(value, 1)
          factors.exponentials = []
          factors.exponentialCount = 0
          return true
        }
        return false
      }),
    Rewrite(
      "exp(x)/(exp(x) + exp(y))", "sigmoid(x - y)", mends: "inf/inf",
      samples: [("exp(x)/(exp(x) + exp(2*x))", [800, -800, 0.3])],
      .factors { rewriter, factors in
        guard factors.exponentials.count == 1, factors.exponentials[0].factor == 1 else {
          return false
        }
        for (place, (base, exponent)) in factors.powers.enumerated() where exponent == -1 {
          let form = rewriter.linearForm(of: base)
          guard form.constant == 0, form.terms.count > 1,
            let total = rewriter.logOfExponentials(base)
          else { continue }
          factors.powers.remove(at: place)
          let gap = rewriter.make(.subtract, factors.exponentials[0].argument, total)
          let simple = rewriter.sigmoidOfGap(factors.exponentials[0].argument, form)
          factors.exponentials = simple == nil ? [(1, gap)] : []
          factors.exponentialCount = factors.exponentials.count
          if let simple { factors.multiply(simple, 1) }
          return true
        }
        return false
      }),
    Rewrite(
      "exp(x)/sum(exp(x))", "softmax(x)", mends: "inf/inf",
      samples: [("(exp([x, 0])/sum(exp([x, 0])))[1]", [800, -800, 0.3])],
      .factors { rewriter, factors in
        guard factors.exponentials.count == 1, factors.exponentials[0].factor == 1 else {
          return false
        }
        let argument = factors.exponentials[0].argument
        for (place, (base, exponent)) in factors.powers.enumerated() where exponent == -1 {
          guard rewriter.isOperation(base, .sum),
            rewriter.argument(rewriter.operand(base), of: .exp) == argument
          else { continue }
          factors.powers.remove(at: place)
          factors.exponentials = []
          factors.exponentialCount = 0
          let value = rewriter.make(
            .softmax, argument, attribute: rewriter.graph.attribute(of: base))
          factors.multiply(value, 1)
          return true
        }
        return false
      }),
    Rewrite(
      "(exp(x) - exp(y))/(exp(x) + exp(y))", "tanh((x - y)/2)", mends: "inf/inf",
      samples: [
        ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", [800, 1e-9]),
        ("(exp(2*x) - 1)/(exp(2*x) + 1)", [800, 0.3]), ("(1 - exp(-x))/(1 + exp(-x))", [-800, 1]),
      ],
      .factors { rewriter, factors in rewriter.hyperbolicQuotient(&factors) }),
    Rewrite(
      "sinh(x)/cosh(x), 1/cosh(x)", "tanh(x), sech(x)", mends: "inf/inf, overflow",
      samples: [("sinh(x)/cosh(x)", [800, 0.3]), ("1/cosh(x)^2", [800, 0.3])],
      .factors { rewriter, factors in
        for (place, (base, exponent)) in factors.powers.enumerated() where exponent < 0 {
          guard let x = rewriter.argument(base, of: .cosh) else { continue }
          let count = max(0, min(-exponent, Self.sinhPower(factors, rewriter, x)))
          factors.powers.remove(at: place)
          if count >= 1 {
            let sinh = rewriter.make(.sinh, x), tanh = rewriter.make(.tanh, x)
            factors.multiply(sinh, -count)
            factors.merged.removeAll { $0 == sinh }
            factors.multiply(tanh, count)
          }
          if -exponent > count {
            let sech = rewriter.make(.sech, x)
            factors.multiply(sech, -exponent - count)
          }
          return true
        }
        return false
      }),
    Rewrite(
      "cosh(x)/sinh(x)", "1/tanh(x)", mends: "inf/inf", samples: [("cosh(x)/sinh(x)", [800, 0.3])],
      .factors { rewriter, factors in
        for (base, exponent) in factors.powers where exponent >= 1 {
          guard let x = rewriter.argument(base, of: .cosh),
            Self.sinhPower(factors, rewriter, x) <= -1
          else { continue }
          let sinh = rewriter.make(.sinh, x), tanh = rewriter.make(.tanh, x)
          factors.multiply(base, -1)
          factors.multiply(sinh, 1)
          factors.merged.removeAll { $0 == base || $0 == sinh }
          factors.multiply(tanh, -1)
          return true
        }
        return false
      }),
    Rewrite(
      "exp(-x)*cosh(x), exp(-x)*sinh(x)", "(1 + exp(-2x))/2, -expm1(-2x)/2",
      mends: "0·inf past 709",
      samples: [("exp(-x)*cosh(x)", [800, 0.3]), ("exp(-x)*sinh(x)", [800, 1e-9])],
      .factors { rewriter, factors in
        guard factors.exponentials.count == 1, factors.exponentials[0].factor == 1 else {
          return false
        }
        let argument = factors.exponentials[0].argument
        for (place, (base, exponent)) in factors.powers.enumerated() where exponent == 1 {
          let isCosh = rewriter.isOperation(base, .cosh)
          guard isCosh || rewriter.isOperation(base, .sinh),
            rewriter.cancels(rewriter.operand(base), argument)
          else { continue }
          let double = rewriter.scaled(argument, by: 2)
          var rest = rewriter.make(isCosh ? .exp : .expm1, double)
          let one = rewriter.number(1)
          if isCosh { rest = rewriter.graph(.add, one, rest) }
          factors.powers.remove(at: place)
          factors.exponentials = []
          factors.exponentialCount = 0
          factors.coefficient *= isCosh ? 0.5 : -0.5
          factors.multiply(rest, 1)
          return true
        }
        return false
      }),
    Rewrite(
      "x/sqrt(x^2 + y^2)", "direction(x, y)", mends: "cancelling in its derivatives for large x",
      samples: [("x/sqrt(1 + x^2)", [1e8, 1e200, 0.3])],
      .factors { rewriter, factors in
        for (base, exponent) in factors.powers where exponent <= -1 {
          guard rewriter.isOperation(base, .hypot) else { continue }
          for (side, other) in [(0, 1), (1, 0)] {
            let x = rewriter.operand(base, side), y = rewriter.operand(base, other)
            guard factors.exponent(of: x) >= 1 else { continue }
            factors.multiply(base, 1)
            factors.multiply(x, -1)
            factors.merged.removeAll { $0 == base || $0 == x }
            let value = rewriter.make(.direction, x, y)
            factors.multiply(value, 1)
            return true
          }
        }
        return false
      }),
    Rewrite(
      "the slope of hypot(x, y) in x", "direction(x, y)",
      mends: "cancelling in the second derivative for large x",
      samples: [("grad(u -> hypot(u, 2))(x)", [1e9, 1e200, 0.3, 0])],
      .node([.strongDivide]) { rewriter, node in
        let x = rewriter.operand(node), length = rewriter.operand(node, 1)
        guard rewriter.isOperation(length, .hypot) else { return nil }
        let sides = (rewriter.operand(length), rewriter.operand(length, 1))
        guard x == sides.0 || x == sides.1 else { return nil }
        return rewriter.make(.direction, x, x == sides.0 ? sides.1 : sides.0)
      }),
    Rewrite(
      "exp(x^2)*erfc(x)", "2/√π/erfcHazard(x)", mends: "inf·0 past x = 26.5",
      samples: [("exp(x^2)*erfc(x)", [30, 3, 0.3])],
      .factors { rewriter, factors in
        guard factors.exponentials.count == 1, factors.exponentials[0].factor == 1,
          let base = rewriter.square(factors.exponentials[0].argument),
          let place = factors.powers.firstIndex(where: {
            $0.exponent == 1 && rewriter.argument($0.base, of: .erfc) == base
          })
        else { return false }
        factors.powers.remove(at: place)
        factors.exponentials = []
        factors.exponentialCount = 0
        factors.coefficient *= 2 / Double.pi.squareRoot()
        let hazard = rewriter.make(Operation("erfcHazard"), base)
        factors.multiply(hazard, -1)
        return true
      }),
    Rewrite(
      "gamma(x)/gamma(y)", "x (x + 1) …, exp(lgamma(x) - lgamma(y))",
      when: "x - y whole; or x, y > 0 and both past 20", mends: "overflow past x = 171",
      samples: [("gamma(x + 2)/gamma(x)", [300, 3.3]), ("gamma(x)/gamma(x + 0.5)", [300])],
      .factors { rewriter, factors in rewriter.gammaQuotient(&factors) }),
    Rewrite(
      "sin(x)/x, (1 - cos(x))/x^2, (exp(x) - 1)/x, log(1 + x)/x, x/tan(x), …",
      "the quotient's own series near 0", mends: "0/0 at 0, lost digits near it",
      samples: [
        ("sin(x)/x", [1e-9, 1e-300, 0.5]), ("(1 - cos(x))/x^2", [1e-6, 0.5]),
        ("(exp(x) - 1)/x", [1e-9, 2]), ("x/expm1(x)", [1e-12, 3]), ("log(1 + x)/x", [1e-9, 0.3]),
        ("sin(3*x)/x", [1e-9, 0.3]), ("log(x)/(x - 1)", [1.000000001, 3]),
        ("(x - sin(x))/x^3", [1e-3, 1]), ("(1 - cos(x))/(x*sin(x))", [1e-6, 1]),
        ("(sqrt(1 + x) - 1)/x", [1e-9, 3]), ("tanh(x)/x", [1e-9, 2]),
      ],
      .factors { rewriter, factors in rewriter.removableFactor(&factors) }),
    Rewrite(
      "(f(x) - f(y))/(x - y)", "the divided difference of f",
      when: "f made of smooth functions, products, quotients and powers; not over a step h alone",
      mends: "0/0 at x = y, lost digits near it",
      samples: [
        ("(exp(2*x) - exp(x + 1))/(x - 1)", [1.5, 2]), ("(atan(x) - atan(2))/(x - 2)", [2.5, -3]),
        ("(x*sin(x) - (2*x - 1)*sin(2*x - 1))/(x - 1)", [1.25, 3]),
        ("(log(x + 4) - log(2*x + 2))/(x - 2)", [2.5, 4]),
        ("(1/x - 0.5)/(x - 2)", [2.00000001, 0.2]),
      ],
      .factors { rewriter, factors in rewriter.quotientOfDifference(&factors) }),
    Rewrite(
      "x^2/x, (x^2 - 1)/(x - 1), sqrt(x)*sqrt(x)", "x, x + 1, x",
      when: "x has a value everywhere; x ≥ 0 under a root", mends: "0/0 and inf·0 at 0",
      samples: [("x^2/x", [1e-200, 3]), ("(x^2 - 1)/(x - 1)", [1.000000001, 3])],
      .factors { rewriter, factors in
        guard !factors.merged.isEmpty else { return false }
        let isSafe = factors.merged.allSatisfy { rewriter.isTotal($0) }
        let roots = factors.underRoots
        let merged = factors.merged
        (factors.merged, factors.underRoots) = ([], [])
        guard isSafe else { return false }
        for root in roots where merged.contains(root) {
          let zero = rewriter.number(0)
          if rewriter.isNonNegative(root) { continue }
          let isInside = rewriter.graph.apply(.lessOrEqual, zero, root)
          let one = rewriter.number(1), nan = rewriter.number(.nan)
          let gate = rewriter.graph.apply(.select, isInside, one, nan)
          factors.multiply(gate, 1)
        }
        return true
      }),
    Rewrite(
      "1/sinh(x)", "csch(x)", mends: "inf/inf in its derivatives",
      samples: [("1/sinh(x)", [800, 0.3])],
      .factors { rewriter, factors in
        for (place, (base, exponent)) in factors.powers.enumerated() where exponent < 0 {
          guard let x = rewriter.argument(base, of: .sinh) else { continue }
          factors.powers.remove(at: place)
          let value = rewriter.make(.csch, x)
          factors.multiply(value, -exponent)
          return true
        }
        return false
      }),
    Rewrite(
      "1/expm1(x)", "bose(x)", mends: "inf/inf in its derivative past x = 355",
      samples: [("1/(exp(x) - 1)", [800, 1e-9, 3])],
      .factors { rewriter, factors in
        for (place, (base, exponent)) in factors.powers.enumerated() where exponent < 0 {
          guard let x = rewriter.argument(base, of: .expm1) else { continue }
          factors.powers.remove(at: place)
          let value = rewriter.make(.bose, x)
          factors.multiply(value, -exponent)
          return true
        }
        return false
      }),
    Rewrite(
      "exp(x)*bose(x)", "-bose(-x)", mends: "inf·0 past x = 709",
      samples: [("exp(x)/(exp(x) - 1)", [800, 3])],
      .factors { rewriter, factors in
        guard factors.exponentials.count == 1, factors.exponentials[0].factor == 1 else {
          return false
        }
        let argument = factors.exponentials[0].argument
        for (base, exponent) in factors.powers where exponent >= 1 {
          guard rewriter.argument(base, of: .bose) == argument else { continue }
          factors.multiply(base, -1)
          factors.merged.removeAll { $0 == base }
          let turned = rewriter.make(.negate, argument)
          let value = rewriter.make(.bose, turned)
          factors.multiply(value, 1)
          factors.coefficient *= -1
          factors.exponentials = []
          factors.exponentialCount = 0
          return true
        }
        return false
      }),
    Rewrite(
      "x*log(x)", "0 at x = 0", mends: "0·inf at 0, in the derivatives as well",
      samples: [
        ("x*log(x)", [1e-300, 3]), ("x^2*log(x)", [1e-100, 3]), ("x*log(x/2)", [1e-9, 3]),
      ],
      .factors { rewriter, factors in rewriter.strongLogarithm(&factors) }),
  ]

  private static func sinhPower(_ factors: Factors, _ rewriter: Rewriter, _ x: NodeID) -> Double {
    factors.powers.first { rewriter.argument($0.base, of: .sinh) == x }?.exponent ?? 0
  }
}

extension Primitive {
  /// xⁿ for a whole n > 0, by multiplication.
  static func wholePower(_ base: Double, _ exponent: Double) -> Double {
    (0..<Int(exponent)).reduce(1) { product, _ in product * base }
  }
}
