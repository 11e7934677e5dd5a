import Expr

/// J v: the tangent of `output`, in its stable form, when the variables, the keys, move along the directions, each in the
/// shape of its variable. A variable that is to count as one and stay takes a direction of zeros: at a
/// kink it matters what may vary.
///
/// Cost: one forward sweep; the Jacobian is never formed.
public func jacobianVectorProduct(
  of output: NodeID, along directions: [NodeID: NodeID], cuts: [NodeID] = [],
  in graph: inout Graph
) -> NodeID {
  let stable = graph.stabilised([output], cuts: Array(directions.keys) + cuts)[0]
  let forward = ForwardMode(&graph, seeds: directions, outputs: [stable])
  return forward.tangents[stable] ?? graph.filled(0, graph.shape(of: output))
}

/// Jᵀz for each variable, in its shape: the gradient of ⟨z, output⟩ in the stable form of the output,
/// `weights` z in its shape (nil: 1 for a number).
///
/// Cost: one reverse sweep; the Jacobian is never formed.
public func vectorJacobianProduct(
  of output: NodeID, with weights: NodeID?, variables: [NodeID], cuts: [NodeID] = [],
  in graph: inout Graph
) -> [NodeID] {
  let stable = graph.stabilised([output], cuts: variables + cuts)[0]
  let reverse = ReverseMode(&graph, output: stable, seed: weights, variables: variables)
  return variables.map { reverse.adjoint(of: $0, in: &graph) }
}

/// H v of a number for each variable, in its shape, the variables moving along `directions`, each in
/// the shape of its variable.
///
/// The gradient is brought into a stable form of its own before it is differentiated: x/sqrt(x² + 1)
/// loses in its slope what it does not lose in its value.
///
/// Cost: one forward sweep over a reverse one; the Hessian is never formed.
public func hessianVectorProduct(
  of output: NodeID, variables: [NodeID], along directions: [NodeID: NodeID],
  in graph: inout Graph
) -> [NodeID] {
  let slopes = graph.stabilised(
    gradient(of: output, variables: variables, in: &graph), cuts: variables)
  let forward = ForwardMode(&graph, seeds: directions, outputs: slopes)
  return slopes.map { forward.tangents[$0] ?? graph.filled(0, graph.shape(of: $0)) }
}
