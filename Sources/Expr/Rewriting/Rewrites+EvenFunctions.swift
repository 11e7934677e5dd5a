extension Rewrite {
  /// Even functions of a length √(x² + y²), √x or |x|, which have no kink where the length has.
  static let evenFunctions: [Rewrite] = [
    Rewrite(
      "cos(sqrt(x)), cosh(hypot(x, y)), sin(r)/r, …", "the function's own series in r^2",
      when: "r = |x|, sqrt, hypot or norm; r < 1, elsewhere as it is",
      mends: "0/0 and a kink at r = 0 that is none, lost digits near it",
      samples: [
        ("cos(sqrt(x^2 + (2*x)^2))", [1e-3, 0.5, -3]), ("sin(sqrt(x))/sqrt(x)", [1e-3, 0.7, 4]),
        ("cos(sqrt(x))", [1e-9, 0.5, 30]), ("tanh(abs(x))/abs(x)", [1e-6, -0.5, 3]),
      ],
      .finalNode(Array(Rewriter.evenFunctions.values.map(\.operation))) { rewriter, node in
        rewriter.evenFunction(node)
      }),
    Rewrite(
      "r*sin(r), tanh(r)^2, …", "r^2 sin(r)/r, r^2 (tanh(r)/r)^2",
      when: "r = |x|, sqrt, hypot or norm; r < 1, elsewhere as it is",
      mends: "0/0 and a kink at r = 0 that is none",
      samples: [
        ("sqrt(x)*sin(sqrt(x))", [1e-9, 0.5, 3]), ("tanh(sqrt(x))^2", [1e-9, 0.5, 3]),
        ("abs(x)*tanh(abs(x))", [1e-9, -0.5, 3]),
      ],
      .finalFactors { rewriter, factors in rewriter.evenProduct(&factors) }),
  ]
}

extension Rewriter {
  /// A function by its operation, and what it is called in `Primitive.functions`.
  struct EvenFunction {
    let operation: Operation
    let series: String
    /// 1 over it.
    var isReciprocal = false
    /// Whether it takes how much of the series is left out as its first operand.
    var isTail = false
  }

  static let evenFunctions: [Int16: EvenFunction] = {
    var table: [Int16: EvenFunction] = [:]
    for name in ["cos", "cosh", "versin", "coshm1", "logcosh", "logcos"] {
      table[Operation(name).index] = EvenFunction(operation: Operation(name), series: name)
    }
    table[Operation.sech.index] = EvenFunction(
      operation: .sech, series: "cosh", isReciprocal: true)
    for function in Primitive.functions where function.hasParity {
      let tail = Operation.tail(function.name)
      table[tail.index] = EvenFunction(operation: tail, series: function.name, isTail: true)
    }
    return table
  }()

  /// Odd functions by their operation: their series begin with the first power.
  static let oddFunctions: [Int16: String] = Dictionary(
    uniqueKeysWithValues: [
      "sin", "tan", "sinh", "tanh", "asin", "atan", "asinh", "atanh", "erf",
    ].map { (Operation($0).index, $0) })

  /// The square of a length, without the length: nil for what is none.
  mutating func squaredLength(_ node: NodeID) -> NodeID? {
    // The square of a length is simplified as any other power, last rules or not.
    let mode = isFinal
    isFinal = false
    defer { isFinal = mode }
    let form = linearForm(of: node)
    guard form.constant == 0, form.terms.count == 1 else { return nil }
    let (factor, length) = form.terms[0]
    let square: NodeID
    switch operation(of: length) {
    case Operation.sqrt.index: square = operand(length)
    case Operation.abs.index, Operation.hypot.index, Operation.norm.index:
      let two = number(2)
      square = make(.power, length, two)
    default: return nil
    }
    return scaled(square, by: factor * factor)
  }

  /// An even function of a length, by its series near 0.
  mutating func evenFunction(_ node: NodeID) -> NodeID? {
    guard let function = Self.evenFunctions[operation(of: node)] else { return nil }
    let length = operand(node, function.isTail ? 2 : 0)
    var order = 0.0
    if function.isTail {
      guard let first = constant(operand(node)), constant(operand(node, 1)) == 0,
        let series = Primitive.functions.first(where: { $0.name == function.series }),
        Int(first) % 2 == (series.isOdd ? 1 : 0)
      else { return nil }
      order = first
    }
    guard let square = squaredLength(length) else { return nil }
    var inside = evenSeries(function.series, order: order, of: square)
    if function.isReciprocal {
      let one = number(1)
      inside = graph.apply(.divide, one, inside)
    }
    return near(length, inside, else: node)
  }

  private mutating func evenSeries(_ name: String, order: Double, of square: NodeID) -> NodeID {
    let first = number(order), none = number(0)
    let operation = Operation(Primitive.rootName(name))
    return graph.apply(operation.primitive, [first, none, square])
  }

  /// Odd functions of one length r and powers of r whose product is even.
  mutating func evenProduct(_ factors: inout Factors) -> Bool {
    for (base, _) in factors.powers where Self.oddFunctions[operation(of: base)] != nil {
      let length = operand(base)
      guard let square = squaredLength(length) else { continue }
      let own = self.factors(of: length)
      var parts = Factors(), rest = Factors()
      var inside: [(node: NodeID, exponent: Double)] = []
      var total = 0.0
      for (factor, exponent) in factors.powers {
        if let name = Self.oddFunctions[operation(of: factor)], operand(factor) == length {
          inside.append((evenSeries(name, order: 1, of: square), exponent))
        } else if own.powers.count == 1, own.powers[0].base == factor {
          // √u is the factor u with half the exponent.
          total += exponent / own.powers[0].exponent
          parts.powers.append((factor, exponent))
          continue
        } else {
          rest.powers.append((factor, exponent))
          continue
        }
        total += exponent
        parts.powers.append((factor, exponent))
      }
      guard total > 0, total.truncatingRemainder(dividingBy: 2) == 0 else { continue }
      let half = number(total / 2)
      var near = make(.power, square, half)
      for (node, exponent) in inside {
        let power = number(exponent)
        let part = graph.apply(.power, node, power)
        near = graph.apply(.multiply, near, part)
      }
      let plain = node(of: parts)
      let value = self.near(length, near, else: plain)
      factors.powers = rest.powers
      factors.multiply(value, 1)
      return true
    }
    return false
  }
}
