import Expr

/// Rows of data in batches: the objective is evaluated with a few rows in the place of all.
///
/// Each pass takes every row once, in their own order or in a random one; the last batch of a pass has
/// the rows that are left.
public final class MiniBatches {
  /// Data whose rows are taken together with those of others.
  public struct Table {
    let leaf: Leaf.ID
    let values: [Double]
    /// The entries of a row.
    let width: Int

    public init(leaf: Leaf.ID, values: [Double], width: Int) {
      self.leaf = leaf
      self.values = values
      self.width = width
    }
  }

  /// What the objective is made of for some number of rows.
  public struct Part {
    let output: NodeID
    let variables: [NodeID]
    let graph: Graph
    let environment: Environment

    public init(
      output: NodeID, variables: [NodeID], graph: Graph, environment: Environment
    ) {
      self.output = output
      self.variables = variables
      self.graph = graph
      self.environment = environment
    }
  }

  private let tables: [Table]
  private let rows: Int
  private let size: Int
  private let isRandom: Bool
  public private(set) var generator: RandomGenerator
  /// Row numbers from 0, in the order of this pass.
  private var order: [Int]
  private var position: Int
  /// The buffers of the tables in the programs of full and of last batches.
  private var places: [[UnsafeMutableBufferPointer<Double>?]] = []

  public init(
    _ tables: [Table], rows: Int, size: Int, isRandom: Bool, generator: RandomGenerator
  ) {
    self.tables = tables
    self.rows = rows
    self.size = size
    self.isRandom = isRandom
    self.generator = generator
    order = Array(0..<rows)
    position = rows
  }

  /// The updates in a pass.
  var updatesPerPass: Int { (rows + size - 1) / size }

  /// The objective on all rows and on batches.
  ///
  /// - Parameters:
  ///   - whole: with all rows.
  ///   - batch: with `size` rows.
  ///   - rest: with the rows of the last batch, nil if it is as long as the others.
  public func objective(
    whole: Part, batch: Part, rest: Part?
  ) throws(Diagnostic) -> Objective {
    var bindings: [Objective.Binding] = []
    for part in [whole, batch] + (rest.map { [$0] } ?? []) {
      let program = try Objective.program(
        of: part.output, part.variables, part.graph, part.environment,
        changing: tables.map(\.leaf))
      let binding = Objective.Binding(program, part.variables, part.graph, part.environment)
      bindings.append(binding)
      places.append(tables.map { binding.program.buffer(of: $0.leaf) })
    }
    return Objective(bindings, active: 0) { () throws(Diagnostic) in
      try Curvature(
        of: whole.output, variables: whole.variables, in: whole.graph,
        environment: whole.environment)
    }
  }

  /// Makes the objective that of all rows.
  func loadAll(_ objective: Objective) { objective.activate(0) }

  /// Puts the next rows into the objective.
  func loadNext(_ objective: Objective) {
    if position == rows {
      position = 0
      if isRandom {
        for last in stride(from: rows - 1, to: 0, by: -1) {
          order.swapAt(last, generator.integer(in: 0...last))
        }
      }
    }
    let count = min(size, rows - position)
    let binding = count == size ? 1 : 2
    objective.activate(binding)
    for (table, place) in zip(tables, places[binding]) {
      guard let place, let target = place.baseAddress else { continue }
      table.values.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        for row in 0..<count {
          (target + row * table.width).update(
            from: base + order[position + row] * table.width, count: table.width)
        }
      }
    }
    position += count
  }
}
