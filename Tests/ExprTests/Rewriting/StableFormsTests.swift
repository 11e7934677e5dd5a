import Testing

@testable import Expr

/// Forms that rewriting found before and takes again.
@Suite struct StableFormsTests {
  /// log(1 + exp(x)), and the exponential in it.
  private struct Softplus {
    var graph = Graph()
    let exponential: NodeID
    let node: NodeID

    init() {
      let leaf = Leaf(id: Leaf.ID(order: 0), name: Name("x"), isData: false)
      let x = graph.leaf(leaf, shape: .scalar)
      exponential = graph.apply(Primitive.required("exp"), [x])
      let sum = graph.apply(.add, graph.constant(1), exponential)
      node = graph.apply(Primitive.required("log"), [sum])
    }
  }

  @Test func knownFormsAreTaken() {
    var formula = Softplus()
    let stable = formula.graph.stabilised([formula.node])[0]
    #expect(stable != formula.node)
    #expect(formula.graph.stableForms.form(of: formula.node, isFinal: false) == stable)
    let count = formula.graph.count
    #expect(formula.graph.stabilised([formula.node, stable]) == [stable, stable])
    #expect(formula.graph.count == count)
  }

  /// With the exponential hidden it is log1p of something, whatever was found before and after.
  @Test(arguments: [false, true]) func whatACutHidesIsNeitherTakenNorKept(isFirst: Bool) {
    var formula = Softplus()
    if !isFirst { _ = formula.graph.stabilised([formula.node]) }
    let hidden = formula.graph.stabilised([formula.node], cuts: [formula.exponential])[0]
    let plain = formula.graph.stabilised([formula.node])[0]
    let names = [hidden, plain].map { formula.graph.primitive(of: $0)?.name }
    #expect(names == ["log1p", "softplus"])
  }

  @Test func whatReadsALoopIsNotKept() {
    var graph = Graph()
    let h = graph.placeholder(.scalar)
    let next = graph.apply(Primitive.required("sin"), [h])
    let end = graph.loop(steps: 3, carries: [(h, graph.constant(0.5), next)]).carries[0]
    let sum = graph.apply(.add, end, end)
    _ = graph.stabilised([sum])
    #expect(graph.stableForms.form(of: sum, isFinal: false) == nil)
  }

  /// The formulas of the table, but for those with a derivative, which is not this module's.
  static let formulas: [String] = Rewrite.all.flatMap { $0.samples.map(\.formula) }
    .filter { !$0.contains("grad(") }

  @Test(arguments: formulas)
  func formsOfPartsAreThoseOfTheWhole(_ formula: String) throws {
    for text in [formula, "3*(\(formula)) - x/7"] {
      let typed = try Typed("x = 0.7; \(text)")
      var whole = typed.graph, parts = typed.graph
      let expected = whole.stabilised([typed.root])[0]
      for index in 0..<typed.graph.count { _ = parts.stabilised([NodeID(index)]) }
      let found = parts.stabilised([typed.root])[0]
      for x in [0.7, 1e-9, -2.5, 300] {
        let values = try [(whole, expected), (parts, found)].map { graph, node in
          let program = try Program(graph, outputs: [node])
          for (_, leaf) in graph.leaves(under: [node]) { program.set(leaf.id, to: Tensor(x)) }
          try program.run()
          return program.value(ofOutput: 0).elements.map(\.bitPattern)
        }
        #expect(values[0] == values[1], "\(text) at \(x)")
      }
    }
  }
}
