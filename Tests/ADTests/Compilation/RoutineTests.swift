import Testing

@testable import AD
@testable import Expr

/// A fused loop of one block becomes one piece of machine code, with the bits of the loop.
@Suite(.enabled(if: VectorShape.own != nil, "there is machine code for x86-64 with AVX2 only"))
struct RoutineTests {
  static let formulas = [
    "sum(log(1 + exp(-y.*(X*w))))", "sum(y.*tanh(X*w)) + max(X*w)",
    "dot(y, X*w) + sum(softplus(y))", "sum(abs(y).^1.5 - sin(y)) - sum(sigmoid(y))",
    "sum(relu(X*w - y).^2)",
  ]
  static let sizes = [(1, 1), (7, 3), (100, 20), (200, 40), (256, 32)]

  @Test(arguments: formulas, sizes)
  func oneBlockIsOneCall(_ text: String, _ size: (rows: Int, columns: Int)) throws {
    for hasHoles in [false, true] {
      var environment = Self.environment(size.rows, size.columns, hasHoles: hasHoles)
      let program = try Self.program(text, environment, VectorShape.own)
      let reference = try Self.program(text, environment, nil)
      for factor in [1.0, -0.75, 2] {
        Self.scale("y", by: factor, in: &environment)
        for each in [program, reference] {
          each.setLeaves(from: environment)
          try each.run()
        }
        let isSame = program.bits == reference.bits
        #expect(isSame, "\(text), \(size), holes: \(hasHoles)")
        program.writeMachineCode()
      }
      if size.rows > 1 { #expect(program.loops.contains { $0.routine != nil }, "\(text)") }
    }
  }

  @Test func severalBlocksAreNone() throws {
    let environment = Self.environment(257, 3, hasHoles: false)
    let program = try Self.program(Self.formulas[0], environment, VectorShape.own)
    program.writeMachineCode()
    #expect(program.loops.allSatisfy { $0.routine == nil })
    #expect(program.routine == nil)
  }

  /// A routine finds values where they lie at its run.
  @Test func valuesMayMove() throws {
    var environment = Self.environment(100, 50, hasHoles: false)
    let program = try Self.program(Self.formulas[0], environment, VectorShape.own)
    program.writeMachineCode()
    for factor in [1.0, -2, 0.5] {
      Self.scale("X", by: factor, in: &environment)
      program.setLeaves(from: environment)
      try program.run()
      let other = try Self.program(Self.formulas[0], environment, nil)
      try other.run()
      #expect(program.bits == other.bits)
    }
  }

  private static func scale(_ name: String, by factor: Double, in environment: inout Environment) {
    guard case .leaf(_, .tensor(let value), _)? = environment[Name(name)]?.binding else { return }
    let scaled = Tensor(value.shape, value.elements.map { factor * $0 })
    environment.setLeaf(Name(name), to: .tensor(scaled))
  }

  /// - Parameter hasHoles: whether some entries are zeros, or not finite.
  private static func environment(_ rows: Int, _ columns: Int, hasHoles: Bool) -> Environment {
    func numbers(_ shape: Shape, _ seed: Int) -> Value {
      var entries = (0..<shape.count).map { Double(($0 &* 7919 &+ seed) % 1999 - 999) / 977 }
      if hasHoles { entries[entries.count / 2] = seed == 1 ? .infinity : 0 }
      return .tensor(Tensor(shape, entries))
    }
    var environment = Environment()
    environment.setLeaf(Name("X"), to: numbers(.matrix(rows, columns), 1), isData: true)
    environment.setLeaf(Name("y"), to: numbers(.vector(rows), 2))
    environment.setLeaf(Name("w"), to: numbers(.vector(columns), 3))
    return environment
  }

  /// The value of a formula and its gradient in all but data.
  private static func program(
    _ text: String, _ environment: Environment, _ vectors: VectorShape?
  ) throws -> Program {
    let (typed, root) = try Graph.typed(text, in: environment)
    var graph = typed
    let variables = graph.leaves(under: [root]).filter { !$0.leaf.isData }.map(\.node)
    let slopes = gradient(of: root, variables: variables, in: &graph)
    let program = try Program(
      graph, outputs: graph.stabilised([root] + slopes), borrowed: [], exchanged: 0,
      memoryLimit: Program.defaultMemoryLimit, vectors: vectors)
    program.setLeaves(from: environment)
    return program
  }
}

extension Program {
  /// Of all outputs, one nan as good as any other.
  fileprivate var bits: [UInt64] {
    lowered.outputs.indices.flatMap { output in
      buffer(ofOutput: output).map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
    }
  }
}
