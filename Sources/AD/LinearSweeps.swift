import Expr

/// A program that is run once for each unit vector of its seeds: leaves of its own, in which outputs
/// are linear. So a matrix of derivatives comes column by column, or row by row, from one program.
struct LinearSweeps {
  let program: Program

  /// - Parameter environment: gives the leaves of the session their values.
  init(_ graph: Graph, outputs: [NodeID], environment: Environment) throws(Diagnostic) {
    program = try graph.compiled(outputs)
    program.setLeaves(from: environment)
    try program.run()
  }

  /// A leaf to seed with, the `number`-th of the graph. No leaf of the session has such an identity.
  static func seed(_ number: Int, shape: Shape, in graph: inout Graph) -> NodeID {
    graph.leaf(Leaf(id: id(number), name: Name("v\(number)"), isData: true), shape: shape)
  }

  /// Far from the placeholders of the elaborator, which count down from -1 and stay in its graph, and
  /// from the inputs of loops, which count up from the least number.
  private static func id(_ number: Int) -> Leaf.ID { Leaf.ID(order: .min / 2 + number) }

  /// The values of a seed; nil where no output depends on it.
  func buffer(ofSeed number: Int) -> UnsafeMutableBufferPointer<Double>? {
    program.buffer(of: Self.id(number))
  }

  /// Runs the program with 1 in one entry of a seed after the other, and 0 in all the rest.
  func forEachUnit(of seed: Int, _ body: (_ entry: Int) -> Void) throws(Diagnostic) {
    // Outputs that do not depend on the seed are zeros, and stay so.
    guard let buffer = buffer(ofSeed: seed) else { return }
    for entry in buffer.indices {
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      buffer[entry] = 1
      defer { buffer[entry] = 0 }
      try program.run()
      body(entry)
    }
  }
}

/// Zeros for a matrix that is about to be filled.
///
/// - Throws: a diagnostic when it would not fit into the memory.
func zeroMatrix(_ rows: Int, _ columns: Int) throws(Diagnostic) -> [Double] {
  let count = Shape.matrix(rows, columns).count
  guard count <= Program.defaultMemoryLimit / 8 else {
    throw Diagnostic(
      "a \(rows)×\(columns) matrix does not fit into the memory",
      hint: ":jvp, :vjp and :hvp multiply by it without forming it")
  }
  return Array(repeating: 0, count: count)
}
