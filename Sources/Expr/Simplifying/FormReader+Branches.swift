extension FormReader {
  /// Writes a sum of branches as one: `where(c, 1, 0)*a + where(c, 0, 1)*b` is `where(c, a, b)`.
  ///
  /// Right also where the branch not taken has no value: nothing flows through it.
  public mutating func joiningBranches(_ form: Algebra.Form) -> Algebra.Form {
    var conditions: [Algebra.Form] = []
    var branches: [Algebra.Form: (then: Algebra.Form, otherwise: Algebra.Form)] = [:]
    var rest = algebra.number(.zero)
    for term in algebra.terms(of: form) {
      guard let (condition, isThen, part) = branch(of: term) else {
        rest = algebra.sum(rest, algebra.scaled(term.form, by: term.coefficient))
        continue
      }
      let zero = algebra.number(.zero)
      if branches[condition] == nil { conditions.append(condition) }
      let known = branches[condition] ?? (zero, zero)
      branches[condition] =
        isThen
        ? (algebra.sum(known.then, part), known.otherwise)
        : (known.then, algebra.sum(known.otherwise, part))
    }
    guard !conditions.isEmpty else { return form }
    for condition in conditions {
      guard let (then, otherwise) = branches[condition] else { continue }
      let joined = algebra.call(
        "select", [condition, then, otherwise], .none, algebra.shape(of: form))
      rest = algebra.sum(rest, joined)
    }
    return rest
  }

  /// A term `where(c, 1, 0)*u` or `where(c, 0, 1)*u`: c, whether u belongs to the branch taken if c
  /// holds, and u.
  private mutating func branch(
    of term: Algebra.Term
  ) -> (condition: Algebra.Form, isThen: Bool, part: Algebra.Form)? {
    let factors = algebra.factors(of: term.form)
    for (place, factor) in factors.enumerated() where factor.exponent == .one {
      guard case .call("select", _, let operands) = algebra[factor.base],
        algebra.shape(of: operands[0]).isScalar, let then = algebra.number(operands[1]),
        let otherwise = algebra.number(operands[2]),
        then == .one && otherwise.isZero || then.isZero && otherwise == .one
      else { continue }
      var others = factors
      others.remove(at: place)
      let product = algebra.product(others)
      return (operands[0], then == .one, algebra.scaled(product, by: term.coefficient))
    }
    return nil
  }
}
