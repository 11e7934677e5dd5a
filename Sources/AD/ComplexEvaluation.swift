import Expr
import RealModule

/// Evaluates a graph of elementary functions in complex numbers: for the complex step, which has no
/// difference to cancel in.
///
/// - Source: DLMF 4.14, 4.21 and 4.28 for the functions of a complex argument.
struct ComplexEvaluation {
  struct Number {
    var real: Double
    var imaginary: Double
  }

  private let graph: Graph
  private let environment: Environment
  private var values: [NodeID: (shape: Shape, entries: [Number])] = [:]

  init(_ graph: Graph, environment: Environment) {
    self.graph = graph
    self.environment = environment
  }

  mutating func set(_ node: NodeID, real: Tensor, imaginary: Tensor) {
    values[node] = (
      real.shape,
      zip(real.elements, imaginary.elements).map { Number(real: $0, imaginary: $1) }
    )
  }

  /// The imaginary part of a scalar node; nil where an operation has no analytic continuation here.
  mutating func imaginaryPart(of output: NodeID) throws(Diagnostic) -> Double? {
    let varied = Array(values.keys)
    let isNeeded = graph.ancestors(of: [output], stoppingAt: varied)
    let isActive = graph.descendants(of: varied)
    let still = isNeeded.indices.filter { isNeeded[$0] && !isActive[$0] }
      .map { NodeID(rawValue: Int32($0)) }
    for (node, tensor) in zip(still, try graph.values(of: still, in: environment)) {
      set(node, real: tensor, imaginary: Tensor(tensor.shape, tensor.elements.map { _ in 0 }))
    }
    for index in isNeeded.indices where isNeeded[index] && isActive[index] {
      let node = NodeID(rawValue: Int32(index))
      guard values[node] == nil, let primitive = graph.primitive(of: node) else { continue }
      guard let entries = try entries(of: node, primitive) else { return nil }
      values[node] = (graph.shape(of: node), entries)
    }
    return values[output]?.entries.first?.imaginary
  }

  private func entries(
    of node: NodeID, _ primitive: Primitive
  ) throws(Diagnostic) -> [Number]? {
    let operands = Array(graph.operands(of: node))
    let shape = graph.shape(of: node)
    if let function = Number.functions[primitive.name], operands.count == 1 {
      return values[operands[0]]?.entries.map(function)
    }
    if let function = Number.operators[primitive.name], operands.count == 2 {
      let sides = try operands.map { operand throws(Diagnostic) in
        try linear(Primitive[.broadcast], [operand], .shape(shape))
      }
      guard let first = sides[0], let second = sides[1] else { return nil }
      return zip(first, second).map(function)
    }
    switch primitive.symbol {
    case .product, .dot: return try bilinear(primitive, operands, node)
    case .sum, .transpose, .broadcast, .sumTo, .reshape, .index, .scatter, .stack, .diag, .hcat,
      .vcat, .cumsum, .cumsumReversed, .replace, .variable:
      return try linear(primitive, operands, graph.attribute(of: node))
    default:
      guard ["mean", "trace", "flatten"].contains(primitive.name) else { return nil }
      return try linear(primitive, operands, graph.attribute(of: node))
    }
  }

  /// A linear operation works on real and imaginary parts alike.
  private func linear(
    _ primitive: Primitive, _ operands: [NodeID], _ attribute: Attribute
  ) throws(Diagnostic) -> [Number]? {
    let real = try apply(primitive, operands.map { part($0, \.real) }, attribute)
    let imaginary = try apply(primitive, operands.map { part($0, \.imaginary) }, attribute)
    return zip(real, imaginary).map { Number(real: $0, imaginary: $1) }
  }

  private func bilinear(
    _ primitive: Primitive, _ operands: [NodeID], _ node: NodeID
  ) throws(Diagnostic) -> [Number]? {
    let attribute = graph.attribute(of: node)
    let (a, b) = (operands[0], operands[1])
    func product(_ x: Tensor, _ y: Tensor) throws(Diagnostic) -> [Double] {
      try apply(primitive, [x, y], attribute)
    }
    let real = try product(part(a, \.real), part(b, \.real))
    let minus = try product(part(a, \.imaginary), part(b, \.imaginary))
    let first = try product(part(a, \.real), part(b, \.imaginary))
    let second = try product(part(a, \.imaginary), part(b, \.real))
    return real.indices.map {
      Number(real: real[$0] - minus[$0], imaginary: first[$0] + second[$0])
    }
  }

  private func part(_ node: NodeID, _ path: KeyPath<Number, Double>) -> Tensor {
    let value = values[node] ?? (.scalar, [Number(real: .nan, imaginary: .nan)])
    return Tensor(value.shape, value.entries.map { $0[keyPath: path] })
  }

  /// One operation on numbers, by a program of its own.
  private func apply(
    _ primitive: Primitive, _ operands: [Tensor], _ attribute: Attribute
  ) throws(Diagnostic) -> [Double] {
    var single = Graph()
    var leaves: [Leaf.ID] = []
    var nodes: [NodeID] = []
    for (position, operand) in operands.enumerated() {
      let id = Leaf.ID(order: position)
      leaves.append(id)
      nodes.append(
        single.leaf(Leaf(id: id, name: Name("x\(position)"), isData: true), shape: operand.shape))
    }
    if case .shape(let shape) = attribute, operands.count == 1, operands[0].shape == shape {
      return operands[0].elements
    }
    let result = single.apply(primitive, nodes, attribute)
    let program = try Program(single, outputs: [result])
    for (leaf, operand) in zip(leaves, operands) { program.set(leaf, to: operand) }
    try program.run()
    return program.value(ofOutput: 0).elements
  }
}

extension ComplexEvaluation.Number {
  typealias Number = ComplexEvaluation.Number

  static func + (a: Number, b: Number) -> Number {
    Number(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
  }
  static func - (a: Number, b: Number) -> Number {
    Number(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
  }
  static func * (a: Number, b: Number) -> Number {
    Number(
      real: a.real * b.real - a.imaginary * b.imaginary,
      imaginary: a.real * b.imaginary + a.imaginary * b.real)
  }
  static func / (a: Number, b: Number) -> Number {
    let size = b.real * b.real + b.imaginary * b.imaginary
    return Number(
      real: (a.real * b.real + a.imaginary * b.imaginary) / size,
      imaginary: (a.imaginary * b.real - a.real * b.imaginary) / size)
  }
  static func real(_ x: Double) -> Number { Number(real: x, imaginary: 0) }

  private var exponential: Number {
    let size = Double.exp(real)
    return Number(real: size * Double.cos(imaginary), imaginary: size * Double.sin(imaginary))
  }
  private var logarithm: Number {
    Number(
      real: Double.log(Double.hypot(real, imaginary)),
      imaginary: Double.atan2(y: imaginary, x: real))
  }
  private var sine: Number {
    Number(
      real: Double.sin(real) * Double.cosh(imaginary),
      imaginary: Double.cos(real) * Double.sinh(imaginary))
  }
  private var cosine: Number {
    Number(
      real: Double.cos(real) * Double.cosh(imaginary),
      imaginary: -(Double.sin(real) * Double.sinh(imaginary)))
  }
  private var hyperbolicSine: Number {
    Number(
      real: Double.sinh(real) * Double.cos(imaginary),
      imaginary: Double.cosh(real) * Double.sin(imaginary))
  }
  private var hyperbolicCosine: Number {
    Number(
      real: Double.cosh(real) * Double.cos(imaginary),
      imaginary: Double.sinh(real) * Double.sin(imaginary))
  }
  private var squareRoot: Number {
    let size = Double.hypot(real, imaginary)
    let half = ((size + abs(real)) / 2).squareRoot()
    if half == 0 { return Number(real: 0, imaginary: 0) }
    if real >= 0 { return Number(real: half, imaginary: imaginary / (2 * half)) }
    return Number(real: abs(imaginary) / (2 * half), imaginary: imaginary < 0 ? -half : half)
  }
  private var sigmoid: Number {
    // By the decaying exponential on either side, so that nothing overflows.
    if real >= 0 { return Number.real(1) / (Number.real(1) + (Number.real(0) - self).exponential) }
    return exponential / (Number.real(1) + exponential)
  }
  private var tanh: Number {
    let double = Number(real: 2 * real, imaginary: 2 * imaginary).sigmoid
    return Number(real: 2 * double.real - 1, imaginary: 2 * double.imaginary)
  }
  private func raised(to exponent: Number) -> Number {
    if exponent.imaginary == 0, let whole = Int(exactly: exponent.real), abs(whole) <= 64 {
      var power = Number.real(1)
      for _ in 0..<abs(whole) { power = power * self }
      return whole < 0 ? Number.real(1) / power : power
    }
    return (exponent * logarithm).exponential
  }

  static let functions: [String: @Sendable (Number) -> Number] = [
    "negate": { Number.real(0) - $0 }, "exp": { $0.exponential }, "log": { $0.logarithm },
    "log2": { $0.logarithm / .real(Double.log(2)) },
    "log10": { $0.logarithm / .real(Double.log(10)) },
    "log1p": { (Number.real(1) + $0).logarithm },
    "expm1": { $0.exponential - .real(1) }, "sqrt": { $0.squareRoot },
    "sin": { $0.sine }, "cos": { $0.cosine }, "tan": { $0.sine / $0.cosine },
    "sinh": { $0.hyperbolicSine }, "cosh": { $0.hyperbolicCosine }, "tanh": { $0.tanh },
    "sech": { Number.real(1) / $0.hyperbolicCosine }, "sigmoid": { $0.sigmoid },
    // log(1 + eˣ) = x + log(1 + e⁻ˣ)
    "softplus": { x in
      x.real > 0
        ? x + (Number.real(1) + (Number.real(0) - x).exponential).logarithm
        : (Number.real(1) + x.exponential).logarithm
    },
  ]

  static let operators: [String: @Sendable (Number, Number) -> Number] = [
    "add": { $0 + $1 }, "subtract": { $0 - $1 }, "multiply": { $0 * $1 }, "divide": { $0 / $1 },
    "power": { $0.raised(to: $1) }, "strongMultiply": { $0 * $1 },
  ]
}
