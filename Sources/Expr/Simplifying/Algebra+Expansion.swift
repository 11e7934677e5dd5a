extension Algebra {
  /// Whether a form is zero wherever all of it is defined: denominators are multiplied away, products
  /// multiplied out, and nothing is left. False says only that this was not found.
  public mutating func vanishes(_ form: Form) -> Bool {
    var rest = form
    for _ in 0..<24 {
      rest = expanded(rest)
      if hasOverflowed { return false }
      if isZero(rest) { return true }
      guard let cleared = cleared(rest) else { return false }
      rest = cleared
    }
    return false
  }

  /// The form times the denominators that are sums; nil if there is none.
  private mutating func cleared(_ form: Form) -> Form? {
    let parts = terms(of: form)
    var least: [Form: Int] = [:]
    for part in parts {
      for factor in factors(of: part.form) where isLongSum(factor.base) {
        guard let whole = factor.exponent.floored?.whole.whole else { continue }
        least[factor.base] = min(least[factor.base] ?? 0, whole)
      }
    }
    let denominators = least.filter { $0.value < 0 }.sorted { $0.key < $1.key }
    guard !denominators.isEmpty else { return nil }
    let raised = denominators.map { Factor(base: $0.key, exponent: Rational(-$0.value)) }
    var result: [Term] = []
    for part in parts {
      let merged = self.product(factors(of: part.form) + raised)
      let product = split(merged)
      result.append(
        Term(
          coefficient: multiplied(part.coefficient, product.coefficient), form: product.form))
      if hasOverflowed { return nil }
    }
    return sum(result)
  }

  func isLongSum(_ form: Form) -> Bool {
    if case .sum(let terms) = self[form] { terms.count > 1 } else { false }
  }

  /// The form multiplied out: a sum of products in which sums stand only under roots and in
  /// denominators.
  mutating func expanded(_ form: Form) -> Form {
    var total: [Term] = []
    for part in terms(of: form) {
      for term in expandedTerms(of: part.form) {
        total.append(
          Term(coefficient: multiplied(part.coefficient, term.coefficient), form: term.form))
      }
      if hasOverflowed || total.count > 20_000 {
        fail()
        return form
      }
    }
    return sum(total)
  }

  private mutating func expandedTerms(of form: Form) -> [Term] {
    if case .sum = self[form] {
      let whole = expanded(form)
      return terms(of: whole)
    }
    var result = [Term(coefficient: .one, form: Self.one)]
    for factor in factors(of: form) {
      guard isLongSum(factor.base), let (whole, rest) = factor.exponent.floored,
        let count = whole.whole, count > 0, count <= 24
      else {
        let single = reduced(factor)
        result = times(result, [single])
        continue
      }
      if !rest.isZero {
        let root = reduced(Factor(base: factor.base, exponent: rest))
        result = times(result, [root])
      }
      let multiplied = expanded(factor.base)
      let base = terms(of: multiplied)
      for _ in 0..<count { result = times(result, base) }
      if hasOverflowed { return result }
    }
    return result
  }

  private mutating func times(_ a: [Term], _ b: [Term]) -> [Term] {
    guard a.count * b.count < 20_000 else {
      fail()
      return a
    }
    var products: [Term] = []
    for x in a {
      for y in b {
        let merged = self.product(factors(of: x.form) + factors(of: y.form))
        let product = split(merged)
        let coefficient = multiplied(multiplied(x.coefficient, y.coefficient), product.coefficient)
        products.append(contentsOf: unit(Term(coefficient: coefficient, form: product.form)))
      }
    }
    let total = sum(products)
    return terms(of: total)
  }

  /// Relations of single factors after they met: i² = -1, |x|² = x².
  private mutating func unit(_ term: Term) -> [Term] {
    var coefficient = term.coefficient
    var factors: [Factor] = []
    var hasChanged = false
    for factor in self.factors(of: term.form) {
      let part = reduced(factor)
      let plain = power(factor)
      if part.coefficient != .one || part.form != plain { hasChanged = true }
      coefficient = multiplied(coefficient, part.coefficient)
      factors += self.factors(of: part.form)
    }
    guard hasChanged else { return [term] }
    let merged = self.product(factors)
    let product = split(merged)
    return [
      Term(coefficient: multiplied(coefficient, product.coefficient), form: product.form)
    ]
  }

  private mutating func power(_ factor: Factor) -> Form { product([factor]) }

  private mutating func reduced(_ factor: Factor) -> Term {
    switch self[factor.base] {
    case .constant("i"):
      guard let exponent = factor.exponent.whole else { break }
      let turns = ((exponent % 4) + 4) % 4
      return Term(
        coefficient: Rational(turns >= 2 ? -1 : 1),
        form: turns % 2 == 1 ? factor.base : Self.one)
    case .call("expi", _, let angle):
      // e^{iπ} = -1
      guard case .constant("pi") = self[angle[0]], let (whole, rest) = factor.exponent.floored,
        let count = whole.whole
      else { break }
      let sign = Rational(count % 2 == 0 ? 1 : -1)
      if rest == Rational(1, over: 2) { return Term(coefficient: sign, form: constant("i")) }
      return Term(
        coefficient: sign, form: product([Factor(base: factor.base, exponent: rest)]))
    case .call("abs", _, let inside):
      guard let half = Rational.product(factor.exponent, Rational(1, over: 2) ?? .one)?.floored,
        let count = half.whole.whole, count != 0
      else { break }
      let even = power(inside[0], Rational(2 * count))
      let odd = Rational.product(half.rest, Rational(2)) ?? .zero
      let rest = product([Factor(base: factor.base, exponent: odd)])
      let merged = product(even, rest)
      return split(merged)
    default: break
    }
    let single = product([factor])
    return split(single)
  }
}
