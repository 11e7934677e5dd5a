import Expr

/// The gradient of a scalar node: one adjoint for each variable, as graph nodes.
public func gradient(
  of output: NodeID, variables: [NodeID], in graph: inout Graph
) -> [NodeID] {
  vectorJacobianProduct(of: output, with: nil, variables: variables, in: &graph)
}
