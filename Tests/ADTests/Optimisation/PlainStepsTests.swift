import Testing

@testable import AD
@testable import Expr

/// Steps of gradient descent that are made without a look in between are those that the loop over all
/// methods makes: heavy ball without momentum does the same, step by step.
@Suite struct PlainStepsTests {
  struct Run: CustomTestStringConvertible {
    let formula: String
    let start: Tensor
    let size: Double
    var tolerance = 0.0
    /// How it ends; nil for the iterations used up.
    var reason = StopReason.iterations

    var testDescription: String { "\(formula), τ = \(size)" }
  }

  static let runs = [
    Run(formula: "sum((x - 1).^2)", start: Tensor(.vector(5), [3, -2, 0.5, 7, 1]), size: 0.01),
    Run(
      formula: "sum((x - 1).^2)", start: Tensor(.vector(3), [3, 4, 5]), size: 0.3, tolerance: 1e-6,
      reason: .step),
    Run(formula: "(x - 1)^2", start: Tensor(3), size: 0.5, reason: .stationary),
    Run(formula: "(x - 1)^2", start: Tensor(3), size: 1.2),
    Run(formula: "x^4/4 - x", start: Tensor(0), size: 0.9),
    Run(formula: "x - log(x)", start: Tensor(6.5), size: 6, reason: .nonfinite),
    Run(
      formula: "sum(log(1 + exp(-x)))",
      start: Tensor(.vector(70), Array(repeating: 0.25, count: 70)), size: 0.1),
    Run(formula: "sum(abs(x))", start: Tensor(.vector(2), [0.35, -1.2]), size: 0.1),
    Run(formula: "-1e308*floor(x) - x", start: Tensor(0), size: 2.5, reason: .nonfinite),
    Run(formula: "x^2*1e-300", start: Tensor(1e-20), size: 0.1),
  ]

  @Test(arguments: runs) func areTheStepsOfTheLoop(_ run: Run) throws {
    for iterations in [0, 1, 2, 63, 64, 65, 200] {
      let plain = try Self.result(run, "gd", iterations)
      let stepped = try Self.result(run, "heavyball", iterations)
      #expect(plain.reason == stepped.reason)
      if iterations == 200 { #expect(plain.reason == run.reason) }
      #expect(plain.iterations == stepped.iterations)
      #expect(plain.value.bitPattern == stepped.value.bitPattern)
      #expect(plain.gradientNorm.bitPattern == stepped.gradientNorm.bitPattern)
      #expect(plain.history.path == stepped.history.path)
      #expect(plain.history.pathIterations == stepped.history.pathIterations)
      let same = zip(plain.history.records, stepped.history.records).allSatisfy {
        $0.iteration == $1.iteration && $0.value == $1.value && $0.gradientNorm == $1.gradientNorm
          && $0.stepSize.bitPattern == $1.stepSize.bitPattern
          && $0.stepNorm.bitPattern == $1.stepNorm.bitPattern
      }
      #expect(same && plain.history.records.count == stepped.history.records.count)
    }
  }

  /// A run of a method that is gradient descent with a fixed step.
  private static func result(
    _ run: Run, _ method: String, _ iterations: Int
  ) throws -> Descent.Result {
    var environment = Environment()
    environment.setLeaf(Name("x"), to: .tensor(run.start))
    let (graph, output) = try Graph.typed(run.formula, in: environment)
    let variables = graph.leaves(under: [output]).map(\.node)
    let program = try Objective.program(of: output, variables, graph, environment)
    program.writeMachineCode()
    let objective = try Objective(
      of: output, variables: variables, in: graph, environment: environment,
      program: program)
    let optimiser = try #require(OptimiserTable.named(method))
    let settings = OptimiserSettings(
      step: .fixed(run.size), constants: method == "gd" ? [:] : ["momentum": 0])
    let result = try Descent(iterations: iterations, tolerance: run.tolerance).run(
      objective, optimiser.init(settings, dimension: objective.dimension))
    #expect((program.routine != nil) == (VectorShape.own != nil))
    return result
  }

  @Test(arguments: [1, 5, 7, 64]) func rowsComeToHistoryManyAtATime(_ length: Int) {
    var one = RunHistory(dimension: 2, expected: 200, recordLimit: 64, entryLimit: 100)
    var many = one
    for start in stride(from: 0, to: 192, by: length) {
      func record(_ k: Int) -> IterationRecord {
        IterationRecord(
          iteration: start + k, value: Double(k), gradientNorm: 0, stepNorm: 0, stepSize: 0)
      }
      for k in 0..<length { one.append(record(k), [Double(start + k), 1]) }
      let count = many.append(atMost: length + 3) { records, points in
        for k in 0..<length {
          (records + k).initialize(to: record(k))
          (points + 2 * k).initialize(to: Double(start + k))
          (points + 2 * k + 1).initialize(to: 1)
        }
        return length
      }
      #expect(count == length)
    }
    #expect(one.path == many.path && one.pathIterations == many.pathIterations)
    #expect(one.records.map(\.iteration) == many.records.map(\.iteration))
  }
}
