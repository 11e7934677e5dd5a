import AD
import Expr
import Synchronization

enum MinimizeCommand: Command {
  static let name = "minimize"
  static let aliases = ["m"]
  static let summary = "find a minimum: gradient descent, Adam, BFGS, Newton and more"
  static let usage =
    ":minimize E [over w, b] [method=gd|adam|bfgs|…] [step=0.1|optimal|backtracking|1/k]\n"
    + "          [iters=1000] [tol=1e-6] [every=n] [batch=m rows=X,y] [prox=l1(0.1)]\n"
    + "          [at w=0] [--dry]"
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
      step and 'path' the points, one a row. :help adam tells a method's formula and constants.
      """
  }()
  static let examples = [
    "x = 3", "E = (x - 1)^2", ":minimize E method=gd step=0.1 iters=20", "x",
  ]
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
    try requireLeaves(target, arguments)
    let plan = try MinimizePlan(arguments, target, in: session)
    var runs: [MinimizeRun] = []
    let objective = try plan.objective(target)
    let start = objective.point.array
    for entry in plan.methods {
      for (position, value) in start.enumerated() { objective.point[position] = value }
      runs.append(try plan.run(entry, objective, session))
      if interruptionRequested.load(ordering: .relaxed) { break }
    }
    // A race is won by the least value; of equal ones by the first.
    runs.sort { $1.isBetter(than: $0) }
    guard let best = runs.last else { preconditionFailure("there is always a method") }
    let report = MinimizeReport(target: target, plan: plan, runs: runs, arguments: arguments)
    var output = report.output(session.settings)
    let point = best.values(of: target)
    let generator = plan.batches?.generator
    let kept = RunArrays(best, target)
    let clashes = kept.clashes(in: session)
    session.change(":minimize \(target.text)") { environment in
      if !arguments.flags.contains("dry") {
        for (name, value) in point { environment.setLeaf(name, to: value) }
      }
      if let generator, !plan.hasOwnSeed { environment.random = generator }
      kept.store(in: &environment, except: clashes)
    }
    session.lastRun = kept
    for name in clashes {
      output.append(
        Diagnostic(
          "'\(name)' is yours: this run's is not stored under that name", severity: .note))
    }
    return output
  }

  private static func requireLeaves(
    _ target: Target, _ arguments: CommandArguments
  ) throws(Diagnostic) {
    let place = arguments.clause("over")?.span ?? arguments.span
    for variable in target.variables {
      guard let leaf = target.graph.leaf(of: variable.node) else {
        throw Diagnostic(
          "'\(variable.name)' is a definition: it cannot be moved", at: place,
          hint: "minimize over the values it is made of")
      }
      guard !leaf.isData else {
        throw Diagnostic(
          "'\(variable.name)' is data: it cannot be moved", at: place,
          hint: ":param \(leaf.name) makes it a parameter again")
      }
    }
    let names = target.groups.map(\.name)
    for (position, name) in names.enumerated() where names[..<position].contains(name) {
      throw Diagnostic("'\(name)' stands twice behind 'over'", at: place)
    }
  }
}

/// What a method made of the function.
struct MinimizeRun {
  let method: any Optimiser.Type
  let settings: OptimiserSettings
  let result: Descent.Result
  let findings: [RunFinding]
  let point: [Double]
  /// Whether the step rule looked at τ.
  let rests: Bool

  /// Whether it ended lower; what is not finite never did.
  func isBetter(than other: MinimizeRun) -> Bool {
    guard result.reason != .nonfinite else { return false }
    return other.result.reason == .nonfinite || result.value < other.result.value
  }

  /// The final values of the names that were varied.
  func values(of target: Target) -> [(name: Name, value: Value)] {
    var rest = point[...]
    let tensors = target.variables.map { variable -> Tensor in
      let shape = target.graph.shape(of: variable.node)
      defer { rest = rest.dropFirst(shape.count) }
      return Tensor(shape, Array(rest.prefix(shape.count)))
    }
    return target.grouped(tensors)
  }
}

/// What expressions can read after a run: `losses`, E before each step and at the end, and `path`, the
/// point at each, a row for each.
struct RunArrays: Sendable {
  static let losses = Name("losses")
  static let path = Name("path")

  let values: [(name: Name, value: Tensor)]
  /// What was minimised, and the entries of its variables, for titles.
  let target: String
  let entryNames: [String]
  /// The iterations of the rows of `path`.
  let iterations: [Int]

  init(_ run: MinimizeRun, _ target: Target) {
    let history = run.result.history
    let rows = history.pathIterations.count
    values = [
      (Self.losses, Tensor(.vector(history.records.count), history.records.map(\.value))),
      (Self.path, Tensor(.matrix(rows, history.dimension), history.path)),
    ]
    self.target = target.functionName
    entryNames = target.entryNames
    iterations = history.pathIterations
  }

  /// Names that the user has given to something else; the arrays of an earlier run may go.
  func clashes(in session: Session) -> [Name] {
    values.map(\.name).filter { name in
      guard let entry = session.environment[name] else { return false }
      guard case .leaf(_, .tensor(let tensor), _) = entry.binding else { return true }
      return session.lastRun?.values.contains { $0.name == name && $0.value == tensor } != true
    }
  }

  func store(in environment: inout Environment, except clashes: [Name]) {
    for (name, value) in values where !clashes.contains(name) {
      environment.setLeaf(name, to: .tensor(value), isData: true)
    }
  }
}
