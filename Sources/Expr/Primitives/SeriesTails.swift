import RealModule

extension Primitive {
  /// Functions less the first terms of their Taylor series, as they are and over the power of x that
  /// they begin with: what is left where plain arithmetic cancels or divides 0 by 0.
  ///
  /// A quotient takes the number of times it is differentiated as its first operand, as polygamma
  /// does, so that one entry gives every order.
  static let seriesTails: [Primitive] = functions.map(quotient) + remainders

  /// The name of (g(x) - terms below x^m)/x^m, of m, the number of derivatives, and x.
  static func tailName(_ function: String) -> String { "\(function)Tail" }

  /// The functions by the name that their quotients have.
  static let functions: [TaylorFunction] = [
    .sine, .cosine, .versine, .exponential, .expMinusOne, .logOnePlus, .tangent,
    .hyperbolicTangent, .hyperbolicSine, .hyperbolicCosine, .coshMinusOne, .arcSine, .arcTangent,
    .hyperbolicArcSine, .hyperbolicArcTangent, .errorFunction, .logCosine, .bernoulli,
    .logHyperbolicCosine,
  ]

  private static func quotient(_ series: TaylorFunction) -> Primitive {
    ofSeries(
      tailName(series.name), "the n-th derivative of (\(series.name)(x) - terms below x^m)/x^m",
      derivatives: 24, samples: [[1, 0, 0.3], [2, 1, 0.6], [1, 0, 0]]
    ) { series.tail($0, derivative: $1, at: $2) }
  }

  /// A function of x of which the first operand says how many terms are left out and divided by, the
  /// second how often it is differentiated.
  ///
  /// - Parameter derivatives: below so many it has a value, nan from there on.
  static func ofSeries(
    _ name: String, _ summary: String, derivatives: Int, samples: [[Double]],
    _ value: @escaping @Sendable (_ first: Int, _ derivative: Int, _ x: Double) -> Double
  ) -> Primitive {
    let partial: [Formula] = [
      .number(.nan), .number(.nan), .f(name, .operand(0), .operand(1) + 1, .operand(2)),
    ]
    return Primitive(
      name, summary, isFunction: false, arity: 3...3, shape: ShapeRules.elementwise,
      evaluation: .ternary { order, n, x in
        guard let derivative = Int(exactly: n), (0..<derivatives).contains(derivative),
          let first = Int(exactly: order), (0..<16).contains(first)
        else { return .nan }
        return value(first, derivative, x)
      }, derivative: .elementwise(partial), samples: samples, edges: [])
  }

  /// g(x) - x and its kin, each with its sign such that the derivative is plain.
  private static let remainders: [Primitive] = [
    remainder("sinm", "sin(x) - x", .sine, 3, partial: -.f("versin", .x)) { Double.sin($0) - $0 },
    remainder("versinm", "1 - cos(x) - x²/2", .versine, 4, partial: .f("sinm", .x)) { x in
      let half = Double.sin(x / 2)
      return 2 * half * half - x * x / 2
    },
    remainder("expm2", "exp(x) - 1 - x", .expMinusOne, 2, partial: .f("expm1", .x)) {
      Double.expMinusOne($0) - $0
    },
    remainder("expm3", "exp(x) - 1 - x - x²/2", .expMinusOne, 3, partial: .f("expm2", .x)) {
      Double.expMinusOne($0) - $0 - $0 * $0 / 2
    },
    remainder("log1pm", "log(1 + x) - x", .logOnePlus, 2, partial: -.x / (1 + .x)) {
      Double.log(onePlus: $0) - $0
    },
    remainder("tanm", "tan(x) - x", .tangent, 3, partial: .square(.f("tan", .x))) {
      Double.tan($0) - $0
    },
    remainder(
      "tanhm", "tanh(x) - x", .hyperbolicTangent, 3, partial: -.square(.f("tanh", .x))
    ) { Double.tanh($0) - $0 },
    remainder("sinhm", "sinh(x) - x", .hyperbolicSine, 3, partial: .f("coshm1", .x)) {
      Double.sinh($0) - $0
    },
    remainder("coshm", "cosh(x) - 1 - x²/2", .coshMinusOne, 4, partial: .f("sinhm", .x)) { x in
      let half = Double.sinh(x / 2)
      return 2 * half * half - x * x / 2
    },
    remainder(
      "atanm", "atan(x) - x", .arcTangent, 3, partial: -.square(.x) / (1 + .square(.x))
    ) { Double.atan($0) - $0 },
    // 1/√(1-x²) - 1 = x²/(r(1 + r)) with r = √(1-x²).
    remainder(
      "asinm", "asin(x) - x", .arcSine, 3,
      partial: .square(.x) / (root(of: (1 - .x) * (1 + .x)) * (1 + root(of: (1 - .x) * (1 + .x))))
    ) { Double.asin($0) - $0 },
    remainder(
      "asinhm", "asinh(x) - x", .hyperbolicArcSine, 3,
      partial: -.square(.x) / (.f("hypot", 1, .x) * (1 + .f("hypot", 1, .x)))
    ) { Double.asinh($0) - $0 },
    remainder(
      "atanhm", "atanh(x) - x", .hyperbolicArcTangent, 3,
      partial: .square(.x) / ((1 - .x) * (1 + .x))
    ) { Double.atanh($0) - $0 },
  ]

  private static func root(of formula: Formula) -> Formula { .f("sqrt", formula) }

  private static func remainder(
    _ name: String, _ summary: String, _ series: TaylorFunction, _ order: Int, partial: Formula,
    far: @escaping @Sendable (Double) -> Double
  ) -> Primitive {
    .elementwise(
      name, "\(summary), exact near 0", isFunction: false,
      value: { x in
        guard x.magnitude <= series.radius else { return far(x) }
        var power = x
        for _ in 1..<order { power *= x }
        return power * series.tail(order, derivative: 0, at: x)
      }, partial: partial, samples: [-0.3, 0.05, 0.7], edges: [0])
  }
}
