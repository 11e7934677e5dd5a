import Testing

@testable import AD
@testable import Expr

/// Sums over products that derivatives are made of.
@Suite struct LoweringTests {
  private struct Setting {
    var graph = Graph()
    var leaves: [NodeID] = []

    mutating func leaf(_ shape: Shape) -> NodeID {
      let leaf = Leaf(
        id: Leaf.ID(order: leaves.count), name: Name("x\(leaves.count)"), isData: false)
      leaves.append(graph.leaf(leaf, shape: shape))
      return leaves[leaves.count - 1]
    }

    func values(_ outputs: [NodeID], _ values: [Tensor]) throws -> [[Double]] {
      let program = try Program(graph, outputs: outputs)
      for (order, value) in values.enumerated() { program.set(Leaf.ID(order: order), to: value) }
      try program.run()
      return outputs.indices.map { program.value(ofOutput: $0).elements }
    }

    /// The products of two matrices that a program computes.
    func productCount(_ outputs: [NodeID]) -> Int {
      let lowered = Lowering.lower(graph, outputs: outputs)
      let needed = lowered.neededValues()
      return lowered.values.indices.count { index in
        if case .matrixProduct = lowered.values[index].kind { needed[index] } else { false }
      }
    }
  }

  private static func numbers(_ shape: Shape, _ seed: Double) -> Tensor {
    Tensor(shape, (0..<shape.count).map { Double($0 * 7 % 11) / 4 - 1 + seed })
  }

  /// Of Σ (W (X - m))² in m and of Σ ((X + r) W)² in r, which go with every column or row: the adjoint
  /// takes a matrix and a vector, with the sums that the product would have.
  @Test(arguments: [true, false], [false, true])
  func adjointsOfRepeatedOperands(isColumn: Bool, isTurned: Bool) throws {
    var setting = Setting()
    let inner = Shape.matrix(4, 5), outer = isColumn ? Shape.matrix(3, 4) : .matrix(5, 3)
    let shapes = [inner, isTurned ? outer.transposed : outer, isColumn ? .vector(4) : .row(5)]
    let x = setting.leaf(shapes[0]), w = setting.leaf(shapes[1])
    let repeated = setting.leaf(shapes[2])
    let symbol: Primitive.Symbol = isColumn ? .subtract : .add
    let moved = setting.graph.apply(symbol, x, repeated)
    let factor = isTurned ? setting.graph.apply(.transpose, w) : w
    let product =
      isColumn
      ? setting.graph.apply(.product, factor, moved) : setting.graph.apply(.product, moved, factor)
    let power = setting.graph.apply(.power, product, setting.graph.constant(2))
    let total = setting.graph.apply(.sum, power)
    let slopes = gradient(of: total, variables: [repeated, x], in: &setting.graph)
    #expect(setting.productCount([slopes[0]]) == 1)
    #expect(setting.productCount(slopes) == 2)

    let found = try setting.values(slopes, zip(shapes, [0, 0.1, 0.3]).map(Self.numbers))
    for position in found[0].indices {
      // Each entry of the column or row stands in a row or column of x.
      let parts =
        isColumn
        ? (0..<5).map { -found[1][position * 5 + $0] }
        : (0..<4).map { found[1][$0 * 5 + position] }
      #expect(abs(found[0][position] - parts.reduce(0, +)) < 1e-12)
    }
  }

  /// Where λ is 0 nothing flows, whatever the matrix holds.
  @Test func nothingFlowsFromZeros() throws {
    var setting = Setting()
    let w = setting.leaf(.matrix(2, 3)), m = setting.leaf(.vector(3))
    let mask = setting.graph.constant(
      Tensor(.matrix(2, 4), [1, 1, 1, 1, 0, 0, 0, 0], isBoolean: true))
    let product = setting.graph.apply(
      .product, w, setting.graph.broadcast(m, to: .matrix(3, 4)))
    let kept = setting.graph.apply(.select, mask, product, setting.graph.constant(0))
    let total = setting.graph.apply(.sum, kept)
    let slope = gradient(of: total, variables: [m], in: &setting.graph)[0]
    let infinite = Tensor(.matrix(2, 3), [1, 2, 3, .infinity, .nan, -.infinity])
    let ones = Tensor(.vector(3), [1, 1, 1])
    #expect(try setting.values([slope], [infinite, ones]) == [[4, 8, 12]])
  }

  /// Sums that are typed are taken as they are typed.
  @Test func typedSumsStay() {
    var setting = Setting()
    let a = setting.leaf(.matrix(3, 4)), b = setting.leaf(.matrix(4, 5))
    let product = setting.graph.apply(.product, a, b)
    let sums = setting.graph.apply(.sum, product, attribute: .axis(1))
    #expect(setting.productCount([sums]) == 1)
  }
}
