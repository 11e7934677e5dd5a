import AD
import Expr
import Synchronization

enum MinimizeCommand: Command {
  static let name = "minimize"
  static let aliases = ["m"]
  static let summary = "find a minimum: gradient descent, Adam, BFGS, Newton and more"
  static let usage =
    ":minimize E [over w, b] [at w=0] [method=gd|adam|bfgs|…] [iters=1000]\n"
    + "          [tol=1e-6] [step=0.1|1/k|optimal|backtracking|wolfe] [every=n]\n"
    + "          [momentum=0.9 and other constants] [--dry]\n"
    + "          [batch=m rows=X,y order=random|cyclic seed=n]\n"
    + "          [prox=l1(0.1)|l2(0.1)|box(0,1)|nonneg]"
  static let discussion: String = {
    var methods = ""
    for method in OptimiserTable.all {
      methods += " \(method.about.name) (\(method.about.summary)),"
    }
    return """
      Moves the values under E, or those behind 'over', until E is least. Methods:\(methods.dropLast()).
      Several, method=gd,adam,newton, race from one start. step= is a number, an expression in the
      iteration k, or a rule (optimal, backtracking, wolfe). Stops at ‖w_{t+1} - w_t‖ ≤ tol
      (tol=0: never) or after iters updates, and says which. Afterwards 'losses' holds E before each
      step and 'path' the points, one a row. :help adam tells a method's formula and constants,
      :help step what an option is.
      """
  }()
  static let examples = [
    "x = 3", "E = (x - 1)^2", ":minimize E method=gd step=0.1 iters=20", "x",
  ]
  static let opening = ":minimize (x - 1)^2 at x=3"
  static let options: [String] = {
    var options = ["method", "step", "iters", "tol", "every", "batch", "rows", "order", "seed"]
    options.append("prox")
    for method in OptimiserTable.all {
      for constant in method.about.constants where !options.contains(constant.name) {
        options.append(constant.name)
      }
    }
    return options
  }()
  static let flags = ["dry"]
  static let clauses = ["over", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let target = try Target(arguments, in: session, variablesClause: "over")
    try target.requireScalar(at: arguments.targetSpan)
    try requireDescent(target, arguments, session)
    let plan = try MinimizePlan(arguments, target, in: session)
    var runs: [MinimizeRun] = []
    let objective = try plan.objective(target)
    let start = objective.point.array
    for entry in plan.methods {
      for (position, value) in start.enumerated() { objective.point[position] = value }
      runs.append(try plan.run(entry, objective, target, arguments, session))
      if interruptionRequested.load(ordering: .relaxed) { break }
    }
    // A race is won by the least value; of equal ones by the first.
    runs.sort { $1.isBetter(than: $0) }
    guard let best = runs.last else { preconditionFailure("there is always a method") }
    let report = MinimizeReport(target: target, plan: plan, runs: runs, arguments: arguments)
    var output = report.output(session.settings)
    let isDry = arguments.flags.contains("dry")
    let (point, held) = isDry ? ([], []) : session.places(of: best.values(of: target))
    let generator = plan.batches?.generator
    let kept = RunArrays(best, target)
    let clashes = kept.clashes(in: session)
    session.change(":minimize \(target.text)") { environment in
      for (name, value) in point { environment.setLeaf(name, to: value) }
      if let generator, !plan.hasOwnSeed { environment.random = generator }
      kept.store(in: &environment, except: clashes)
    }
    session.lastRun = kept
    for name in clashes {
      output.append(
        Diagnostic(
          "'\(name)' is yours: this run's is not stored under that name", severity: .note))
    }
    for (name, kind) in held {
      output.append(
        Diagnostic(
          "'\(name)' is \(kind) here: the point is not stored under that name", severity: .note))
    }
    return output
  }
}

extension Session {
  /// Where the final values go: the arguments of a function become leaves of the session, unless their
  /// name is something else there.
  fileprivate func places(
    of values: [(name: Name, value: Value)]
  ) -> (free: [(name: Name, value: Value)], held: [(name: Name, kind: String)]) {
    var free: [(name: Name, value: Value)] = []
    var held: [(name: Name, kind: String)] = []
    for (name, value) in values {
      guard name.isArgument else {
        free.append((name, value))
        continue
      }
      let own = Name(name.spelling)
      switch environment[own]?.binding {
      case .leaf(_, _, isData: true): held.append((own, "data"))
      case .definition: held.append((own, "a definition"))
      case .function: held.append((own, "a function"))
      case .leaf, nil: free.append((own, value))
      }
    }
    return (free, held)
  }
}
