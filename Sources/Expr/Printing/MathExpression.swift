/// A formula as it is set on a slide: products are juxtaposed, fractions flat, signs in front.
///
/// Built from graph nodes with symbols standing for some of them (`v_1`), combined by the chain rule
/// and printed; it is for reading, not for computing.
public indirect enum MathExpression: Sendable, Equatable {
  case number(Double)
  case symbol(String)
  /// Terms in order; a negative term is a product with a negative coefficient.
  case sum([MathExpression])
  case product(Product)
  case power(MathExpression, MathExpression)
  case call(String, [MathExpression])
  case matrixProduct([MathExpression])
  case transposed(MathExpression)
  case indexed(MathExpression, String)
  case relation(String, MathExpression, MathExpression)
  /// `1:n` or `1:2:n`.
  case range([MathExpression])
  /// Side by side in this order, without merging: `1/v_2 λ_3`.
  case juxtaposed([MathExpression])

  /// coefficient · Π numerator / Π denominator; a number in the denominator stays there.
  public struct Product: Sendable, Equatable {
    public var coefficient: Double
    public var numerator: [MathExpression]
    public var denominator: [MathExpression]
    /// Factors are arrays multiplied entry by entry: set with ⊙.
    public var isElementwise = false
  }

  public static let one = MathExpression.number(1)

  public var isOne: Bool { self == .number(1) }

  // MARK: Algebra

  private var asProduct: Product {
    switch self {
    case .number(let value): Product(coefficient: value, numerator: [], denominator: [])
    case .product(let product): product
    default: Product(coefficient: 1, numerator: [self], denominator: [])
    }
  }

  private init(_ product: Product) {
    var product = product
    // 2/(2 x) is 1/x, but 1/(2 x) keeps its 2 where it was written.
    if let place = product.denominator.firstIndex(where: {
      if case .number = $0 { true } else { false }
    }),
      case .number(let divisor) = product.denominator[place],
      product.coefficient.truncatingRemainder(dividingBy: divisor) == 0, product.coefficient != 0
    {
      product.coefficient /= divisor
      product.denominator.remove(at: place)
    }
    if product.denominator.isEmpty {
      if product.numerator.isEmpty {
        self = .number(product.coefficient)
        return
      }
      if product.numerator.count == 1, product.coefficient == 1 {
        self = product.numerator[0]
        return
      }
    }
    self = .product(product)
  }

  public static func * (a: MathExpression, b: MathExpression) -> MathExpression {
    multiply(a, b, isElementwise: false)
  }

  /// The product; entry by entry if both are arrays.
  public static func multiply(
    _ a: MathExpression, _ b: MathExpression, isElementwise: Bool
  ) -> MathExpression {
    let first = a.asProduct, second = b.asProduct
    let elementwise = isElementwise || first.isElementwise || second.isElementwise
    return MathExpression(
      Product(
        coefficient: first.coefficient * second.coefficient,
        numerator: first.numerator + second.numerator,
        denominator: merged(first.denominator + second.denominator), isElementwise: elementwise))
  }

  public static func / (a: MathExpression, b: MathExpression) -> MathExpression {
    a * b.inverse
  }

  /// 1/self, with fractions turned.
  public var inverse: MathExpression {
    let product = asProduct
    guard product.coefficient != 0 else {
      return .product(Product(coefficient: 1, numerator: [], denominator: [self]))
    }
    var denominator = product.numerator
    var coefficient = 1.0
    if product.coefficient < 0 { coefficient = -1 }
    let size = abs(product.coefficient)
    if size != 1 { denominator.insert(.number(size), at: 0) }
    var numerator = product.denominator
    if case .number(let value)? = numerator.first {
      coefficient *= value
      numerator.removeFirst()
    }
    return MathExpression(
      Product(
        coefficient: coefficient, numerator: numerator, denominator: Self.merged(denominator),
        isElementwise: product.isElementwise))
  }

  /// Equal neighbours of a denominator as a power: x/y/y is x/y².
  private static func merged(_ factors: [MathExpression]) -> [MathExpression] {
    var merged: [MathExpression] = []
    for factor in factors {
      let (base, exponent) = factor.baseAndExponent
      if let place = merged.firstIndex(where: { $0.baseAndExponent.base == base }) {
        let known = merged[place].baseAndExponent
        if case .number = base {
          merged.append(factor)
        } else {
          merged[place] = .power(base, .number(known.exponent + exponent))
        }
      } else {
        merged.append(factor)
      }
    }
    return merged
  }

  private var baseAndExponent: (base: MathExpression, exponent: Double) {
    if case .power(let base, .number(let exponent)) = self { (base, exponent) } else { (self, 1) }
  }

  public static prefix func - (a: MathExpression) -> MathExpression { .number(-1) * a }

  public static func + (a: MathExpression, b: MathExpression) -> MathExpression {
    if a == .number(0) { return b }
    if b == .number(0) { return a }
    if case .sum(let terms) = a { return .sum(terms + [b]) }
    return .sum([a, b])
  }

  public static func - (a: MathExpression, b: MathExpression) -> MathExpression { a + -b }

  public func raised(to exponent: MathExpression) -> MathExpression {
    // (1/c)^n is 1/c^n.
    if case .product(let product) = self, product.coefficient == 1, product.numerator.isEmpty,
      product.denominator.count == 1, case .number(let number) = exponent, number > 0
    {
      return MathExpression.one / product.denominator[0].raised(to: exponent)
    }
    return .power(self, exponent)
  }
}
