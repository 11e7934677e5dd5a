import Expr

/// Reverse mode as a transformation of graphs: the adjoint λ of each node is the sum, over the nodes
/// that use it, of what they pull back.
///
/// Contributions stay apart until all children have spoken, so that tables can show each.
///
/// - Source: Linnainmaa 1970; Griewank & Walther, Evaluating Derivatives, chapter 3.
public struct ReverseMode {
  /// What one child passes back to an operand.
  public struct Contribution: Sendable {
    public let child: NodeID
    /// In the shape of the operand.
    public let value: NodeID
  }

  /// The adjoint of each active node that the output depends on.
  public private(set) var adjoints: [NodeID: NodeID] = [:]
  /// Its parts, in the order in which the children were reached (the last child first).
  public private(set) var contributions: [NodeID: [Contribution]] = [:]

  /// Pulls `seed` (in the shape of `output`; 1 for a scalar) back to `variables`.
  ///
  /// Variables cut the graph: nothing behind one is reached. Cost: one pass over the graph; the nodes
  /// added are a small multiple of the ones passed (the cheap gradient principle).
  public init(
    _ graph: inout Graph, output: NodeID, seed: NodeID? = nil, variables: [NodeID]
  ) {
    let stops = Set(variables)
    let isActive = graph.descendants(of: variables)
    guard isActive[output.index] else { return }
    let last = seed ?? graph.filled(1, graph.shape(of: output))
    adjoints[output] = last
    var reached = Array(repeating: false, count: output.index + 1)
    reached[output.index] = true
    for index in (0...output.index).reversed() where reached[index] && isActive[index] {
      let node = NodeID(rawValue: Int32(index))
      let adjoint = total(&graph, of: node)
      guard !stops.contains(node), let primitive = graph.primitive(of: node) else { continue }
      let operands = Array(graph.operands(of: node))
      let active = operands.map { isActive[$0.index] }
      let parts = Self.pullback(&graph, node, primitive, adjoint, active)
      for (operand, part) in zip(operands, parts) {
        guard let part else { continue }
        reached[operand.index] = true
        contributions[operand, default: []].append(Contribution(child: node, value: part))
      }
    }
  }

  /// The adjoint of a node: a zero of its shape where the output does not depend on it.
  public func adjoint(of node: NodeID, in graph: inout Graph) -> NodeID {
    adjoints[node] ?? graph.filled(0, graph.shape(of: node))
  }

  private mutating func total(_ graph: inout Graph, of node: NodeID) -> NodeID {
    if let known = adjoints[node] { return known }
    var sum: NodeID?
    for part in contributions[node] ?? [] { sum = graph.sum(sum, part.value) }
    let adjoint = sum ?? graph.filled(0, graph.shape(of: node))
    adjoints[node] = adjoint
    return adjoint
  }

  /// What a node passes back to each of its active operands.
  static func pullback(
    _ graph: inout Graph, _ node: NodeID, _ primitive: Primitive, _ adjoint: NodeID,
    _ isActive: [Bool]
  ) -> [NodeID?] {
    let operands = Array(graph.operands(of: node))
    switch primitive.derivative {
    case .zero: return operands.map { _ in nil }
    case .elementwise(let partials, let alone):
      let isAlone = isActive.count { $0 } == 1
      return operands.indices.map { position in
        guard isActive[position] else { return nil }
        let formula = (isAlone ? alone : nil)?[position] ?? partials[position]
        let partial = graph.instantiate(formula, for: node)
        let product = graph.apply(.strongMultiply, adjoint, partial)
        let full = graph.broadcast(product, to: graph.shape(of: node))
        return graph.summed(full, to: graph.shape(of: operands[position]))
      }
    case .reduction(let gradient):
      guard isActive[0] else { return [nil] }
      let partial = graph.instantiate(gradient, for: node)
      let product = graph.apply(.strongMultiply, adjoint, partial)
      return [graph.broadcast(product, to: graph.shape(of: operands[0]))]
    case .general(_, let pullback): return pullback(&graph, node, adjoint, isActive)
    }
  }
}
