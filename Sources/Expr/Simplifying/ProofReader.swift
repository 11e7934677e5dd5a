/// Reads nodes as forms for the proof of an identity: circular and hyperbolic functions as
/// exponentials, roots as powers, logarithms of products as sums, so that multiplying out decides.
///
/// The rules hold wherever both sides of a claim are defined. A logarithm stands for log|u| and a root
/// of a product for the product of the roots of the |u|, which are those where the original is real;
/// what stands alone under a logarithm or a root is known not to be negative.
public struct ProofReader {
  public private(set) var algebra = Algebra()
  private let graph: Graph
  private var known: [NodeID: Algebra.Form] = [:]
  /// Forms that are not negative wherever both sides are defined.
  private var positives: Set<Algebra.Form> = []
  /// A branch that is not taken says nothing about its arguments.
  private let learnsSigns: Bool

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

  private let half = Rational(1, over: 2) ?? .one
  private mutating func number(_ value: Int) -> Algebra.Form { algebra.number(Rational(value)) }
  private mutating func scaledHalf(_ form: Algebra.Form) -> Algebra.Form {
    algebra.product(form, algebra.number(half))
  }
  private mutating func normalised(_ form: Algebra.Form) -> Algebra.Form { algebra.expanded(form) }

  private mutating func quotient(_ a: Algebra.Form, _ b: Algebra.Form) -> Algebra.Form {
    let below = normalised(b)
    return algebra.product(a, algebra.power(below, Rational(-1)))
  }

  /// e^u or e^{iu}: a product of powers of the exponentials of the terms of u, since those are never 0.
  private mutating func exponential(_ form: Algebra.Form, _ name: String) -> Algebra.Form {
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

  // MARK: Signs

  /// Whether a form is never negative, for what it is made of.
  private func isPositive(_ form: Algebra.Form) -> Bool {
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

  private mutating func absolute(_ form: Algebra.Form) -> Algebra.Form {
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
  private mutating func absolute(_ factor: Algebra.Factor) -> Algebra.Form {
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
  private mutating func logarithm(_ form: Algebra.Form) -> Algebra.Form {
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
  private mutating func root(_ form: Algebra.Form, _ exponent: Rational) -> Algebra.Form {
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

  private mutating func learn(_ form: Algebra.Form) {
    if learnsSigns { positives.insert(form) }
  }

  private mutating func power(_ base: Algebra.Form, _ exponent: Algebra.Form) -> Algebra.Form {
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

  // MARK: Arrays

  /// Entry by entry arrays follow the laws of numbers; linear operations go into sums.
  private mutating func array(
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
