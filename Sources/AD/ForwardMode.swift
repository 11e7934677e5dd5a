import Expr

/// Forward mode as a transformation of graphs: tangents ẋ of some nodes are pushed to all nodes
/// behind them, one rule a primitive.
///
/// - Source: Griewank & Walther, Evaluating Derivatives, chapter 3.
public struct ForwardMode {
  /// The tangent of each node, nil where it is zero.
  public private(set) var tangents: [NodeID: NodeID] = [:]

  /// Pushes `seeds` (node → tangent, in the node's shape) through everything that `outputs` need.
  ///
  /// Cost: one pass over the graph; the nodes added are a small multiple of the ones passed.
  public init(_ graph: inout Graph, seeds: [NodeID: NodeID], outputs: [NodeID]) {
    tangents = seeds
    let reached = graph.descendants(of: Array(seeds.keys))
    let needed = graph.ancestors(of: outputs, stoppingAt: Array(seeds.keys))
    let projections = graph.loopProjections()
    let origin = graph.origin
    defer { graph.origin = origin }
    for index in needed.indices where needed[index] && reached[index] {
      let node = NodeID(rawValue: Int32(index))
      graph.origin = graph.origin(of: node)
      guard seeds[node] == nil, let primitive = graph.primitive(of: node) else { continue }
      let operands = Array(graph.operands(of: node))
      let operandTangents = operands.map { tangents[$0] }
      if case .loop = primitive.derivative {
        // The tangents of its projections come with the loop.
        let results = (projections[node] ?? []).filter { needed[$0.index] && seeds[$0] == nil }
        let known = graph.pushforward(loop: node, tangents: operandTangents, to: results)
        for (result, tangent) in zip(results, known) { tangents[result] = tangent }
        continue
      }
      tangents[node] = Self.pushforward(&graph, node, primitive, operandTangents)
    }
  }

  /// The tangent of one node from those of its operands, nil if it is zero.
  static func pushforward(
    _ graph: inout Graph, _ node: NodeID, _ primitive: Primitive, _ tangents: [NodeID?]
  ) -> NodeID? {
    switch primitive.derivative {
    case .zero: return nil
    case .elementwise(let partials, let alone):
      let isAlone = tangents.count { $0 != nil } == 1
      var total: NodeID?
      for (position, tangent) in tangents.enumerated() {
        guard let tangent else { continue }
        let formula = (isAlone ? alone : nil)?[position] ?? partials[position]
        let partial = graph.instantiate(formula, for: node)
        let product = graph.apply(.strongMultiply, tangent, partial)
        total = graph.sum(total, product)
      }
      return total.map { graph.broadcast($0, to: graph.shape(of: node)) }
    case .reduction(let gradient):
      guard let tangent = tangents[0] else { return nil }
      let partial = graph.instantiate(gradient, for: node)
      let product = graph.apply(.strongMultiply, tangent, partial)
      return graph.apply(Primitive[.sum], [product], graph.attribute(of: node))
    case .general(let pushforward, _):
      guard tangents.contains(where: { $0 != nil }) else { return nil }
      return pushforward(&graph, node, tangents)
    case .loop: preconditionFailure("a loop is differentiated as a whole")
    }
  }
}
