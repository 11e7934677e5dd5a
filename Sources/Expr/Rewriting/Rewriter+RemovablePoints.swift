import RealModule

/// Quotients of factors that vanish together: each factor that vanishes with w as wᵖ is w^p times a
/// series that does not vanish, and the powers of w cancel.
extension Rewriter {
  /// A factor as wᵖ·rest.
  private struct Vanishing {
    let factor: NodeID
    /// What it vanishes with, and as which power.
    let variable: NodeID
    let order: Double
    /// What is left, and its reciprocal where that is better than 1 over it.
    let rest: @Sendable (inout Rewriter) -> NodeID
    var reciprocal: (@Sendable (inout Rewriter) -> NodeID)?
  }

  /// Functions that vanish at 0 with their argument, as which power of it, by the name of their
  /// series.
  private static let vanishing: [Int16: (order: Int, series: String)] = {
    var table: [Int16: (order: Int, series: String)] = [:]
    for (name, order, series) in [
      ("sin", 1, "sin"), ("tan", 1, "tan"), ("sinh", 1, "sinh"), ("tanh", 1, "tanh"),
      ("asin", 1, "asin"), ("atan", 1, "atan"), ("asinh", 1, "asinh"), ("atanh", 1, "atanh"),
      ("expm1", 1, "expm1"), ("log1p", 1, "log1p"), ("erf", 1, "erf"), ("versin", 2, "versin"),
      ("coshm1", 2, "coshm1"), ("logcos", 2, "logcos"), ("sinm", 3, "sin"), ("tanm", 3, "tan"),
      ("tanhm", 3, "tanh"), ("sinhm", 3, "sinh"), ("atanm", 3, "atan"), ("asinm", 3, "asin"),
      ("asinhm", 3, "asinh"), ("atanhm", 3, "atanh"), ("expm2", 2, "expm1"),
      ("expm3", 3, "expm1"), ("log1pm", 2, "log1p"), ("versinm", 4, "versin"),
      ("coshm", 4, "coshm1"),
    ] { table[Operation(name).index] = (order, series) }
    return table
  }()

  /// The argument of a function that vanishes with it.
  func vanishingVariable(_ node: NodeID) -> NodeID? {
    Self.vanishing[operation(of: node)] == nil ? nil : operand(node)
  }

  /// Takes one pair of vanishing factors, or a factor and a power of its variable, apart.
  mutating func removableFactor(_ factors: inout Factors) -> Bool {
    guard factors.powers.count > 1 else { return false }
    gatherLengths(&factors)
    var found: [(Vanishing, Double)] = []
    for (base, exponent) in factors.powers {
      if let item = vanishing(base, beside: factors) { found.append((item, exponent)) }
    }
    for (place, (item, exponent)) in found.enumerated() {
      let own = self.factors(of: item.variable)
      let bases = vanishingBases(own, 3)
      // What cancels: a power of the variable's own factors, or another function of them.
      let meets = bases.contains { part in
        let other = factors.exponent(of: part.base)
        if other != 0, (other < 0) != (exponent * part.exponent < 0) { return true }
        return found.enumerated().contains { position, partner in
          position != place && (partner.1 < 0) != (exponent < 0)
            && self.factors(of: partner.0.variable).exponent(of: part.base) != 0
        }
      }
      guard meets, own.exponentials.isEmpty,
        own.underRoots.isEmpty || isOperation(item.variable, .sqrt),
        exponent == exponent.rounded()
      else { continue }
      factors.multiply(item.factor, -exponent)
      if exponent < 0, let reciprocal = item.reciprocal {
        let rest = reciprocal(&self)
        factors.multiply(rest, -exponent)
      } else {
        let rest = item.rest(&self)
        collect(rest, exponent, into: &factors)
      }
      collect(item.variable, item.order * exponent, into: &factors)
      factors.merged.removeAll { base in
        base == item.factor || own.powers.contains { $0.base == base } && isTotal(base)
      }
      return true
    }
    return false
  }

  /// x² + y² as r² beside functions that vanish with r = √(x² + y²).
  private mutating func gatherLengths(_ factors: inout Factors) {
    for (base, _) in factors.powers {
      guard let length = vanishingVariable(base),
        isOperation(length, .hypot) || isOperation(length, .norm) || isOperation(length, .abs),
        let square = squaredLength(length)
      else { continue }
      let parts = self.factors(of: square)
      guard parts.powers.count == 1 else { continue }
      let (inner, power) = parts.powers[0]
      let exponent = factors.exponent(of: inner)
      guard exponent != 0, exponent.truncatingRemainder(dividingBy: power) == 0 else { continue }
      factors.multiply(inner, -exponent)
      factors.multiply(length, 2 * exponent / power)
      factors.merged.removeAll { $0 == inner || $0 == length }
    }
  }

  /// The factors of a variable, and those of the arguments of functions among them that vanish.
  private func vanishingBases(
    _ own: Factors, _ depth: Int
  ) -> [(base: NodeID, exponent: Double)] {
    guard depth > 0 else { return own.powers }
    return own.powers
      + own.powers.flatMap { part -> [(base: NodeID, exponent: Double)] in
        guard let inner = vanishingVariable(part.base) else { return [] }
        return vanishingBases(factors(of: inner), depth - 1).map {
          ($0.base, $0.exponent * part.exponent)
        }
      }
  }

  /// The vanishing form of a factor, if it has one.
  private mutating func vanishing(_ node: NodeID, beside factors: Factors) -> Vanishing? {
    if let (order, series) = Self.vanishing[operation(of: node)] {
      let tail = Operation.tail(series), variable = operand(node)
      if let (base, ratio) = multiple(variable, of: factors) {
        return Vanishing(factor: node, variable: base, order: Double(order)) { rewriter in
          let first = rewriter.number(Double(order)), none = rewriter.number(0)
          let value = rewriter.graph(tail, first, none, variable)
          return rewriter.scaled(value, by: Primitive.wholePower(ratio, Double(order)))
        }
      }
      var result = Vanishing(factor: node, variable: variable, order: Double(order)) { rewriter in
        let first = rewriter.number(Double(order)), none = rewriter.number(0)
        return rewriter.graph(tail, first, none, variable)
      }
      if isOperation(node, .sinh) {
        // Far out the quotient overflows before its reciprocal has vanished.
        result.reciprocal = { rewriter in
          let one = rewriter.number(1), none = rewriter.number(0)
          let tail = rewriter.graph(.tail("sinh"), one, none, variable)
          let inside = rewriter.graph(.divide, one, tail)
          let decay = rewriter.graph(.csch, variable)
          let outside = rewriter.graph(.multiply, variable, decay)
          return rewriter.near(variable, inside, else: outside)
        }
      }
      if isOperation(node, .expm1) {
        result.reciprocal = { rewriter in
          let none = rewriter.number(0)
          return rewriter.graph(.tail("bernoulli"), none, none, variable)
        }
      }
      return result
    }
    return logarithm(node, beside: factors) ?? sum(node, beside: factors)
  }

  /// A sum among the factors of which another sum is a multiple: 3x - 3y of x - y.
  private func multiple(_ variable: NodeID, of factors: Factors) -> (NodeID, Double)? {
    let form = linearForm(of: variable)
    guard form.terms.count > 1 || form.constant != 0 else { return nil }
    for (base, _) in factors.powers where base != variable {
      guard isOperation(base, .add) || isOperation(base, .subtract),
        let ratio = ratio(form, linearForm(of: base)), factors.exponent(of: variable) == 0
      else { continue }
      return (base, ratio)
    }
    return nil
  }

  /// log(x) vanishes with x - 1.
  private func logarithm(_ node: NodeID, beside factors: Factors) -> Vanishing? {
    guard let x = argument(node, of: .log) else { return nil }
    for (base, exponent) in factors.powers where base != node && exponent != 0 {
      let form = linearForm(of: base)
      guard form.constant == -1, form.terms.count == 1, form.terms[0].coefficient == 1,
        form.terms[0].node == x
      else { continue }
      return Vanishing(factor: node, variable: base, order: 1) { rewriter in
        let one = rewriter.number(1), none = rewriter.number(0)
        return rewriter.graph(.tail("log1p"), one, none, base)
      }
    }
    return nil
  }

  /// A sum of functions of one variable that stands on the other side: x cos x - sin x over x³. Away
  /// from 0 nothing is lost by the form typed.
  private mutating func sum(_ node: NodeID, beside factors: Factors) -> Vanishing? {
    var inner = node
    // The choice between a series and the form typed: its plain form is the third operand.
    if isOperation(node, .select) { inner = operand(node, 2) }
    let operation = self.operation(of: inner)
    guard operation == .add || operation == .subtract || Self.split[operation] != nil,
      let series = seriesSum(linearForm(of: inner)), series.order > 0,
      factors.exponent(of: series.variable) != 0
        || factors.powers.contains(where: { vanishingVariable($0.base) == series.variable })
    else { return nil }
    let plain = inner
    return Vanishing(
      factor: node, variable: series.variable, order: Double(series.order)
    ) { rewriter in
      let inside = rewriter.quotient(of: series)
      // A polynomial needs no second form.
      if series.terms.allSatisfy({ $0.function == nil }) { return inside }
      let order = rewriter.number(Double(series.order))
      let power = rewriter.graph.apply(.power, series.variable, order)
      let outside = rewriter.graph.apply(.divide, plain, power)
      return rewriter.near(series.variable, inside, else: outside)
    }
  }

  /// u·log(w) as u⊛log(w) where w is a product with a factor of u: 0 where u is.
  mutating func strongLogarithm(_ factors: inout Factors) -> Bool {
    for (place, (base, exponent)) in factors.powers.enumerated() where exponent == 1 {
      let parts: [NodeID]
      switch operation(of: base) {
      case Operation.log.index: parts = [operand(base)]
      case Operation.logQuotient.index, Operation.logProduct.index:
        parts = [operand(base), operand(base, 1)]
      case Operation.log1p.index:
        // (1 - x) log(1 - x): the factor that the logarithm was typed of.
        var form = linearForm(of: operand(base))
        form.constant += 1
        parts = factors.powers.map(\.base).filter { factor in
          var gap = form
          collect(factor, -1, into: &gap)
          return gap.terms.isEmpty && gap.constant == 0
        }
      default: continue
      }
      let shared = parts.flatMap { self.factors(of: $0).powers.map(\.base) }
      let meeting = factors.powers.filter { $0.exponent > 0 && shared.contains($0.base) }
      guard !meeting.isEmpty, meeting.allSatisfy({ isTotal($0.base) || isNonNegative($0.base) })
      else { continue }
      factors.powers.remove(at: place)
      factors.powers.removeAll { part in meeting.contains { $0.base == part.base } }
      var weight = Factors()
      weight.powers = meeting
      let product = node(of: weight)
      let strong = graph(.strongMultiply, product, base)
      factors.multiply(strong, 1)
      return true
    }
    return false
  }
}
