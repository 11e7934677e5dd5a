import AD
import Expr

/// A probe as a function of leaves x, weighted with leaves z so that it is one number ⟨z, F(x)⟩, and
/// a direction v of leaves; derivatives of every kind are nodes beside it.
struct DerivativeGraph {
  private(set) var graph = Graph()
  let variables: [NodeID]
  let directions: [NodeID]
  let value: NodeID
  let weights: NodeID
  private let points: [(leaf: Leaf.ID, value: Tensor)]
  private let steps: [Tensor]

  init(_ probe: Probe, seed: UInt64) {
    var numbers = SeededNumbers(seed: seed)
    var graph = Graph()
    var points: [(leaf: Leaf.ID, value: Tensor)] = []
    func leaf(_ name: String, _ value: Tensor) -> NodeID {
      let id = Leaf.ID(order: points.count)
      points.append((id, value))
      return graph.leaf(Leaf(id: id, name: Name(name), isData: false), shape: value.shape)
    }
    func random(_ shape: Shape) -> Tensor {
      Tensor(shape, (0..<shape.count).map { _ in numbers.direction() })
    }
    let operands = probe.operands.enumerated().map { leaf("x\($0)", $1) }
    let steps = probe.operands.enumerated().map { position, operand in
      probe.held.contains(position)
        ? Tensor(operand.shape, operand.elements.map { _ in 0 }) : random(operand.shape)
    }
    let moving = operands.indices.filter { !probe.held.contains($0) }
    variables = moving.map { operands[$0] }
    directions = moving.map { leaf("v\($0)", steps[$0]) }
    value = graph.apply(probe.primitive, operands, probe.attribute)
    weights = leaf("z", random(graph.shape(of: value)))
    self.steps = steps
    self.points = points
    self.graph = graph
  }

  // MARK: Derivatives as nodes

  /// Jᵀz, one node for each variable.
  mutating func pulledBack(_ output: NodeID, weights: NodeID? = nil) -> [NodeID] {
    let reverse = ReverseMode(&graph, output: output, seed: weights, variables: variables)
    return variables.map { reverse.adjoint(of: $0, in: &graph) }
  }

  /// The tangents of some nodes along v, zeros where nothing flows.
  mutating func pushedForward(_ outputs: [NodeID]) -> [NodeID] {
    let seeds = Dictionary(uniqueKeysWithValues: zip(variables, directions))
    let forward = ForwardMode(&graph, seeds: seeds, outputs: outputs)
    return outputs.map { forward.tangents[$0] ?? graph.filled(0, graph.shape(of: $0)) }
  }

  mutating func ones(like node: NodeID) -> NodeID {
    graph.filled(1, graph.shape(of: node))
  }

  /// Σ ⟨aᵢ, bᵢ⟩.
  mutating func pairing(_ a: [NodeID], _ b: [NodeID]) -> NodeID {
    var total = graph.constant(0)
    for (first, second) in zip(a, b) {
      let product = graph.apply(.multiply, first, second)
      total = graph.apply(.add, total, graph.apply(.sum, product))
    }
    return total
  }

  func shape(of node: NodeID) -> Shape { graph.shape(of: node) }

  // MARK: Numbers

  /// The values of some nodes at x + step·v, with the directions as they are.
  func values(_ outputs: [NodeID], step: Double = 0) throws -> [Tensor] {
    let program = try Program(graph, outputs: outputs)
    try run(program, step: step)
    return outputs.indices.map { program.value(ofOutput: $0) }
  }

  private func run(_ program: Program, step: Double) throws {
    for (position, point) in points.enumerated() {
      var value = point.value
      if steps.indices.contains(position) {
        for entry in value.elements.indices {
          value.elements[entry] += step * steps[position].elements[entry]
        }
      }
      program.set(point.leaf, to: value)
    }
    try program.run()
  }

  /// All entries of some nodes, one after the other.
  func numbers(_ outputs: [NodeID], step: Double = 0) throws -> [Double] {
    try values(outputs, step: step).flatMap(\.elements)
  }

  /// The central difference of some nodes along v that is nearest to `expected`, over several steps:
  /// large ones truncate, small ones cancel, and which wins depends on the function.
  func difference(_ outputs: [NodeID], nearest expected: [Double]) throws -> [Double] {
    let program = try Program(graph, outputs: outputs)
    func numbers(_ step: Double) throws -> [Double] {
      try run(program, step: step)
      return outputs.indices.flatMap { program.value(ofOutput: $0).elements }
    }
    var best: (error: Double, values: [Double]) = (.infinity, [])
    for step in [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7] {
      let ahead = try numbers(step), behind = try numbers(-step)
      let slopes = zip(ahead, behind).map { ($0 - $1) / (2 * step) }
      let error = largestGap(slopes, expected)
      if best.values.isEmpty || error < best.error { best = (error, slopes) }
    }
    return best.values
  }
}

/// The largest difference of two entries; nan if one is.
func largestGap(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { gap, pair in
    let next = abs(pair.0 - pair.1)
    return next.isNaN || gap.isNaN ? .nan : max(gap, next)
  }
}

/// The size that errors are measured against: the largest entry, at least 1.
func scale(_ entries: [Double]...) -> Double { entries.joined().reduce(1) { max($0, abs($1)) } }
