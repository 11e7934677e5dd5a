import Expr
import Testing

@testable import AD

/// Derivatives of loops against those of the same computation written out.
@Suite struct LoopDerivativeTests {
  /// One case as a graph with loops and as one without.
  private struct Pair {
    var rolled: Sweep
    var flat: Sweep

    init(_ example: LoopCase) throws {
      rolled = Sweep(example)
      let copy = try #require(rolled.graph.unrolled([rolled.output] + rolled.variables))
      flat = rolled
      flat.graph = copy.graph
      flat.output = try #require(copy.nodes[rolled.output.index])
      flat.variables = try rolled.variables.map { try #require(copy.nodes[$0.index]) }
    }

    func expectAgreement(_ derivative: (inout Sweep) -> [NodeID], _ what: Comment) throws {
      var rolled = rolled, flat = flat
      let rolledNodes = derivative(&rolled), flatNodes = derivative(&flat)
      let a = try rolled.numbers(rolledNodes), b = try flat.numbers(flatNodes)
      #expect(a.count == b.count)
      let scale = b.reduce(1) { max($0, abs($1)) }
      for (x, y) in zip(a, b) { #expect(abs(x - y) <= 1e-12 * scale, what) }
      #expect(rolled.graph.checkInvariants() == nil)
    }
  }

  @Test(arguments: LoopCase.all)
  func valuesAgree(_ example: LoopCase) throws {
    try Pair(example).expectAgreement({ [$0.output] }, "value")
  }

  @Test(arguments: LoopCase.all)
  func gradientsAgree(_ example: LoopCase) throws {
    let pair = try Pair(example)
    try pair.expectAgreement({ $0.gradient(of: $0.output) }, "reverse")
    try pair.expectAgreement({ [$0.slope(of: $0.output)] }, "forward")
    for position in pair.rolled.variables.indices {
      try pair.expectAgreement(
        { sweep in
          sweep.differentiated = [position]
          return sweep.gradient(of: sweep.output)
        }, "one variable alone")
    }
  }

  @Test(arguments: LoopCase.all)
  func secondDerivativesAgree(_ example: LoopCase) throws {
    let pair = try Pair(example)
    try pair.expectAgreement(
      { sweep in
        let slope = sweep.product(sweep.gradient(of: sweep.output))
        return sweep.gradient(of: slope)
      }, "reverse over reverse")
    try pair.expectAgreement(
      { $0.tangents(of: $0.gradient(of: $0.output)) }, "forward over reverse")
    try pair.expectAgreement(
      { $0.gradient(of: $0.slope(of: $0.output)) }, "reverse over forward")
    try pair.expectAgreement({ [$0.slope(of: $0.slope(of: $0.output))] }, "forward over forward")
  }

  @Test(arguments: LoopCase.all)
  func thirdDerivativesAgree(_ example: LoopCase) throws {
    let pair = try Pair(example)
    try pair.expectAgreement(
      { sweep in
        let slope = sweep.product(sweep.gradient(of: sweep.output))
        let curvature = sweep.product(sweep.gradient(of: slope))
        return sweep.gradient(of: curvature)
      }, "reverse, three times")
    try pair.expectAgreement(
      { sweep in
        let slope = sweep.slope(of: sweep.output)
        return [sweep.slope(of: sweep.product(sweep.gradient(of: slope)))]
      }, "forward over reverse over forward")
  }
}

/// Traces are meant for graphs without loops; with them they must come to an end all the same.
@Suite struct LoopTraceTests {
  @Test(arguments: LoopCase.all, StepMode.allCases)
  func tracesComeToAnEnd(_ example: LoopCase, mode: StepMode) throws {
    let sweep = Sweep(example)
    var environment = Environment()
    for (order, value) in example.values.enumerated() {
      environment.setLeaf(Name("x\(order)"), to: .tensor(value))
    }
    var request = TraceRequest()
    request.mode = mode
    request.tangents = [sweep.variables[0]: example.values[0]]
    var builder = TraceBuilder(
      sweep.graph, output: sweep.output, variables: sweep.variables, request: request,
      environment: environment)
    #expect(try builder.build().rows.last?.adjoint?.value == Tensor(1))
  }
}

/// Derivatives of loops against numbers known from elsewhere.
@Suite struct LoopGradientTests {
  /// - Source: the lectures' recurrent net, its loss at each step, and the vanishing gradient.
  @Test(arguments: [
    (LoopCase.recurrent, 0, -0.379825301529851),
    (LoopCase.lossAtEachStep, 0, 0.2205039601303257),
    (LoopCase.lossAtEachStep, 1, 0.1629343016234055),
    (LoopCase.iterated, 0, 8.788024768939668e-7),
  ])
  func agreesWithTheLectures(_ example: LoopCase, variable: Int, expected: Double) throws {
    var reverse = Sweep(example)
    reverse.differentiated = [variable]
    let gradient = reverse.gradient(of: reverse.output)
    #expect(abs(try reverse.numbers(gradient)[0] - expected) <= 1e-14 * abs(expected) + 1e-16)

    var forward = Sweep(example)
    let seeds = [forward.variables[variable]: forward.graph.constant(1)]
    let tangents = ForwardMode(&forward.graph, seeds: seeds, outputs: [forward.output]).tangents
    let tangent = try #require(tangents[forward.output])
    #expect(abs(try forward.numbers([tangent])[0] - expected) <= 1e-14 * abs(expected) + 1e-16)
  }

  /// x ← a x + 1 has the slope Σ k a^(k-1) in a for x₀ = 0, here 1/(1-a)² to all digits.
  @Test func aMillionSteps() throws {
    let example = LoopCase("long", [Tensor(0.9)]) { graph, leaves in
      let x = graph.placeholder(.scalar)
      let next = graph.plus(graph.times(leaves[0], x), graph.constant(1))
      return graph.loop(steps: 1_000_000, carries: [(x, graph.constant(0), next)]).carries[0]
    }
    var sweep = Sweep(example)
    let gradient = sweep.gradient(of: sweep.output)
    #expect(abs(try sweep.numbers(gradient)[0] - 100) < 1e-9)
    // One number for each step, whatever the number of operations in it.
    let program = try Program(sweep.graph, outputs: [sweep.output] + gradient)
    #expect(program.bytes < 8_001_000)
  }

  /// The value is there already when the gradient wants the numbers on the way: one loop forwards,
  /// one backwards.
  @Test func valueAndGradientShareTheForwardLoop() throws {
    var sweep = Sweep(.recurrent)
    let gradient = sweep.gradient(of: sweep.output)
    let needed = sweep.graph.ancestors(of: [sweep.output] + gradient)
    let loops = needed.indices.count {
      needed[$0] && sweep.graph.loopBody(of: NodeID(rawValue: Int32($0))) != nil
    }
    #expect(loops == 2)
  }

  /// The transpose of a matrix is taken once, products of vectors are summed as one of matrices, and
  /// what the matrices were multiplied to is kept: a step back takes one product.
  @Test func reverseStepsDoNoMoreThanTheyMust() throws {
    let zeros = [Double](repeating: 0, count: 16)
    let example = LoopCase(
      "net", [Tensor(.matrix(4, 4), zeros), Tensor(.vector(4), Array(zeros.prefix(4)))]
    ) { graph, leaves in
      let h = graph.placeholder(.vector(4))
      let next = graph.call("tanh", graph.apply(.product, leaves[0], h))
      return graph.apply(
        .sum, graph.loop(steps: 9, carries: [(h, leaves[1], next)]).carries[0])
    }
    var sweep = Sweep(example)
    let gradient = sweep.gradient(of: sweep.output)
    let needed = sweep.graph.ancestors(of: gradient)
    let bodies = needed.indices.filter { needed[$0] }
      .compactMap { sweep.graph.loopBody(of: NodeID(rawValue: Int32($0))) }
    #expect(bodies.count == 2)
    for body in bodies {
      let products = (0..<body.graph.count).count {
        body.graph.primitive(of: NodeID(rawValue: Int32($0)))?.symbol == .product
      }
      #expect(products == 1)
    }
  }
}

/// Derivatives of one output in some variables, built in its graph.
struct Sweep {
  var graph = Graph()
  var output: NodeID
  var variables: [NodeID] = []
  /// The positions of those that gradients are taken in.
  var differentiated: [Int]
  private let values: [Tensor]

  init(_ example: LoopCase) {
    values = example.values
    differentiated = Array(values.indices)
    for (order, value) in values.enumerated() {
      let leaf = Leaf(id: Leaf.ID(order: order), name: Name("x\(order)"), isData: false)
      variables.append(graph.leaf(leaf, shape: value.shape))
    }
    output = example.build(&graph, variables)
  }

  /// A fixed direction to differentiate along.
  private mutating func direction(_ shape: Shape) -> NodeID {
    let entries = (0..<shape.count).map { 0.7 + 0.3 * Double($0 % 3) }
    return graph.constant(Tensor(shape, entries))
  }

  mutating func gradient(of node: NodeID) -> [NodeID] {
    let wanted = differentiated.map { variables[$0] }
    return AD.gradient(of: node, variables: wanted, in: &graph)
  }

  /// Σ ⟨aᵢ, vᵢ⟩ with the direction v.
  mutating func product(_ nodes: [NodeID]) -> NodeID {
    var total = graph.constant(0)
    for node in nodes {
      let weighted = graph.apply(.multiply, node, direction(graph.shape(of: node)))
      total = graph.apply(.add, total, graph.apply(.sum, weighted))
    }
    return total
  }

  mutating func tangents(of nodes: [NodeID]) -> [NodeID] {
    var seeds: [NodeID: NodeID] = [:]
    for variable in variables { seeds[variable] = direction(graph.shape(of: variable)) }
    let forward = ForwardMode(&graph, seeds: seeds, outputs: nodes)
    return nodes.map { forward.tangents[$0] ?? graph.filled(0, graph.shape(of: $0)) }
  }

  mutating func slope(of node: NodeID) -> NodeID { tangents(of: [node])[0] }

  func numbers(_ nodes: [NodeID]) throws -> [Double] {
    let program = try Program(graph, outputs: nodes)
    for (order, value) in values.enumerated() { program.set(Leaf.ID(order: order), to: value) }
    try program.run()
    return nodes.indices.flatMap { program.value(ofOutput: $0).elements }
  }
}
