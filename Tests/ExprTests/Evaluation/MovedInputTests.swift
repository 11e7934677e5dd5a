import Testing

@testable import Expr

/// Long arrays are read where they are, and moved to lines of the cache when they are read often.
@Suite struct MovedInputTests {
  @Test func valuesStayThroughTheMove() throws {
    var graph = Graph()
    let leaf = Leaf(id: Leaf.ID(order: 0), name: Name("x"), isData: false)
    let x = graph.leaf(leaf, shape: .vector(5000))
    let sum = graph.apply(.sum, x)
    let program = try Program(graph, outputs: [sum])
    // Arrays of Swift begin 32 bytes after what was allocated: some lie on lines, most do not.
    let arrays = (0..<8).map { start in (0..<5000 + start).map { Double($0 % 7 + start) } }
    for (start, array) in arrays.enumerated() {
      let entries = Array(array[start...])
      program.set(leaf.id, to: Tensor(.vector(5000), entries))
      for _ in 0..<70 {
        try program.run()
        #expect(program.value(ofOutput: 0).elements[0] == entries.reduce(0, +))
      }
      let base = try #require(program.location(of: leaf.id).map(program.memory.pointer))
      #expect(UInt(bitPattern: base) % 64 == 0)
    }
  }
}
