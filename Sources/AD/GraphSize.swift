import Expr

/// How large the graph under a node is; constants do not count as nodes, as on the slides.
public struct GraphSize: Sendable {
  /// Leaves and operations, each once.
  public private(set) var nodes = 0
  /// Operand places filled by them.
  public private(set) var edges = 0
  /// The nodes of the same expression without sharing; nil beyond 10^15.
  public private(set) var treeNodes: Int?
  /// The linear orders of the nodes, operands first; nil where there are too many to count.
  public private(set) var orders: Int?

  /// Sets of finished nodes that the count of orders may visit.
  private static let orderBudget = 20_000

  public init(_ graph: Graph, root: NodeID) {
    let needed = graph.ancestors(of: [root])
    var treeSizes: [NodeID: Int] = [:]
    var members: [NodeID] = []
    for index in needed.indices where needed[index] {
      let node = NodeID(rawValue: Int32(index))
      if graph.constant(of: node) != nil { continue }
      nodes += 1
      var size: Int? = 1
      for operand in graph.operands(of: node) where graph.constant(of: operand) == nil {
        edges += 1
        size = size.flatMap { size in treeSizes[operand].map { size + $0 } }
      }
      if let size, size <= 1_000_000_000_000_000 { treeSizes[node] = size }
      members.append(node)
    }
    treeNodes = nodes == 0 ? 0 : treeSizes[root]
    orders = Self.countOrders(graph, members)
  }

  /// Counts linear extensions over sets of finished nodes, each set reached once.
  private static func countOrders(_ graph: Graph, _ nodes: [NodeID]) -> Int? {
    guard nodes.count <= 62 else { return nil }
    var position: [NodeID: Int] = [:]
    for (index, node) in nodes.enumerated() { position[node] = index }
    let needs = nodes.map { node in
      graph.operands(of: node).reduce(UInt64(0)) { set, operand in
        position[operand].map { set | (1 << UInt64($0)) } ?? set
      }
    }
    var layer: [UInt64: Int] = [0: 1]
    var visited = 0
    for _ in nodes.indices {
      var next: [UInt64: Int] = [:]
      for (done, ways) in layer {
        for index in nodes.indices
        where done & (1 << UInt64(index)) == 0 && needs[index] & ~done == 0 {
          let (sum, overflow) = (next[done | (1 << UInt64(index))] ?? 0).addingReportingOverflow(
            ways)
          if overflow { return nil }
          next[done | (1 << UInt64(index))] = sum
        }
      }
      visited += next.count
      if visited > orderBudget { return nil }
      layer = next
    }
    return layer.values.first ?? 1
  }
}
