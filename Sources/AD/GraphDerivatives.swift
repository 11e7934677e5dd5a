import Expr

/// The derivatives that the language's operators `grad`, `jac`, `f'` and their kin ask for.
public struct GraphDerivatives: DerivativeProvider {
  public init() {}

  public func pullback(
    _ graph: inout Graph, of output: NodeID, seed: NodeID?, to variables: [NodeID]
  ) -> [NodeID] {
    let reverse = ReverseMode(&graph, output: output, seed: seed, variables: variables)
    return variables.map { reverse.adjoint(of: $0, in: &graph) }
  }

  public func pushforward(
    _ graph: inout Graph, of output: NodeID, seeds: [(variable: NodeID, seed: NodeID)]
  ) -> NodeID {
    let directions = Dictionary(uniqueKeysWithValues: seeds.map { ($0.variable, $0.seed) })
    let forward = ForwardMode(&graph, seeds: directions, outputs: [output])
    return forward.tangents[output] ?? graph.filled(0, graph.shape(of: output))
  }
}
