/// Differentiates graphs. The language has derivatives as expressions, but this module knows no
/// differentiation: the session passes in a provider that does.
public protocol DerivativeProvider: Sendable {
  /// What a seed (in the shape of `output`; 1 for a number) pulls back to each variable. Variables cut
  /// the graph.
  func pullback(
    _ graph: inout Graph, of output: NodeID, seed: NodeID?, to variables: [NodeID]
  ) -> [NodeID]

  /// The tangent of an output when variables move along seeds (in their shapes).
  func pushforward(
    _ graph: inout Graph, of output: NodeID, seeds: [(variable: NodeID, seed: NodeID)]
  ) -> NodeID
}

/// No derivatives: for graphs that are only evaluated.
public struct NoDerivatives: DerivativeProvider {
  public init() {}

  public func pullback(
    _ graph: inout Graph, of output: NodeID, seed: NodeID?, to variables: [NodeID]
  ) -> [NodeID] {
    preconditionFailure("this environment was made without derivatives")
  }

  public func pushforward(
    _ graph: inout Graph, of output: NodeID, seeds: [(variable: NodeID, seed: NodeID)]
  ) -> NodeID {
    preconditionFailure("this environment was made without derivatives")
  }
}
