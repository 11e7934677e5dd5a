import RealModule

/// A number as an unevaluated sum of two doubles, high + low with |low| ≤ ½ ulp(high): about 32
/// digits, with the range of a double.
///
/// - Source: Dekker 1971, A floating-point technique for extending the available precision; Hida, Li
///   & Bailey 2001, Algorithms for quad-double precision arithmetic.
public struct DoubleDouble: Sendable, Equatable {
  public let high: Double
  public let low: Double

  public init(_ value: Double) { self.init(high: value, low: 0) }

  private init(high: Double, low: Double) {
    self.high = high
    self.low = low
  }

  /// a + b without error.
  public init(sum a: Double, _ b: Double) {
    let sum = a + b
    guard sum.isFinite else {
      self.init(sum)
      return
    }
    let part = sum - a
    self.init(high: sum, low: (a - (sum - part)) + (b - part))
  }

  /// a·b without error, underflow apart.
  public init(product a: Double, _ b: Double) {
    let product = a * b
    self.init(high: product, low: product.isFinite ? (-product).addingProduct(a, b) : 0)
  }

  private static func normal(_ high: Double, _ low: Double) -> DoubleDouble {
    let sum = high + low
    guard sum.isFinite else { return DoubleDouble(sum) }
    return DoubleDouble(high: sum, low: low - (sum - high))
  }

  /// The nearest double.
  public var rounded: Double { high + low }
  public var isFinite: Bool { high.isFinite }
  public var magnitude: DoubleDouble { high < 0 ? -self : self }

  public static prefix func - (a: DoubleDouble) -> DoubleDouble {
    DoubleDouble(high: -a.high, low: -a.low)
  }

  public static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let sum = DoubleDouble(sum: a.high, b.high)
    guard sum.high.isFinite else { return sum }
    let rest = DoubleDouble(sum: a.low, b.low)
    let first = normal(sum.high, sum.low + rest.high)
    return normal(first.high, first.low + rest.low)
  }

  public static func - (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble { a + -b }

  public static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let product = DoubleDouble(product: a.high, b.high)
    guard product.high.isFinite else { return product }
    return normal(product.high, product.low + (a.high * b.low + a.low * b.high))
  }

  public static func / (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
    let first = a.high / b.high
    guard first.isFinite, b.high.isFinite, b.high != 0 else { return DoubleDouble(first) }
    let rest = a - b * DoubleDouble(first)
    let second = rest.high / b.high
    let again = rest - b * DoubleDouble(second)
    return normal(first, second) + DoubleDouble(again.high / b.high)
  }

  public func squareRoot() -> DoubleDouble {
    guard high > 0, high.isFinite else { return DoubleDouble(high.squareRoot()) }
    let root = DoubleDouble(high.squareRoot())
    // One step of Newton's method doubles the digits.
    let rest = self - root * root
    return Self.normal(root.high, rest.high / (2 * root.high))
  }

  /// xⁿ by squaring.
  public func power(_ exponent: Int) -> DoubleDouble {
    var result = DoubleDouble(1), square = self, rest = exponent.magnitude
    while rest > 0 {
      if rest & 1 == 1 { result = result * square }
      rest >>= 1
      if rest > 0 { square = square * square }
    }
    return exponent < 0 ? DoubleDouble(1) / result : result
  }

  public static func < (a: DoubleDouble, b: DoubleDouble) -> Bool {
    a.high < b.high || a.high == b.high && a.low < b.low
  }

  /// The product with a power of two, exact.
  func scaled(byPowerOfTwo exponent: Int) -> DoubleDouble {
    let low = Double(sign: .plus, exponent: exponent, significand: self.low)
    return DoubleDouble(
      high: Double(sign: .plus, exponent: exponent, significand: high), low: low.isFinite ? low : 0)
  }

  // MARK: Constants

  private static let log2 = DoubleDouble(high: 0x1.62e42fefa39efp-1, low: 0x1.abc9e3b39803fp-56)
  private static let halfPi = DoubleDouble(high: 0x1.921fb54442d18p0, low: 0x1.1a62633145c07p-54)
  /// What two doubles miss of π/2, so that large angles can be reduced.
  private static let halfPiRest = -0x1.f1976b7ed8fbcp-110
}

extension DoubleDouble {
  // MARK: Functions

  /// eˣ: x = k log 2 + 512 r, a short series in r, and nine squarings of eʳ - 1.
  public func exp() -> DoubleDouble {
    guard high < 709.8 else { return DoubleDouble(Double.exp(high)) }
    guard high > -745.2 else { return DoubleDouble(0) }
    let count = (high / Self.log2.high).rounded()
    let rest = (self - DoubleDouble(count) * Self.log2).scaled(byPowerOfTwo: -9)
    var value = rest.expMinusOneSeries()
    for _ in 0..<9 { value = value + value + value * value }
    let whole = value + DoubleDouble(1)
    // In two halves: 2^1024 alone would overflow.
    let half = Int(count) / 2
    return whole.scaled(byPowerOfTwo: half).scaled(byPowerOfTwo: Int(count) - half)
  }

  /// eˣ - 1 without cancelling.
  public func expMinusOne() -> DoubleDouble {
    guard high.magnitude < 0.35 else { return exp() - DoubleDouble(1) }
    var value = scaled(byPowerOfTwo: -9).expMinusOneSeries()
    for _ in 0..<9 { value = value + value + value * value }
    return value
  }

  private func expMinusOneSeries() -> DoubleDouble {
    var sum = DoubleDouble(0)
    for n in stride(from: 11, through: 1, by: -1) {
      sum = (sum + DoubleDouble(1)) * self / DoubleDouble(Double(n))
    }
    return sum
  }

  /// log x by two steps of Newton's method on eʸ = x.
  public func log() -> DoubleDouble {
    guard high > 0, high.isFinite else { return DoubleDouble(Double.log(high)) }
    // Scaled, so that eʸ is near 1.
    let exponent = Int(high.exponent)
    let scaled = scaled(byPowerOfTwo: -exponent)
    var value = DoubleDouble(Double.log(scaled.high))
    for _ in 0..<2 { value = value + scaled * (-value).exp() - DoubleDouble(1) }
    return value + DoubleDouble(Double(exponent)) * Self.log2
  }

  /// log(1 + x) without cancelling.
  public func logOnePlus() -> DoubleDouble {
    guard high.magnitude < 0.35 else { return (DoubleDouble(1) + self).log() }
    // 2 atanh(x/(2 + x)).
    let ratio = self / (DoubleDouble(2) + self), square = ratio * ratio
    var sum = DoubleDouble(0)
    for n in stride(from: 45, through: 1, by: -2) {
      sum = sum * square + DoubleDouble(1) / DoubleDouble(Double(n))
    }
    return DoubleDouble(2) * ratio * sum
  }

  /// sin x and cos x: reduced by multiples of π/2, nil beyond where that is certain.
  public func sineAndCosine() -> (sine: DoubleDouble, cosine: DoubleDouble)? {
    guard high.magnitude < 1e6 else { return nil }
    let count = (high / Self.halfPi.high).rounded()
    let turns = DoubleDouble(count)
    let rest = self - turns * Self.halfPi - DoubleDouble(count * Self.halfPiRest)
    let square = rest * rest
    var sine = DoubleDouble(0), cosine = DoubleDouble(0)
    for n in stride(from: 26, through: 2, by: -2) {
      cosine = (DoubleDouble(1) + cosine) * -square / DoubleDouble(Double(n * (n - 1)))
      sine = (DoubleDouble(1) + sine) * -square / DoubleDouble(Double(n * (n + 1)))
    }
    sine = rest + rest * sine
    cosine = DoubleDouble(1) + cosine
    switch Int(count) & 3 {
    case 0: return (sine, cosine)
    case 1: return (cosine, -sine)
    case 2: return (-sine, -cosine)
    default: return (-cosine, sine)
    }
  }

  /// tanh x = (1 - e^(-2|x|))/(1 + e^(-2|x|)) with the sign of x.
  public func hyperbolicTangent() -> DoubleDouble {
    let decay = (magnitude * DoubleDouble(-2)).expMinusOne()
    let value = -decay / (DoubleDouble(2) + decay)
    return high < 0 ? -value : value
  }
}
