import Testing

@testable import Expr

/// A kernel that cannot do its work ends the run only where its result is needed.
@Suite struct FailureTests {
  /// Σ solve(S, b) over a singular S, made into an output by `body`.
  private func value(_ body: (inout Graph, NodeID) -> NodeID) throws -> Tensor {
    var graph = Graph()
    let leaf = Leaf(id: Leaf.ID(order: 0), name: Name("S"), isData: false)
    let matrix = graph.leaf(leaf, shape: .matrix(2, 2))
    let right = graph.constant(Tensor(.vector(2), [1, 1]))
    let solution = graph.apply(.solve, matrix, right)
    let output = body(&graph, graph.apply(.sum, solution))
    let program = try Program(graph, outputs: [output])
    program.set(leaf.id, to: Tensor(.matrix(2, 2), [1, 2, 2, 4]))
    try program.run()
    // A second run reports afresh.
    try program.run()
    return program.value(ofOutput: 0)
  }

  @Test func failsWhereTheResultIsNeeded() {
    #expect(throws: Diagnostic.self) { try value { _, sum in sum } }
    // A comparison with nan is false: no reason to keep silent.
    #expect(throws: Diagnostic.self) {
      try value { graph, sum in graph.apply(.less, sum, graph.constant(1)) }
    }
  }

  @Test func aBranchNotTakenDoesNotFail() throws {
    let chosen = try value { graph, sum in
      let condition = graph.apply(.less, graph.leafEntry, graph.constant(9))
      return graph.apply(.select, condition, graph.constant(5), sum)
    }
    #expect(chosen == Tensor(5))
    #expect(throws: Diagnostic.self) {
      try value { graph, sum in
        let condition = graph.apply(.less, graph.leafEntry, graph.constant(0))
        return graph.apply(.select, condition, graph.constant(5), sum)
      }
    }
  }

  @Test func aWeightOfZeroTakesNothing() throws {
    let product = try value { graph, sum in
      let zero = graph.apply(.subtract, graph.leafEntry, graph.leafEntry)
      return graph.apply(.strongMultiply, zero, sum)
    }
    #expect(product == Tensor(0))
  }

  /// Constants that fail are not folded: the run reports them.
  @Test func constantsFailWhenTheyRun() throws {
    var graph = Graph()
    let zeros = graph.constant(Tensor(.matrix(1, 1), [0]))
    let inverse = graph.apply(.inv, zeros)
    #expect(graph.constant(of: inverse) == nil)
    let program = try Program(graph, outputs: [inverse])
    #expect(throws: Diagnostic.self) { try program.run() }
  }
}

extension Graph {
  /// The first entry of the leaf, which is no constant.
  fileprivate var leafEntry: NodeID {
    mutating get {
      let matrix = leaves(under: (0..<count).map { NodeID($0) })[0].node
      return entry(0, of: matrix, shape: shape(of: matrix))
    }
  }
}
