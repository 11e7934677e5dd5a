import Expr

/// The matrix of partial derivatives at a point: one row for each entry of the output, one column for
/// each of a variable, entries counted row by row.
public struct Jacobian: Sendable {
  /// Forward mode takes a sweep for each column, reverse mode one for each row.
  public enum Mode: String, Sendable { case forward, reverse }

  public let mode: Mode
  /// The runs of the program that it took.
  public let sweeps: Int
  /// The output itself.
  public let value: Tensor
  /// One m×n matrix for each variable.
  public let blocks: [Tensor]

  /// - Parameters:
  ///   - variables: nodes; the graph is cut there.
  ///   - mode: nil takes whichever needs fewer sweeps.
  public init(
    of output: NodeID, variables: [NodeID], in graph: Graph, environment: Environment,
    mode: Mode? = nil
  ) throws(Diagnostic) {
    let rows = graph.shape(of: output).count
    let sizes = variables.map { graph.shape(of: $0).count }
    let columns = sizes.reduce(0, +)
    self.mode = mode ?? (columns <= rows ? .forward : .reverse)
    sweeps = self.mode == .forward ? columns : rows
    var blocks: [[Double]] = []
    for size in sizes { blocks.append(try zeroMatrix(rows, size)) }
    var graph = graph
    switch self.mode {
    case .forward:
      value = try Self.fillColumns(&blocks, output, variables, &graph, environment)
    case .reverse:
      value = try Self.fillRows(&blocks, output, variables, &graph, environment)
    }
    self.blocks = zip(blocks, sizes).map { Tensor(.matrix(rows, $1), $0) }
  }

  private static func fillColumns(
    _ blocks: inout [[Double]], _ output: NodeID, _ variables: [NodeID], _ graph: inout Graph,
    _ environment: Environment
  ) throws(Diagnostic) -> Tensor {
    var seeds: [NodeID: NodeID] = [:]
    for (number, variable) in variables.enumerated() {
      let shape = graph.shape(of: variable)
      seeds[variable] = LinearSweeps.seed(number, shape: shape, in: &graph)
    }
    let tangent = jacobianVectorProduct(of: output, along: seeds, in: &graph)
    let sweeps = try LinearSweeps(graph, outputs: [output, tangent], environment: environment)
    let column = sweeps.program.buffer(ofOutput: 1)
    for (number, variable) in variables.enumerated() {
      let width = graph.shape(of: variable).count
      try sweeps.forEachUnit(of: number) { entry in
        for row in column.indices { blocks[number][row * width + entry] = column[row] }
      }
    }
    return sweeps.program.value(ofOutput: 0)
  }

  private static func fillRows(
    _ blocks: inout [[Double]], _ output: NodeID, _ variables: [NodeID], _ graph: inout Graph,
    _ environment: Environment
  ) throws(Diagnostic) -> Tensor {
    let seed = LinearSweeps.seed(0, shape: graph.shape(of: output), in: &graph)
    let adjoints = vectorJacobianProduct(
      of: output, with: seed, variables: variables, in: &graph)
    let sweeps = try LinearSweeps(graph, outputs: [output] + adjoints, environment: environment)
    try sweeps.forEachUnit(of: 0) { row in
      for number in blocks.indices {
        let entries = sweeps.program.buffer(ofOutput: number + 1)
        for column in entries.indices {
          blocks[number][row * entries.count + column] = entries[column]
        }
      }
    }
    return sweeps.program.value(ofOutput: 0)
  }
}
