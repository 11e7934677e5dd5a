import Expr
import Testing

@testable import AD

@Suite struct ReverseModeTests {
  @Test func pullsBackThroughSharedNodes() throws {
    var graph = Graph()
    let leaf = Leaf(id: Leaf.ID(order: 0), name: Name("x"), isData: false)
    let x = graph.leaf(leaf, shape: .scalar)
    let square = graph.apply(.multiply, x, x)
    let cube = graph.apply(.multiply, square, x)
    let sum = graph.apply(.add, cube, square)
    let slope = gradient(of: sum, variables: [x], in: &graph)[0]
    let program = try Program(graph, outputs: [slope])
    program.set(leaf.id, to: Tensor(3))
    try program.run()
    #expect(program.value(ofOutput: 0) == Tensor(33))
  }
}
