import Testing

@testable import Expr

@Suite struct GraphTests {
  private static func leaf(
    _ graph: inout Graph, _ name: String, _ order: Int, _ shape: Shape = .scalar
  ) -> NodeID {
    let leaf = Leaf(id: Leaf.ID(order: order), name: Name(name), isData: false)
    return graph.leaf(leaf, shape: shape)
  }

  // MARK: Equal structure, equal node

  /// A random expression as text of its structure and as a node, made in one go.
  private struct RandomExpressions {
    var graph = Graph()
    var state: UInt64
    let leaves: [NodeID]

    init(seed: UInt64) {
      state = seed
      var graph = Graph()
      leaves = (0..<3).map { GraphTests.leaf(&graph, "x\($0)", $0) }
      self.graph = graph
    }

    private mutating func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }

    mutating func next(depth: Int) -> (structure: String, node: NodeID) {
      if depth == 0 || random(4) == 0 {
        let choice = random(5)
        if choice < 3 { return ("x\(choice)", leaves[choice]) }
        return ("\(choice)", graph.constant(Double(choice)))
      }
      if random(2) == 0 {
        let operand = next(depth: depth - 1)
        let name = ["sin", "exp", "tanh"][random(3)]
        return unary(name, operand)
      }
      let symbol: Primitive.Symbol = [.add, .subtract, .multiply, .divide][random(4)]
      let a = next(depth: depth - 1), b = next(depth: depth - 1)
      return (
        "\(symbol)(\(a.structure),\(b.structure))", graph.apply(symbol, a.node, b.node)
      )
    }

    private mutating func unary(
      _ name: String, _ operand: (structure: String, node: NodeID)
    ) -> (structure: String, node: NodeID) {
      let node = graph.apply(Primitive.required(name), [operand.node])
      return ("\(name)(\(operand.structure))", node)
    }
  }

  /// Also when the table has grown since. -0 is not 0, a truth value is no number, and an array of one
  /// entry is neither.
  @Test func equalNumbersAreOneNode() {
    var graph = Graph()
    let numbers = (0..<500).map { graph.constant(Double($0)) }
    #expect(Set(numbers).count == 500)
    for (value, node) in numbers.enumerated() {
      #expect(graph.constant(Tensor(Double(value))) == node)
      #expect(graph.constant(Double(value)) == node)
      #expect(graph.scalarConstant(of: node) == Double(value))
    }
    let others = [
      graph.constant(Tensor(.scalar, [1], isBoolean: true)), graph.constant(-0.0),
      graph.constant(Tensor(.vector(1), [1])), graph.constant(.nan),
    ]
    #expect(Set(others + numbers).count == 504)
    #expect(graph.constant(.nan) == others[3])
    #expect(graph.scalarConstant(of: others[2]) == nil)
    #expect(graph.checkInvariants() == nil)
  }

  @Test func operationsAreKnownByTheirSymbols() {
    var graph = Graph()
    let x = Self.leaf(&graph, "x", 0)
    for symbol in Primitive.Symbol.allCases {
      #expect(Primitive[symbol].name == symbol.rawValue)
    }
    let sum = graph.apply(.add, x, x), sine = graph.apply(Primitive.required("sin"), [x])
    let one = graph.constant(1)
    #expect([sum, sine, x, one].map { graph.symbol(of: $0) } == [.add, nil, nil, nil])
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func equalExpressionsAreOneNode(_ seed: UInt64) throws {
    var expressions = RandomExpressions(seed: seed)
    var known: [String: NodeID] = [:]
    for _ in 0..<400 {
      let (structure, node) = expressions.next(depth: 4)
      if let first = known[structure] { #expect(first == node, "seed \(seed): \(structure)") }
      known[structure] = node
    }
    #expect(expressions.graph.checkInvariants() == nil)
    // Two nodes that fold or simplify differently have different values at a random point.
    let nodes = Array(Set(known.values)).sorted()
    let program = try Program(expressions.graph, outputs: nodes)
    for (position, value) in [0.731, -1.37, 2.093].enumerated() {
      program.set(Leaf.ID(order: position), to: Tensor(value))
    }
    try program.run()
    let constants = nodes.indices.filter { expressions.graph.constant(of: nodes[$0]) != nil }
    let values = constants.map { program.value(ofOutput: $0).elements[0].bitPattern }
    #expect(Set(values).count == values.count, "seed \(seed): a constant is there twice")
  }

  @Test func differentStructureIsAnotherNode() {
    var graph = Graph()
    let x = Self.leaf(&graph, "x", 0), y = Self.leaf(&graph, "y", 1)
    let vector = Self.leaf(&graph, "v", 2, .matrix(2, 3))
    let nodes = [
      x, y, graph.apply(.add, x, y), graph.apply(.add, y, x), graph.apply(.subtract, x, y),
      graph.constant(0), graph.constant(-0.0), graph.constant(1),
      graph.constant(Tensor(.vector(1), [1])), graph.constant(Tensor(.row(1), [1])),
      graph.constant(Tensor(.scalar, [1], isBoolean: true)), graph.apply(.sum, vector),
      graph.apply(.sum, vector, attribute: .axis(0)),
      graph.apply(.sum, vector, attribute: .axis(1)),
      graph.apply(.reshape, vector, attribute: .shape(.matrix(3, 2))),
      graph.apply(.reshape, vector, attribute: .shape(.vector(6))),
    ]
    #expect(Set(nodes).count == nodes.count)
    #expect(graph.checkInvariants() == nil)
  }

  @Test func nanIsOneConstant() {
    var graph = Graph()
    #expect(graph.constant(.nan) == graph.constant(.nan))
  }

  /// The example of the slides has seven nodes, since `θ2*exp(θ1)` is one.
  @Test func theExampleOfTheSlidesHasSevenNodes() throws {
    let typed = try Typed("θ1=1; θ2=2; θ2*exp(θ1)*sqrt(θ1 + θ2*exp(θ1))")
    #expect(typed.nodeCount == 7)
    #expect(typed.graph.checkInvariants() == nil)
  }

  @Test func definitionsAreTheNodesTheyStandFor() throws {
    let inlined = try Typed("x=2; y=3; sin(x*y) + x*y")
    let named = try Typed("x=2; y=3; p=x*y; q=sin(p); q + p")
    #expect(inlined.nodeCount == named.nodeCount)
    #expect(try inlined.value() == named.value())
  }

  // MARK: Identities and folding

  @Test(arguments: [
    ("x + 0", "x"), ("0 + x", "x"), ("x - 0", "x"), ("1*x", "x"), ("x*1", "x"), ("x/1", "x"),
    ("x^1", "x"), ("-(-x)", "x"), ("+x", "x"), ("2*3*x", "6*x"), ("x + sin(0)", "x"),
    ("x^(3 - 2)", "x"), ("(1 + 2)*x", "3*x"), ("[1, 2][1]*x", "x"),
    ("if 1 < 2 then x else 3*x", "x"),
  ])
  func identitiesHold(_ text: String, _ plain: String) throws {
    let typed = try Typed("x=2; y=[\(text), \(plain)]; y")
    let operands = Array(typed.graph.operands(of: typed.root))
    #expect(operands[0] == operands[1])
  }

  /// What only looks like an identity: it fails at infinity, at nan, or for the sign of a zero.
  @Test(arguments: [
    ("0*x", "0"), ("x - x", "0"), ("x/x", "1"), ("x*0", "0"), ("0/x", "0"), ("0 - x", "-x"),
    ("(x + 1) - 1", "x"), ("2*x/2", "x"), ("sqrt(x)^2", "x"),
  ])
  func identitiesThatDoNotHoldAreNotUsed(_ text: String, _ plain: String) throws {
    let typed = try Typed("x=2; y=[\(text), \(plain)]; y")
    let operands = Array(typed.graph.operands(of: typed.root))
    #expect(operands[0] != operands[1])
  }

  @Test(arguments: [
    ("sin(1)^2 + cos(1)^2", 1.0), ("sum([1, 2, 3].*[4, 5, 6])", 32),
    ("logsumexp([0, 0])*2", 1.3862943611198906),
    ("norm([3, 4])", 5), ("[1, 2; 3, 4]*[1, 1] - [3, 7] == 0", 1),
  ])
  func constantsFold(_ text: String, _ value: Double) throws {
    let typed = try Typed(text)
    let constant = try #require(typed.graph.constant(of: typed.root))
    #expect(constant.elements.allSatisfy { abs($0 - value) < 1e-15 })
  }

  /// Large constants are data: they stay as they are, and what is made of them is computed later.
  @Test func largeConstantsDoNotFold() throws {
    let typed = try Typed("sum((1:1000).^2)")
    #expect(typed.graph.constant(of: typed.root) == nil)
    #expect(try typed.value() == Tensor(333_833_500))
  }

  // MARK: Depth and size

  /// No recursion, in building, simplifying or evaluating, and no quadratic time.
  @Test(.timeLimit(.minutes(5)))
  func aChainOfAdditionsMayBeLong() throws {
    var graph = Graph()
    let x = Self.leaf(&graph, "x", 0)
    var sum = x
    for _ in 0..<300_000 { sum = graph.apply(.add, sum, x) }
    #expect(graph.count == 300_001)
    #expect(graph.checkInvariants() == nil)
    let program = try Program(graph, outputs: [sum])
    program.set(Leaf.ID(order: 0), to: Tensor(0.5))
    try program.run()
    #expect(program.value(ofOutput: 0) == Tensor(150_000.5))
  }

  @Test(.timeLimit(.minutes(5)))
  func aChainMayBeTyped() throws {
    let text = "x=1; x" + String(repeating: " + x*x", count: 30_000)
    #expect(try Typed(text).value() == Tensor(30_001))
  }

  // MARK: Traversal

  @Test func ancestorsAndDescendants() {
    var graph = Graph()
    let x = Self.leaf(&graph, "x", 0), y = Self.leaf(&graph, "y", 1)
    let product = graph.apply(.multiply, x, y)
    let sum = graph.apply(.add, product, x)
    let other = graph.apply(.subtract, x, y)
    let below = graph.ancestors(of: [sum])
    #expect([x, y, product, sum].allSatisfy { below[$0.index] })
    #expect(!below[other.index])
    let above = graph.descendants(of: [y])
    #expect([y, product, sum, other].allSatisfy { above[$0.index] })
    #expect(!above[x.index])
    #expect(graph.leaves(under: [other, product]).map(\.node) == [x, y])
  }
}
