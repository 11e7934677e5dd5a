import Testing

@testable import DiffREPL

/// `:minimize` where 1 means nothing in the units of the variables, or E shows a first step nowhere.
@Suite struct MinimizeScaleTests {
  /// A start, a function, the methods, and where the minimum is.
  static let far: [(start: String, function: String, methods: String, point: [Double])] = {
    let all = "gd heavyball nesterov bfgs lbfgs cg newton"
    let searching = "gd bfgs lbfgs cg newton"
    return [
      ("x=0", "(x/1e9-1)^2", all, [1e9]), ("x=0", "(x/1e12-1)^2", all, [1e12]),
      ("x=0", "(x/1e16-1)^2", searching, [1e16]), ("x=1e3", "(x/1e9-1)^2+1e6", searching, [1e9]),
      ("x=1e17", "x^2", all, [0]), ("x=3", "1e-10*(x-1)^2", all, [1]),
      ("x=[1e9,1]", "(x[1]/1e9-3)^2+(x[2]-2)^2", "bfgs lbfgs cg newton", [3e9, 2]),
      ("x=30", "(sigmoid(x)-0.2)^2", searching, [-1.3862943611198906]),
      ("x=-308", "(sigmoid(x)-0.2)^2", searching, [-1.3862943611198906]),
    ]
  }()

  @Test(arguments: far.indices)
  func reachesAMinimumFarAway(_ index: Int) throws {
    let (start, function, methods, wanted) = Self.far[index]
    for method in methods.split(separator: " ") {
      let run = try Replay.answer(
        "\(start)\n:minimize \(function) method=\(method) tol=1e-8 iters=3000")
      let point = TypedCase.numbers(in: (run["at"] as? [String: Any])?["x"])
      for (got, value) in zip(point, wanted) {
        #expect(abs(got - value) <= 1e-5 * max(1, abs(value)), "\(function) \(method): \(got)")
      }
    }
  }

  @Test(arguments: ["optimal", "wolfe", "backtracking"])
  func everySearchLengthensItsFirstStep(rule: String) throws {
    let run = try Replay.answer("x=0\n:minimize (x/1e16-1)^2 step=\(rule)")
    #expect(run["value"] as? Double == 0)
    #expect(run["converged"] as? Bool == true)
  }

  /// Steps that are just below 2/L are allowed, but not taken again and again.
  @Test(arguments: [1.9, 1.999, 1.9999, 3.99, 7.999])
  func stepsAtTheLimitAreShortened(curvature: Double) throws {
    let run = try Replay.answer("x=3\n:minimize \(curvature)*x^2/2")
    #expect(try #require(run["iterations"] as? Int) <= 20)
    #expect(run["converged"] as? Bool == true)
  }

  @Test(arguments: ["ista", "fista"])
  func proximalStepsAreLengthened(method: String) throws {
    let free = try Replay.answer("x=0\n:minimize (x/1e9-1)^2 method=\(method) prox=nonneg")
    #expect(try #require(free["value"] as? Double) < 0.02)
    // A bound stops the lengthening.
    let held = try Replay.answer("x=0\n:minimize (x/1e9-1)^2 method=\(method) prox=box(-1,2)")
    #expect(TypedCase.numbers(in: (held["at"] as? [String: Any])?["x"]) == [2])
  }
}
