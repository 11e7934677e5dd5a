/// Elementwise functions in double-double arithmetic by the names of their primitives. nil for an
/// argument beyond what is certain.
enum CertifiedFunctions {
  typealias Number = DoubleDouble

  static let unary: [String: @Sendable (Number) -> Number?] = [
    "negate": { -$0 }, "abs": { $0.magnitude }, "sqrt": { $0.squareRoot() }, "exp": { $0.exp() },
    "expm1": { $0.expMinusOne() }, "log": { $0.log() }, "log1p": { $0.logOnePlus() },
    "log2": { $0.log() / Number(2).log() }, "log10": { $0.log() / Number(10).log() },
    "sin": { $0.sineAndCosine()?.sine }, "cos": { $0.sineAndCosine()?.cosine },
    "tan": { x in x.sineAndCosine().map { $0.sine / $0.cosine } },
    "versin": { x in
      x.scaled(byPowerOfTwo: -1).sineAndCosine().map { $0.sine * $0.sine * Number(2) }
    },
    "sinh": { sinh($0) }, "cosh": { ($0.exp() + (-$0).exp()).scaled(byPowerOfTwo: -1) },
    "coshm1": { x in
      let half = sinh(x.scaled(byPowerOfTwo: -1))
      return half * half * Number(2)
    },
    "tanh": { $0.hyperbolicTangent() },
    "sech": { x in
      let decay = (-x.magnitude).exp()
      return Number(2) * decay / (Number(1) + decay * decay)
    },
    "sigmoid": { sigmoid($0) }, "softplus": { softplus($0) },
    "relu": { $0.high > 0 ? $0 : Number(0) }, "leakyrelu": { $0.high > 0 ? $0 : $0 * Number(0.01) },
    "sign": { Number($0.high > 0 ? 1 : $0.high < 0 ? -1 : 0) },
    "bose": { Number(1) / $0.expMinusOne() },
    "log1mexp": { x in
      x.high > -0.7 ? (-x.expMinusOne()).log() : (-x.exp()).logOnePlus()
    },
    "logexpm1": { x in
      x.high < 1 ? x.expMinusOne().log() : x + (-(-x).exp()).logOnePlus()
    },
    "stop": { $0 }, "variable": { $0 }, "not": { Number($0.high == 0 ? 1 : 0) },
  ]

  static let binary: [String: @Sendable (Number, Number) -> Number?] = [
    "add": { $0 + $1 }, "subtract": { $0 - $1 }, "multiply": { $0 * $1 }, "divide": { $0 / $1 },
    "strongMultiply": { $0.high == 0 ? Number(0) : $0 * $1 },
    "strongDivide": { $0.high == 0 ? Number(0) : $0 / $1 },
    "power": { power($0, $1) },
    "maximum": { $0 < $1 ? $1 : $0 }, "minimum": { $0 < $1 ? $0 : $1 },
    "hypot": { ($0 * $0 + $1 * $1).squareRoot() },
    "less": { Number($0 < $1 ? 1 : 0) }, "lessOrEqual": { Number($1 < $0 ? 0 : 1) },
    "equal": { Number($0 == $1 ? 1 : 0) }, "notEqual": { Number($0 == $1 ? 0 : 1) },
    "and": { Number($0.high != 0 && $1.high != 0 ? 1 : 0) },
    "or": { Number($0.high != 0 || $1.high != 0 ? 1 : 0) },
    "expDifference": { $1.exp() * ($0 - $1).expMinusOne() },
    "logaddexp": { a, b in
      let greater = a < b ? b : a
      return greater + (-(a - b).magnitude).exp().logOnePlus()
    },
    "logQuotient": { $0.magnitude.log() - $1.magnitude.log() },
    "logProduct": { $0.magnitude.log() + $1.magnitude.log() },
    "direction": { x, y in x / (x * x + y * y).squareRoot() },
    "logitLoss": { softplus($0) - $0 * $1 }, "logitExcess": { sigmoid($0) - $1 },
    "powerLog": { $0.high == 0 ? Number(0) : $0 * $1.log() },
  ]

  private static func sinh(_ x: Number) -> Number {
    let rest = x.expMinusOne()
    return (rest + rest / (rest + Number(1))).scaled(byPowerOfTwo: -1)
  }

  private static func sigmoid(_ x: Number) -> Number {
    let decay = (-x.magnitude).exp()
    return (x.high >= 0 ? Number(1) : decay) / (Number(1) + decay)
  }

  private static func softplus(_ x: Number) -> Number {
    (x.high > 0 ? x : Number(0)) + (-x.magnitude).exp().logOnePlus()
  }

  /// Whole powers by squaring, others of a positive base through the logarithm.
  private static func power(_ x: Number, _ y: Number) -> Number? {
    if y.low == 0, let whole = Int(exactly: y.high), whole.magnitude < 1000 { return x.power(whole) }
    return x.high > 0 ? (y * x.log()).exp() : nil
  }
}
