import Expr

/// The derivatives that the language's operators `grad`, `jac`, `f'` and their kin ask for.
public struct GraphDerivatives: DerivativeProvider {
  public init() {}

  public func pullback(
    _ graph: inout Graph, of output: NodeID, seed: NodeID?, to variables: [NodeID], cuts: [NodeID]
  ) -> [NodeID] {
    vectorJacobianProduct(of: output, with: seed, variables: variables, cuts: cuts, in: &graph)
  }

  public func pushforward(
    _ graph: inout Graph, of output: NodeID, seeds: [(variable: NodeID, seed: NodeID)],
    cuts: [NodeID]
  ) -> NodeID {
    let directions = Dictionary(uniqueKeysWithValues: seeds.map { ($0.variable, $0.seed) })
    return jacobianVectorProduct(of: output, along: directions, cuts: cuts, in: &graph)
  }
}
