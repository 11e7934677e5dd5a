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
  private(set) var adjoints: NodeMap<NodeID>
  /// Its parts, in the order in which the children were reached (the last child first).
  private(set) var contributions: ContributionLists
  private let seeds: [NodeID: NodeID]

  /// Pulls `seed` (in the shape of `output`; 1 for a scalar) back to `variables`.
  ///
  /// Variables cut the graph: nothing behind one is reached. Cost: one pass over the graph; the nodes
  /// added are a small multiple of the ones passed (the cheap gradient principle).
  public init(
    _ graph: inout Graph, output: NodeID, seed: NodeID? = nil, variables: [NodeID]
  ) {
    let last = seed ?? graph.filled(1, graph.shape(of: output))
    self.init(&graph, seeds: [output: last], variables: variables)
  }

  /// Pulls the adjoints of several outputs back at a time.
  ///
  /// - Parameter seeds: output → adjoint, in its shape.
  public init(_ graph: inout Graph, seeds: [NodeID: NodeID], variables: [NodeID]) {
    let isActive = graph.descendants(of: variables)
    self.seeds = seeds.filter { isActive[$0.key.index] }
    let last = self.seeds.keys.max()
    adjoints = NodeMap(count: last.map { $0.index + 1 } ?? 0)
    contributions = ContributionLists(count: last.map { $0.index + 1 } ?? 0)
    guard let last else { return }
    var isStop = Array(repeating: false, count: graph.count)
    for variable in variables { isStop[variable.index] = true }
    var reached = Array(repeating: false, count: last.index + 1)
    for output in self.seeds.keys { reached[output.index] = true }
    var results: [NodeID: [(projection: NodeID, adjoint: NodeID)]] = [:]
    let origin = graph.origin
    defer { graph.origin = origin }
    for index in (0...last.index).reversed() where reached[index] && isActive[index] {
      let node = NodeID(rawValue: Int32(index))
      graph.origin = graph.origin(of: node)
      let primitive = graph.primitive(of: node)
      let operands = Array(graph.operands(of: node))
      let active = operands.map { isActive[$0.index] }
      let parts: [NodeID?]
      if !results.isEmpty, let loop = results[node] {
        if isStop[index] { continue }
        parts = graph.pullback(loop: node, adjoints: loop, isActive: active)
      } else {
        let adjoint = total(&graph, of: node)
        guard !isStop[index], let primitive else { continue }
        if graph.loopOutput(of: node) != nil {
          // What reads a loop is collected; the loop itself, further down, pulls all of it back.
          results[operands[0], default: []].append((node, adjoint))
          reached[operands[0].index] = true
          continue
        }
        parts = Self.pullback(&graph, node, primitive, operands, adjoint, active)
      }
      for (operand, part) in zip(operands, parts) {
        guard let part else { continue }
        reached[operand.index] = true
        contributions.append(Contribution(child: node, value: part), to: operand)
      }
    }
  }

  /// The adjoint of a node: a zero of its shape where the output does not depend on it.
  public func adjoint(of node: NodeID, in graph: inout Graph) -> NodeID {
    adjoints[node] ?? graph.filled(0, graph.shape(of: node))
  }

  private mutating func total(_ graph: inout Graph, of node: NodeID) -> NodeID {
    if let known = adjoints[node] { return known }
    var sum = seeds[node]
    contributions.forEach(of: node) { sum = graph.accumulated(sum, $0.value) }
    let adjoint = sum ?? graph.filled(0, graph.shape(of: node))
    adjoints[node] = adjoint
    return adjoint
  }

  /// What a node passes back to each of its active operands.
  private static func pullback(
    _ graph: inout Graph, _ node: NodeID, _ primitive: Primitive, _ operands: [NodeID],
    _ adjoint: NodeID, _ isActive: [Bool]
  ) -> [NodeID?] {
    switch primitive.derivative {
    case .zero: return operands.map { _ in nil }
    case .elementwise(let partials, let alone):
      let isAlone = isActive.count { $0 } == 1
      return operands.indices.map { position in
        guard isActive[position] else { return nil }
        let formula = (isAlone ? alone : nil)?[position] ?? partials[position]
        let partial = graph.instantiate(formula, for: node)
        let product = graph.apply(.strongMultiply, adjoint, partial)
        let full = graph.broadcast(product, like: node)
        return graph.summed(full, like: operands[position])
      }
    case .reduction(let gradient):
      guard isActive[0] else { return [nil] }
      let partial = graph.instantiate(gradient, for: node)
      let product = graph.apply(.strongMultiply, adjoint, partial)
      return [graph.broadcast(product, like: operands[0])]
    case .general(_, let pullback): return pullback(&graph, node, adjoint, isActive)
    case .loop: preconditionFailure("a loop is differentiated as a whole")
    }
  }
}
