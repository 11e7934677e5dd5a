import Testing

@testable import AD
@testable import Expr

/// Two functions of one operand that one instruction gives: fewer instructions, the same bits.
@Suite struct TwinsTests {
  /// Formulas in two operands, and how many instructions they take.
  static let formulas: [(String, operations: Int)] = [
    ("sin(x) + cos(x)", 2), ("cos(x) + sin(x)", 2), ("softplus(x) - sigmoid(x)", 2),
    ("sigmoid(x) - softplus(x)", 2), ("tanh(x) - sech(x)", 2), ("sech(x) - tanh(x)", 2),
    ("tanh(x) - sech(y)", 3), ("sech(x) - sigmoid(x)", 3), ("tanh(x) - sech(x)^2", 2),
    ("tanh(x)*sech(y) + tanh(y)*sech(x)", 4),
  ]

  private static let entries: [Double] = {
    let edges: [Double] = [0, -0.0, .leastNonzeroMagnitude, -1e-300, 1e-9, -1e-3, 19, -22, 301]
    let ends: [Double] = [-709, 746, .infinity, -.infinity, .nan]
    return edges + ends + (0..<300).map { 6 / (Double($0) - 150.5) }
  }()

  private func program(_ text: String, of shape: Shape, at first: Int, isFused: Bool) throws
    -> Program
  {
    let leaves = ["x", "y"].enumerated().map { number, name in
      let entries = (0..<shape.count).map {
        Self.entries[(first + $0 + 5 * number) % Self.entries.count]
      }
      return (name: name, value: Tensor(shape, entries))
    }
    return try Program.typed(
      shape == .scalar ? text : text.elementwise, leaves, isFused: isFused)
  }

  @Test(arguments: formulas.indices)
  func takeOneInstructionAndKeepTheBits(_ index: Int) throws {
    let (text, operations) = Self.formulas[index]
    let count = Self.entries.count
    let fused = try program(text, of: .vector(count), at: 0, isFused: true)
    let alone = try program(text, of: .vector(count), at: 0, isFused: false)
    let values = fused.value(ofOutput: 0).elements
    #expect(zip(values, alone.value(ofOutput: 0).elements).allSatisfy(Self.isSame), "\(text)")
    #expect(fused.operationCount == operations, "\(text)")
    for position in 0..<count {
      let number = try program(text, of: .scalar, at: position, isFused: true)
      #expect(number.operationCount == operations, "\(text)")
      #expect(Self.isSame(number.value(ofOutput: 0).elements[0], values[position]), "\(text)")
    }
  }

  /// The sum of log(1 + e^x), and with it its derivative, for one instruction.
  @Test(arguments: [
    ("sum(softplus(x))", 1), ("sum(softplus(x)) + sum(sigmoid(x))", 3),
    ("sum(sigmoid(x)) - sum(softplus(x))", 3), ("sum(softplus(x) - sigmoid(x))", 3),
    ("sum(softplus(x)) + sum(softplus(x)*sigmoid(y))", 6),
  ])
  func sumsTakeTheirSlopesAlong(_ text: String, operations: Int) throws {
    let shape = Shape.vector(Self.entries.count - 5)
    let fused = try program(text, of: shape, at: 0, isFused: true)
    let alone = try program(text, of: shape, at: 0, isFused: false)
    #expect(fused.operationCount == operations)
    #expect(
      Self.isSame(fused.value(ofOutput: 0).elements[0], alone.value(ofOutput: 0).elements[0]))
  }

  private static func isSame(_ a: Double, _ b: Double) -> Bool {
    a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
  }

  /// The slope of tanh is made of its twin.
  @Test func tanhAndItsSlopeComeTogether() throws {
    var graph = Graph()
    let leaf = Leaf(id: Leaf.ID(order: 0), name: Name("x"), isData: false)
    let x = graph.leaf(leaf, shape: .vector(300))
    let total = graph.apply(.sum, graph.apply(try #require(Primitive.named("tanh")), [x]))
    let slope = gradient(of: total, variables: [x], in: &graph)
    let both = try Program(graph, outputs: [total] + slope)
    let value = try Program(graph, outputs: [total])
    #expect(both.operationCount == value.operationCount + 1, "one more, the square of sech")
  }
}

extension String {
  /// The same of the entries of vectors.
  fileprivate var elementwise: String {
    map { $0 == "*" || $0 == "^" ? ".\($0)" : String($0) }.joined()
  }
}
