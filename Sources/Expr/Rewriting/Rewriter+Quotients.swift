extension Rewriter {
  /// c and x of c·(1 + eˣ).
  func logisticDenominator(_ node: NodeID) -> (Double, NodeID)? {
    let form = linearForm(of: node)
    guard form.terms.count == 1, form.constant == form.terms[0].coefficient, form.constant != 0,
      let x = argument(form.terms[0].node, of: .exp)
    else { return nil }
    return (form.constant, x)
  }

  /// σ(x - y) for eˣ over the two exponentials eˣ + eʸ.
  mutating func sigmoidOfGap(_ x: NodeID, _ sum: LinearForm) -> NodeID? {
    guard sum.terms.count == 2, sum.terms.allSatisfy({ $0.coefficient == 1 }) else { return nil }
    let arguments = sum.terms.compactMap { argument($0.node, of: .exp) }
    guard let place = arguments.firstIndex(of: x) else { return nil }
    let gap = make(.subtract, x, arguments[1 - place])
    return make(.sigmoid, gap)
  }

  mutating func hyperbolicQuotient(_ factors: inout Factors) -> Bool {
    for (above, exponent) in factors.powers where exponent >= 1 {
      let arguments: (NodeID, NodeID?)
      var scale = 1.0
      if let x = argument(above, of: .sinh) {
        // eˣ - e⁻ˣ has become 2 sinh x.
        let opposite = make(.negate, x)
        arguments = (x, opposite)
        scale = 0.5
      } else if isOperation(above, .expDifference) {
        arguments = (operand(above), operand(above, 1))
      } else if let x = argument(above, of: .expm1) {
        arguments = (x, nil)
      } else {
        continue
      }
      for (below, other) in factors.powers where other <= -1 {
        let form = linearForm(of: below)
        guard form.terms.allSatisfy({ $0.coefficient == 1 }) else { continue }
        let exponents = form.terms.compactMap { argument($0.node, of: .exp) }
        guard exponents.count == form.terms.count else { continue }
        if let second = arguments.1 {
          guard form.constant == 0, exponents.count == 2, Set(exponents) == [arguments.0, second]
          else { continue }
        } else {
          guard form.constant == 1, exponents == [arguments.0] else { continue }
        }
        factors.multiply(above, -1)
        factors.multiply(below, 1)
        factors.merged.removeAll { $0 == above || $0 == below }
        factors.coefficient *= scale
        let zero = number(0)
        let gap = make(.subtract, arguments.0, arguments.1 ?? zero)
        let half = scaled(gap, by: 0.5)
        let tanh = make(.tanh, half)
        factors.multiply(tanh, 1)
        return true
      }
    }
    return false
  }

  mutating func gammaQuotient(_ factors: inout Factors) -> Bool {
    for (above, exponent) in factors.powers where exponent == 1 {
      guard let a = argument(above, of: .gamma) else { continue }
      for (below, other) in factors.powers where other == -1 {
        guard let b = argument(below, of: .gamma), let gap = cancelled(a, b),
          let distance = constant(gap), let count = Int(exactly: distance), count != 0,
          abs(count) <= 16
        else { continue }
        factors.multiply(above, -1)
        factors.multiply(below, 1)
        for step in 0..<abs(count) {
          var form = linearForm(of: count > 0 ? b : a)
          form.constant += Double(step)
          let term = node(of: form)
          factors.multiply(term, count > 0 ? 1 : -1)
        }
        factors.merged = []
        return true
      }
    }
    return largeGammas(&factors)
  }

  /// Through logarithms where all arguments are positive and one is large: signs are safe there, and
  /// the digits that a large logarithm loses are fewer than an overflow.
  private mutating func largeGammas(_ factors: inout Factors) -> Bool {
    let parts = factors.powers.filter { part in
      argument(part.base, of: .gamma) != nil && part.exponent == part.exponent.rounded()
    }
    guard parts.contains(where: { $0.exponent > 0 }), parts.contains(where: { $0.exponent < 0 })
    else { return false }
    let zero = number(0), limit = number(50)
    var isInside: NodeID?, isLarge: NodeID?, total: NodeID?
    for part in parts {
      let x = operand(part.base)
      let positive = graph.apply(.less, zero, x), large = graph.apply(.less, limit, x)
      isInside = isInside.map { graph.apply(.and, $0, positive) } ?? positive
      isLarge = isLarge.map { graph.apply(.or, $0, large) } ?? large
      let value = make(.lgamma, x)
      let term = scaled(value, by: part.exponent)
      total = total.map { graph.apply(.add, $0, term) } ?? term
      factors.powers.removeAll { $0.base == part.base }
    }
    guard let isInside, let isLarge, let total else { return false }
    let condition = graph.apply(.and, isInside, isLarge)
    let ratio = graph.apply(Operation.exp.primitive, [total])
    var plain = Factors()
    plain.powers = parts
    let product = node(of: plain)
    let value = graph.apply(.select, condition, ratio, product)
    factors.multiply(value, 1)
    return true
  }
}
