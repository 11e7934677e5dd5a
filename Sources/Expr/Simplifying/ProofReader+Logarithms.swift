/// Signs, and what rests on them: logarithms of products and roots.
extension ProofReader {
  /// Whether a form is never negative, for what it is made of.
  func isPositive(_ form: Algebra.Form) -> Bool {
    if positives.contains(form) { return true }
    switch algebra[form] {
    case .one, .constant("pi"), .constant("e"), .call("exp", _, _), .call("abs", _, _): return true
    case .sum(let terms):
      return terms.allSatisfy { !$0.coefficient.isNegative && isPositive($0.form) }
    case .product(let factors):
      return factors.allSatisfy {
        isPositive($0.base) || $0.exponent.whole.map { $0 % 2 == 0 } ?? false
      }
    default: return false
    }
  }

  mutating func absolute(_ form: Algebra.Form) -> Algebra.Form {
    let inside = normalised(form)
    let part = algebra.split(inside)
    let size = part.coefficient.isNegative ? part.coefficient.negated : part.coefficient
    var result = algebra.number(size)
    for factor in algebra.factors(of: part.form) {
      result = algebra.product(result, absolute(factor))
    }
    return result
  }

  /// |b^e|. Of b and -b one stands for both.
  mutating func absolute(_ factor: Algebra.Factor) -> Algebra.Form {
    let isEven = factor.exponent.whole.map { $0 % 2 == 0 } ?? true
    if isEven || isPositive(factor.base) { return algebra.product([factor]) }
    var base = factor.base
    if algebra.isLongSum(base) {
      let opposite = algebra.negated(base)
      if opposite < base { base = opposite }
    }
    let size = algebra.call("abs", [base], .none, .scalar)
    return algebra.product([Algebra.Factor(base: size, exponent: factor.exponent)])
  }

  // MARK: Logarithms and roots

  /// log|u| of a product is the sum of the logarithms.
  mutating func logarithm(_ form: Algebra.Form) -> Algebra.Form {
    let inside = normalised(form)
    let part = algebra.split(inside)
    learn(inside)
    var result = algebra.number(.zero)
    for (prime, count) in Self.primes(of: part.coefficient) {
      let log = algebra.call("log", [number(prime)], .none, .scalar)
      result = algebra.sum(result, algebra.scaled(log, by: Rational(count)))
    }
    if part.coefficient.isZero || Self.hasLargePrime(part.coefficient) {
      return algebra.call("log", [inside], .none, .scalar)
    }
    for factor in algebra.factors(of: part.form) {
      let log: Algebra.Form
      switch algebra[factor.base] {
      case .call("exp", _, let exponent): log = exponent[0]
      case .constant("e"): log = Algebra.one
      case .call("abs", _, let base): log = algebra.call("log", [base[0]], .none, .scalar)
      default: log = algebra.call("log", [factor.base], .none, .scalar)
      }
      result = algebra.sum(result, algebra.scaled(log, by: factor.exponent))
    }
    return result
  }

  /// u^r for r not whole, where u is not negative.
  mutating func root(_ form: Algebra.Form, _ exponent: Rational) -> Algebra.Form {
    let inside = normalised(form)
    learn(inside)
    let part = algebra.split(inside)
    if part.coefficient.isNegative || part.coefficient.isZero
      || Self.hasLargePrime(part.coefficient)
    {
      return part.coefficient.isZero
        ? algebra.number(.zero)
        : algebra.product([Algebra.Factor(base: inside, exponent: exponent)])
    }
    var result = Algebra.one
    for (prime, count) in Self.primes(of: part.coefficient) {
      guard let power = Rational.product(Rational(count), exponent) else { continue }
      result = algebra.product(
        result, algebra.product([Algebra.Factor(base: number(prime), exponent: power)]))
    }
    let factors = algebra.factors(of: part.form)
    for factor in factors {
      guard let power = Rational.product(factor.exponent, exponent) else { continue }
      var base = factor.base
      if !isPositive(base), power.whole.map({ $0 % 2 != 0 }) ?? true {
        // Alone under the root it is not negative itself.
        let isAlone = factors.count == 1 && factor.exponent == .one
        if !isAlone { base = absolute(base) }
      }
      result = algebra.product(
        result, algebra.product([Algebra.Factor(base: base, exponent: power)]))
    }
    return result
  }

  mutating func learn(_ form: Algebra.Form) {
    if learnsSigns { positives.insert(form) }
  }

  mutating func power(_ base: Algebra.Form, _ exponent: Algebra.Form) -> Algebra.Form {
    if let value = algebra.number(exponent) {
      return value.isWhole ? algebra.power(normalised(base), value) : root(base, value)
    }
    let isNumber = algebra.number(base).map { !$0.isNegative && !$0.isZero } ?? false
    if isNumber || isExponential(base) {
      return exponential(algebra.product(exponent, logarithm(base)), "exp")
    }
    // x^(n + y) is x^n x^y for whole n.
    var whole = Rational.zero
    var rest: [Algebra.Term] = []
    let power = normalised(exponent)
    for term in algebra.terms(of: power) {
      if term.form == Algebra.one, term.coefficient.isWhole {
        whole = term.coefficient
      } else {
        rest.append(term)
      }
    }
    let inside = normalised(base)
    let tail = algebra.call("power", [inside, algebra.sum(rest)], .none, .scalar)
    return algebra.product(algebra.power(inside, whole), tail)
  }

  private func isExponential(_ form: Algebra.Form) -> Bool {
    algebra.factors(of: form).allSatisfy {
      switch algebra[$0.base] {
      case .constant("e"), .constant("pi"), .call("exp", _, _): true
      default: false
      }
    } && form != Algebra.one
  }

  /// The primes of a fraction up to 1000, with their exponents, those below the line negative.
  private static func primes(of value: Rational) -> [(prime: Int, count: Int)] {
    var found: [(prime: Int, count: Int)] = []
    for (number, sign) in [(value.numerator.magnitude, 1), (value.denominator.magnitude, -1)] {
      var rest = number
      var prime: UInt128 = 2
      while rest > 1, prime <= 1000 {
        var count = 0
        while rest % prime == 0 { (rest, count) = (rest / prime, count + 1) }
        if count > 0 { found.append((Int(prime), sign * count)) }
        prime += 1
      }
    }
    return found
  }

  private static func hasLargePrime(_ value: Rational) -> Bool {
    var product = 1.0
    for (prime, count) in primes(of: value) {
      for _ in 0..<abs(count) { product *= count > 0 ? Double(prime) : 1 / Double(prime) }
    }
    return abs(product - abs(value.double)) > 1e-9 * product
  }
}
