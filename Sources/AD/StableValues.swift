import Expr

/// The value and the adjoints of the variables in the stable form of a target: what a trace shows at
/// its two ends, where plain arithmetic may lose them on the way.
struct StableValues {
  let value: Tensor
  let adjoints: [NodeID: Tensor]
  let rewrites: [Rewrite]

  init(
    _ output: NodeID, variables: [NodeID], wantsAdjoints: Bool, _ graph: Graph,
    _ environment: Environment
  ) throws(Diagnostic) {
    var graph = graph
    let (nodes, applied) = graph.stabilising([output], cuts: variables)
    var slopes: [NodeID] = []
    if wantsAdjoints {
      let reverse = ReverseMode(&graph, output: nodes[0], variables: variables)
      for variable in variables { slopes.append(reverse.adjoint(of: variable, in: &graph)) }
    }
    let values = try graph.values(of: nodes + slopes, in: environment)
    value = values[0]
    adjoints = Dictionary(zip(variables, values.dropFirst())) { first, _ in first }
    var seen: Set<String> = []
    var rewrites: [Rewrite] = []
    for node in applied.keys.sorted() {
      for rewrite in applied[node] ?? [] where seen.insert(rewrite.name).inserted {
        rewrites.append(rewrite)
      }
    }
    self.rewrites = rewrites
  }
}

extension Tensor {
  /// Whether all entries agree to nine digits: what a table would show alike.
  func isClose(to other: Tensor) -> Bool {
    zip(elements, other.elements).allSatisfy { a, b in
      a == b || a.isNaN && b.isNaN || abs(a - b) <= 1e-9 * max(abs(a), abs(b))
    }
  }
}
