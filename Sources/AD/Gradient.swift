import Expr

/// The gradient of a scalar node: one adjoint for each variable, as graph nodes.
public func gradient(
  of output: NodeID, variables: [NodeID], in graph: inout Graph
) -> [NodeID] {
  let reverse = ReverseMode(&graph, output: output, variables: variables)
  return variables.map { reverse.adjoint(of: $0, in: &graph) }
}
