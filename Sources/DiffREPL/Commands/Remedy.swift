import AD

/// Why an operation gives what it gives at a point, and what to write instead.
struct Remedy {
  let because: String
  /// Text to type; nil where only the reader knows what is meant.
  let rewrite: String?

  private init(_ because: String, write rewrite: String? = nil) {
    self.because = because
    self.rewrite = rewrite
  }

  /// - Parameters:
  ///   - operation: the primitive's name.
  ///   - x: the values of its operands.
  ///   - sources: the operands as they were typed.
  ///   - inner: the primitive of the first operand.
  static func find(
    _ operation: String, _ birth: Birth, _ x: [Double], sources: [String], inner: String?
  ) -> Remedy? {
    guard let first = x.first, let source = sources.first else { return nil }
    switch (birth.kind, birth.place) {
    case (.kink, _): return kink(operation, source, sources)
    case (.zero, _): return zero(operation, first, x)
    case (_, .value): return value(operation, first, x, source, sources, inner)
    case (_, .adjoint): return slope(operation, first, x, source, sources)
    }
  }

  private static func value(
    _ operation: String, _ first: Double, _ x: [Double], _ source: String, _ sources: [String],
    _ inner: String?
  ) -> Remedy? {
    switch operation {
    case "log", "log2", "log10":
      if first < 0 { return Remedy("a logarithm needs a positive number") }
      switch inner {
      case "sigmoid":
        return Remedy("sigmoid came down to 0, whose logarithm is -inf", write: "-softplus(-x)")
      case "softmax":
        return Remedy("softmax came down to 0, whose logarithm is -inf", write: "logsoftmax(x)")
      default: return Remedy("the logarithm of 0 is -inf")
      }
    case "log1p": return Remedy("log1p needs a number above -1")
    case "sqrt":
      return Remedy(
        "a square root needs a number that is not negative", write: "sqrt(abs(\(source)))")
    case "divide":
      if x.count > 1, x[1] == 0 {
        return first == 0
          ? Remedy(
            "0/0 has no value",
            write: "where(\(sources[1]) != 0, \(source)/(\(sources[1])), …) with the limit for …")
          : Remedy("the divisor is 0")
      }
      return Remedy("inf/inf has no value: both have overflowed")
    case "power":
      return first < 0
        ? Remedy(
          "a negative number has no power with a broken exponent",
          write: "abs(\(source))^\(sources.count > 1 ? sources[1] : "p")")
        : Remedy("0 to a negative power is inf, and large powers overflow")
    case "exp", "expm1", "sinh", "cosh":
      return Remedy(
        "e^x is more than a double holds above x = 709.78",
        write: "softplus(x) for log(1 + exp(x)), logsumexp(x) for log(sum(exp(x))), "
          + "softmax(x) for exp(x)/sum(exp(x))")
    case "asin", "acos": return Remedy("the argument lies outside [-1, 1]")
    case "atanh": return Remedy("the argument lies outside (-1, 1)")
    case "acosh": return Remedy("the argument is below 1")
    case "subtract", "add": return Remedy("inf - inf has no value: both sides have overflowed")
    case "multiply", "product", "dot":
      return Remedy("0·inf has no value, and large products overflow")
    case "gamma", "lgamma", "digamma": return Remedy("the gamma function has poles at 0, -1, -2, …")
    default: return nil
    }
  }

  private static func slope(
    _ operation: String, _ first: Double, _ x: [Double], _ source: String, _ sources: [String]
  ) -> Remedy? {
    switch operation {
    case "sqrt":
      return Remedy(
        "the slope of sqrt at 0 is 1/(2·0) = inf",
        write: "norm(x) for sqrt(sum(x.^2)), abs(x) for sqrt(x^2), else sqrt(\(source) + 1e-12)")
    case "cbrt": return Remedy("the slope of cbrt at 0 is inf")
    case "power":
      return Remedy("the slope p x^(p-1) is inf at 0 for p < 1")
    case "log", "log2", "log10": return Remedy("the slope 1/x is inf at 0")
    case "divide": return Remedy("the slope of a/b in b is -a/b², inf at b = 0")
    case "asin", "acos": return Remedy("the slope 1/sqrt(1 - x²) is inf at ±1")
    case "lgamma", "digamma", "gamma": return Remedy("at a pole of the gamma function")
    default: return Remedy("its partial is not finite there")
    }
  }

  private static func zero(_ operation: String, _ first: Double, _ x: [Double]) -> Remedy? {
    switch operation {
    case "relu": return Remedy("relu is 0 there and so is its slope: a dead unit")
    case "floor", "ceil", "round", "sign", "heaviside", "argmax", "argmin":
      return Remedy("\(operation) is constant between its jumps")
    case "less", "lessOrEqual", "equal", "notEqual", "and", "or", "not":
      return Remedy("a comparison is constant between its jumps")
    case "stop": return Remedy("stop lets no gradient through")
    case "select": return Remedy("the branch that depends on it was not taken")
    case "tanh", "sigmoid", "sech", "erf", "erfc", "exp":
      return Remedy("the function is flat there, to the last digit of a double")
    case "multiply", "product", "dot": return Remedy("the other factor is 0")
    case "abs": return Remedy("abs has slope 0 at its kink, by convention")
    case "maximum", "minimum", "max", "min":
      return Remedy("another argument is taken: nothing flows to this one")
    case "cos", "sin", "power", "cosh": return Remedy("the slope is 0 there: a stationary point")
    case "add", "subtract", "sum": return Remedy("what comes back along different ways cancels")
    default: return nil
    }
  }

  private static func kink(_ operation: String, _ source: String, _ sources: [String]) -> Remedy? {
    let smooth = "sqrt((\(source))^2 + 1e-12) for a smooth one"
    switch operation {
    case "abs":
      return Remedy("the slopes are -1 and 1, the convention takes 0", write: smooth)
    case "relu":
      return Remedy(
        "the slopes are 0 and 1, the convention takes 0",
        write: "softplus(\(source)) for a smooth one")
    case "leakyrelu": return Remedy("the slopes are 0.01 and 1, the convention takes 0.01")
    case "norm", "hypot": return Remedy("at 0 a norm has a cone, the convention takes 0")
    default:
      return Remedy("the arguments tie, the convention shares the slope among those that vary")
    }
  }
}
