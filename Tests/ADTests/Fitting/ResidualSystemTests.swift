import Expr
import Testing

@testable import AD

@Suite struct ResidualSystemTests {
  /// What a user types, in values that vary.
  private static func system(
    _ text: String, _ start: [(name: String, value: Tensor)]
  ) throws -> ResidualSystem {
    var environment = Environment()
    for (name, value) in start { environment.setLeaf(Name(name), to: .tensor(value)) }
    let source = SourceText(text)
    let tree = try Parser.parseExpressions(in: source, range: 0..<source.utf8.count)
    var elaborator = Elaborator(environment)
    let output = try elaborator.elaborate(tree.statements[0].node, of: tree)
    var variables: [NodeID] = []
    for (name, _) in start { variables.append(try elaborator.elaborate(Name(name), at: nil)) }
    return try ResidualSystem(
      of: output, variables: variables, in: elaborator.graph, environment: environment)
  }

  private static let rosenbrock = "[10*(y - x^2), 1 - x]"
  private static let start = [("x", Tensor(-1.2)), ("y", Tensor(1))]

  @Test func derivativesOfRosenbrocksResiduals() throws {
    let system = try Self.system(Self.rosenbrock, Self.start)
    #expect(system.start == [-1.2, 1])
    #expect(!system.isLinear)
    let residuals = try system.residuals(at: [-1.2, 1])
    #expect(zip(residuals, [-4.4, 2.2]).allSatisfy { abs($0 - $1) < 1e-14 })
    #expect(try system.jacobian(at: [-1.2, 1]) == [24, -1, 10, 0])
    // Only the first residual bends: ∂²/∂x² = -20.
    let bending = try system.curvature(at: [-1.2, 1], weights: residuals)
    #expect(zip(bending, [88, 0, 0, 0]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(try system.residuals(at: [1, 1]) == [0, 0])
    #expect(system.evaluations == 2)
    #expect(system.jacobians == 1)
  }

  @Test(arguments: [
    ("a*3 + b", true), ("a.*[1, 2, 3] - b/2", true), ("[a + b, a - b]", true), ("a*b", false),
    ("sin(a) + b", false), ("a^2 + b", false), ("if a > 0 then a else b", false),
  ])
  func linearModelsAreSeen(_ text: String, _ isLinear: Bool) throws {
    let system = try Self.system(text, [("a", Tensor(2)), ("b", Tensor(3))])
    #expect(system.isLinear == isLinear)
  }

  @Test func newtonsMethodDoublesTheDigits() throws {
    let system = try Self.system("x^2 - 2", [("x", Tensor(1))])
    let result = try RootSearch(iterations: 20).run(system, from: [1])
    #expect(result.converged)
    #expect(result.records.count == 6)
    #expect(abs(result.point[0] - 2.0.squareRoot()) <= 2.3e-16)
  }

  /// A minimum with singular Jacobian, where only second derivatives hold the parameter.
  @Test func aSquareSystemWithoutARootHasAMinimum() throws {
    let system = try Self.system("[x^2 + y^2 + 1, x - y]", [("x", Tensor(2)), ("y", Tensor(1))])
    let solver = LeastSquaresSolver(
      bounds: ParameterBounds(count: 2), iterations: 100, scale: 0, observations: 2)
    let fit = try solver.fit(system, from: [2, 1])
    #expect(fit.reason == .converged)
    #expect(abs(fit.statistics.squares - 1) < 1e-14)
    #expect(fit.point.allSatisfy { abs($0) < 1e-7 })
  }
}
