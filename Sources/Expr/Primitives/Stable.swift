import RealModule

extension Primitive {
  /// What rewrites put in the place of forms that lose digits or overflow. Each has a derivative that
  /// is as exact as its value, to every order.
  static let stable: [Primitive] = [
    .elementwise(
      "versin", "1 - cos(x), exact near 0", isFunction: false,
      value: {
        let half = Double.sin($0 / 2)
        return 2 * half * half
      }, partial: .f("sin", .x), samples: [-2, 0.4, 1e-8], edges: [0]),
    .elementwise(
      "coshm1", "cosh(x) - 1, exact near 0", isFunction: false,
      value: {
        let half = Double.sinh($0 / 2)
        return 2 * half * half
      }, partial: .f("sinh", .x), samples: [-2, 0.4, 1e-8], edges: [0, 711]),
    .elementwise(
      "expDifference", "exp(x) - exp(y), exact for near x and y", isFunction: false,
      value: expDifference, partials: [.f("exp", .x), -.f("exp", .y)],
      samples: [[1.5, -0.3], [0.7, 0.7001]], edges: [0, 710, -746]),
    // b(x) = 1/(eˣ - 1) has b' = -b(1 + b), and 1 + b(x) is -b(-x).
    .elementwise(
      "bose", "1/(exp(x) - 1), without overflow in its slope", isFunction: false,
      value: { 1 / Double.expMinusOne($0) }, partial: .result * .f("bose", -.x),
      samples: [-2, 0.4, 3], edges: [0, 800]),
    .elementwise(
      "log1mexp", "log(1 - exp(x)) for x < 0", isFunction: false, value: log1mexp,
      partial: -.f("bose", -.x), samples: [-2, -0.4], edges: [0, -800]),
    .elementwise(
      "logexpm1", "log(exp(x) - 1) for x > 0", isFunction: false, value: logexpm1,
      partial: -.f("bose", -.x), samples: [0.2, 3], edges: [0, 800]),
    .elementwise(
      "logaddexp", "log(exp(x) + exp(y)), without overflow", isFunction: false, value: logaddexp,
      partials: [.f("sigmoid", .x - .y), .f("sigmoid", .y - .x)],
      samples: [[1.5, -0.3], [-2, 3]], edges: [0, 800, -800]),
    .elementwise(
      "logcosh", "log(cosh(x)), without overflow", isFunction: false, value: logcosh,
      partial: .f("tanh", .x), samples: [-2, 0.4], edges: [0, 800]),
    .elementwise(
      "logcos", "log(cos(x)), exact near 0", isFunction: false,
      value: {
        let cosine = Double.cos($0), half = Double.sin($0 / 2)
        return cosine > 0.7 ? Double.log(onePlus: -2 * half * half) : Double.log(cosine)
      }, partial: -.f("tan", .x), samples: [-1.2, 0.4], edges: [0, 2]),
    .elementwise(
      "logQuotient", "log(x/y), also where x/y overflows", isFunction: false, value: logQuotient,
      partials: [1 / .x, -1 / .y], samples: [[1.5, 0.3], [-2, -3]], edges: [0, 1]),
    .elementwise(
      "logProduct", "log(x*y), also where x*y overflows", isFunction: false, value: logProduct,
      partials: [1 / .x, 1 / .y], samples: [[1.5, 0.3], [-2, -3]], edges: [0, 1]),
    .elementwise(
      "erfDifference", "erf(x) - erf(y), exact in the tails and for near x and y",
      isFunction: false, value: erfDifference,
      partials: [
        .f("exp", -.square(.x)) * .number(2 / Double.pi.squareRoot()),
        .f("exp", -.square(.y)) * .number(-2 / Double.pi.squareRoot()),
      ], samples: [[1.5, -0.3], [0.7, 0.70001]], edges: [0, 30]),
    .elementwise(
      "logerfc", "log(erfc(x)), also where erfc(x) underflows", isFunction: false, value: logErfc,
      partial: -.f("erfcHazard", .x), samples: [-1.3, 0.4, 5], edges: [0, 30, -30]),
    .elementwise(
      "logHalfErfc", "log(erfc(x)/2), exact where that is near 0", isFunction: false,
      value: { x in
        x < 0 ? Double.log(onePlus: -Double.erfc(-x) / 2) : logErfc(x) - 0.6931471805599453
      }, partial: -.f("erfcHazard", .x), samples: [-1.3, 0.4, 5, -6], edges: [0, 30, -30]),
    // h = 2/√π e^(-x²)/erfc(x) and ρ = h/2 - x: h' = 2hρ, ρ' = hρ - 1.
    .elementwise(
      "erfcHazard", "-(log erfc(x))'", isFunction: false, value: erfcHazard,
      partial: 2 * .result * .f("erfcRatio", .x), samples: [-1.3, 0.4, 5], edges: [0, 30, -30]),
    .elementwise(
      "erfcRatio", "erfcHazard(x)/2 - x", isFunction: false, value: erfcRatio,
      partial: .f("erfcHazard", .x) * .result - 1, samples: [-1.3, 0.4, 5], edges: [0, 30, -30]),
  ]

  /// The cosine of the angle of a point, and differences of one function at two places.
  static let stablePairs: [Primitive] = [
    .elementwise(
      "direction", "x/hypot(x, y), 0 at 0", isFunction: false,
      value: { $0 == 0 ? 0 : $0 / Double.hypot($0, $1) },
      partials: [
        .f(
          "strongDivide", .square(.f("direction", .y, .x)), .f("hypot", .x, .y)),
        -.f("strongDivide", .result * .f("direction", .y, .x), .f("hypot", .x, .y)),
      ], samples: [[1.5, -0.3], [3, 4]], edges: [0]),
    .elementwise(
      "csch", "1/sinh(x), without overflow", isFunction: false,
      value: { x in
        let decay = Double.exp(-x.magnitude)
        return (x < 0 ? 2 : -2) * decay / Double.expMinusOne(-2 * x.magnitude)
      }, partial: -.result / .f("tanh", .x), samples: [-2, 0.4], edges: [0, 800]),
    difference(
      "sinDifference", "sin", partials: [.f("cos", .x), -.f("cos", .y)], value: { .sin($0) },
      near: { b, d in 2 * Double.cos(b + d / 2) * Double.sin(d / 2) }),
    difference(
      "cosDifference", "cos", partials: [-.f("sin", .x), .f("sin", .y)], value: { .cos($0) },
      near: { b, d in -2 * Double.sin(b + d / 2) * Double.sin(d / 2) }),
    difference(
      "tanDifference", "tan",
      partials: [1 + .square(.f("tan", .x)), -1 - .square(.f("tan", .y))], value: { .tan($0) },
      near: { b, d in Double.sin(d) / (Double.cos(b) * Double.cos(b + d)) }),
    difference(
      "tanhDifference", "tanh",
      partials: [.square(.f("sech", .x)), -.square(.f("sech", .y))], value: { .tanh($0) },
      near: { b, d in Double.sinh(d) * sech(b) * sech(b + d) }, always: 3),
    difference(
      "sigmoidDifference", "sigmoid",
      partials: [
        .f("sigmoid", .x) * .f("sigmoid", -.x), -(.f("sigmoid", .y) * .f("sigmoid", -.y)),
      ], value: { Kernels.sigmoid($0) },
      near: { b, d in Kernels.sigmoid(b + d) * Kernels.sigmoid(-b) * -Double.expMinusOne(-d) },
      always: 30),
    difference(
      "atanDifference", "atan",
      partials: [1 / (1 + .square(.x)), -1 / (1 + .square(.y))], value: { .atan($0) },
      near: { b, d in Double.atan2(y: d, x: 1 + b * (b + d)) }, always: .infinity),
    // The loss of a logit a against b ∈ [0, 1]: the greater part is a(1 - b) for a > 0.
    .elementwise(
      "logitLoss", "softplus(x) - x*y, exact where the two are near", isFunction: false,
      value: { $0 > 0 ? Kernels.softplus(-$0) + $0 * (1 - $1) : Kernels.softplus($0) - $0 * $1 },
      partials: [.f("logitExcess", .x, .y), -.x], samples: [[1.5, 0.3], [-2, 1]], edges: [0]),
    .elementwise(
      "logitExcess", "sigmoid(x) - y, exact where the two are near", isFunction: false,
      value: { $0 > 0 ? (1 - $1) - Kernels.sigmoid(-$0) : Kernels.sigmoid($0) - $1 },
      partials: [.f("sigmoid", .x) * .f("sigmoid", -.x), -1], samples: [[1.5, 0.3], [-2, 1]],
      edges: [0]),
  ]

  /// f(x) - f(y): as typed for distant arguments, by an identity in y and x - y for near ones.
  private static func difference(
    _ name: String, _ function: String, partials: [Formula],
    value: @escaping @Sendable (Double) -> Double,
    near: @escaping @Sendable (_ y: Double, _ gap: Double) -> Double, always limit: Double = 0.5
  ) -> Primitive {
    .elementwise(
      name, "\(function)(x) - \(function)(y), exact for near x and y", isFunction: false,
      value: { x, y in
        (x - y).magnitude < limit ? near(y, x - y) : value(x) - value(y)
      }, partials: partials, samples: [[1.5, -0.3], [0.7, 0.7001]], edges: [0])
  }

  private static let sech: @Sendable (Double) -> Double = { x in
    let decay = Double.exp(-x.magnitude)
    return 2 * decay / (1 + decay * decay)
  }

  static let expDifference: @Sendable (Double, Double) -> Double = { a, b in
    if a == b { return a == .infinity ? .nan : 0 }
    if a > b { return a > 710 ? Double.exp(a) : -Double.exp(a) * Double.expMinusOne(b - a) }
    return b > 710 ? -Double.exp(b) : Double.exp(b) * Double.expMinusOne(a - b)
  }

  private static let log1mexp: @Sendable (Double) -> Double = { x in
    x > -0.6931471805599453
      ? Double.log(-Double.expMinusOne(x)) : Double.log(onePlus: -Double.exp(x))
  }

  private static let logexpm1: @Sendable (Double) -> Double = { x in
    x < 1 ? Double.log(Double.expMinusOne(x)) : x + Double.log(onePlus: -Double.exp(-x))
  }

  private static let logaddexp: @Sendable (Double, Double) -> Double = { a, b in
    if a == b { return a + 0.6931471805599453 }
    if a.isNaN || b.isNaN { return .nan }
    return Swift.max(a, b) + Double.log(onePlus: Double.exp(-Swift.abs(a - b)))
  }

  private static let logcosh: @Sendable (Double) -> Double = { x in
    let size = x.magnitude
    if size < 1 {
      let half = Double.sinh(x / 2)
      return Double.log(onePlus: 2 * half * half)
    }
    return size + Double.log(onePlus: Double.exp(-2 * size)) - 0.6931471805599453
  }

  private static let logQuotient: @Sendable (Double, Double) -> Double = { x, y in
    let quotient = x / y
    if quotient > 0.5, quotient < 2 { return Double.log(onePlus: (x - y) / y) }
    if quotient.isNormal || x == 0 || y == 0 || !x.isFinite || !y.isFinite
      || (x < 0) != (y < 0)
    {
      return Double.log(quotient)
    }
    return Double.log(x.magnitude) - Double.log(y.magnitude)
  }

  private static let logProduct: @Sendable (Double, Double) -> Double = { x, y in
    let product = x * y
    if product.isNormal {
      // What rounding took from the product matters where that is near 1.
      let lost = (-product).addingProduct(x, y)
      return Double.log(product) + lost / product
    }
    guard x != 0, y != 0, x.isFinite, y.isFinite, (x < 0) == (y < 0) else {
      return Double.log(product)
    }
    return Double.log(x.magnitude) + Double.log(y.magnitude)
  }

  static let erfDifference: @Sendable (Double, Double) -> Double = { x, y in
    let width = x - y, middle = y + width / 2
    if width.magnitude < 1e-4 / (1 + middle.magnitude) {
      // The density at the middle, with the next term of its series.
      let density = 2 / Double.pi.squareRoot() * Double.exp(-middle * middle)
      return density * width * (1 + width * width * (4 * middle * middle - 2) / 24)
    }
    if x > 0.5, y > 0.5 { return Double.erfc(y) - Double.erfc(x) }
    if x < -0.5, y < -0.5 { return Double.erfc(-x) - Double.erfc(-y) }
    return Double.erf(x) - Double.erf(y)
  }

  private static let logErfc: @Sendable (Double) -> Double = { x in
    if x < 0.5 { return Double.log(onePlus: -Double.erf(x)) }
    if x < 2 { return Double.log(Double.erfc(x)) }
    return -x * x - Double.log(erfcHazard(x) * Double.pi.squareRoot() / 2)
  }

  private static let erfcHazard: @Sendable (Double) -> Double = { x in
    if x > 2 { return 2 * (x + erfcRatio(x)) }
    return 2 / Double.pi.squareRoot() * Double.exp(-x * x) / Double.erfc(x)
  }

  /// The continued fraction r₁ = 1/(2x + 4/(2x + 6/(…))) to the right, where e^(-x²)/erfc(x) is of no
  /// use.
  ///
  /// - Source: DLMF 7.9.
  private static let erfcRatio: @Sendable (Double) -> Double = { x in
    guard x > 2 else {
      return Double.exp(-x * x) / (Double.pi.squareRoot() * Double.erfc(x)) - x
    }
    var ratio = 0.0
    for level in stride(from: 70, through: 1, by: -1) {
      ratio = 1 / (2 * x + 2 * Double(level + 1) * ratio)
    }
    return ratio
  }
}
