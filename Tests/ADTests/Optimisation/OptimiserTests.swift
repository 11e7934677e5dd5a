import Expr
import Testing

@testable import AD

/// The parts of the optimisers, one by one.
@Suite struct OptimiserTests {
  @Test func everyMethodSaysWhatItIs() {
    #expect(OptimiserTable.all.count == 14)
    #expect(Set(OptimiserTable.names).count == OptimiserTable.all.count)
    for method in OptimiserTable.all {
      let about = method.about
      #expect(!about.formula.isEmpty && !about.source.isEmpty && !about.steps.isEmpty)
      #expect(about.constants.allSatisfy { $0.range.contains($0.value) }, "\(about.name)")
      // A method whose default is a number says which.
      #expect((about.steps[0] == .number) == (about.defaultStep != nil), "\(about.name)")
    }
  }

  @Test func normsNeitherOverflowNorVanish() {
    #expect(FlatVector([3, 4]).norm == 5)
    #expect(abs(FlatVector([3e200, 4e200]).norm - 5e200) < 1e186)
    #expect(abs(FlatVector([3e-200, 4e-200]).norm - 5e-200) < 1e-214)
    #expect(FlatVector([0, 0]).norm == 0)
    #expect(FlatVector([.nan, 1]).norm.isNaN)
    #expect(FlatVector([.infinity, 1]).norm == .infinity)
    #expect(FlatVector([1e200]).distance(to: FlatVector([-1e200])) == 2e200)
  }

  /// Solves as the matrix does where that is positive definite, and leads downhill where it is not.
  @Test func modifiedCholesky() {
    var cholesky = ModifiedCholesky(2)
    let x = FlatVector([1, 2])
    cholesky.factor(FlatVector([4, 1, 1, 3]))
    cholesky.solve(x)
    #expect(!cholesky.isModified)
    #expect(abs(x[0] - 1.0 / 11) < 1e-15 && abs(x[1] - 7.0 / 11) < 1e-15)
    for matrix in [[1.0, 2, 2, 1], [0, 0, 0, 0], [-1, 0, 0, -2], [0, 1, 1, 0], [1, 1, 1, 1]] {
      let gradient = FlatVector([1, -2]), step = FlatVector([1, -2])
      cholesky.factor(FlatVector(matrix))
      cholesky.solve(step)
      #expect(cholesky.isModified, "\(matrix)")
      #expect(step.dot(gradient) > 0, "\(matrix)")
    }
  }

  /// What is definite does not depend on units, and a variable without curvature goes by its slope.
  @Test func modifiedCholeskyIsScaled() {
    for (matrix, gradient, wanted) in [
      ([2e-18, 0, 0, 2], [4e-9, -2.0], [2e9, -1.0]),
      ([1e-150, 5e-1, 5e-1, 1e150], [1, 1.0], [1e150 / 0.75, -0.5 / 0.75]),
    ] {
      var cholesky = ModifiedCholesky(2)
      let step = FlatVector(gradient)
      cholesky.factor(FlatVector(matrix))
      cholesky.solve(step)
      #expect(!cholesky.isModified)
      for (got, value) in zip(step.array, wanted) {
        #expect(abs(got - value) <= 1e-12 * abs(value), "\(matrix): \(got)")
      }
    }
    for (matrix, wanted) in [([0.0, 0, 0, 0], [1.0, -2]), ([4, 0, 0, 0], [0.25, -2])] {
      var cholesky = ModifiedCholesky(2)
      let step = FlatVector([1, -2])
      cholesky.factor(FlatVector(matrix))
      cholesky.solve(step)
      #expect(cholesky.isModified)
      #expect(step.array == wanted, "\(matrix)")
    }
  }

  @Test func thinningKeepsTheFirstTheLastAndEvenDistances() {
    var history = RunHistory(dimension: 2, expected: 100, recordLimit: 8, entryLimit: 12)
    let point = FlatVector(2)
    for k in 0...21 {
      point[0] = Double(k)
      history.append(
        IterationRecord(
          iteration: k, value: Double(k), gradientNorm: 0, stepNorm: 0, stepSize: 0), point.entries)
    }
    history.finish(at: point)
    #expect(history.records.map(\.iteration) == [0, 4, 8, 12, 16, 20, 21])
    #expect(history.pathIterations == [0, 4, 8, 12, 16, 20, 21].filter { $0 % 4 == 0 || $0 == 21 })
    for (row, iteration) in history.pathIterations.enumerated() {
      #expect(history.point(row).first == Double(iteration))
    }
    #expect(!history.isComplete && !history.isPathComplete)
  }

  /// Each search ends where its rule says, on a quartic with a wall of nan behind the minimum.
  @Test func lineSearchesMeetTheirConditions() throws {
    for rule in [StepRule.backtracking, .wolfe, .optimal] {
      let objective = try Self.objective()
      try objective.evaluate()
      objective.mark()
      let direction = FlatVector([1])
      let slope = objective.gradient[0], value = objective.value
      for first in [1e-6, 0.5, 1.9, 100] {
        objective.restore()
        var search = LineSearch(rule)
        let outcome = try search.run(objective, along: direction, first: first, 1)
        #expect(outcome.stop == nil)
        #expect(objective.value <= value + 1e-4 * outcome.size * slope, "\(rule) \(first)")
        if case .wolfe = rule { #expect(abs(objective.gradient[0]) <= 0.9 * abs(slope)) }
        if case .optimal = rule { #expect(abs(objective.gradient[0]) < 1e-9, "\(first)") }
      }
    }
  }

  /// x⁴/4 - x + √(2 - x) - √(2 - x) from 0: the least value at 1, nothing beyond 2.
  private static func objective() throws -> Objective {
    var graph = Graph()
    let leaf = Leaf(id: Leaf.ID(order: 0), name: Name("x"), isData: false)
    let x = graph.leaf(leaf, shape: .scalar)
    let room = graph.apply(.subtract, graph.constant(2), x)
    let root = graph.apply(try #require(Primitive.all.first { $0.name == "sqrt" }), [room])
    let square = graph.apply(.multiply, x, x)
    let quartic = graph.apply(.divide, graph.apply(.multiply, square, square), graph.constant(4))
    let wall = graph.apply(.multiply, graph.constant(1e-12), root)
    let output = graph.apply(.add, graph.apply(.subtract, quartic, x), wall)
    var environment = Environment()
    environment.setLeaf(Name("x"), to: .tensor(Tensor(0)))
    return try Objective(of: output, variables: [x], in: graph, environment: environment)
  }

  @Test func proximalOperators() {
    let result = FlatVector(3), from = FlatVector([2, -0.2, -2]), zero = FlatVector(3)
    let cases: [(Proximal, [Double])] = [
      (.l1(1), [1.5, 0, -1.5]), (.l2(2), [1, -0.1, -1]), (.box(-1, 0.5), [0.5, -0.2, -1]),
      (.nonnegative, [2, 0, 0]),
    ]
    for (penalty, wanted) in cases {
      penalty.move(result, from: from, 0.5, against: zero)
      #expect(result.array == wanted, "\(penalty)")
    }
  }
}
