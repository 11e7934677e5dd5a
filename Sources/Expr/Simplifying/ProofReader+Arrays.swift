/// Arrays as a whole, of any size.
extension ProofReader {
  /// Entry by entry arrays follow the laws of numbers; linear operations go into sums.
  mutating func array(
    _ primitive: Primitive, _ node: NodeID, _ nodes: [NodeID], _ x: [Algebra.Form]
  ) -> Algebra.Form {
    let shape = graph.shape(of: node)
    switch primitive.symbol {
    case .add: return algebra.sum(x[0], x[1])
    case .subtract: return algebra.sum(x[0], algebra.negated(x[1]))
    case .negate: return algebra.negated(x[0])
    case .broadcast, .variable: return x[0]
    case .multiply, .strongMultiply: return algebra.product(x[0], x[1])
    case .divide: return quotient(x[0], x[1])
    case .power:
      if let value = algebra.number(x[1]), value.isWhole { return algebra.power(x[0], value) }
    case .sum where graph.attribute(of: node).axis == nil:
      return linear(x[0], shape, in: graph.shape(of: nodes[0])) { algebra, part, shape in
        algebra.call("sum", [part], .none, shape)
      }
    case .transpose:
      return linear(x[0], shape, in: graph.shape(of: nodes[0])) { algebra, part, shape in
        if case .call("transpose", _, let inner) = algebra[part] { return inner[0] }
        return algebra.call("transpose", [part], .none, shape)
      }
    case .dot:
      return linear(algebra.product(x[0], x[1]), shape, in: graph.shape(of: nodes[0])) {
        algebra, part, shape in algebra.call("sum", [part], .none, shape)
      }
    case .product:
      let left = graph.shape(of: nodes[0]), right = graph.shape(of: nodes[1])
      let first = parts(of: x[0], filling: left), second = parts(of: x[1], filling: right)
      var total = algebra.number(.zero)
      for a in first {
        for b in second {
          let product = algebra.call("product", [a.inside, b.inside], .none, shape)
          let outside = algebra.product(a.outside, b.outside)
          total = algebra.sum(total, algebra.product(outside, product))
        }
      }
      return total
    default: break
    }
    var operands: [Algebra.Form] = []
    for (form, operand) in zip(x, nodes) {
      let inside = normalised(form)
      let source = graph.shape(of: operand)
      // A number that stands for an array is one: norm of it depends on how many entries there are.
      operands.append(
        algebra.shape(of: inside) == source
          ? inside : algebra.call("broadcast", [inside], .shape(source), source))
    }
    return algebra.call(primitive.name, operands, graph.attribute(of: node), shape)
  }

  /// A linear operation of a sum is the sum of its results; numbers and scalar factors go before it.
  private mutating func linear(
    _ form: Algebra.Form, _ shape: Shape, in source: Shape,
    _ apply: (inout Algebra, Algebra.Form, Shape) -> Algebra.Form
  ) -> Algebra.Form {
    var total = algebra.number(.zero)
    for part in parts(of: form, filling: source) {
      let result = apply(&algebra, part.inside, shape)
      total = algebra.sum(total, algebra.product(part.outside, result))
    }
    return total
  }

  /// The terms of an array, each as scalar factors and the array that is left.
  private mutating func parts(
    of form: Algebra.Form, filling source: Shape
  ) -> [(outside: Algebra.Form, inside: Algebra.Form)] {
    let operand = normalised(form)
    var parts: [(outside: Algebra.Form, inside: Algebra.Form)] = []
    for term in algebra.terms(of: operand) {
      var outside = algebra.number(term.coefficient)
      var inside = Algebra.one
      for factor in algebra.factors(of: term.form) {
        let power = algebra.product([factor])
        if algebra.shape(of: factor.base).isScalar {
          outside = algebra.product(outside, power)
        } else {
          inside = algebra.product(inside, power)
        }
      }
      if algebra.shape(of: inside) != source {
        inside = algebra.call("broadcast", [inside], .shape(source), source)
      }
      parts.append((outside, inside))
    }
    return parts
  }
}
