/// (p - q)/w where p and q are one formula at two places and w is their distance: divided differences
/// follow rules as derivatives do, with product, quotient and chain.
extension Rewriter {
  /// Deeper formulas are left alone.
  private static let slopeDepth = 6

  /// Functions with a divided difference of their own.
  private static let slopes: [Int16: Operation] = Dictionary(
    uniqueKeysWithValues: Primitive.slopeFunctions.map {
      (Operation($0.name).index, Operation(Primitive.slopeName($0.name)))
    })

  /// What differences in one operation are differences of.
  private static let pairs: [Int16: Operation] = Dictionary(
    uniqueKeysWithValues: [
      ("logQuotient", "log"), ("erfDifference", "erf"), ("sigmoidDifference", "sigmoid"),
    ].map { (Operation($0.0).index, Operation($0.1)) }
  ).merging(split) { first, _ in first }

  /// Takes one difference over its distance.
  mutating func quotientOfDifference(_ factors: inout Factors) -> Bool {
    for (node, own) in factors.powers where own == own.rounded() {
      for (base, exponent) in factors.powers where (exponent < 0) != (own < 0) {
        let isDistance =
          operation(of: base) < 0 || isOperation(base, .add) || isOperation(base, .subtract)
        guard isDistance, let slope = dividedDifference(node, over: base) else { continue }
        factors.multiply(node, -own)
        factors.multiply(base, own)
        collect(slope, own, into: &factors)
        factors.merged.removeAll { $0 == node || $0 == base && isTotal(base) }
        return true
      }
    }
    return false
  }

  /// A sum over another one; nil if it is no difference of a formula at two places that far apart.
  private mutating func dividedDifference(_ node: NodeID, over base: NodeID) -> NodeID? {
    let distance = linearForm(of: base)
    // Over a step h alone it is a finite difference, whose lost digits are what its user wants to see.
    let isStep = distance.terms.count == 1 && distance.constant == 0
    guard !distance.terms.isEmpty, !isStep else { return nil }
    if let function = Self.pairs[operation(of: node)] {
      let a = operand(node), b = operand(node, 1)
      // log(x/y) has a value for two negative numbers as well.
      return slope(of: function, a, b, over: distance, Self.slopeDepth)
    }
    let isSum = operation(of: node) == .add || operation(of: node) == .subtract
    guard isSum else { return nil }
    return slope(of: linearForm(of: node), over: distance, Self.slopeDepth)
  }

  /// The terms of a sum in pairs; what is left must be a multiple of the distance.
  private mutating func slope(
    of form: LinearForm, over distance: LinearForm, _ depth: Int
  ) -> NodeID? {
    guard form.terms.count <= 6 else { return nil }
    var rest = form
    var parts: [NodeID] = []
    var place = 0
    while place < rest.terms.count {
      let (factor, first) = rest.terms[place]
      var partner: Int?
      for other in rest.terms.indices.dropFirst(place + 1)
      where rest.terms[other].coefficient == -factor {
        guard let part = slope(first, rest.terms[other].node, over: distance, depth) else {
          continue
        }
        parts.append(scaled(part, by: factor))
        partner = other
        break
      }
      if let partner {
        rest.terms.remove(at: partner)
        rest.terms.remove(at: place)
      } else {
        place += 1
      }
    }
    if let ratio = ratio(rest, distance) {
      if ratio != 0 || parts.isEmpty { parts.append(number(ratio)) }
    } else if rest.terms.count == 1, rest.constant != 0,
      let part = slope(
        rest.terms[0].node, value: -rest.constant / rest.terms[0].coefficient, over: distance)
    {
      parts.append(scaled(part, by: rest.terms[0].coefficient))
    } else {
      return nil
    }
    return parts.dropFirst().reduce(parts[0]) { graph.apply(.add, $0, $1) }
  }

  /// k where one sum is k times another.
  func ratio(_ form: LinearForm, _ other: LinearForm) -> Double? {
    if form.terms.isEmpty { return form.constant == 0 ? 0 : nil }
    guard form.terms.count == other.terms.count,
      let match = other.terms.first(where: { $0.node == form.terms[0].node })
    else { return nil }
    let ratio = form.terms[0].coefficient / match.coefficient
    let agrees = form.terms.allSatisfy { term in
      other.terms.contains { $0.node == term.node && $0.coefficient * ratio == term.coefficient }
    }
    return agrees && other.constant * ratio == form.constant ? ratio : nil
  }

  /// (p - q) over a distance.
  private mutating func slope(
    _ p: NodeID, _ q: NodeID, over distance: LinearForm, _ depth: Int
  ) -> NodeID? {
    if p == q { return number(0) }
    var gap = linearForm(of: p)
    collect(q, -1, into: &gap)
    if let ratio = ratio(gap, distance) { return number(ratio) }
    guard depth > 0 else { return nil }
    if let a = argumentOfLogarithm(p), let b = argumentOfLogarithm(q) {
      // Unlike its divided difference the logarithm ends at 0.
      return slope(of: .log, a, b, over: distance, depth).map { guarded($0, by: a) }
    }
    let operation = self.operation(of: p)
    guard operation >= 0, operation == self.operation(of: q) else { return nil }
    if Self.slopes[operation] != nil, let function = function(operation) {
      return slope(of: function, operand(p), operand(q), over: distance, depth)
    }
    switch operation {
    case .add, .subtract, .negate: return slope(of: gap, over: distance, depth - 1)
    case .multiply, Operation.strongMultiply.index:
      return slopeOfProduct(p, q, over: distance, depth - 1)
    case .divide:
      let (a, b, c, d) = (operand(p), operand(p, 1), operand(q), operand(q, 1))
      guard let above = slope(a, c, over: distance, depth - 1),
        let below = slope(b, d, over: distance, depth - 1)
      else { return nil }
      let product = graph.apply(.multiply, q, below)
      let difference = graph.apply(.subtract, above, product)
      return graph.apply(.divide, difference, b)
    case Operation.sqrt.index:
      guard let inner = slope(operand(p), operand(q), over: distance, depth - 1) else {
        return nil
      }
      let sum = graph.apply(.add, p, q)
      return graph.apply(.divide, inner, sum)
    case Operation.cbrt.index:
      guard let inner = slope(operand(p), operand(q), over: distance, depth - 1) else {
        return nil
      }
      let sum = powerSum(p, q, 3)
      return graph.apply(.divide, inner, sum)
    case Operation.power.index: return slopeOfPower(p, q, over: distance, depth - 1)
    default: return nil
    }
  }

  /// x of log x; x y of what log(x y) has become.
  private mutating func argumentOfLogarithm(_ node: NodeID) -> NodeID? {
    if isOperation(node, .log) { return operand(node) }
    guard isOperation(node, .logProduct) else { return nil }
    return graph.apply(.multiply, operand(node), operand(node, 1))
  }

  private func function(_ operation: Int16) -> Operation? {
    Operation(Primitive.all[Int(operation)].name)
  }

  /// g[a, b] times the slope of the argument.
  private mutating func slope(
    of function: Operation, _ a: NodeID, _ b: NodeID, over distance: LinearForm, _ depth: Int
  ) -> NodeID? {
    guard let operation = Self.slopes[function.index],
      let inner = slope(a, b, over: distance, depth - 1)
    else { return nil }
    let none = number(0)
    let value = graph.apply(operation.primitive, [none, a, b])
    return graph.apply(.multiply, inner, value)
  }

  /// a b - c d = (a - c) b + c (b - d).
  private mutating func slopeOfProduct(
    _ p: NodeID, _ q: NodeID, over distance: LinearForm, _ depth: Int
  ) -> NodeID? {
    let (a, b) = (operand(p), operand(p, 1))
    for (c, d) in [(operand(q), operand(q, 1)), (operand(q, 1), operand(q))] {
      guard let first = slope(a, c, over: distance, depth),
        let second = slope(b, d, over: distance, depth)
      else { continue }
      let left = graph.apply(.multiply, first, b), right = graph.apply(.multiply, c, second)
      return graph.apply(.add, left, right)
    }
    return nil
  }

  /// Whole powers, those of a root, and exponentials to a base that is a number.
  private mutating func slopeOfPower(
    _ p: NodeID, _ q: NodeID, over distance: LinearForm, _ depth: Int
  ) -> NodeID? {
    if let base = constant(operand(p)), constant(operand(q)) == base, base > 0 {
      let a = scaled(operand(p, 1), by: Double.log(base))
      let b = scaled(operand(q, 1), by: Double.log(base))
      return slope(of: .exp, a, b, over: distance, depth)
    }
    guard let (x, exponent) = power(p), let (y, other) = power(q), exponent == other,
      let inner = slope(x, y, over: distance, depth)
    else { return nil }
    if let whole = Int(exactly: exponent), (2...12).contains(whole) {
      let sum = powerSum(x, y, whole)
      return graph.apply(.multiply, inner, sum)
    }
    guard let whole = Int(exactly: 2 * exponent), (3...23).contains(whole) else { return nil }
    let first = make(.sqrt, x), second = make(.sqrt, y)
    let above = powerSum(first, second, whole), below = graph.apply(.add, first, second)
    let product = graph.apply(.multiply, inner, above)
    return graph.apply(.divide, product, below)
  }

  /// aⁿ⁻¹ + aⁿ⁻²b + … + bⁿ⁻¹ by Horner's rule.
  mutating func powerSum(_ a: NodeID, _ b: NodeID, _ count: Int) -> NodeID {
    var sum = graph.apply(.add, a, b)
    var power = b
    for _ in 2..<max(2, count) {
      power = graph.apply(.multiply, power, b)
      sum = graph.apply(.multiply, sum, a)
      sum = graph.apply(.add, sum, power)
    }
    return sum
  }

  /// (g(a) - r) over a distance w with r = g(b), b the number that a takes where w is 0.
  private mutating func slope(
    _ node: NodeID, value: Double, over distance: LinearForm
  ) -> NodeID? {
    let operation = self.operation(of: node)
    // a/b - r = (a - r b)/b.
    if operation == .divide {
      var form = linearForm(of: operand(node))
      collect(operand(node, 1), -value, into: &form)
      guard let ratio = ratio(form, distance) else { return nil }
      let above = number(ratio)
      return graph.apply(.divide, above, operand(node, 1))
    }
    guard
      Self.slopes[operation] != nil || operation == Operation.sqrt.index
        || operation == Operation.power.index
    else { return nil }
    let argument = linearForm(of: operand(node))
    guard !argument.terms.isEmpty, argument.terms.count == distance.terms.count,
      let match = distance.terms.first(where: { $0.node == argument.terms[0].node })
    else { return nil }
    let factor = argument.terms[0].coefficient / match.coefficient
    let start = number(argument.constant - factor * distance.constant)
    guard let primitive = graph.primitive(of: node) else { return nil }
    var operands = Array(graph.operands(of: node))
    guard operands.dropFirst().allSatisfy({ constant($0) != nil }) else { return nil }
    operands[0] = start
    let expected = graph.apply(primitive, operands)
    guard constant(expected) == value else { return nil }
    // The same formula at that number, kept from becoming a number itself.
    let inner = number(factor)
    let none = number(0)
    if let slope = Self.slopes[operation] {
      let result = graph.apply(slope.primitive, [none, operand(node), start])
      let value = graph.apply(.multiply, inner, result)
      return operation == Operation.log.index ? guarded(value, by: operand(node)) : value
    }
    if operation == Operation.sqrt.index {
      let root = number(value), sum = graph.apply(.add, node, root)
      return graph.apply(.divide, inner, sum)
    }
    guard let exponent = power(node).flatMap({ Int(exactly: $0.exponent) }),
      (2...12).contains(exponent)
    else { return nil }
    let sum = powerSum(operand(node), start, exponent)
    return graph.apply(.multiply, inner, sum)
  }
}
