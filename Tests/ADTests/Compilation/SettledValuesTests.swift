import Testing

@testable import AD
@testable import Expr

/// What does not depend on the variables is computed before a run of many evaluations.
@Suite struct SettledValuesTests {
  /// Data and variables of a function, with their values.
  private struct Setting {
    var graph = Graph()
    var environment = Environment()
    let data, target, point: NodeID

    /// - Parameter size: of a matrix with as many rows as columns.
    init(size: Int) {
      var leaves: [NodeID] = []
      for (name, shape) in [
        ("X", Shape.matrix(size, size)), ("y", .vector(size)), ("w", .vector(size)),
      ] {
        let value = Tensor(shape, (0..<shape.count).map { Double($0 * 7 % 11) / 4 - 1 })
        environment.setLeaf(Name(name), to: .tensor(value))
        guard case .leaf(let id, _, _)? = environment[Name(name)]?.binding else { continue }
        leaves.append(graph.leaf(Leaf(id: id, name: Name(name), isData: false), shape: shape))
      }
      (data, target, point) = (leaves[0], leaves[1], leaves[2])
    }

    /// Σ (XᵀX w - Xᵀy)²
    mutating func squares() -> NodeID {
      let turned = graph.apply(.transpose, data)
      let left = graph.apply(.product, graph.apply(.product, turned, data), point)
      let rest = graph.apply(.subtract, left, graph.apply(.product, turned, target))
      return graph.apply(.sum, graph.apply(.multiply, rest, rest))
    }

    /// The matrix products that an evaluation with the gradient computes.
    func products(_ output: NodeID, varying: [NodeID]) throws -> Int {
      var graph = graph
      let slopes = AD.gradient(of: output, variables: [point], in: &graph)
      let program = try graph.compiled([output] + slopes, varying: varying, in: environment)
      let needed = program.lowered.neededValues()
      return program.lowered.values.indices.count { index in
        if case .matrixProduct = program.lowered.values[index].kind { needed[index] } else { false }
      }
    }
  }

  @Test func productsOfDataAreComputedOnce() throws {
    var setting = Setting(size: 40)
    let output = setting.squares()
    #expect(try setting.products(output, varying: [setting.point]) == 0)
    // All leaves may change: nothing is settled.
    let all = [setting.point, setting.data, setting.target]
    #expect(try setting.products(output, varying: all) == 1)
  }

  @Test func smallWorkIsLeftWhereItIs() throws {
    var setting = Setting(size: 4)
    let output = setting.squares()
    #expect(try setting.products(output, varying: [setting.point]) == 1)
  }

  /// The numbers are those of a program that computes everything each time.
  @Test func valuesAndGradientsAgree() throws {
    var setting = Setting(size: 40)
    let output = setting.squares()
    let objective = try Objective(
      of: output, variables: [setting.point], in: setting.graph, environment: setting.environment)
    try objective.evaluate()
    var graph = setting.graph
    let slopes = AD.gradient(of: output, variables: [setting.point], in: &graph)
    let wanted = try graph.values(of: [output] + slopes, in: setting.environment)
    #expect(abs(objective.value - wanted[0].elements[0]) <= 1e-12 * wanted[0].elements[0])
    let scale = wanted[1].elements.map(abs).max() ?? 0
    for (position, slope) in wanted[1].elements.enumerated() {
      #expect(abs(objective.gradient[position] - slope) <= 1e-12 * scale)
    }
  }

  /// A leaf without a value, and a kernel without a result, are left to the runs.
  @Test func whatHasNoValueIsNotSettled() throws {
    var setting = Setting(size: 40)
    let unknown = setting.graph.leaf(
      Leaf(id: Leaf.ID(order: 99), name: Name("z"), isData: false), shape: .matrix(40, 40))
    let product = setting.graph.apply(
      .product, setting.graph.apply(.product, unknown, unknown), setting.point)
    let output = setting.graph.apply(.sum, product)
    let program = try setting.graph.compiled(
      [output], varying: [setting.point], in: setting.environment)
    #expect(program.leaves.contains(Leaf.ID(order: 99)))

    let zeros = setting.graph.apply(.subtract, setting.data, setting.data)
    let inverse = setting.graph.apply(.product, setting.graph.apply(.inv, zeros), setting.point)
    let sum = setting.graph.apply(.sum, inverse)
    let failing = try setting.graph.compiled(
      [sum], varying: [setting.point], in: setting.environment)
    failing.setLeaves(from: setting.environment)
    #expect(throws: Diagnostic.self) { try failing.run() }
  }
}
