/// A product as c·Πuᵢ^eᵢ·exp(Σ…), with a number c and numbers eᵢ.
struct Factors {
  var coefficient = 1.0
  var powers: [(base: NodeID, exponent: Double)] = []
  /// The arguments of exponentials, each times a number.
  var exponentials: [(factor: Double, argument: NodeID)] = []
  /// Bases under a root: they must not be below 0.
  var underRoots: [NodeID] = []
  /// Bases that stood above and below the line, or under several roots.
  var merged: [NodeID] = []
  var exponentialCount = 0

  /// Longer products are taken in parts.
  static let limit = 10

  /// The operations that are read as products.
  static let roots: [Primitive.Symbol] = [.multiply, .divide, .power]

  mutating func multiply(_ base: NodeID, _ exponent: Double) {
    guard let place = powers.firstIndex(where: { $0.base == base }) else {
      if exponent != 0 { powers.append((base, exponent)) }
      return
    }
    if powers[place].exponent.sign != exponent.sign || underRoots.contains(base) {
      merged.append(base)
    }
    powers[place].exponent += exponent
    if powers[place].exponent == 0 { powers.remove(at: place) }
  }

  func exponent(of base: NodeID) -> Double {
    powers.first { $0.base == base }?.exponent ?? 0
  }
}

extension Rewriter {
  func factors(of node: NodeID) -> Factors {
    var factors = Factors()
    collect(node, 1, into: &factors, depth: 8)
    return factors
  }

  func collect(_ node: NodeID, _ exponent: Double, into factors: inout Factors, depth: Int = 8) {
    let isWhole = exponent == exponent.rounded()
    if let value = constant(node), isWhole || value > 0 {
      factors.coefficient *= Self.power(value, exponent)
      return
    }
    guard depth > 0, factors.powers.count < Factors.limit else {
      factors.multiply(node, exponent)
      return
    }
    switch symbol(of: node) {
    case .multiply where isWhole:
      collect(operand(node), exponent, into: &factors, depth: depth - 1)
      collect(operand(node, 1), exponent, into: &factors, depth: depth - 1)
    case .divide where isWhole:
      collect(operand(node), exponent, into: &factors, depth: depth - 1)
      collect(operand(node, 1), -exponent, into: &factors, depth: depth - 1)
    case .negate where isWhole:
      factors.coefficient *= Self.power(-1, exponent)
      collect(operand(node), exponent, into: &factors, depth: depth - 1)
    case .power:
      guard let inner = constant(operand(node, 1)), inner.isFinite, isWhole else {
        factors.multiply(node, exponent)
        return
      }
      if inner == inner.rounded() {
        collect(operand(node), exponent * inner, into: &factors, depth: depth - 1)
      } else {
        addRoot(operand(node), exponent * inner, &factors)
      }
    default: collectOther(node, exponent, into: &factors, depth: depth)
    }
  }

  private func collectOther(
    _ node: NodeID, _ exponent: Double, into factors: inout Factors, depth: Int
  ) {
    let isWhole = exponent == exponent.rounded()
    switch operation(of: node) {
    case Operation.strongDivide.index where isWhole:
      collect(operand(node), exponent, into: &factors, depth: depth - 1)
      collect(operand(node, 1), -exponent, into: &factors, depth: depth - 1)
    case Operation.sqrt.index where isWhole: addRoot(operand(node), exponent / 2, &factors)
    case Operation.exp.index:
      factors.exponentials.append((exponent, operand(node)))
      factors.exponentialCount += 1
    default: factors.multiply(node, exponent)
    }
  }

  private func addRoot(_ base: NodeID, _ exponent: Double, _ factors: inout Factors) {
    let isMet = factors.powers.contains { $0.base == base }
    factors.underRoots.append(base)
    if isMet { factors.merged.append(base) }
    factors.multiply(base, exponent)
  }

  /// Whole powers by squaring have fewer surprises than `pow`; the rest is left to it.
  private static func power(_ base: Double, _ exponent: Double) -> Double {
    switch exponent {
    case 1: base
    case -1: 1 / base
    case 2: base * base
    default:
      Primitive[.power].value(of: [Tensor(base), Tensor(exponent)], .none, .scalar)?.scalar
        ?? .nan
    }
  }

  /// The node of a product.
  mutating func node(of factors: Factors) -> NodeID {
    var above: [NodeID] = []
    var below: [NodeID] = []
    for (base, exponent) in factors.powers {
      let part = raised(base, to: exponent.magnitude)
      if exponent > 0 { above.append(part) } else { below.append(part) }
    }
    if !factors.exponentials.isEmpty {
      var total: NodeID?
      for (factor, argument) in factors.exponentials {
        guard let sum = total else {
          total = scaled(argument, by: factor)
          continue
        }
        let part = scaled(argument, by: factor.magnitude)
        total = factor < 0 ? make(.subtract, sum, part) : make(.add, sum, part)
      }
      if let total { above.append(make(.exp, total)) }
    }
    var product: NodeID?
    for part in above { product = product.map { graph.apply(.multiply, $0, part) } ?? part }
    var divisor: NodeID?
    for part in below { divisor = divisor.map { graph.apply(.multiply, $0, part) } ?? part }
    var result: NodeID
    if let product {
      result = scaledPlainly(product, by: factors.coefficient)
      if let divisor { result = graph.apply(.divide, result, divisor) }
    } else {
      result = number(factors.coefficient)
      if let divisor { result = graph.apply(.divide, result, divisor) }
    }
    return result
  }

  private mutating func scaledPlainly(_ node: NodeID, by factor: Double) -> NodeID {
    if factor == 1 { return node }
    if factor == -1 { return graph.apply(.negate, node) }
    let scale = number(factor)
    return graph.apply(.multiply, scale, node)
  }

  private mutating func raised(_ base: NodeID, to exponent: Double) -> NodeID {
    if exponent == 1 { return base }
    if exponent == 0.5 { return make(.sqrt, base) }
    let power = number(exponent)
    return make(.power, base, power)
  }

  /// A value with a domain, nan outside, as the value and a factor of 1 with that domain.
  private mutating func openGates(_ factors: inout Factors) {
    for (base, exponent) in factors.powers
    where isOperation(base, .select) && exponent == exponent.rounded() {
      guard constant(operand(base, 2))?.isNaN == true, constant(operand(base, 1)) == nil else {
        continue
      }
      let one = number(1), nan = number(.nan)
      let gate = graph.apply(.select, operand(base), one, nan)
      factors.multiply(base, -exponent)
      collect(operand(base, 1), exponent, into: &factors)
      factors.multiply(gate, 1)
    }
  }

  /// A product with one rewrite applied, and which; nil if none fits.
  mutating func rewrittenProduct(
    _ node: NodeID,
    by rules: [RewriteIndex.Indexed<RewriteIndex.FactorRule>]
  ) -> (NodeID, Int)? {
    let factors = factors(of: node)
    guard
      factors.powers.count + factors.exponentials.count > 1 || !factors.merged.isEmpty
        || factors.powers.contains(where: {
          $0.exponent < 0 || Self.oddFunctions[operation(of: $0.base)] != nil
        })
        || factors.exponentials.contains(where: { $0.factor != 1 })
    else { return nil }
    var changed = factors
    openGates(&changed)
    var first: Int?
    // One rule may prepare another; each that fires makes the product shorter.
    for _ in 0..<Factors.limit {
      let before = first
      var fired = false
      for (rule, body) in rules where body(&self, &changed) {
        first = before ?? rule
        fired = true
        break
      }
      if !fired { break }
    }
    return first.map { (self.node(of: changed), $0) }
  }
}
