/// Reads nodes as forms for the proof of an identity: circular and hyperbolic functions as
/// exponentials, roots as powers, logarithms of products as sums, so that multiplying out decides.
///
/// The rules hold wherever both sides of a claim are defined. A logarithm stands for log|u| and a root
/// of a product for the product of the roots of the |u|, which are those where the original is real;
/// what stands alone under a logarithm or a root is known not to be negative.
public struct ProofReader {
  public internal(set) var algebra = Algebra()
  let graph: Graph
  var known: [NodeID: Algebra.Form] = [:]
  /// Forms that are not negative wherever both sides are defined.
  var positives: Set<Algebra.Form> = []
  /// A branch that is not taken says nothing about its arguments.
  let learnsSigns: Bool

  public init(_ graph: Graph) {
    self.graph = graph
    learnsSigns = !(0..<graph.count).contains {
      let symbol = graph.primitive(of: NodeID(rawValue: Int32($0)))?.symbol
      return symbol == .select || symbol == .strongMultiply
    }
  }

  /// Whether two scalar or array nodes are equal wherever both are defined, as far as rewriting tells.
  public mutating func proves(_ left: NodeID, equals right: NodeID) -> Bool {
    let first = form(of: left), second = form(of: right)
    let difference = algebra.sum(first, algebra.negated(second))
    return algebra.vanishes(difference) && !algebra.hasOverflowed
  }

  private mutating func form(of root: NodeID) -> Algebra.Form {
    let isNeeded = graph.ancestors(of: [root])
    for index in 0...root.index where isNeeded[index] && !algebra.hasOverflowed {
      let node = NodeID(rawValue: Int32(index))
      if known[node] == nil { known[node] = read(node) }
    }
    return known[root] ?? algebra.node(root, graph.shape(of: root))
  }

  private mutating func read(_ node: NodeID) -> Algebra.Form {
    let shape = graph.shape(of: node)
    switch graph.kind(of: node) {
    case .leaf: return algebra.node(node, shape)
    case .constant(let tensor):
      guard let value = tensor.scalar else { return algebra.node(node, shape) }
      if value == .pi { return algebra.constant("pi") }
      if value == 2.718281828459045 { return algebra.constant("e") }
      return Rational(decimal: value).map { algebra.number($0) } ?? algebra.node(node, shape)
    case .operation(let primitive):
      let operands = graph.operands(of: node)
      let forms = operands.map { known[$0] ?? Algebra.one }
      // Without arrays nothing needs to be known of how entries lie.
      guard shape.isScalar, operands.allSatisfy({ graph.shape(of: $0).isScalar }) else {
        return array(primitive, node, Array(operands), forms)
      }
      return scalar(primitive, node, forms)
    }
  }

  // MARK: Numbers

  private mutating func scalar(
    _ primitive: Primitive, _ node: NodeID, _ x: [Algebra.Form]
  ) -> Algebra.Form {
    switch primitive.symbol {
    case .add: return algebra.sum(x[0], x[1])
    case .subtract: return algebra.sum(x[0], algebra.negated(x[1]))
    case .negate: return algebra.negated(x[0])
    case .multiply, .strongMultiply, .dot, .product: return algebra.product(x[0], x[1])
    case .divide: return quotient(x[0], x[1])
    case .power: return power(x[0], x[1])
    case .sum, .transpose, .variable, .reshape, .broadcast, .sumTo, .prod: return x[0]
    default: break
    }
    let one = Algebra.one
    switch primitive.name {
    case "strongDivide": return quotient(x[0], x[1])
    case "powerLog": return algebra.product(x[0], logarithm(x[1]))
    case "exp": return exponential(x[0], "exp")
    case "expm1": return algebra.sum(exponential(x[0], "exp"), number(-1))
    case "log": return logarithm(x[0])
    case "log1p": return logarithm(algebra.sum(one, x[0]))
    case "log2": return quotient(logarithm(x[0]), logarithm(number(2)))
    case "log10": return quotient(logarithm(x[0]), logarithm(number(10)))
    case "sqrt": return root(x[0], half)
    case "hypot":
      let first = algebra.power(x[0], Rational(2)), second = algebra.power(x[1], Rational(2))
      return root(algebra.sum(first, second), half)
    case "sin", "cos", "tan": return circular(primitive.name, x[0])
    case "sinh", "cosh", "tanh", "sech": return hyperbolic(primitive.name, x[0])
    case "sigmoid":
      return quotient(one, algebra.sum(one, exponential(algebra.negated(x[0]), "exp")))
    case "softplus": return logarithm(algebra.sum(one, exponential(x[0], "exp")))
    case "abs": return absolute(x[0])
    case "relu": return scaledHalf(algebra.sum(x[0], absolute(x[0])))
    case "maximum", "minimum":
      let gap = absolute(algebra.sum(x[0], algebra.negated(x[1])))
      let sum = algebra.sum(x[0], x[1])
      return scaledHalf(
        algebra.sum(sum, primitive.name == "maximum" ? gap : algebra.negated(gap)))
    default:
      let arguments = x.map { normalised($0) }
      return algebra.call(primitive.name, arguments, graph.attribute(of: node), .scalar)
    }
  }

  let half = Rational(1, over: 2) ?? .one
  mutating func number(_ value: Int) -> Algebra.Form { algebra.number(Rational(value)) }
  mutating func scaledHalf(_ form: Algebra.Form) -> Algebra.Form {
    algebra.product(form, algebra.number(half))
  }
  mutating func normalised(_ form: Algebra.Form) -> Algebra.Form { algebra.expanded(form) }

  mutating func quotient(_ a: Algebra.Form, _ b: Algebra.Form) -> Algebra.Form {
    let below = normalised(b)
    return algebra.product(a, algebra.power(below, Rational(-1)))
  }

  /// e^u or e^{iu}: a product of powers of the exponentials of the terms of u, since those are never 0.
  mutating func exponential(_ form: Algebra.Form, _ name: String) -> Algebra.Form {
    var result = Algebra.one
    let exponent = normalised(form)
    for term in algebra.terms(of: exponent) {
      let base: Algebra.Form
      if term.form == Algebra.one, name == "exp" {
        base = algebra.constant("e")
      } else if name == "exp", case .call("log", _, let inside) = algebra[term.form] {
        base =
          positives.contains(inside[0]) || algebra.number(inside[0]) != nil
          ? inside[0] : absolute(inside[0])
      } else {
        base = algebra.call(name, [term.form], .none, .scalar)
      }
      result = algebra.product(
        result, algebra.product([Algebra.Factor(base: base, exponent: term.coefficient)]))
    }
    return result
  }

  private mutating func circular(_ name: String, _ angle: Algebra.Form) -> Algebra.Form {
    let forward = exponential(angle, "expi")
    let backward = algebra.power(forward, Rational(-1))
    let i = algebra.constant("i")
    let difference = algebra.sum(forward, algebra.negated(backward))
    let sine = scaledHalf(algebra.product(difference, algebra.power(i, Rational(-1))))
    let cosine = scaledHalf(algebra.sum(forward, backward))
    return name == "sin" ? sine : name == "cos" ? cosine : quotient(sine, cosine)
  }

  private mutating func hyperbolic(_ name: String, _ x: Algebra.Form) -> Algebra.Form {
    let up = exponential(x, "exp")
    let down = algebra.power(up, Rational(-1))
    let sine = scaledHalf(algebra.sum(up, algebra.negated(down)))
    let cosine = scaledHalf(algebra.sum(up, down))
    switch name {
    case "sinh": return sine
    case "cosh": return cosine
    case "tanh": return quotient(sine, cosine)
    default: return quotient(Algebra.one, cosine)
    }
  }
}
