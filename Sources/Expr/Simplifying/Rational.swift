/// An exact fraction in lowest terms, its denominator positive. A result that does not fit is nil.
public struct Rational: Hashable, Sendable {
  public let numerator: Int128
  public let denominator: Int128

  public static let zero = Rational(0), one = Rational(1)

  public init(_ whole: Int) {
    numerator = Int128(whole)
    denominator = 1
  }

  private init(lowest numerator: Int128, _ denominator: Int128) {
    self.numerator = numerator
    self.denominator = denominator
  }

  init?(_ numerator: Int128, over denominator: Int128) {
    guard denominator != 0, numerator != .min, denominator != .min else { return nil }
    var (a, b) = (numerator.magnitude, denominator.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = Int128(max(a, 1)) * (denominator < 0 ? -1 : 1)
    self.init(lowest: numerator / divisor, denominator / divisor)
  }

  /// The number as it is written in decimals: 0.1 is one tenth. nil where that is too long, and for
  /// infinities and nan.
  init?(decimal value: Double) {
    guard value.isFinite else { return nil }
    if let whole = Int(exactly: value) {
      self.init(whole)
      return
    }
    guard abs(value) < 1e18, abs(value) > 1e-15 else { return nil }
    let text = value.magnitude.description
    let parts = text.split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".")
    let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
    guard var numerator = Int128(String(mantissa[0]) + fraction) else { return nil }
    var denominator: Int128 = 1
    for _ in 0..<abs(fraction.count - exponent) {
      if fraction.count > exponent { denominator *= 10 } else { numerator *= 10 }
    }
    self.init(value < 0 ? -numerator : numerator, over: denominator)
  }

  public var isZero: Bool { numerator == 0 }
  public var isWhole: Bool { denominator == 1 }
  public var isNegative: Bool { numerator < 0 }
  var whole: Int? { isWhole ? Int(exactly: numerator) : nil }
  public var double: Double { Double(numerator) / Double(denominator) }
  var negated: Rational { Rational(lowest: -numerator, denominator) }

  static func sum(_ a: Rational, _ b: Rational) -> Rational? {
    let (first, o1) = a.numerator.multipliedReportingOverflow(by: b.denominator)
    let (second, o2) = b.numerator.multipliedReportingOverflow(by: a.denominator)
    let (sum, o3) = first.addingReportingOverflow(second)
    let (below, o4) = a.denominator.multipliedReportingOverflow(by: b.denominator)
    return o1 || o2 || o3 || o4 ? nil : Rational(sum, over: below)
  }

  static func product(_ a: Rational, _ b: Rational) -> Rational? {
    let (above, o1) = a.numerator.multipliedReportingOverflow(by: b.numerator)
    let (below, o2) = a.denominator.multipliedReportingOverflow(by: b.denominator)
    return o1 || o2 ? nil : Rational(above, over: below)
  }

  /// The power with a whole exponent; nil for 0 to a negative power too.
  func power(_ exponent: Int) -> Rational? {
    guard abs(exponent) <= 256 else { return nil }
    var result = Rational.one
    for _ in 0..<abs(exponent) {
      guard let next = Rational.product(result, self) else { return nil }
      result = next
    }
    return exponent < 0 ? Rational(result.denominator, over: result.numerator) : result
  }

  /// The greatest whole number not above it, and what is left.
  var floored: (whole: Rational, rest: Rational)? {
    var quotient = numerator / denominator
    if numerator % denominator < 0 { quotient -= 1 }
    guard let part = Rational(quotient, over: 1), let rest = Rational.sum(self, part.negated) else {
      return nil
    }
    return (part, rest)
  }
}
