/// A sum of functions of one variable u, as Σ cᵢ·u^kᵢ·gᵢ(sᵢ·u) with known series about 0: how many of
/// its first terms cancel, and what is left without them.
struct SeriesSum {
  struct Term {
    var coefficient: Double
    var power: Int
    /// The position in `Primitive.functions`; nil for 1.
    var function: Int?
    var scale = 1.0

    /// The n-th coefficient of its series.
    func series(_ n: Int) -> Double {
      guard n >= power else { return 0 }
      guard let function else { return n == power ? coefficient : 0 }
      var factor = coefficient
      for _ in power..<n { factor *= scale }
      return factor * Primitive.functions[function].atZero[n - power]
    }
  }

  let variable: NodeID
  let terms: [Term]
  /// The first power that does not cancel.
  let order: Int
  /// Whether terms below it do.
  let cancels: Bool

  /// Sums that vanish to a higher order than this are taken for zero.
  private static let orderLimit = 8

  init?(_ variable: NodeID, _ terms: [Term]) {
    self.variable = variable
    self.terms = terms
    guard
      let order = (0..<Self.orderLimit).first(where: { n in
        let parts = terms.map { $0.series(n) }
        let size = parts.reduce(0) { $0 + $1.magnitude }
        return parts.reduce(0, +).magnitude > 1e-13 * size
      })
    else { return nil }
    self.order = order
    cancels = (0..<order).contains { n in terms.contains { $0.series(n) != 0 } }
  }
}

extension Rewriter {
  /// A sum in one variable, if all its terms are.
  mutating func seriesSum(_ form: LinearForm) -> SeriesSum? {
    guard form.terms.count <= 6 else { return nil }
    var form = form
    // g(a) - g(b) in one operation counts as two terms.
    if form.terms.count == 1, let function = Self.split[operation(of: form.terms[0].node)] {
      let (scale, pair) = form.terms[0]
      form.terms = []
      let first = graph.apply(function.primitive, [operand(pair)])
      let second = graph.apply(function.primitive, [operand(pair, 1)])
      form.add(scale, first)
      form.add(-scale, second)
    }
    guard form.terms.count + (form.constant != 0 ? 1 : 0) >= 2, form.terms.count <= 6 else {
      return nil
    }
    var variable: NodeID?
    // Most sums are in several variables, which their plain terms show.
    for (_, node) in form.terms {
      guard let plain = plainVariable(node) else { continue }
      guard variable == nil || variable == plain else { return nil }
      variable = plain
    }
    variable = nil
    var terms: [SeriesSum.Term] = []
    for (coefficient, node) in form.terms {
      guard let term = seriesTerm(coefficient, node, &variable) else { return nil }
      terms.append(term)
    }
    if form.constant != 0 { terms.append(SeriesSum.Term(coefficient: form.constant, power: 0)) }
    guard let variable, terms.contains(where: { $0.function != nil || $0.power > 0 }) else {
      return nil
    }
    return SeriesSum(variable, terms)
  }

  /// The variable of a term that is one, or a whole power of one.
  private func plainVariable(_ node: NodeID) -> NodeID? {
    if operation(of: node) < 0 { return node }
    guard symbol(of: node) == .power, operation(of: operand(node)) < 0,
      let exponent = constant(operand(node, 1)), exponent >= 1, exponent == exponent.rounded()
    else { return nil }
    return operand(node)
  }

  /// The functions that differences in one operation are of.
  static let split: [Int16: Operation] = Dictionary(
    uniqueKeysWithValues: ["exp", "sin", "cos", "tan", "tanh", "atan"].map {
      (Operation($0 + "Difference").index, Operation($0))
    })

  private func seriesTerm(
    _ coefficient: Double, _ node: NodeID, _ variable: inout NodeID?
  ) -> SeriesSum.Term? {
    let factors = factors(of: node)
    guard factors.underRoots.isEmpty else { return nil }
    var term = SeriesSum.Term(coefficient: coefficient * factors.coefficient, power: 0)
    var functions: [(index: Int, argument: NodeID)] = []
    for (base, exponent) in factors.powers {
      if exponent == 1, let index = seriesFunction(operation(of: base)) {
        functions.append((index, operand(base)))
        continue
      }
      guard let whole = Int(exactly: exponent), (1...6).contains(whole),
        variable == nil || variable == base, operation(of: base) < 0 || functions.isEmpty
      else { return nil }
      variable = base
      term.power = whole
    }
    for (factor, argument) in factors.exponentials {
      guard factor == 1 else { return nil }
      functions.append((seriesFunction(Operation.exp.index) ?? 0, argument))
    }
    guard functions.count <= 1 else { return nil }
    guard let function = functions.first else { return term }
    let argument = linearForm(of: function.argument)
    guard argument.constant == 0, argument.terms.count == 1,
      variable == nil || variable == argument.terms[0].node
    else { return nil }
    variable = argument.terms[0].node
    term.function = function.index
    term.scale = argument.terms[0].coefficient
    return term
  }

  /// Functions by their operation, as positions in `Primitive.functions`.
  private static let seriesFunctions: [Int?] = {
    var places: [Int?] = Array(repeating: nil, count: Primitive.all.count)
    for (place, function) in Primitive.functions.enumerated() {
      if let primitive = Primitive.named(function.name) { places[Int(primitive.index)] = place }
    }
    return places
  }()

  /// The position in `Primitive.functions` of what a node applies.
  private func seriesFunction(_ operation: Int16) -> Int? {
    operation < 0 ? nil : Self.seriesFunctions[Int(operation)]
  }

  /// u^p times what is left of the sum.
  mutating func node(of series: SeriesSum) -> NodeID {
    let rest = quotient(of: series)
    guard series.order > 0 else { return rest }
    let power = number(Double(series.order))
    let factor = graph.apply(.power, series.variable, power)
    return graph.apply(.multiply, factor, rest)
  }

  /// The sum over u^p, without its own division.
  mutating func quotient(of series: SeriesSum) -> NodeID {
    var total: NodeID?
    for term in series.terms {
      guard let part = quotient(of: term, series) else { continue }
      total = total.map { graph.apply(.add, $0, part) } ?? part
    }
    return total ?? number(0)
  }

  private mutating func quotient(of term: SeriesSum.Term, _ series: SeriesSum) -> NodeID? {
    let rest = series.order - term.power
    guard let function = term.function else {
      if rest > 0 { return nil }
      return weighted(term.coefficient, series.variable, power: -rest, by: nil)
    }
    let argument = scaled(series.variable, by: term.scale)
    let name = Primitive.functions[function].name
    if rest <= 0 {
      let value = graph.apply(Operation(name).primitive, [argument])
      return weighted(term.coefficient, series.variable, power: -rest, by: value)
    }
    let order = number(Double(rest)), none = number(0)
    let tail = graph.apply(Operation.tail(name).primitive, [order, none, argument])
    var factor = term.coefficient
    for _ in 0..<rest { factor *= term.scale }
    return weighted(factor, series.variable, power: 0, by: tail)
  }

  /// c·uᵏ·g with plain products.
  private mutating func weighted(
    _ coefficient: Double, _ variable: NodeID, power: Int, by value: NodeID?
  ) -> NodeID {
    var product = value
    if power > 0 {
      let exponent = number(Double(power))
      let factor = graph.apply(.power, variable, exponent)
      product = product.map { graph.apply(.multiply, factor, $0) } ?? factor
    }
    let scale = number(coefficient)
    return product.map { graph.apply(.multiply, scale, $0) } ?? scale
  }
}
