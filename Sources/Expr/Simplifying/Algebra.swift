/// Formulas in a canonical form: sums of products with exact coefficients, every equal form stored
/// once. Entry by entry arrays obey the same laws as numbers, so a form may stand for an array.
///
/// Cancelling x/x is done: it is right wherever the value is defined, and of a derivative wherever
/// that exists. √(x²) stays: it is |x|.
public struct Algebra {
  /// The place of a form in the arena.
  public struct Form: Hashable, Comparable, Sendable {
    let index: Int32
    public static func < (a: Form, b: Form) -> Bool { a.index < b.index }
  }

  public struct Term: Hashable, Sendable {
    let coefficient: Rational
    let form: Form
  }

  public struct Factor: Hashable, Sendable {
    let base: Form
    let exponent: Rational
  }

  public enum Kind: Hashable, Sendable {
    /// A number is a sum of one term, itself times `one`; zero is the sum of none.
    case one
    /// A leaf, or what is not looked into.
    case node(NodeID)
    /// `pi`, `e`, and in proofs the imaginary unit.
    case constant(String)
    case call(String, Attribute, [Form])
    case product([Factor])
    case sum([Term])
  }

  private(set) var kinds: [Kind] = []
  private(set) var shapes: [Shape] = []
  /// The order-free form of a sum → its place; sums are shown in the order in which they were met.
  private var index: [Kind: Form] = [:]
  /// A number grew beyond what is kept exactly: results mean nothing.
  public private(set) var hasOverflowed = false
  /// Forms made so far beyond which the work is given up.
  private static let limit = 60_000

  public init() { _ = intern(.one, .scalar) }

  public static let one = Form(index: 0)
  public subscript(form: Form) -> Kind { kinds[Int(form.index)] }
  public func shape(of form: Form) -> Shape { shapes[Int(form.index)] }

  mutating func fail() { hasOverflowed = true }

  mutating func intern(_ kind: Kind, _ shape: Shape) -> Form {
    var key = kind
    if case .sum(let terms) = kind { key = .sum(terms.sorted { $0.form < $1.form }) }
    if let known = index[key] { return known }
    if kinds.count > Self.limit { fail() }
    let form = Form(index: Int32(kinds.count))
    kinds.append(kind)
    shapes.append(shape)
    index[key] = form
    return form
  }

  // MARK: Numbers

  public mutating func number(_ value: Rational) -> Form {
    if value == .one { return Self.one }
    return intern(.sum(value.isZero ? [] : [Term(coefficient: value, form: Self.one)]), .scalar)
  }

  /// The number a form is; nil for all others.
  public func number(_ form: Form) -> Rational? {
    if form == Self.one { return .one }
    guard case .sum(let terms) = self[form] else { return nil }
    if terms.isEmpty { return .zero }
    return terms.count == 1 && terms[0].form == Self.one ? terms[0].coefficient : nil
  }

  func isZero(_ form: Form) -> Bool {
    if case .sum(let terms) = self[form] { terms.isEmpty } else { false }
  }

  /// A form as a number times another.
  func split(_ form: Form) -> Term {
    if case .sum(let terms) = self[form], terms.count == 1 { return terms[0] }
    return Term(coefficient: .one, form: form)
  }

  mutating func multiplied(_ a: Rational, _ b: Rational) -> Rational {
    if let product = Rational.product(a, b) { return product }
    fail()
    return .one
  }

  mutating func added(_ a: Rational, _ b: Rational) -> Rational {
    if let sum = Rational.sum(a, b) { return sum }
    fail()
    return .one
  }

  // MARK: Sums

  /// The terms of a form, those of a sum of several one by one.
  func terms(of form: Form) -> [Term] {
    if case .sum(let terms) = self[form] { return terms }
    return [Term(coefficient: .one, form: form)]
  }

  public mutating func sum(_ a: Form, _ b: Form) -> Form { sum(terms(of: a) + terms(of: b)) }

  mutating func sum(_ parts: [Term]) -> Form {
    var order: [Form] = []
    var coefficients: [Form: Rational] = [:]
    for part in parts {
      // 2 (1 + x) + x is 2 + 3 x.
      if parts.count > 1, case .sum(let inner) = self[part.form] {
        for term in inner {
          enter(term.form, multiplied(part.coefficient, term.coefficient), &order, &coefficients)
        }
      } else {
        enter(part.form, part.coefficient, &order, &coefficients)
      }
    }
    let whole = order.reduce(Shape.scalar) { $0.broadcast(with: shape(of: $1)) ?? $0 }
    let terms = order.compactMap { form -> Term? in
      guard let coefficient = coefficients[form], !coefficient.isZero else { return nil }
      return Term(coefficient: coefficient, form: form)
    }
    if terms.count == 1, terms[0].coefficient == .one { return terms[0].form }
    if terms.count == 1, terms[0].form == Self.one { return number(terms[0].coefficient) }
    return intern(.sum(terms), terms.isEmpty ? .scalar : whole)
  }

  private mutating func enter(
    _ form: Form, _ coefficient: Rational, _ order: inout [Form],
    _ coefficients: inout [Form: Rational]
  ) {
    if let known = coefficients[form] {
      coefficients[form] = added(known, coefficient)
    } else {
      order.append(form)
      coefficients[form] = coefficient
    }
  }

  public mutating func negated(_ form: Form) -> Form { scaled(form, by: Rational(-1)) }

  /// A number times a form; a sum of several terms is kept as a factor, but for its sign.
  mutating func scaled(_ form: Form, by number: Rational) -> Form {
    if number == .one { return form }
    if number.isZero { return self.number(.zero) }
    let part = split(form)
    if case .sum(let terms) = self[form], terms.count > 1, number == Rational(-1) {
      return sum(terms.map { Term(coefficient: $0.coefficient.negated, form: $0.form) })
    }
    let coefficient = multiplied(number, part.coefficient)
    if part.form == Self.one { return self.number(coefficient) }
    if coefficient == .one { return part.form }
    return intern(.sum([Term(coefficient: coefficient, form: part.form)]), shape(of: part.form))
  }

  // MARK: Products

  func factors(of form: Form) -> [Factor] {
    if form == Self.one { return [] }
    if case .product(let factors) = self[form] { return factors }
    return [Factor(base: form, exponent: .one)]
  }

  public mutating func product(_ a: Form, _ b: Form) -> Form {
    let first = split(a), second = split(b)
    let coefficient = multiplied(first.coefficient, second.coefficient)
    if isZero(a) || isZero(b) { return number(.zero) }
    let merged = product(factors(of: first.form) + factors(of: second.form))
    return scaled(merged, by: coefficient)
  }

  /// Equal bases come together; what is left of a number is a coefficient.
  mutating func product(_ parts: [Factor]) -> Form {
    var order: [Form] = []
    var exponents: [Form: Rational] = [:]
    for part in parts { enter(part.base, part.exponent, &order, &exponents) }
    var coefficient = Rational.one
    var factors: [Factor] = []
    for base in order {
      guard let exponent = exponents[base], !exponent.isZero else { continue }
      if let value = number(base), let (whole, rest) = exponent.floored, let count = whole.whole,
        let power = value.power(count)
      {
        // 2^(3/2) is 2·2^(1/2).
        coefficient = multiplied(coefficient, power)
        if !rest.isZero { factors.append(Factor(base: base, exponent: rest)) }
      } else {
        factors.append(Factor(base: base, exponent: exponent))
      }
    }
    let form: Form
    if factors.isEmpty {
      form = Self.one
    } else if factors.count == 1, factors[0].exponent == .one {
      form = factors[0].base
    } else {
      let shape = factors.reduce(Shape.scalar) {
        $0.broadcast(with: self.shape(of: $1.base)) ?? $0
      }
      form = intern(.product(factors.sorted { $0.base < $1.base }), shape)
    }
    return scaled(form, by: coefficient)
  }

  /// A form to an exact power. (a b)^n is a^n b^n for whole n only, and (b^e)^r is b^(e r) only where
  /// that holds for every sign of b.
  public mutating func power(_ form: Form, _ exponent: Rational) -> Form {
    if exponent.isZero { return Self.one }
    if exponent == .one { return form }
    let part = split(form)
    if let count = exponent.whole {
      guard let power = part.coefficient.power(count) else {
        return intern(.product([Factor(base: form, exponent: exponent)]), shape(of: form))
      }
      var raised: [Factor] = []
      for factor in factors(of: part.form) {
        raised.append(
          Factor(base: factor.base, exponent: multiplied(factor.exponent, exponent)))
      }
      return scaled(product(raised), by: power)
    }
    let inner = factors(of: part.form)
    if part.coefficient == .one, inner.count == 1, !inner[0].exponent.isWhole {
      return product([
        Factor(base: inner[0].base, exponent: multiplied(inner[0].exponent, exponent))
      ])
    }
    return product([Factor(base: form, exponent: exponent)])
  }

  public mutating func quotient(_ a: Form, _ b: Form) -> Form {
    product(a, power(b, Rational(-1)))
  }

  // MARK: Everything else

  mutating func call(
    _ name: String, _ operands: [Form], _ attribute: Attribute = .none, _ shape: Shape
  )
    -> Form
  {
    intern(.call(name, attribute, operands), shape)
  }

  mutating func node(_ node: NodeID, _ shape: Shape) -> Form { intern(.node(node), shape) }
  mutating func constant(_ name: String) -> Form { intern(.constant(name), .scalar) }
}
