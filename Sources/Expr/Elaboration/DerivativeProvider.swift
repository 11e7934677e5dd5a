/// Differentiates graphs. The language has derivatives as expressions, but this module knows no
/// differentiation: the session passes in a provider that does.
public protocol DerivativeProvider: Sendable {
  /// What a seed (in the shape of `output`; 1 for a number) pulls back to each variable. Variables cut
  /// the graph; no rewrite looks through a cut.
  func pullback(
    _ graph: inout Graph, of output: NodeID, seed: NodeID?, to variables: [NodeID], cuts: [NodeID]
  ) -> [NodeID]

  /// The tangent of an output when variables move along seeds (in their shapes).
  func pushforward(
    _ graph: inout Graph, of output: NodeID, seeds: [(variable: NodeID, seed: NodeID)],
    cuts: [NodeID]
  ) -> NodeID
}

extension DerivativeProvider {
  /// The same with no cuts but the variables.
  func pullback(
    _ graph: inout Graph, of output: NodeID, seed: NodeID?, to variables: [NodeID]
  ) -> [NodeID] {
    pullback(&graph, of: output, seed: seed, to: variables, cuts: [])
  }

  /// The same with no cuts but the variables.
  func pushforward(
    _ graph: inout Graph, of output: NodeID, seeds: [(variable: NodeID, seed: NodeID)]
  ) -> NodeID {
    pushforward(&graph, of: output, seeds: seeds, cuts: [])
  }
}

/// No derivatives: for graphs that are only evaluated.
public struct NoDerivatives: DerivativeProvider {
  public init() {}

  public func pullback(
    _ graph: inout Graph, of output: NodeID, seed: NodeID?, to variables: [NodeID], cuts: [NodeID]
  ) -> [NodeID] {
    preconditionFailure("this environment was made without derivatives")
  }

  public func pushforward(
    _ graph: inout Graph, of output: NodeID, seeds: [(variable: NodeID, seed: NodeID)],
    cuts: [NodeID]
  ) -> NodeID {
    preconditionFailure("this environment was made without derivatives")
  }
}
