import Testing

@testable import Expr

/// Where the arrays of a program lie.
@Suite struct ProgramMemoryTests {
  @Test func arraysBeginAtLinesOfTheCache() throws {
    var graph = Graph()
    var sums: [NodeID] = []
    let leaves = (1...9).map { Leaf(id: Leaf.ID(order: $0), name: Name("x\($0)"), isData: false) }
    for (count, leaf) in leaves.enumerated() {
      sums.append(graph.apply(.sum, graph.leaf(leaf, shape: .vector(5 * count + 2))))
    }
    let program = try Program(graph, outputs: sums)
    for (count, leaf) in leaves.enumerated() {
      let values = (0..<5 * count + 2).map(Double.init)
      program.set(leaf.id, to: Tensor(.vector(values.count), values))
      let buffer = try #require(program.buffer(of: leaf.id))
      #expect(UInt(bitPattern: buffer.baseAddress) % 64 == 0, "\(values.count) entries")
      #expect(Array(buffer) == values)
    }
  }
}
