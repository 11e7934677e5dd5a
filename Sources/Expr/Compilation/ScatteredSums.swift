/// Sums whose terms are scattered into zeros, as derivatives of indices are: found before lowering,
/// so that a thousand entries of one array are added in place, and not as a thousand arrays.
struct ScatteredSums {
  /// Scatters and sums that belong to a root and have no value of their own.
  private(set) var isPart: [Bool]
  /// Where such a sum is computed.
  private(set) var isRoot: [Bool]

  /// Cost: one pass over the graph.
  init(_ graph: Graph, needed: [Bool], outputs: [NodeID]) {
    let count = graph.count
    isPart = Array(repeating: false, count: count)
    isRoot = isPart
    // Most graphs have none.
    guard (0..<count).contains(where: { needed[$0] && Self.isScatter(NodeID($0), in: graph) })
    else { return }
    var holds = isPart
    var uses = Array(repeating: 0, count: count)
    for output in outputs { uses[output.index] += 2 }
    for index in 0..<count where needed[index] {
      let node = NodeID(index)
      for operand in graph.operands(of: node) { uses[operand.index] += 1 }
      holds[index] =
        Self.isScatter(node, in: graph)
        || Self.sumOperands(node, in: graph).contains {
          holds[$0.index]
        }
    }
    for index in 0..<count where needed[index] && holds[index] {
      let node = NodeID(index)
      isRoot[index] = true
      for operand in Self.sumOperands(node, in: graph)
      where holds[operand.index] && uses[operand.index] == 1 {
        isPart[operand.index] = true
        isRoot[operand.index] = false
      }
    }
  }

  /// The scatters under a root, and the other terms of the sum, in order.
  func terms(of root: NodeID, in graph: Graph) -> (scatters: [NodeID], others: [NodeID]) {
    var scatters: [NodeID] = [], others: [NodeID] = []
    var pending = [root]
    while let node = pending.popLast() {
      if node != root && !isPart[node.index] {
        others.append(node)
      } else if Self.isScatter(node, in: graph) {
        scatters.append(node)
      } else {
        pending += Self.sumOperands(node, in: graph).reversed()
      }
    }
    return (scatters, others)
  }

  private static func isScatter(_ node: NodeID, in graph: Graph) -> Bool {
    graph.symbol(of: node) == .scatter
  }

  /// The operands of a sum of arrays of one shape.
  private static func sumOperands(_ node: NodeID, in graph: Graph) -> ArraySlice<NodeID> {
    guard graph.symbol(of: node) == .add else { return [] }
    let shape = graph.shape(of: node), operands = graph.operands(of: node)
    let isPlain = !shape.isScalar && operands.allSatisfy { graph.shape(of: $0) == shape }
    return isPlain ? operands : []
  }
}
