@testable import Expr

extension Graph {
  /// The graph of a formula as a user types it, and the node that it comes to.
  static func typed(_ text: String, in environment: Environment) throws -> (Graph, NodeID) {
    let source = SourceText(text)
    let tree = try Parser.parseExpressions(in: source, range: 0..<source.utf8.count)
    var elaborator = Elaborator(environment)
    let root = try elaborator.elaborate(tree.statements[0].node, of: tree)
    return (elaborator.graph, root)
  }
}

extension Program {
  /// The program of a formula as a user types it, after a run.
  ///
  /// - Parameters:
  ///   - leaves: the names in it and their values.
  ///   - isFused: without it each value is computed alone.
  static func typed(
    _ text: String, _ leaves: [(name: String, value: Tensor)], isFused: Bool
  ) throws -> Program {
    var environment = Environment()
    for leaf in leaves { environment.setLeaf(Name(leaf.name), to: .tensor(leaf.value)) }
    let (graph, root) = try Graph.typed(text, in: environment)
    let program = try Program(
      graph, outputs: [root], borrowed: [], exchanged: 0,
      memoryLimit: Program.defaultMemoryLimit, isFused: isFused)
    program.setLeaves(from: environment)
    try program.run()
    return program
  }
}
