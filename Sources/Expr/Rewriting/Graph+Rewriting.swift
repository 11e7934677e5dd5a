/// Where every evaluation of statements and commands goes through: what is printed is evaluated in
/// the stable form, what a trace shows in the form typed.
extension Graph {
  /// The stable forms of some nodes, which are added to the graph; those that need none are
  /// themselves.
  ///
  /// - Parameter cuts: nodes that are variables; no rewrite looks through them.
  /// Cost: one pass over the nodes under the roots.
  public mutating func stabilised(_ roots: [NodeID], cuts: [NodeID] = []) -> [NodeID] {
    var rewriter = Rewriter(self, cuts: cuts, usesKnownForms: true)
    self = Graph()
    let nodes = rewriter.replacements(of: roots)
    self = rewriter.graph
    return nodes
  }

  /// The stable forms, and for each node that was replaced the rewrites that did it.
  public mutating func stabilising(
    _ roots: [NodeID], cuts: [NodeID] = []
  ) -> (nodes: [NodeID], applied: [NodeID: [Rewrite]]) {
    var rewriter = Rewriter(self, cuts: cuts)
    self = Graph()
    let nodes = rewriter.replacements(of: roots)
    self = rewriter.graph
    return (nodes, rewriter.applied.mapValues { $0.map { Rewrite.all[$0] } })
  }

  /// The program of the stable forms of some nodes.
  ///
  /// - Throws: a diagnostic when the values would not fit into the memory.
  public func compiled(_ outputs: [NodeID]) throws(Diagnostic) -> Program {
    var graph = self
    let nodes = graph.stabilised(outputs)
    return try Program(graph, outputs: nodes)
  }
}
