import AD
import Expr

enum MinimizeCommand: Command {
  static let name = "minimize"
  static let aliases = ["m"]
  static let summary = "gradient descent on an expression"
  static let usage =
    ":minimize E [over w, b] [step=0.1|backtracking] [iters=1000] [tol=1e-6] [every=n]\n"
    + "          [at w=0] [--dry]"
  static let discussion = """
    w ← w - τ∇E(w), with a fixed τ or, without step=, one halved until E falls enough. Stops at
    ‖w_{t+1} - w_t‖ ≤ tol (tol=0: never), prints a table of iterations and which rule stopped it,
    and moves the values (not with --dry). Ctrl-C stops it and keeps the point reached.
    """
  static let examples = [
    "x = 3", "E = (x - 1)^2", ":minimize E step=0.1 iters=20", "x",
  ]
  static let options = ["method", "step", "iters", "tol", "every"]
  static let flags = ["dry"]
  static let clauses = ["over", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var target = try Target(arguments, in: session, variablesClause: "over")
    try target.requireScalar(at: arguments.targetSpan)
    let leaves = try parameters(of: target, arguments)
    let solver = try solver(arguments, session)
    let every = try arguments.count("every", least: 1, in: session)

    let nodes = gradient(
      of: target.node, variables: target.variables.map(\.node), in: &target.graph)
    let program = try target.graph.compiled(
      [target.node] + nodes + target.variables.map(\.node))
    program.setLeaves(from: target.environment)
    let result = try solver.run(program, variables: leaves)

    let point = target.grouped(
      zip(target.variables, result.point).map { Tensor(target.graph.shape(of: $0.node), $1) })
    if !arguments.flags.contains("dry") {
      session.change(":minimize \(target.text)") { environment in
        for (name, value) in point { environment.setLeaf(name, to: value) }
      }
    }
    return report(
      target, solver, result, point, every: every, chooses: arguments.clause("over") == nil)
  }

  private static func parameters(
    of target: Target, _ arguments: CommandArguments
  ) throws(Diagnostic) -> [Leaf.ID] {
    var leaves: [Leaf.ID] = []
    for variable in target.variables {
      guard let leaf = target.graph.leaf(of: variable.node) else {
        throw Diagnostic(
          "'\(variable.name)' is a definition: it cannot be moved",
          at: arguments.clause("over")?.span ?? arguments.span,
          hint: "minimize over the values it is made of")
      }
      leaves.append(leaf.id)
    }
    return leaves
  }

  private static func solver(
    _ arguments: CommandArguments, _ session: Session
  ) throws(Diagnostic) -> GradientDescent {
    if let method = arguments.option("method"), method != "gd" {
      throw .notSupportedYet(
        "method=\(method)", at: arguments.options.first { $0.word == "method" }?.span)
    }
    var rule = StepRule.backtracking
    switch arguments.option("step") {
    case nil, "backtracking": break
    case "optimal":
      throw .notSupportedYet(
        "step=optimal", at: arguments.options.first { $0.word == "step" }?.span)
    default:
      if let size = try arguments.number("step", in: session) {
        guard size > 0, size.isFinite else {
          throw Diagnostic(
            "a step is a number above 0", at: arguments.options.first { $0.word == "step" }?.span)
        }
        rule = .fixed(size)
      }
    }
    let tolerance = try arguments.number("tol", in: session) ?? 1e-6
    guard tolerance >= 0 else {
      throw Diagnostic(
        "'tol=' takes a number of at least 0",
        at: arguments.options.first { $0.word == "tol" }?.span)
    }
    return GradientDescent(
      step: rule, iterations: try arguments.count("iters", least: 0, in: session) ?? 1000,
      tolerance: tolerance)
  }

  // MARK: What is shown

  private static func report(
    _ target: Target, _ solver: GradientDescent, _ result: GradientDescent.Result,
    _ point: [(name: Name, value: Value)], every: Int?, chooses: Bool
  ) -> Output {
    var output = Output()
    let names = point.map(\.name.spelling).joined(separator: ", ")
    if chooses { output.blocks.append(.line(StyledText("over \(names)", .faint))) }
    output.blocks.append(.table(table(target.functionName, result.records, every)))
    output.blocks.append(.line(StyledText(sentence(solver, result))))
    for (name, value) in point {
      output.blocks.append(.value(name: StyledText(name.spelling, .name), value))
    }
    output.json = [
      .object([
        ("command", .string(name)), ("of", .string(target.text)), ("method", .string("gd")),
        ("iterations", .integer(result.last.iteration)),
        ("converged", .bool(result.reason == .step || result.reason == .stationary)),
        ("reason", .string(result.reason.rawValue)), ("value", .number(result.last.value)),
        ("gradnorm", .number(result.last.gradientNorm)),
        ("at", .object(point.map { ($0.name.spelling, JSONValue($0.value)) })),
      ])
    ]
    for warning in warnings(solver, result) { output.append(warning) }
    return output
  }

  /// Rows spread over the run, the first and the last always among them.
  private static func table(
    _ function: String, _ records: [IterationRecord], _ every: Int?
  ) -> Table {
    var table = Table(
      columns: [
        .init(header: StyledText("k", .heading), kind: .count, gap: 2),
        .init(header: StyledText(function, .heading), kind: .value, gap: 2),
        .init(header: StyledText("‖∇\(function)‖", .heading), kind: .value, gap: 3),
        .init(header: StyledText("‖Δw‖", .heading), kind: .value, gap: 3),
        .init(header: StyledText("τ", .heading), kind: .value, gap: 3),
      ], rows: [])
    let stride = every ?? max(1, (records.count + 18) / 20)
    for (position, record) in records.enumerated()
    where position % stride == 0 || position == records.count - 1 {
      table.rows.append([
        .text(StyledText("\(record.iteration)")), .value(Tensor(record.value)),
        .value(Tensor(record.gradientNorm)),
        record.stepNorm.map { .value(Tensor($0)) } ?? .empty,
        record.stepSize.map { .value(Tensor($0)) } ?? .empty,
      ])
    }
    return table
  }

  private static func sentence(_ solver: GradientDescent, _ result: GradientDescent.Result)
    -> String
  {
    let format = NumberFormat(digits: 3)
    let count = result.last.iteration
    let steps = "\(count) iteration\(count == 1 ? "" : "s")"
    let norm = "‖∇‖ = \(format.string(result.last.gradientNorm))"
    switch result.reason {
    case .step:
      let length = format.string(result.last.stepNorm ?? 0)
      return
        "stopped after \(steps): ‖Δw‖ = \(length) ≤ tol = \(format.string(solver.tolerance)), \(norm)"
    case .iterations: return "stopped after \(steps) (iters), \(norm)"
    case .stationary: return "stopped after \(steps): the gradient is zero"
    case .nonfinite:
      return "stopped after \(steps): the next step is not finite; the last good point is kept"
    case .lineSearch: return "stopped after \(steps): no step makes it smaller, \(norm)"
    case .interrupted: return "interrupted after \(steps), \(norm)"
    }
  }

  private static func warnings(
    _ solver: GradientDescent, _ result: GradientDescent.Result
  ) -> [Diagnostic] {
    var warnings: [Diagnostic] = []
    let norm = result.last.gradientNorm
    if result.reason == .step, norm > 30 * solver.tolerance, norm > 1e-2 {
      warnings.append(
        Diagnostic(
          "the steps are short, but ‖∇‖ = \(NumberFormat(digits: 3).string(norm)) is still large: "
            + "this is no minimum yet", hint: "a larger step= or a smaller tol= goes on",
          severity: .warning))
    }
    let grew = result.last.value > result.records[0].value
    if result.reason == .nonfinite || grew {
      warnings.append(
        Diagnostic(
          "the run diverges: the value grew", hint: "try a smaller step=, or none: backtracking",
          severity: .warning))
    }
    return warnings
  }
}
