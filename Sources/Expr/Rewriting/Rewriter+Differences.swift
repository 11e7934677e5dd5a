extension Rewriter {
  /// xⁿ - r for r with an exact root.
  mutating func powerDifference(_ base: NodeID, _ exponent: Double, minus r: Double) -> NodeID? {
    guard r > 0, [2, 3, 4, 5].contains(exponent) else { return nil }
    let root = exponent == 2 ? r.squareRoot() : r == 1 ? 1 : .nan
    guard root * root == r || exponent != 2 && root == 1 else { return nil }
    let other = number(root)
    let gap = cancelled(base, other) ?? graph.apply(.subtract, base, other)
    return powerDifference(base, other, exponent, gap)
  }

  /// aⁿ - bⁿ = (a - b)(aⁿ⁻¹ + aⁿ⁻²b + … + bⁿ⁻¹) for n = 2 … 5.
  mutating func powerDifference(
    _ a: NodeID, _ b: NodeID, _ exponent: Double, _ gap: NodeID
  ) -> NodeID? {
    guard [2, 3, 4, 5].contains(exponent) else { return nil }
    // Horner's rule in a.
    var sum = graph.apply(.add, a, b)
    var power = b
    for _ in 2..<Int(exponent) {
      power = graph.apply(.multiply, power, b)
      sum = graph.apply(.multiply, sum, a)
      sum = graph.apply(.add, sum, power)
    }
    return make(.multiply, gap, sum)
  }

  /// √w ± u where u² is a term of w: (w - u²)/(√w ∓ u) where that does not cancel.
  mutating func rootDifference(_ root: NodeID, _ u: NodeID, sign: Double) -> NodeID? {
    guard let (x, rest) = rootParts(root, u) else { return nil }
    let zero = number(0)
    let flips = sign < 0 ? graph.apply(.less, zero, x) : graph.apply(.less, x, zero)
    let below = graph.apply(sign < 0 ? .add : .subtract, root, x)
    let quotient = rest(&self, below)
    let plain = graph.apply(sign < 0 ? .subtract : .add, root, x)
    return graph.apply(.select, flips, quotient, plain)
  }

  /// u, and (w - u²)/d as a function of d; nil if u² is no term of w.
  private mutating func rootParts(
    _ root: NodeID, _ u: NodeID
  ) -> (NodeID, (inout Rewriter, NodeID) -> NodeID)? {
    if isOperation(root, .hypot) {
      for (first, second) in [(0, 1), (1, 0)] where operand(root, first) == u {
        let y = operand(root, second)
        return (
          u,
          { rewriter, below in
            let ratio = rewriter.graph(.divide, y, below)
            return rewriter.graph(.multiply, y, ratio)
          }
        )
      }
      return nil
    }
    guard let inner = argument(root, of: .sqrt) else { return nil }
    let whole = expanded(inner)
    var form = linearForm(of: whole)
    guard
      let place = form.terms.firstIndex(where: { $0.coefficient == 1 && isSquare($0.node, of: u) })
    else { return nil }
    form.terms.remove(at: place)
    let rest = node(of: form)
    return (u, { rewriter, below in rewriter.graph(.divide, rest, below) })
  }

  /// log(a) - log(b) = log1p((a - b)/b) for b > 0, where a term cancels; log(a/b) by its own series where
  /// that is a quotient with the value 1 at 0.
  mutating func logDifference(_ u: NodeID, _ v: NodeID) -> NodeID? {
    let a = logArgument(u), b = logArgument(v)
    guard let gap = cancelled(a, b) else {
      let quotient = make(.divide, a, b)
      let whole = graph.apply(Operation.log.primitive, [quotient])
      return logOfQuotientNearOne(whole).map { guarded($0, by: b, strictly: true) }
    }
    let ratio = make(.divide, gap, b)
    let value = make(.log1p, ratio)
    return guarded(value, by: b, strictly: true)
  }

  private mutating func logArgument(_ node: NodeID) -> NodeID {
    guard isOperation(node, .log1p) else { return operand(node) }
    var form = linearForm(of: operand(node))
    form.constant += 1
    return self.node(of: form)
  }

  /// s·f(b + d/2)·g(d/2).
  mutating func sumToProduct(
    _ f: Operation, _ g: Operation, _ b: NodeID, _ gap: NodeID, times factor: Double
  ) -> NodeID {
    let half = scaled(gap, by: 0.5)
    let middle = graph.apply(.add, b, half)
    let first = make(f, middle), second = make(g, half)
    let product = graph.apply(.multiply, first, second)
    return scaled(product, by: factor)
  }

  /// Σ over i < n of part(x + i) for two arguments that are n apart.
  mutating func shiftedDifference(
    _ u: NodeID, _ v: NodeID, _ part: (inout Rewriter, NodeID) -> NodeID
  ) -> NodeID? {
    guard let gap = cancelled(operand(u), operand(v)), let distance = constant(gap),
      let count = Int(exactly: distance), count != 0, abs(count) <= 16
    else { return nil }
    let low = count > 0 ? operand(v) : operand(u)
    var total: NodeID?
    for step in 0..<abs(count) {
      var form = linearForm(of: low)
      form.constant += Double(step)
      let term = node(of: form)
      let value = part(&self, term)
      total = total.map { graph.apply(.add, $0, value) } ?? value
    }
    guard let total else { return nil }
    return count > 0 ? total : make(.negate, total)
  }

  /// a/b - c/d where b and d vanish with one variable u: (a d - b c)/(b d) near 0.
  mutating func poleDifference(_ u: NodeID, _ v: NodeID, plain: NodeID? = nil) -> NodeID? {
    let b = operand(u, 1), d = operand(v, 1)
    let x = poleVariable(b)
    guard operation(of: x) < 0, x == poleVariable(d), b != d, constant(x) == nil else { return nil }
    let first = make(.multiply, operand(u), d), second = make(.multiply, operand(v), b)
    let above = make(.subtract, first, second), below = graph.apply(.multiply, b, d)
    let quotient = make(.divide, above, below)
    let difference = graph.apply(.subtract, plain ?? u, v)
    return near(x, quotient, else: difference)
  }

  /// What a divisor vanishes with: its argument, its base, or itself.
  private func poleVariable(_ node: NodeID) -> NodeID {
    if let power = power(node), power.exponent > 0 { return power.base }
    return vanishingVariable(node) ?? node
  }

  /// One node for |x| < 1, another elsewhere.
  mutating func near(_ x: NodeID, _ inside: NodeID, else outside: NodeID) -> NodeID {
    let size = graph.apply(Operation.abs.primitive, [x]), one = number(1)
    let isNear = graph.apply(.less, size, one)
    return graph.apply(.select, isNear, inside, outside)
  }

  /// Whether a node is u², also of |x| for x².
  private func isSquare(_ node: NodeID, of u: NodeID) -> Bool {
    guard let base = square(node) else { return false }
    return base == u || argument(u, of: .abs) == base
  }
}
