/// A sum as Σ aᵢ·uᵢ + c, with numbers aᵢ and c.
struct LinearForm {
  var terms: [(coefficient: Double, node: NodeID)] = []
  var constant = 0.0
  /// Whether a term met one equal to it.
  var merges = false

  /// Longer sums are taken in parts.
  static let limit = 12

  init() { terms.reserveCapacity(Self.limit + 1) }

  mutating func add(_ coefficient: Double, _ node: NodeID) {
    if let place = terms.firstIndex(where: { $0.node == node }) {
      terms[place].coefficient += coefficient
      merges = true
      if terms[place].coefficient == 0 { terms.remove(at: place) }
    } else {
      terms.append((coefficient, node))
    }
  }
}

extension Rewriter {
  /// A node as a sum, itself the only term if it is none.
  func linearForm(of node: NodeID, times factor: Double = 1) -> LinearForm {
    var form = LinearForm()
    collect(node, factor, into: &form)
    return form
  }

  func collect(
    _ node: NodeID, _ factor: Double, into form: inout LinearForm, depth: Int = LinearForm.limit
  ) {
    if let value = constant(node) {
      if form.constant != 0, value != 0 { form.merges = true }
      form.constant += factor * value
      return
    }
    guard depth > 0, form.terms.count < LinearForm.limit else {
      form.add(factor, node)
      return
    }
    switch symbol(of: node) {
    case .add:
      collect(operand(node), factor, into: &form, depth: depth - 1)
      collect(operand(node, 1), factor, into: &form, depth: depth - 1)
    case .subtract:
      collect(operand(node), factor, into: &form, depth: depth - 1)
      collect(operand(node, 1), -factor, into: &form, depth: depth - 1)
    case .negate: collect(operand(node), -factor, into: &form, depth: depth - 1)
    case .multiply:
      if let scale = constant(operand(node)) {
        collect(operand(node, 1), factor * scale, into: &form, depth: depth - 1)
      } else if let scale = constant(operand(node, 1)) {
        collect(operand(node), factor * scale, into: &form, depth: depth - 1)
      } else {
        form.add(factor, node)
      }
    case .divide:
      // Only where the reciprocal is exact.
      if let scale = constant(operand(node, 1)), scale.magnitude.significand == 1 {
        collect(operand(node), factor / scale, into: &form, depth: depth - 1)
      } else {
        form.add(factor, node)
      }
    default: form.add(factor, node)
    }
  }

  /// The node of a sum.
  mutating func node(of form: LinearForm) -> NodeID {
    var total: NodeID?
    for (coefficient, node) in form.terms {
      guard let sum = total else {
        total = scaled(node, by: coefficient)
        continue
      }
      if coefficient < 0 {
        let term = scaled(node, by: -coefficient)
        total = make(.subtract, sum, term)
      } else {
        let term = scaled(node, by: coefficient)
        total = make(.add, sum, term)
      }
    }
    let rest = number(form.constant)
    guard let total else { return rest }
    return form.constant == 0 ? total : make(.add, total, rest)
  }

  mutating func scaled(_ node: NodeID, by factor: Double) -> NodeID {
    if factor == 1 { return node }
    if factor == -1 { return make(.negate, node) }
    let scale = number(factor)
    return make(.multiply, scale, node)
  }

  /// u² - c of a product (u - √c)(u + √c), which x² - c has become; other nodes as they are.
  mutating func expanded(_ node: NodeID) -> NodeID {
    if let inner = argument(node, of: .negate) {
      let value = expanded(inner)
      return value == inner ? node : graph.apply(.negate, value)
    }
    guard isOperation(node, .multiply) else { return node }
    let first = linearForm(of: operand(node)), second = linearForm(of: operand(node, 1))
    guard first.terms.count == 1, second.terms.count == 1,
      first.terms[0].node == second.terms[0].node, first.constant != 0,
      first.constant.magnitude == second.constant.magnitude,
      first.terms[0].coefficient.magnitude == 1, second.terms[0].coefficient.magnitude == 1
    else { return node }
    let product = first.terms[0].coefficient * second.terms[0].coefficient
    guard first.constant * second.constant * product < 0 else { return node }
    let two = number(2), rest = number(first.constant * second.constant)
    let square = graph.apply(.power, first.terms[0].node, two)
    let signed = product < 0 ? graph.apply(.negate, square) : square
    return graph.apply(.add, signed, rest)
  }

  /// a - b if that is shorter than the two apart: equal terms have gone. nil otherwise.
  mutating func cancelled(_ a: NodeID, _ b: NodeID) -> NodeID? {
    let (a, b) = (expanded(a), expanded(b))
    var form = linearForm(of: a)
    let other = linearForm(of: b)
    let before = form.terms.count + other.terms.count
    collect(b, -1, into: &form)
    let hasConstants = linearForm(of: a).constant != 0 && other.constant != 0
    guard form.terms.count + 2 <= before || hasConstants && form.constant == 0 else { return nil }
    return node(of: form)
  }

  /// A sum with one rewrite applied, and which; nil if none fits.
  ///
  /// Each partial sum of a long sum comes here, so what has been looked at in an operand is not looked
  /// at again: only pairs with a new term. Cost: linear in the terms, of which a form has few.
  mutating func rewrittenSum(_ node: NodeID) -> (NodeID, Int)? {
    var form = LinearForm()
    var known = 0
    if symbol(of: node) != .negate, isSettled(operand(node)) {
      collect(operand(node), 1, into: &form, depth: LinearForm.limit - 1)
      let (count, constant) = (form.terms.count, form.constant)
      let sign: Double = symbol(of: node) == .add ? 1 : -1
      collect(operand(node, 1), sign, into: &form, depth: LinearForm.limit - 1)
      if !form.merges && form.constant == constant { known = count }
    } else {
      collect(node, 1, into: &form)
    }
    for (place, term) in form.terms.enumerated() {
      let operation = self.operation(of: term.node)
      guard operation >= 0, index.isTerm[Int(operation)] else { continue }
      if form.constant != 0, place >= known || form.terms.count == 1 {
        for (rule, body) in index.offsets[Int(operation)] {
          let ratio = -form.constant / term.coefficient
          termCount = form.terms.count
          guard let result = body(&self, term.node, ratio) else { continue }
          var rest = form
          rest.constant = 0
          return (replacing([place], in: rest, by: result, times: term.coefficient), rule)
        }
      }
      for other in (place < known ? known : 0)..<form.terms.count where other != place {
        if let found = pair(place, term, other, form.terms[other], form) { return found }
      }
    }
    for (rule, body) in index.wholes {
      if let result = body(&self, node, form) { return (result, rule) }
    }
    return nil
  }

  private mutating func pair(
    _ place: Int, _ term: (coefficient: Double, node: NodeID), _ other: Int,
    _ partner: (coefficient: Double, node: NodeID), _ form: LinearForm
  ) -> (NodeID, Int)? {
    let operation = Int(self.operation(of: term.node))
    let second = self.operation(of: partner.node)
    if partner.coefficient == -term.coefficient {
      for (rule, wanted, body) in index.differences[operation] where wanted ?? second == second {
        guard let result = body(&self, term.node, partner.node) else { continue }
        return (replacing([place, other], in: form, by: result, times: term.coefficient), rule)
      }
    }
    if partner.coefficient == term.coefficient {
      for (rule, wanted, body) in index.sums[operation] where wanted ?? second == second {
        guard let result = body(&self, term.node, partner.node) else { continue }
        return (replacing([place, other], in: form, by: result, times: term.coefficient), rule)
      }
    }
    // g(w) - w where w itself has a factor: the term is c·y for w = k·y.
    for (rule, wanted, body) in index.differences[operation] where wanted == nil {
      for whole in graph.operands(of: term.node) {
        let argument = linearForm(of: whole)
        guard argument.constant == 0, argument.terms.count == 1,
          argument.terms[0].node == partner.node, argument.terms[0].coefficient != 1,
          partner.coefficient == -term.coefficient * argument.terms[0].coefficient,
          let result = body(&self, term.node, whole)
        else { continue }
        return (replacing([place, other], in: form, by: result, times: term.coefficient), rule)
      }
    }
    return nil
  }

  private mutating func replacing(
    _ places: [Int], in form: LinearForm, by node: NodeID, times factor: Double
  ) -> NodeID {
    var rest = form
    for place in places.sorted().reversed() { rest.terms.remove(at: place) }
    let replacement = scaled(node, by: factor)
    guard !rest.terms.isEmpty || rest.constant != 0 else { return replacement }
    // The replacement first: what meets it next may be rewritten again.
    var total = replacement
    for (coefficient, term) in rest.terms {
      let part = scaled(term, by: coefficient.magnitude)
      total = coefficient < 0 ? make(.subtract, total, part) : make(.add, total, part)
    }
    guard rest.constant != 0 else { return total }
    let constant = number(rest.constant)
    return make(.add, total, constant)
  }
}
