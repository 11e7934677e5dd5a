import Expr
import Testing

@testable import AD

@Suite struct HessianTests {
  /// f(x, y) = x³ Σy + y₁²y₂ at x = 2, y = (1, 3), as a number, a gradient and a matrix by hand.
  @Test func mixesAllVariables() throws {
    var graph = Graph()
    var environment = Environment()
    environment.setLeaf(Name("x"), to: .tensor(Tensor(2)))
    environment.setLeaf(Name("y"), to: .tensor(Tensor(.vector(2), [1, 3])))
    var nodes: [NodeID] = []
    for entry in environment.all {
      guard case .leaf(let id, let value, _) = entry.binding else { continue }
      let leaf = Leaf(id: id, name: entry.name, isData: false)
      nodes.append(graph.leaf(leaf, shape: value.tensors[0].shape))
    }
    let cube = graph.apply(.power, nodes[0], graph.constant(3))
    let first = graph.apply(.multiply, cube, graph.apply(.sum, nodes[1]))
    let y1 = graph.entry(0, of: nodes[1], shape: .vector(2))
    let y2 = graph.entry(1, of: nodes[1], shape: .vector(2))
    let square = graph.apply(.multiply, y1, y1)
    let output = graph.apply(.add, first, graph.apply(.multiply, square, y2))

    let hessian = try Hessian(of: output, variables: nodes, in: graph, environment: environment)
    #expect(hessian.value == 35)
    #expect(hessian.gradient == [Tensor(48), Tensor(.vector(2), [14, 9])])
    #expect(hessian.matrix == Tensor(.matrix(3, 3), [48, 12, 12, 12, 6, 2, 12, 2, 0]))

    let direction = [
      nodes[0]: graph.constant(1), nodes[1]: graph.constant(Tensor(.vector(2), [0, -1])),
    ]
    let products = hessianVectorProduct(
      of: output, variables: nodes, along: direction, in: &graph)
    let values = try graph.values(of: products, in: environment)
    #expect(values == [Tensor(36), Tensor(.vector(2), [10, 12])])
  }

  /// Where the two halves of the second derivative cancel: true values of 40 digits, rounded.
  @Test(
    arguments: [
      ("sqrt(x^2 + 2)", 1e6, 1.999999999994e-18), ("sqrt(x^2 + 2)", 1e9, 2e-27),
      ("hypot(x, 3)", 1e8, 8.99999999999998785e-24), ("hypot(3, x)", -1e8, 8.99999999999998785e-24),
      ("grad(u -> sqrt(u^2 + 2))(x)", 1e5, -5.999999997e-20),
    ] as [(String, Double, Double)])
  func keepsTheDigitsOfLengths(formula: String, x: Double, expected: Double) throws {
    var typed = try TypedFormula(formula, at: [("x", x)])
    let second = try typed.secondDerivative()
    #expect(Fixture.agrees(second, expected, relative: 1e-14, absolute: 0), "\(second)")
  }

  @Test(
    arguments: [
      ([2, 0, 0, 3], .positive), ([-2, 1, 1, -3], .negative),
      ([1, 2, 2, 4], .positiveSemidefinite),
      ([-1, 0, 0, 0], .negativeSemidefinite), ([0, 1, 1, 0], .indefinite), ([0, 0, 0, 0], .zero),
      ([1e20, 0, 0, 1], .positive), ([1e20, 1e10, 1e10, 1], .positiveSemidefinite),
      ([1e20, 1e9, 1e9, 1], .positive), ([-1e20, 0, 0, -1e-20], .negative),
      ([.nan, 0, 0, 1], nil), ([.infinity, 0, 0, 1], nil),
    ] as [([Double], Definiteness?)])
  func signsOfTheQuadraticForm(entries: [Double], expected: Definiteness?) {
    let matrix = Tensor(.matrix(2, 2), entries)
    #expect(Definiteness(matrix, eigenvalues: symmetricEigenvalues(matrix)) == expected)
  }
}
