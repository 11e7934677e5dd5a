import RealModule

extension Primitive {
  /// Divided differences (g(x) - g(y))/(x - y), as they are for near and equal arguments too.
  ///
  /// The first operand counts derivatives: n in x and m in y as n + 64 m, so that one entry gives every
  /// order.
  static let slopes: [Primitive] = slopeFunctions.map(slope)

  /// The functions by the name that their divided differences have.
  static let slopeFunctions: [TaylorFunction] = [
    .sine, .cosine, .exponential, .tangent, .hyperbolicTangent, .hyperbolicSine, .hyperbolicCosine,
    .arcSine, .arcTangent, .hyperbolicArcSine, .hyperbolicArcTangent, .errorFunction, .logOnePlus,
    .logarithm, .sigmoid, .softplus, .logGamma, .logHyperbolicCosine,
  ]

  /// The name of (g(x) - g(y))/(x - y), of the number of derivatives, x and y.
  static func slopeName(_ function: String) -> String { "\(function)Slope" }

  /// Derivatives in y count this much.
  private static let stride = 64

  private static func slope(_ series: TaylorFunction) -> Primitive {
    let name = slopeName(series.name)
    let gap = gaps[series.name] ?? { series.coefficients($0, 1)[0] - series.coefficients($1, 1)[0] }
    let partial: [Formula] = [
      .number(.nan), .f(name, .operand(0) + 1, .operand(1), .operand(2)),
      .f(name, .operand(0) + .number(Double(stride)), .operand(1), .operand(2)),
    ]
    return Primitive(
      name, "the derivatives of (\(series.name)(x) - \(series.name)(y))/(x - y)",
      isFunction: false, arity: 3...3, shape: ShapeRules.elementwise,
      evaluation: .ternary { order, x, y in
        guard let count = Int(exactly: order), count >= 0, count % stride < 12,
          count / stride < 12
        else { return .nan }
        return series.slope(count % stride, count / stride, x, y, gap: gap)
      }, derivative: .elementwise(partial),
      samples: [[0, 0.3, 0.7], [1, 0.6, 0.6], [65, 0.2, 0.25]], edges: [])
  }

  /// g(x) - g(y) for distant arguments where the plain difference may cancel all the same.
  private static let gaps: [String: @Sendable (Double, Double) -> Double] = [
    "sin": { x, y in 2 * Double.cos(y + (x - y) / 2) * Double.sin((x - y) / 2) },
    "cos": { x, y in -2 * Double.sin(y + (x - y) / 2) * Double.sin((x - y) / 2) },
    "exp": expDifference, "tanh": tanhDifference, "erf": erfDifference,
    "atan": { x, y in
      let below = 1 + x * y
      return below.isFinite ? Double.atan2(y: x - y, x: below) : Double.atan(x) - Double.atan(y)
    },
    "sigmoid": { x, y in
      (x - y).magnitude < 30
        ? Kernels.sigmoid(x) * Kernels.sigmoid(-y) * -Double.expMinusOne(y - x)
        : Kernels.sigmoid(x) - Kernels.sigmoid(y)
    },
    "log": { x, y in (x < 0) == (y < 0) ? Double.log(x / y) : .nan },
    "log1p": { x, y in Double.log((1 + x) / (1 + y)) },
  ]

  /// tanh x - tanh y through what each is short of ±1.
  @Sendable private static func tanhDifference(_ x: Double, _ y: Double) -> Double {
    if x < 0, y < 0 { return tanhDifference(-y, -x) }
    guard x > 0, y > 0 else { return .tanh(x) - .tanh(y) }
    let a = Double.exp(-2 * x), b = Double.exp(-2 * y)
    return 2 * expDifference(-2 * y, -2 * x) / ((1 + a) * (1 + b))
  }
}
