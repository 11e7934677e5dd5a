/// Reads nodes of a graph as forms, to be shown: functions stay what they are.
public struct FormReader {
  public internal(set) var algebra = Algebra()
  private let graph: Graph
  private var known: [NodeID: Algebra.Form] = [:]

  /// Arrays of at most so many entries are written entry by entry where that is what they are made of.
  private static let writtenEntries = 12

  public init(_ graph: Graph) { self.graph = graph }

  /// The form of a node. One pass, no recursion.
  public mutating func form(of root: NodeID) -> Algebra.Form {
    let isNeeded = graph.ancestors(of: [root])
    for index in isNeeded.indices where isNeeded[index] && index <= root.index {
      let node = NodeID(rawValue: Int32(index))
      if known[node] == nil { known[node] = read(node) }
    }
    return known[root] ?? Algebra.one
  }

  private mutating func read(_ node: NodeID) -> Algebra.Form {
    let shape = graph.shape(of: node)
    switch graph.kind(of: node) {
    case .leaf: return algebra.node(node, shape)
    case .constant(let tensor): return constant(tensor, node)
    case .operation(let primitive):
      let nodes = Array(graph.operands(of: node))
      return operation(primitive, node, nodes, nodes.map { known[$0] ?? Algebra.one })
    }
  }

  private mutating func constant(_ tensor: Tensor, _ node: NodeID) -> Algebra.Form {
    guard let first = tensor.elements.first, tensor.elements.allSatisfy({ $0 == first }),
      tensor.shape.isScalar || first == 0 || first == 1
    else { return algebra.node(node, tensor.shape) }
    if first == .pi { return algebra.constant("pi") }
    if first == M_E { return algebra.constant("e") }
    return Rational(decimal: first).map { algebra.number($0) } ?? algebra.node(node, tensor.shape)
  }

  private mutating func operation(
    _ primitive: Primitive, _ node: NodeID, _ nodes: [NodeID], _ forms: [Algebra.Form]
  ) -> Algebra.Form {
    let shape = graph.shape(of: node)
    switch primitive.symbol {
    case .add: return sum(forms[0], forms[1])
    case .subtract: return sum(forms[0], algebra.negated(forms[1]))
    case .negate: return algebra.negated(forms[0])
    case .multiply, .strongMultiply: return algebra.product(forms[0], forms[1])
    case .divide: return algebra.quotient(forms[0], forms[1])
    case .power: return power(forms[0], forms[1], shape)
    case .broadcast, .variable: return forms[0]
    case .sum, .sumTo: return total(forms[0], nodes[0], node)
    case .product, .strongProduct:
      return linear("product", nodes, forms, .none, shape)
    case .dot: return linear("dot", nodes, forms, .none, shape)
    case .transpose:
      if shape.isScalar { return forms[0] }
      if case .call("transpose", _, let inner) = algebra[forms[0]] { return inner[0] }
      return linear("transpose", nodes, forms, .none, shape)
    case .scatter: return scattered(forms[0], node)
    case .strongSolve: return linear("solve", nodes, forms, .none, shape)
    default: break
    }
    switch primitive.name {
    case "strongDivide": return algebra.quotient(forms[0], forms[1])
    case "powerLog":
      return algebra.product(forms[0], function("log", [forms[1]], .none, shape))
    case "sech":
      return algebra.power(function("cosh", forms, .none, shape), Rational(-1))
    case "mean", "index", "reshape", "cumsum", "flatten", "diag", "trace":
      return linear(primitive.name, nodes, forms, graph.attribute(of: node), shape)
    default:
      return function(
        primitive.name, materialised(forms, nodes, isElementwise: primitive.isElementwise),
        graph.attribute(of: node), shape)
    }
  }

  // MARK: Rules

  /// Small arrays of zeros and entries are added entry by entry.
  private mutating func sum(_ a: Algebra.Form, _ b: Algebra.Form) -> Algebra.Form {
    let (first, second) = (algebra.split(a), algebra.split(b))
    guard case .call("stack", let attribute, let x) = algebra[first.form],
      case .call("stack", let other, let y) = algebra[second.form], attribute == other
    else { return algebra.sum(a, b) }
    var entries: [Algebra.Form] = []
    for (p, q) in zip(x, y) {
      let left = algebra.scaled(p, by: first.coefficient)
      entries.append(algebra.sum(left, algebra.scaled(q, by: second.coefficient)))
    }
    return algebra.call("stack", entries, attribute, algebra.shape(of: first.form))
  }

  private mutating func power(
    _ base: Algebra.Form, _ exponent: Algebra.Form, _ shape: Shape
  ) -> Algebra.Form {
    if let value = algebra.number(exponent) { return algebra.power(base, value) }
    if case .constant("e") = algebra[base] { return function("exp", [exponent], .none, shape) }
    return algebra.call("power", [base, exponent], .none, shape)
  }

  /// Σ c x is c Σ x, and Σ c over n entries n c.
  private mutating func total(
    _ form: Algebra.Form, _ operand: NodeID, _ node: NodeID
  ) -> Algebra.Form {
    let source = graph.shape(of: operand), shape = graph.shape(of: node)
    if source == shape { return form }
    let part = algebra.split(form)
    var outside = algebra.number(part.coefficient)
    var inside = Algebra.one
    for factor in algebra.factors(of: part.form) {
      let power = algebra.power(factor.base, factor.exponent)
      if algebra.shape(of: factor.base).isScalar {
        outside = algebra.product(outside, power)
      } else {
        inside = algebra.product(inside, power)
      }
    }
    if algebra.shape(of: inside).isScalar {
      let count = source.count / max(1, shape.count)
      return algebra.product(outside, algebra.number(Rational(count)))
    }
    var attribute = graph.attribute(of: node)
    if case .shape(let target) = attribute {
      attribute = target.isScalar ? .none : .axis(target.isRow ? 0 : 1)
    }
    let operand = materialised(inside, source)
    return algebra.product(outside, algebra.call("sum", [operand], attribute, shape))
  }

  /// Numbers and scalar factors stand before a linear operation.
  private mutating func linear(
    _ name: String, _ nodes: [NodeID], _ forms: [Algebra.Form], _ attribute: Attribute,
    _ shape: Shape
  ) -> Algebra.Form {
    var outside = Algebra.one
    var inside: [Algebra.Form] = []
    for (position, form) in forms.enumerated() {
      if algebra.isZero(form) { return algebra.number(.zero) }
      if name == "solve", position == 0 {
        inside.append(materialised(form, graph.shape(of: nodes[position])))
        continue
      }
      let part = algebra.split(form)
      outside = algebra.product(outside, algebra.number(part.coefficient))
      var rest = Algebra.one
      for factor in algebra.factors(of: part.form) {
        let power = algebra.power(factor.base, factor.exponent)
        if algebra.shape(of: factor.base).isScalar {
          outside = algebra.product(outside, power)
        } else {
          rest = algebra.product(rest, power)
        }
      }
      inside.append(materialised(rest, graph.shape(of: nodes[position])))
    }
    return algebra.product(outside, algebra.call(name, inside, attribute, shape))
  }

  /// Zeros with entries at some places, written out where that is short.
  private mutating func scattered(_ form: Algebra.Form, _ node: NodeID) -> Algebra.Form {
    let shape = graph.shape(of: node)
    let attribute = graph.attribute(of: node)
    guard case .selection(let selection) = attribute, shape.isVector,
      shape.count <= Self.writtenEntries, algebra.shape(of: form).isScalar
    else { return algebra.call("scatter", [form], attribute, shape) }
    var entries = Array(repeating: algebra.number(.zero), count: shape.count)
    selection.forEachOffset { entries[$0] = algebra.sum(entries[$0], form) }
    return algebra.call("stack", entries, .shape(shape), shape)
  }

  private mutating func function(
    _ name: String, _ operands: [Algebra.Form], _ attribute: Attribute, _ shape: Shape
  ) -> Algebra.Form {
    if operands.count == 1, let value = algebra.number(operands[0]) {
      let isOne = (value.isZero && ["exp", "cos", "cosh"].contains(name))
      let vanishesAtZero = ["sin", "tan", "sinh", "tanh", "sqrt", "asin", "atan", "expm1", "log1p"]
      if isOne { return Algebra.one }
      if value.isZero, vanishesAtZero.contains(name) { return algebra.number(.zero) }
      if value == .one, name == "log" { return algebra.number(.zero) }
    }
    if case .call(let inner, _, let arguments)? = operands.first.map({ algebra[$0] }) {
      if name == "log", inner == "exp" { return arguments[0] }
      if name == "exp", inner == "log" { return arguments[0] }
    }
    return algebra.call(name, operands, attribute, shape)
  }

  // MARK: Shapes

  private mutating func materialised(
    _ forms: [Algebra.Form], _ nodes: [NodeID], isElementwise: Bool
  ) -> [Algebra.Form] {
    if isElementwise { return forms }
    var result: [Algebra.Form] = []
    for (form, node) in zip(forms, nodes) {
      result.append(materialised(form, graph.shape(of: node)))
    }
    return result
  }

  /// A form as an array of the shape it stands for, where broadcasting would not tell.
  private mutating func materialised(_ form: Algebra.Form, _ shape: Shape) -> Algebra.Form {
    algebra.shape(of: form) == shape
      ? form : algebra.call("broadcast", [form], .shape(shape), shape)
  }

  /// A form of a value that is known to have a shape.
  public mutating func form(of node: NodeID, filling shape: Shape) -> Algebra.Form {
    let result = form(of: node)
    return materialised(result, shape)
  }
}

/// e, the nearest double.
private let M_E = 2.718281828459045
