import Synchronization

extension Elaborator {
  /// Functions that need a value or a shape while elaborating; nil if `name` is none of them.
  mutating func arrayFunction(
    _ name: Name, _ operands: [NodeID], at place: SourceSpan
  ) throws(Diagnostic) -> NodeID? {
    switch (name.key, operands.count) {
    case ("length", 1): return graph.constant(Double(graph.shape(of: operands[0]).count))
    case ("size", 1):
      let dimensions = graph.shape(of: operands[0]).dimensions.map(Double.init)
      return graph.constant(Tensor(.vector(dimensions.count), dimensions))
    case ("size", 2):
      let dimensions = graph.shape(of: operands[0]).dimensions
      let position = try wholeNumber(operands[1], at: place) - 1
      guard dimensions.indices.contains(position) else {
        throw Diagnostic(
          "a \(graph.shape(of: operands[0])) has no dimension \(position + 1)", at: place)
      }
      return graph.constant(Double(dimensions[position]))
    case ("zeros", 1...2), ("ones", 1...2):
      let sizes = try sizes(operands, at: place)
      return graph.filled(name.key == "ones" ? 1 : 0, Shape(sizes))
    case ("eye", 1): return try identityMatrix(wholeNumber(operands[0], at: place), at: place)
    case ("linspace", 3):
      let first = try staticValue(of: operands[0], at: place).scalar ?? .nan
      let last = try staticValue(of: operands[1], at: place).scalar ?? .nan
      let count = try wholeNumber(operands[2], at: place)
      let step = count > 1 ? (last - first) / Double(count - 1) : 0
      let progression = Attribute.progression(start: first, step: step, count: count)
      return graph.apply(Primitive[.range], [], progression)
    case ("rand", 0...2): return try drawn(operands, at: place) { $0.uniform() }
    case ("randn", 0...2): return try drawn(operands, at: place) { $0.normal() }
    case ("randint", 2...4):
      let low = try integer(operands[0], at: place), high = try integer(operands[1], at: place)
      guard low <= high else { throw Diagnostic("randint(a, b) needs a ≤ b", at: place) }
      return try drawn(Array(operands.dropFirst(2)), at: place) {
        Double($0.integer(in: low...high))
      }
    case ("permutation", 1):
      guard placeholders.isEmpty else { throw .notKnownYet(at: place) }
      let count = try wholeNumber(operands[0], at: place)
      // Whole numbers first, and then numbers.
      try requireMemory(forEntries: 2 * count, at: place)
      let items = random.permutation(count)
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      return graph.constant(Tensor(.vector(count), items.map(Double.init)))
    case ("reshape", 2...3):
      return try reshaped(operands[0], to: sizes(Array(operands.dropFirst()), at: place), at: place)
    case ("norm", 2): return try norm(operands[0], order: operands[1], at: place)
    default: return nil
    }
  }

  /// Random numbers in the shape of the sizes; in a loop each round draws its own.
  private mutating func drawn(
    _ sizes: [NodeID], at place: SourceSpan, _ draw: (inout RandomGenerator) -> Double
  ) throws(Diagnostic) -> NodeID {
    guard placeholders.isEmpty else { throw .notKnownYet(at: place) }
    let shape = Shape(try self.sizes(sizes, at: place))
    try requireMemory(forEntries: shape.count, at: place)
    var elements: [Double] = []
    elements.reserveCapacity(shape.count)
    let isStopped = stretches(shape.count) { for _ in $0 { elements.append(draw(&random)) } }
    if isStopped { throw .interrupted }
    return graph.constant(Tensor(shape, elements))
  }

  /// - Throws: a diagnostic when an array of so many entries is more than the memory limit.
  private func requireMemory(forEntries count: Int, at place: SourceSpan) throws(Diagnostic) {
    let limit = Program.defaultMemoryLimit
    guard count > limit / 8 else { return }
    var diagnostic = Diagnostic.memoryLimit(limit, needed: Double(count) * 8)
    diagnostic.span = place
    throw diagnostic
  }

  private mutating func integer(_ operand: NodeID, at place: SourceSpan) throws(Diagnostic) -> Int {
    let number = try staticValue(of: operand, at: place).scalar ?? .nan
    guard abs(number) < 0x1p53, let whole = Int(exactly: number) else {
      throw Diagnostic("a whole number is needed here", at: place)
    }
    return whole
  }

  private mutating func sizes(
    _ operands: [NodeID], at place: SourceSpan
  ) throws(Diagnostic) -> [Int] {
    var sizes: [Int] = []
    for operand in operands { sizes.append(try wholeNumber(operand, at: place)) }
    return sizes
  }

  mutating func wholeNumber(
    _ operand: NodeID, at place: SourceSpan
  ) throws(Diagnostic) -> Int {
    let number = try staticValue(of: operand, at: place).scalar ?? .nan
    guard number >= 0, number == number.rounded() else {
      throw Diagnostic("a whole number of at least 0 is needed here", at: place)
    }
    guard number < 0x1p48 else {
      throw Diagnostic(
        "\(NumberFormat().string(number)) is too large here", at: place, hint: "2^48 is the limit")
    }
    let whole = Int(number)
    return whole
  }

  private mutating func reshaped(
    _ operand: NodeID, to sizes: [Int], at place: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    let shape = Shape(sizes), count = graph.shape(of: operand).count
    guard shape.count == count else {
      throw Diagnostic("\(count) entries do not make a \(shape)", at: place)
    }
    return graph.shaped(operand, to: shape)
  }

  private mutating func identityMatrix(
    _ size: Int, at place: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    guard size <= 1 << 13 else {
      throw Diagnostic(
        "eye(\(size)) is too large: it is written out up to eye(\(1 << 13))", at: place,
        hint: "A*eye(n) is A, and x.*y multiplies by a diagonal")
    }
    var elements = Array(repeating: 0.0, count: size * size)
    for position in 0..<size { elements[position * size + position] = 1 }
    return graph.constant(Tensor(.matrix(size, size), elements))
  }

  /// `norm(x, 1)`, `norm(x, 2)`, `norm(x, inf)`.
  private mutating func norm(
    _ operand: NodeID, order: NodeID, at place: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    switch try staticValue(of: order, at: place).scalar {
    case 2: return try apply("norm", [operand], at: place)
    case 1:
      let sizes = try apply("abs", [operand], at: place)
      return try apply("sum", [sizes], at: place)
    case .some(.infinity):
      let sizes = try apply("abs", [operand], at: place)
      return try apply("max", [sizes], at: place)
    default:
      throw Diagnostic("norm knows the orders 1, 2 and inf", at: place)
    }
  }
}
