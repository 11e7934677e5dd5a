import Testing

@testable import Expr

@Suite struct LoopTests {
  private static func leaf(_ order: Int) -> Leaf {
    Leaf(id: Leaf.ID(order: order), name: Name("x\(order)"), isData: false)
  }

  /// h ← tanh(θ h + b_t) from h, with all values it takes.
  private func recurrent(
    _ graph: inout Graph, _ theta: NodeID, _ start: NodeID, _ inputs: NodeID
  ) -> LoopResult {
    let b = graph.placeholder(.scalar), h = graph.placeholder(.scalar)
    let sum = graph.apply(.add, graph.apply(.multiply, theta, h), b)
    let next = graph.apply(Primitive.required("tanh"), [sum])
    return graph.loop(
      steps: 3, mapped: [(b, inputs)], carries: [(h, start, next)], stacked: [next, h])
  }

  private func values(
    _ graph: Graph, _ nodes: [NodeID], _ leaves: [Tensor] = []
  ) throws -> [Tensor] {
    let program = try Program(graph, outputs: nodes)
    for (order, value) in leaves.enumerated() { program.set(Leaf.ID(order: order), to: value) }
    try program.run()
    return nodes.indices.map { program.value(ofOutput: $0) }
  }

  // MARK: Values

  /// - Source: the lectures' recurrent net with shared weights, θ = 0.8.
  @Test func carriesAndStacksValues() throws {
    var graph = Graph()
    let theta = graph.leaf(Self.leaf(0), shape: .scalar)
    let inputs = graph.constant(Tensor(.vector(3), [0.1, -0.2, 0.3]))
    let result = recurrent(&graph, theta, graph.constant(0.5), inputs)
    let found = try values(graph, result.carries + result.stacked, [Tensor(0.8)])
    let expected = [0.4621171572600098, 0.1680834398803403, 0.4090474677550319]
    #expect(abs(found[0].elements[0] - expected[2]) < 1e-15)
    for (a, b) in zip(found[1].elements, expected) { #expect(abs(a - b) < 1e-15) }
    for (a, b) in zip(found[2].elements, [0.5] + expected) { #expect(abs(a - b) < 1e-15) }
    #expect(graph.checkInvariants() == nil)
  }

  @Test func runsAgainWithOtherValues() throws {
    var graph = Graph()
    let theta = graph.leaf(Self.leaf(0), shape: .scalar)
    let start = graph.leaf(Self.leaf(1), shape: .scalar)
    let inputs = graph.leaf(Self.leaf(2), shape: .vector(3))
    let end = recurrent(&graph, theta, start, inputs).carries[0]
    let program = try Program(graph, outputs: [end])
    program.set(Leaf.ID(order: 2), to: Tensor(.vector(3), [0.1, -0.2, 0.3]))
    for (theta, start) in [(0.8, 0.5), (0, 1), (0.8, 0.5)] {
      program.set(Leaf.ID(order: 0), to: Tensor(theta))
      program.set(Leaf.ID(order: 1), to: Tensor(start))
      try program.run()
      var h = start
      for b in [0.1, -0.2, 0.3] { h = Double.tanh(theta * h + b) }
      #expect(abs(program.value(ofOutput: 0).elements[0] - h) < 1e-15)
    }
  }

  /// Each of 10^6 steps halves the distance to 2.
  @Test func aMillionStepsTakeNoMemory() throws {
    var graph = Graph()
    let h = graph.placeholder(.scalar)
    let next = graph.apply(
      .add, graph.apply(.multiply, h, graph.constant(0.5)), graph.constant(1))
    let result = graph.loop(
      steps: 1_000_000, carries: [(h, graph.constant(0), next)], stacked: [next])
    let program = try Program(graph, outputs: result.carries)
    try program.run()
    #expect(program.value(ofOutput: 0) == Tensor(2))
    #expect(program.bytes < 200)
    #expect(program.operationCount == 1_000_000)
    let stacking = try Program(graph, outputs: result.stacked)
    #expect(stacking.bytes >= 8_000_000 && stacking.bytes < 8_000_200)
  }

  @Test func zeroStepsAreTheStart() throws {
    var graph = Graph()
    let start = graph.leaf(Self.leaf(0), shape: .vector(2))
    let h = graph.placeholder(.vector(2))
    let next = graph.apply(.multiply, h, h)
    let result = graph.loop(steps: 0, carries: [(h, start, next)], stacked: [next])
    #expect(result.carries == [start])
    #expect(graph.constant(of: result.stacked[0]) == Tensor(.matrix(0, 2), []))
  }

  /// Sums of the rows of X, as a loop over rows around one over entries.
  @Test(arguments: [false, true])
  func nests(isBackward: Bool) throws {
    var graph = Graph()
    let matrix = graph.leaf(Self.leaf(0), shape: .matrix(2, 3))
    let row = graph.placeholder(.vector(3))
    let entry = graph.placeholder(.scalar), s = graph.placeholder(.scalar)
    let digits = graph.apply(.add, graph.apply(.multiply, s, graph.constant(10)), entry)
    let inner = graph.loop(
      steps: 3, isBackward: isBackward, mapped: [(entry, row)],
      carries: [(s, graph.constant(0), digits)])
    let outer = graph.loop(
      steps: 2, mapped: [(row, matrix)], carries: [], stacked: [inner.carries[0], row])
    let found = try values(
      graph, outer.stacked, [Tensor(.matrix(2, 3), [1, 2, 3, 4, 5, 6])])
    #expect(found[0] == Tensor(.vector(2), isBackward ? [321, 654] : [123, 456]))
    #expect(outer.stacked[1] == matrix)
  }

  /// What a step computes is written where it is kept; a carry, or what is kept twice or read as a
  /// part of something else, is copied there.
  @Test(arguments: [false, true])
  func keepsArraysOfAllKinds(isBackward: Bool) throws {
    var graph = Graph()
    let rows = graph.leaf(Self.leaf(0), shape: .matrix(3, 2))
    let row = graph.placeholder(.vector(2)), h = graph.placeholder(.vector(2))
    let next = graph.apply(.add, h, row)
    let double = graph.apply(.add, next, next)
    let turned = graph.apply(.transpose, double)
    let first = Selection(axes: [.init(positions: 0..<1, isSingle: true)], source: .vector(2))
    let part = graph.apply(.index, double, attribute: .selection(first))
    let changed = graph.apply(
      Primitive[.replaceAt], [double, graph.constant(9), graph.constant(1)],
      .picking(Picking(axes: [.operand], source: .vector(2))))
    let result = graph.loop(
      steps: 3, isBackward: isBackward, mapped: [(row, rows)],
      carries: [(h, graph.filled(0, .vector(2)), next)],
      stacked: [next, double, turned, part, changed, h])
    let found = try values(
      graph, result.carries + result.stacked, [Tensor(.matrix(3, 2), [1, 2, 10, 20, 100, 200])])
    let sums: [Double] = isBackward ? [111, 222, 110, 220, 100, 200] : [1, 2, 11, 22, 111, 222]
    let before: [Double] = isBackward ? [110, 220, 100, 200, 0, 0] : [0, 0, 1, 2, 11, 22]
    #expect(found[0].elements == [111, 222])
    #expect(found[1].elements == sums)
    #expect(found[2].elements == sums.map { 2 * $0 })
    #expect(found[3].elements == sums.map { 2 * $0 })
    #expect(found[4].elements == [0, 2, 4].map { 2 * sums[$0] })
    #expect(found[5].elements == sums.enumerated().map { $0 % 2 == 0 ? 9 : 2 * $1 })
    #expect(found[6].elements == before)
  }

  @Test func stackedTruthValuesAreBooleans() throws {
    var graph = Graph()
    let x = graph.placeholder(.scalar), any = graph.placeholder(.scalar)
    let isPositive = graph.apply(.less, graph.constant(0), x)
    let result = graph.loop(
      steps: 3, mapped: [(x, graph.constant(Tensor(.vector(3), [1, -1, 2])))],
      carries: [
        (
          any, graph.constant(Tensor(.scalar, [0], isBoolean: true)),
          graph.apply(.or, any, isPositive)
        )
      ], stacked: [isPositive])
    let found = try values(graph, result.carries + result.stacked)
    #expect(found[0] == Tensor(.scalar, [1], isBoolean: true))
    #expect(found[1] == Tensor(.vector(3), [1, 0, 1], isBoolean: true))
  }

  // MARK: The graph

  @Test func equalLoopsAreOneNode() {
    var graph = Graph()
    let theta = graph.leaf(Self.leaf(0), shape: .scalar)
    let inputs = graph.constant(Tensor(.vector(3), [0.1, -0.2, 0.3]))
    let first = recurrent(&graph, theta, graph.constant(0.5), inputs)
    let second = recurrent(&graph, theta, graph.constant(0.5), inputs)
    let third = recurrent(&graph, theta, theta, inputs)
    #expect(first.carries == second.carries && first.stacked == second.stacked)
    #expect(first.carries != third.carries)
  }

  @Test func whatNoStepChangesIsComputedOnce() throws {
    var graph = Graph()
    let a = graph.leaf(Self.leaf(0), shape: .scalar)
    let h = graph.placeholder(.scalar)
    let power = graph.apply(Primitive.required("exp"), [a])
    let end = graph.loop(
      steps: 100, carries: [(h, graph.constant(1), graph.apply(.multiply, h, power))]
    ).carries[0]
    let program = try Program(graph, outputs: [end])
    #expect(program.operationCount == 101)
  }

  @Test func tellsWhichCarryChangesItsShape() {
    var graph = Graph()
    let a = graph.placeholder(.scalar), b = graph.placeholder(.vector(2))
    let wide = graph.apply(.add, a, b)
    #expect(graph.changingCarry([.init(input: a, next: a), .init(input: b, next: wide)]) == nil)
    #expect(graph.changingCarry([.init(input: b, next: b), .init(input: a, next: wide)]) == 1)
  }

  @Test func showsAsACall() {
    var graph = Graph()
    let theta = graph.leaf(Self.leaf(0), shape: .scalar)
    let inputs = graph.leaf(Self.leaf(1), shape: .vector(3))
    let end = recurrent(&graph, theta, graph.constant(0.5), inputs).carries[0]
    var reader = FormulaReader(graph) { _ in nil }
    #expect(reader.formula(of: end).description == "loop(x0, x1, 0.5)")
  }

  // MARK: Written out

  @Test func unrollsToTheSameValues() throws {
    var graph = Graph()
    let theta = graph.leaf(Self.leaf(0), shape: .scalar)
    let inputs = graph.leaf(Self.leaf(1), shape: .vector(3))
    let result = recurrent(&graph, theta, theta, inputs)
    let roots = result.carries + result.stacked
    let copy = try #require(graph.unrolled(roots))
    let flat = try roots.map { try #require(copy.nodes[$0.index]) }
    #expect(copy.graph.loopProjections().isEmpty)
    #expect(copy.graph.leaves(under: flat).map(\.leaf.id.order) == [0, 1])
    let leaves = [Tensor(0.7), Tensor(.vector(3), [0.1, -0.2, 0.3])]
    #expect(try values(graph, roots, leaves) == values(copy.graph, flat, leaves))
  }

  @Test func unrollingStopsAtItsLimit() {
    var graph = Graph()
    let h = graph.placeholder(.scalar)
    let end = graph.loop(
      steps: 1_000_000_000,
      carries: [(h, graph.leaf(Self.leaf(0), shape: .scalar), graph.apply(.multiply, h, h))]
    ).carries[0]
    #expect(graph.unrolled([end], limit: 100) == nil)
  }

  @Test func unrolledIndicesAreNumbers() throws {
    var graph = Graph()
    let i = graph.placeholder(.scalar), p = graph.placeholder(.scalar)
    let range = graph.apply(
      Primitive[.range], [], .progression(start: 2, step: 2, count: 3))
    let x = graph.leaf(Self.leaf(0), shape: .scalar)
    let end = graph.loop(
      steps: 3, mapped: [(i, range)],
      carries: [(p, x, graph.apply(.multiply, p, i))]
    ).carries[0]
    let copy = try #require(graph.unrolled([end]))
    var reader = FormulaReader(copy.graph) { _ in nil }
    let node = try #require(copy.nodes[end.index])
    #expect(reader.formula(of: node).description == "48 x0")
  }

  // MARK: Limits

  @Test func plansItsMemory() throws {
    var graph = Graph()
    let h = graph.placeholder(.vector(1000))
    let result = graph.loop(
      steps: 1000, carries: [(h, graph.filled(1, .vector(1000)), graph.apply(.add, h, h))],
      stacked: [h])
    #expect(throws: Diagnostic.self) {
      try Program(graph, outputs: result.stacked, memoryLimit: 4_000_000)
    }
    #expect(throws: Diagnostic.self) {
      try Program(graph, outputs: result.carries, memoryLimit: 30_000)
    }
    _ = try Program(graph, outputs: result.carries, memoryLimit: 40_000)
  }

  /// Each row of four numbers is a matrix; the second has no inverse.
  @Test func aFailedStepIsReportedWhereItsResultIsRead() throws {
    var graph = Graph()
    let rows = graph.constant(Tensor(.matrix(2, 4), [2, 0, 0, 4, 1, 1, 1, 1]))
    let matrix = graph.placeholder(.matrix(2, 2))
    let inverse = graph.apply(.inv, matrix)
    let result = graph.loop(steps: 2, mapped: [(matrix, rows)], carries: [], stacked: [inverse])
    #expect(throws: Diagnostic.self) { try values(graph, result.stacked) }

    let condition = graph.leaf(Self.leaf(0), shape: .scalar)
    let sum = graph.apply(.sum, result.stacked[0])
    let either = graph.apply(.select, condition, sum, graph.constant(7))
    #expect(try values(graph, [either], [Tensor(0)]) == [Tensor(7)])
    #expect(throws: Diagnostic.self) { try values(graph, [either], [Tensor(1)]) }
  }

  /// In a process of its own: the flag is everyone's.
  @Test func stopsWhenInterrupted() async {
    await #expect(processExitsWith: .success) {
      var graph = Graph()
      let h = graph.placeholder(.scalar)
      let end = graph.loop(
        steps: 1_000_000_000_000,
        carries: [(h, graph.constant(1), graph.apply(.multiply, h, h))]
      ).carries[0]
      let program = try Program(graph, outputs: [end])
      interruptionRequested.store(true, ordering: .relaxed)
      let error = #expect(throws: Diagnostic.self) { try program.run() }
      #expect(error?.message == "interrupted")
    }
  }
}
