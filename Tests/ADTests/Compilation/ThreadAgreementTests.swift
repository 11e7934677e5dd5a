import Testing

@testable import Expr

/// Large random graphs with their gradients: right on one thread, and the same bits on any number.
@Suite struct ThreadAgreementTests {
  @Test(arguments: 1...12) func agreesBitForBit(seed: Int) throws {
    var random = RandomGraph(seed: UInt64(seed), isLarge: true)
    let outputs = random.valueWithGradient()
    let single = try random.programValues(of: outputs, threads: 1)
    for (value, reference) in zip(single, random.naiveValues(of: outputs)) {
      let scale = reference.elements.reduce(1e-3) { $1.isFinite ? max($0, abs($1)) : $0 }
      let differing = zip(value.elements, reference.elements).first { x, y in
        !(x == y || abs(x - y) <= 1e-11 * scale || (x.isNaN && y.isNaN))
      }
      #expect(differing == nil, "seed \(seed)")
    }
    let bits = single.map { $0.elements.map(\.bitPattern) }
    for threads in [2, 3, 4, 7] {
      let values = try random.programValues(of: outputs, threads: threads)
      #expect(values.map { $0.elements.map(\.bitPattern) } == bits, "seed \(seed), \(threads)")
    }
  }

  /// What the programs above are made for.
  @Test func largeGraphsRunOnSeveralThreads() throws {
    let shared = try (1...12).count { seed in
      var random = RandomGraph(seed: UInt64(seed), isLarge: true)
      let outputs = random.valueWithGradient()
      let program = try Program(
        random.graph, outputs: outputs, borrowed: [], exchanged: 0,
        memoryLimit: Program.defaultMemoryLimit, threads: 3)
      return program.threads == 3
    }
    #expect(shared >= 8)
  }

  /// Each thread's blocks are planned: the memory grows with their number and the limit holds it.
  @Test func memoryOfThreadsIsPlanned() throws {
    var random = RandomGraph(seed: 1, isLarge: true)
    let outputs = random.valueWithGradient()
    func bytes(threads: Int, limit: Int = Program.defaultMemoryLimit) throws -> Int {
      try Program(
        random.graph, outputs: outputs, borrowed: [], exchanged: 0, memoryLimit: limit,
        threads: threads
      ).bytes
    }
    let one = try bytes(threads: 1)
    let four = try bytes(threads: 4)
    #expect(four > one)
    #expect(try bytes(threads: 4, limit: four) == four)
    #expect(throws: Diagnostic.self) { try bytes(threads: 4, limit: four - 8) }
    #expect(try bytes(threads: 1, limit: four - 8) == one)
  }
}
