import Expr
import Testing

/// A number computed with loops from a few leaves.
struct LoopCase: Sendable, CustomTestStringConvertible {
  let name: String
  let values: [Tensor]
  let build: @Sendable (inout Graph, [NodeID]) -> NodeID

  init(
    _ name: String, _ values: [Tensor],
    _ build: @escaping @Sendable (inout Graph, [NodeID]) -> NodeID
  ) {
    self.name = name
    self.values = values
    self.build = build
  }

  var testDescription: String { name }

  static func vector(_ elements: Double...) -> Tensor { Tensor(.vector(elements.count), elements) }

  static func matrix(_ rows: Int, _ columns: Int, _ elements: Double...) -> Tensor {
    Tensor(.matrix(rows, columns), elements)
  }

  static let all: [LoopCase] = [
    recurrent, recurrentVector, lossAtEachStep, iterated, nested, unused, capturedAndMapped,
    exchanged, backward, withoutCarries, matrixCarry, rowCarry, constantNext, kinked, twice,
    trajectory, repeatedCarry, deep,
  ]

  // MARK: The lectures' examples

  /// h ← tanh(θ h + b_t), E = (h₃ - 1)²/2.
  static let recurrent = LoopCase(
    "recurrent net", [Tensor(0.8), Tensor(0.5), vector(0.1, -0.2, 0.3)]
  ) { graph, leaves in
    let b = graph.placeholder(.scalar), h = graph.placeholder(.scalar)
    let next = graph.call("tanh", graph.plus(graph.times(leaves[0], h), b))
    let end = graph.loop(
      steps: 3, mapped: [(b, leaves[2])], carries: [(h, leaves[1], next)]
    ).carries[0]
    return graph.half(graph.square(graph.apply(.subtract, end, graph.constant(1))))
  }

  /// h ← tanh(W h + U x_t), E = Σ h².
  static let recurrentVector = LoopCase(
    "recurrent net of vectors",
    [
      matrix(2, 2, 0.3, -0.7, 0.9, 0.2), matrix(2, 3, 0.5, 0.1, -0.4, 0.8, -0.3, 0.6),
      vector(0.2, -0.1),
      matrix(4, 3, 0.1, 0.7, -0.2, 0.4, 0.5, 0.9, -0.6, 0.2, 0.3, 1.1, -0.8, 0.5),
    ]
  ) { graph, leaves in
    let x = graph.placeholder(.vector(3)), h = graph.placeholder(.vector(2))
    let sum = graph.apply(
      .add, graph.apply(.product, leaves[0], h), graph.apply(.product, leaves[1], x))
    let end = graph.loop(
      steps: 4, mapped: [(x, leaves[3])], carries: [(h, leaves[2], graph.call("tanh", sum))]
    ).carries[0]
    return graph.sumOfSquares(end)
  }

  /// x ← tanh(θ x + a_t), E = Σ (c x_t - b_t)².
  static let lossAtEachStep = LoopCase(
    "scan with a loss at each step",
    [Tensor(0.8), Tensor(1.5), Tensor(0.5), vector(0.1, -0.2, 0.3), vector(0.6, 0.3, 0.5)]
  ) { graph, leaves in
    let a = graph.placeholder(.scalar), x = graph.placeholder(.scalar)
    let next = graph.call("tanh", graph.plus(graph.times(leaves[0], x), a))
    let all = graph.loop(
      steps: 3, mapped: [(a, leaves[3])], carries: [(x, leaves[2], next)], stacked: [next]
    ).stacked[0]
    let output = graph.times(leaves[1], all)
    return graph.sumOfSquares(graph.apply(.subtract, output, leaves[4]))
  }

  /// x ← tanh(x/2), twenty times.
  static let iterated = LoopCase("iterate", [Tensor(0.5)]) { graph, leaves in
    let x = graph.placeholder(.scalar)
    let next = graph.call("tanh", graph.half(x))
    return graph.loop(steps: 20, carries: [(x, leaves[0], next)]).carries[0]
  }
}

extension Graph {
  mutating func call(_ name: String, _ operands: NodeID...) -> NodeID {
    guard let primitive = Primitive.function(named: name, argumentCount: operands.count) else {
      preconditionFailure("no function \(name)")
    }
    return apply(primitive, operands)
  }

  mutating func plus(_ a: NodeID, _ b: NodeID) -> NodeID { apply(.add, a, b) }
  mutating func times(_ a: NodeID, _ b: NodeID) -> NodeID { apply(.multiply, a, b) }
  mutating func half(_ node: NodeID) -> NodeID { apply(.multiply, constant(0.5), node) }
  mutating func square(_ node: NodeID) -> NodeID { apply(.power, node, constant(2)) }
  mutating func sumOfSquares(_ node: NodeID) -> NodeID { apply(.sum, square(node)) }
}
