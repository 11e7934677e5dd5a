import RealModule

/// A function with its Taylor coefficients about any point of its domain: what the quotients with a
/// removable point, (g(x) - its first terms)/x^m, and all their derivatives are made of.
///
/// - Source: the coefficients follow from the differential equation of each function (Griewank &
///   Walther, Evaluating Derivatives, chapter 13).
struct TaylorFunction: Sendable {
  let name: String
  /// Where the series about 0 is used: well inside its circle of convergence.
  let radius: Double
  /// The first coefficients about a point.
  let coefficients: @Sendable (_ point: Double, _ count: Int) -> [Double]
  /// The coefficients about 0, enough for `radius` and some derivatives.
  let atZero: [Double]

  init(
    _ name: String, radius: Double,
    _ coefficients: @escaping @Sendable (_ point: Double, _ count: Int) -> [Double]
  ) {
    self.name = name
    self.radius = radius
    self.coefficients = coefficients
    atZero = coefficients(0, 72)
  }

  /// The k-th derivative of T(x) = (g(x) - Σ_{n<m} cₙ xⁿ)/x^m, at 0 as well.
  ///
  /// Near 0 its own series, elsewhere the coefficients of the quotient about x.
  func tail(_ order: Int, derivative k: Int, at x: Double) -> Double {
    if x.magnitude <= radius { return series(from: order, derivative: k, at: x) }
    return quotient(order, at: x, count: k + 1)[k] * Self.factorial(k)
  }

  /// The Taylor coefficients of T about a point other than 0.
  private func quotient(_ order: Int, at x: Double, count: Int) -> [Double] {
    var quotient = coefficients(x, count)
    // What is subtracted, Σ cₙ (x + t)ⁿ, by Horner's rule in the first powers of t.
    for (power, value) in polynomial(order, at: x, count: count).enumerated() {
      quotient[power] -= value
    }
    for _ in 0..<order { Self.divide(&quotient, by: x) }
    return quotient
  }

  /// Divides a series in t by x + t.
  private static func divide(_ series: inout [Double], by x: Double) {
    series[0] /= x
    for power in series.indices.dropFirst() {
      series[power] = (series[power] - series[power - 1]) / x
    }
  }

  /// The k-th derivative by s of T(√s), for T even: smooth in s, at 0 as well.
  ///
  /// - Parameter s: below 0 the analytic continuation near 0, nan farther out.
  func root(_ order: Int, derivative k: Int, at s: Double) -> Double {
    let x = s.magnitude.squareRoot()
    guard s >= 0 || x <= radius else { return .nan }
    guard x > radius else {
      var total = 0.0
      let last = (atZero.count - 1 - order) / 2 - k
      for n in stride(from: last, through: 0, by: -1) {
        var term = atZero[order + 2 * (n + k)]
        for factor in 0..<k { term *= Double(n + k - factor) }
        total = total * s + term
      }
      return total
    }
    // d/ds = 1/(2x) d/dx.
    var terms = quotient(order, at: x, count: k + 1)
    for _ in 0..<k {
      terms = terms.indices.dropFirst().map { Double($0) * terms[$0] / 2 }
      Self.divide(&terms, by: x)
    }
    return terms[0]
  }

  private func polynomial(_ order: Int, at x: Double, count: Int) -> [Double] {
    var value = Array(repeating: 0.0, count: count)
    for coefficient in atZero.prefix(order).reversed() {
      for power in (0..<count).reversed() {
        value[power] = value[power] * x + (power > 0 ? value[power - 1] : 0)
      }
      value[0] += coefficient
    }
    return value
  }

  private func series(from order: Int, derivative k: Int, at x: Double) -> Double {
    var total = 0.0
    for n in stride(from: atZero.count - 1 - order - k, through: 0, by: -1) {
      var term = atZero[n + order + k]
      for factor in 0..<k { term *= Double(n + k - factor) }
      total = total * x + term
    }
    return total
  }

  static func factorial(_ n: Int) -> Double { n < 2 ? 1 : (2...n).reduce(1.0) { $0 * Double($1) } }
}

extension TaylorFunction {
  static let sine = TaylorFunction("sin", radius: 2) { x, count in
    pair(.sin(x), .cos(x), sign: -1, count: count)
  }
  static let cosine = TaylorFunction("cos", radius: 2) { x, count in
    pair(.cos(x), -.sin(x), sign: -1, count: count)
  }
  static let hyperbolicCosine = TaylorFunction("cosh", radius: 2) { x, count in
    pair(.cosh(x), .sinh(x), sign: 1, count: count)
  }
  static let exponential = TaylorFunction("exp", radius: 1.5) { x, count in
    var terms = [Double.exp(x)]
    for n in 1..<max(2, count) { terms.append(terms[n - 1] / Double(n)) }
    return Array(terms.prefix(count))
  }
  static let logCosine = TaylorFunction("logcos", radius: 0.5) { x, count in
    let slope = squared(from: .tan(x), sign: 1, count: count).map { -$0 }
    return integral(from: .log(.cos(x)), of: slope)
  }
  /// x/(eˣ - 1): b = 1/(eˣ - 1) has b' = -b - b², and at 0 the series is that of eˣ - 1 turned over.
  static let bernoulli = TaylorFunction("bernoulli", radius: 1.5) { x, count in
    if x == 0 {
      var terms: [Double] = []
      var factorials = [1.0]
      for n in 0..<count {
        factorials.append(factorials[n] * Double(n + 1))
        var sum = n == 0 ? 1.0 : 0
        for j in 0..<n { sum -= terms[j] / factorials[n - j + 1] }
        terms.append(sum)
      }
      return terms
    }
    var slope = [1 / Double.expMinusOne(x)]
    for n in 0..<max(0, count - 1) {
      var sum = n == 0 ? slope[0] / Double.expMinusOne(-x) : -slope[n]
      if n > 0 { for j in 0...n { sum -= slope[j] * slope[n - j] } }
      slope.append(sum / Double(n + 1))
    }
    return slope.indices.map { x * slope[$0] + ($0 > 0 ? slope[$0 - 1] : 0) }
  }
  static let versine = TaylorFunction("versin", radius: 2) { x, count in
    var cosine = pair(.cos(x), -.sin(x), sign: -1, count: count).map { -$0 }
    let half = Double.sin(x / 2)
    cosine[0] = 2 * half * half
    return cosine
  }
  static let hyperbolicSine = TaylorFunction("sinh", radius: 2) { x, count in
    pair(.sinh(x), .cosh(x), sign: 1, count: count)
  }
  static let coshMinusOne = TaylorFunction("coshm1", radius: 2) { x, count in
    var cosine = pair(.cosh(x), .sinh(x), sign: 1, count: count)
    let half = Double.sinh(x / 2)
    cosine[0] = 2 * half * half
    return cosine
  }
  static let expMinusOne = TaylorFunction("expm1", radius: 1.5) { x, count in
    var terms = [Double.expMinusOne(x)]
    var term = Double.exp(x)
    for n in 1..<max(2, count) {
      term /= Double(n)
      terms.append(term)
    }
    return Array(terms.prefix(count))
  }
  static let logOnePlus = TaylorFunction("log1p", radius: 0.4) { x, count in
    var terms = [Double.log(onePlus: x)]
    var power = -1.0
    for n in 1..<max(2, count) {
      power *= -1 / (1 + x)
      terms.append(power / Double(n))
    }
    return Array(terms.prefix(count))
  }
  static let arcTangent = TaylorFunction("atan", radius: 0.4) { x, count in
    integral(from: .atan(x), of: reciprocal(1 + x * x, 2 * x, 1, count))
  }
  static let hyperbolicArcTangent = TaylorFunction("atanh", radius: 0.4) { x, count in
    integral(from: .atanh(x), of: reciprocal((1 - x) * (1 + x), -2 * x, -1, count))
  }
  static let arcSine = TaylorFunction("asin", radius: 0.4) { x, count in
    integral(from: .asin(x), of: inverseRoot((1 - x) * (1 + x), -2 * x, -1, count))
  }
  static let hyperbolicArcSine = TaylorFunction("asinh", radius: 0.4) { x, count in
    integral(from: .asinh(x), of: inverseRoot(1 + x * x, 2 * x, 1, count))
  }
  static let tangent = TaylorFunction("tan", radius: 0.5) { x, count in
    squared(from: .tan(x), sign: 1, count: count)
  }
  static let hyperbolicTangent = TaylorFunction("tanh", radius: 0.5) { x, count in
    // With its slope s: y' = s, s' = -2 y s, so that no digit of 1 - y² is lost far out.
    let decay = Double.exp(-x.magnitude), secant = 2 * decay / (1 + decay * decay)
    var value = [Double.tanh(x)], slope = [secant * secant]
    for n in 0..<max(0, count - 1) {
      value.append(slope[n] / Double(n + 1))
      var product = 0.0
      for j in 0...n { product += value[j] * slope[n - j] }
      slope.append(-2 * product / Double(n + 1))
    }
    return value
  }
  static let errorFunction = TaylorFunction("erf", radius: 1.5) { x, count in
    var density = [2 / Double.pi.squareRoot() * Double.exp(-x * x)]
    for n in 1..<max(2, count) {
      let before = n > 1 ? density[n - 2] : 0
      density.append(-2 * (x * density[n - 1] + before) / Double(n))
    }
    return integral(from: .erf(x), of: Array(density.prefix(count)))
  }

  /// y'' = ±y.
  private static func pair(
    _ value: Double, _ slope: Double, sign: Double, count: Int
  ) -> [Double] {
    var terms = [value, slope]
    for n in 2..<max(3, count) { terms.append(sign * terms[n - 2] / Double(n * (n - 1))) }
    return Array(terms.prefix(count))
  }

  /// y' = a series.
  static func integral(from value: Double, of slope: [Double]) -> [Double] {
    [value] + slope.dropLast().enumerated().map { $1 / Double($0 + 1) }
  }

  /// 1/(a + b t + c t²).
  private static func reciprocal(
    _ a: Double, _ b: Double, _ c: Double, _ count: Int
  ) -> [Double] {
    var terms = [1 / a]
    for n in 1..<max(2, count) {
      terms.append(-(b * terms[n - 1] + (n > 1 ? c * terms[n - 2] : 0)) / a)
    }
    return Array(terms.prefix(count))
  }

  /// u = q^(-1/2) with q = a + b t + c t², from q u' = -q' u/2.
  private static func inverseRoot(
    _ a: Double, _ b: Double, _ c: Double, _ count: Int
  ) -> [Double] {
    var terms = [1 / a.squareRoot()]
    for n in 1..<max(2, count) {
      let order = Double(n)
      var sum = (order - 0.5) * b * terms[n - 1]
      if n > 1 { sum += (order - 1) * c * terms[n - 2] }
      terms.append(-sum / (order * a))
    }
    return Array(terms.prefix(count))
  }

  /// y' = 1 ± y².
  private static func squared(from value: Double, sign: Double, count: Int) -> [Double] {
    var terms = [value]
    for n in 0..<max(0, count - 1) {
      var sum = n == 0 ? 1.0 : 0
      for j in 0...n { sum += sign * terms[j] * terms[n - j] }
      terms.append(sum / Double(n + 1))
    }
    return terms
  }
}
