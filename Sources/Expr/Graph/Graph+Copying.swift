extension Graph {
  /// What `output` needs, with leaves of their own in the place of some nodes: a function of these.
  /// A node that is a leaf already stays the leaf it is.
  public func cut(
    at nodes: [NodeID], output: NodeID
  ) -> (graph: Graph, variables: [NodeID], output: NodeID) {
    var result = Graph()
    var map: [NodeID?] = Array(repeating: nil, count: count)
    for node in nodes {
      map[node.index] =
        leaf(of: node).map { result.leaf($0, shape: shape(of: node)) }
        ?? result.placeholder(shape(of: node))
    }
    result.copy([output], from: self, map: &map)
    return (result, nodes.compactMap { map[$0.index] }, map[output.index] ?? output)
  }

  /// Copies what `roots` need from another graph.
  ///
  /// - Parameter map: for each node of `source` its node here; what is known stands for itself and
  ///   what is under it, what is copied is entered.
  mutating func copy(_ roots: [NodeID], from source: Graph, map: inout [NodeID?]) {
    let outer = origin
    defer { origin = outer }
    let known = map.indices.filter { map[$0] != nil }.map { NodeID($0) }
    let needed = source.ancestors(of: roots, stoppingAt: known)
    for index in needed.indices where needed[index] && map[index] == nil {
      map[index] = copy(NodeID(index), from: source, map: map)
    }
  }

  /// Copies one node whose operands `map` knows.
  mutating func copy(_ node: NodeID, from source: Graph, map: [NodeID?]) -> NodeID {
    switch source.kind(of: node) {
    case .leaf(let leaf): return self.leaf(leaf, shape: source.shape(of: node))
    case .constant(let tensor): return constant(tensor)
    case .operation(let primitive):
      let operands = source.operands(of: node).map { operand in
        guard let copied = map[operand.index] else {
          preconditionFailure("a node is copied after its operands")
        }
        return copied
      }
      origin = source.origin(of: node)
      return apply(primitive, operands, source.attribute(of: node))
    }
  }

  /// Whether two graphs are the same node for node, leaves by identity and constants by their bits.
  func isIdentical(to other: Graph) -> Bool {
    guard count == other.count else { return false }
    return (0..<count).allSatisfy { index in
      let node = NodeID(index)
      guard shape(of: node) == other.shape(of: node) else { return false }
      switch (kind(of: node), other.kind(of: node)) {
      case (.leaf(let a), .leaf(let b)): return a.id == b.id
      case (.constant(let a), .constant(let b)): return Self.sameBits(a, b)
      case (.operation(let a), .operation(let b)):
        return a.index == b.index && operands(of: node) == other.operands(of: node)
          && attribute(of: node) == other.attribute(of: node)
      default: return false
      }
    }
  }

  /// Feeds what `isIdentical` compares, leaving out what is long.
  func hashNodes(into hasher: inout Hasher) {
    hasher.combine(count)
    for index in 0..<count {
      let node = NodeID(index)
      hasher.combine(nodes[index].primitive)
      hasher.combine(scalarConstant(of: node)?.bitPattern)
      for operand in operands(of: node) { hasher.combine(operand) }
    }
  }
}
