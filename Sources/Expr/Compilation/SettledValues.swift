/// What does not depend on the leaves that change between runs, and takes longer to compute than to
/// read: a program for many runs has it as constants.
struct SettledValues {
  /// Nodes that those which change read, or which are read through views by them.
  private(set) var nodes: [NodeID] = []
  /// The operations on numbers under these nodes.
  private(set) var work = 0

  /// Results of operations entry by entry are taken up to this size: longer ones are computed as fast
  /// as they are read.
  private static let mostEntries = 4096
  /// Below, computing it in each of a dozen runs takes less time than to set it apart.
  private static let leastWork = 1 << 14
  /// What a loop counts for.
  private static let loopWork = 1 << 14

  var areWorthIt: Bool { work >= Self.leastWork }

  /// Cost: three passes over the graph.
  init(_ graph: Graph, outputs: [NodeID], varying: [NodeID]) {
    let varies = graph.descendants(of: varying)
    var isRead = Array(repeating: false, count: graph.count)
    for output in outputs {
      if varies[output.index] { isRead[output.index] = true }
    }
    for index in isRead.indices.reversed() where isRead[index] {
      let node = NodeID(index)
      if !varies[index] && Self.isTaken(node, in: graph) {
        nodes.append(node)
      } else {
        graph.forEachOperand(of: node) { isRead[$0.index] = true }
      }
    }
    guard !nodes.isEmpty else { return }
    let needed = graph.ancestors(of: nodes)
    for index in needed.indices where needed[index] {
      let node = NodeID(index)
      work +=
        graph.symbol(of: node) == .loop
        ? Self.loopWork : graph.work(of: node).kinds.values.reduce(0, +)
    }
  }

  private static func isTaken(_ node: NodeID, in graph: Graph) -> Bool {
    guard let primitive = graph.primitive(of: node) else { return false }
    switch primitive.symbol {
    case .transpose, .reshape, .broadcast, .index, .loop: return false
    default: return !primitive.isElementwise || graph.shape(of: node).count <= mostEntries
    }
  }
}

extension Graph {
  /// The program of the stable forms of some nodes for many runs, between which only some leaves
  /// change: what depends on none of them is computed now, with the values of an environment.
  ///
  /// Where it is, the program `holdsValues`.
  ///
  /// - Parameter varying: the nodes of these leaves.
  /// - Throws: a diagnostic when the values would not fit into the memory, or after Ctrl-C.
  public func compiled(
    _ outputs: [NodeID], varying: [NodeID], in environment: Environment
  ) throws(Diagnostic) -> Program {
    var graph = self
    let nodes = graph.stabilised(outputs)
    let settled = SettledValues(graph, outputs: nodes, varying: varying)
    if settled.areWorthIt, let values = try graph.settledValues(of: settled.nodes, in: environment)
    {
      var rest = Graph(foldsConstants: false, recordsOrigins: graph.recordsOrigins)
      var map: [NodeID?] = Array(repeating: nil, count: graph.count)
      for (node, value) in zip(settled.nodes, values) { map[node.index] = rest.constant(value) }
      rest.copy(nodes, from: graph, map: &map)
      let program = try Program(rest, outputs: nodes.map { map[$0.index]! })
      program.holdsValues = true
      return program
    }
    return try Program(graph, outputs: nodes)
  }

  /// The values of some nodes; nil where a leaf has none, or where a kernel fails or has something to
  /// tell, which the runs are to do.
  private func settledValues(
    of nodes: [NodeID], in environment: Environment
  ) throws(Diagnostic) -> [Tensor]? {
    var waiting: [Leaf.ID: Shape] = [:]
    for (node, leaf) in leaves(under: nodes) { waiting[leaf.id] = shape(of: node) }
    environment.forEachLeaf { if waiting[$0] == $1.shape { waiting[$0] = nil } }
    guard waiting.isEmpty else { return nil }
    do {
      let program = try Program(self, outputs: nodes)
      program.setLeaves(from: environment)
      try program.run()
      guard program.notes.isEmpty else { return nil }
      return nodes.indices.map { program.value(ofOutput: $0) }
    } catch {
      if interruptionRequested.load(ordering: .relaxed) { throw error }
      return nil
    }
  }
}
