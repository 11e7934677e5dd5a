/// The operations that patterns and replacements are made of.
extension Operation {
  static let add = Operation("add")
  static let subtract = Operation("subtract")
  static let multiply = Operation("multiply")
  static let divide = Operation("divide")
  static let negate = Operation("negate")
  static let power = Operation("power")
  static let strongMultiply = Operation("strongMultiply")
  static let select = Operation("select")
  static let exp = Operation("exp")
  static let expm1 = Operation("expm1")
  static let log = Operation("log")
  static let log1p = Operation("log1p")
  static let sqrt = Operation("sqrt")
  static let abs = Operation("abs")
  static let sin = Operation("sin")
  static let cos = Operation("cos")
  static let tan = Operation("tan")
  static let asin = Operation("asin")
  static let acos = Operation("acos")
  static let atan = Operation("atan")
  static let atan2 = Operation("atan2")
  static let sinh = Operation("sinh")
  static let cosh = Operation("cosh")
  static let tanh = Operation("tanh")
  static let sech = Operation("sech")
  static let asinh = Operation("asinh")
  static let acosh = Operation("acosh")
  static let atanh = Operation("atanh")
  static let sigmoid = Operation("sigmoid")
  static let softplus = Operation("softplus")
  static let relu = Operation("relu")
  static let maximum = Operation("maximum")
  static let erf = Operation("erf")
  static let erfc = Operation("erfc")
  static let gamma = Operation("gamma")
  static let lgamma = Operation("lgamma")
  static let digamma = Operation("digamma")
  static let hypot = Operation("hypot")
  static let norm = Operation("norm")
  static let sum = Operation("sum")
  static let mean = Operation("mean")
  static let dot = Operation("dot")
  static let softmax = Operation("softmax")
  static let logsumexp = Operation("logsumexp")

  // What stands in for forms that lose digits.
  static let versin = Operation("versin")
  static let coshm1 = Operation("coshm1")
  static let expDifference = Operation("expDifference")
  static let bose = Operation("bose")
  static let log1mexp = Operation("log1mexp")
  static let logexpm1 = Operation("logexpm1")
  static let logaddexp = Operation("logaddexp")
  static let logcosh = Operation("logcosh")
  static let logcos = Operation("logcos")
  static let logQuotient = Operation("logQuotient")
  static let logProduct = Operation("logProduct")
  static let erfcx = Operation("erfcx")
  static let erfDifference = Operation("erfDifference")
  static let expm2 = Operation("expm2")
  static let csch = Operation("csch")
  static let direction = Operation("direction")
  static let strongDivide = Operation("strongDivide")
  static let logitLoss = Operation("logitLoss")
  static let stack = Operation("stack")

  /// The quotient of what is left of a function past its first terms, by the function's name.
  static func tail(_ function: String) -> Operation { Operation(Primitive.tailName(function)) }

  /// Operations with a finite value for all finite operands, overflow apart.
  static let total: Set<Int16> = Set(
    [
      add, subtract, multiply, negate, exp, expm1, abs, sin, cos, sinh, cosh, tanh, sech, asinh,
      atan, sigmoid, softplus, relu, maximum, erf, erfc, hypot, norm, sum, mean, dot, versin,
      coshm1,
    ].map(\.index))
}
