import AD
import Expr

enum SolveCommand: Command {
  static let name = "solve"
  static let summary = "a root of one equation or of a system, by Newton's method"
  static let usage = ":solve g [over x=1, y] [iters=200] [--dry]"
  static let discussion = """
    Looks for values at which g is 0: a number, or a vector with as many entries as there are
    unknowns. `over` names them and gives starts, or takes the values they have. Newton's step is
    halved until ‖g‖ falls. The table shows ‖g‖, the length of each step and which part of Newton's
    step it was. A root that counts twice or more, an equation without a root near the start, and a
    singular Jacobian are told apart. The values are moved, not with --dry, nor without a root.
    """
  static let examples = [
    ":solve x^2 - 2 over x=1", "x", ":solve [a^2 + b^2 - 5, a*b - 2] over a=4, b=1",
    ":expect-error :solve c^2 + 1 over c=2",
  ]
  static let opening = ":solve x^2 - 2 over x=1"
  static func mended(_ left: String, _ right: String) -> String? {
    let isPlain = right.allSatisfy { $0.isLetter || $0.isNumber || "._^*/'".contains($0) }
    return right == "0" ? left : "\(left) - \(isPlain ? right : "(\(right))")"
  }
  static let options = ["iters"]
  static let flags = ["dry"]
  static let clauses = ["over"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let limit = try arguments.count("iters", least: 1, in: session) ?? 200
    let target = try target(arguments, in: session)
    let span = arguments.target.isEmpty ? arguments.span : arguments.targetSpan
    try requireSquare(target, arguments, at: span)
    let system = try ResidualSystem(
      of: target.node, variables: target.variables.map(\.node), in: target.graph,
      environment: target.environment)
    try requireFinite(system, target, at: span)
    let result = try RootSearch(iterations: limit).run(system, from: system.start)
    guard result.converged || result.reason == .interrupted || result.reason == .iterations else {
      throw failure(result, target, at: span)
    }

    let values = target.grouped(FitCommand.tensors(result.point, target))
    let output = report(target, result, values, chooses: arguments.clause("over") == nil)
    if arguments.flags.contains("dry") { return output }
    return output + session.move(values, by: ":solve \(target.text)")
  }

  private static func target(
    _ arguments: CommandArguments, in session: Session
  ) throws(Diagnostic) -> Target {
    var environment = session.environment
    let names = try arguments.parameters(in: session, &environment)
    guard !arguments.target.isEmpty else {
      return try Target(
        Target.syntax(arguments, in: session), in: session, environment: environment, varying: names
      )
    }
    let (tree, root): (SyntaxTree, SyntaxID)
    do {
      (tree, root) = try Target.syntax(arguments, in: session)
    } catch {
      throw error.hinting(arguments.mendedTarget)
    }
    do {
      return try Target((tree, root), in: session, environment: environment, varying: names)
    } catch {
      if let call = environment.call(of: root, in: tree) {
        throw error.hinting(arguments.replacingTarget(by: call))
      }
      throw arguments.offeringStarts(
        error, tree.freeNames(of: root), known: [], in: session.environment)
    }
  }

  // MARK: What cannot be solved

  private static func requireSquare(
    _ target: Target, _ arguments: CommandArguments, at span: SourceSpan
  ) throws(Diagnostic) {
    if target.graph.isBoolean(target.node) {
      throw Diagnostic(
        "'\(target.text)' is true or false: a root needs a number", at: span,
        hint: arguments.mendedTarget ?? "a == b is solved as a - b")
    }
    let equations = target.graph.shape(of: target.node).count
    let unknowns = target.entryNames.count
    guard equations != unknowns else { return }
    throw Diagnostic(
      "\(equations) equation\(equations == 1 ? "" : "s") for \(unknowns) "
        + "unknown\(unknowns == 1 ? "" : "s")", at: span,
      hint: equations > unknowns
        ? "least squares: :fit 0 ~ \(target.text)" : "name fewer of them behind 'over'")
  }

  private static func requireFinite(
    _ system: ResidualSystem, _ target: Target, at span: SourceSpan
  ) throws(Diagnostic) {
    let format = NumberFormat()
    let values = try system.residuals(at: system.start)
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      let which = values.count == 1 ? "'\(target.text)'" : "equation \(place + 1)"
      throw Diagnostic(
        "\(which) is \(format.string(values[place])) at the start", at: span,
        hint: "start elsewhere")
    }
    let jacobian = try system.jacobian(at: system.start)
    if let place = jacobian.firstIndex(where: { !$0.isFinite }) {
      throw Diagnostic(
        "the derivative in '\(target.entryNames[place / system.rows])' is "
          + "\(format.string(jacobian[place])) at the start", at: span, hint: "start elsewhere")
    }
  }

  private static func failure(
    _ result: RootSearch.Result, _ target: Target, at span: SourceSpan
  ) -> Diagnostic {
    let format = NumberFormat(digits: 4)
    let names = target.entryNames
    let shown = zip(names, result.point).prefix(4).map { "\($0) = \(format.string($1))" }
    let place = shown.joined(separator: ", ") + (names.count > 4 ? ", …" : "")
    let size = names.count == 1 ? "|g|" : "‖g‖"
    let value = format.string(result.residual)
    switch result.reason {
    case .noRoot:
      return Diagnostic(
        "no root near the start: \(size) has a minimum of \(value) at \(place)", at: span,
        hint: "start elsewhere, if there is a root at all")
    case .singular:
      let dependent = result.dependences.flatMap(\.parameters).map { "'\(names[$0])'" }
      let why =
        dependent.count == 1
        ? "\(dependent[0]) has no effect there to first order"
        : "\(dependent.joined(separator: ", ")) cannot be told apart there"
      return Diagnostic(
        "the Jacobian is singular at \(place), where \(size) = \(value): \(why)", at: span,
        hint: "start elsewhere")
    case .runsOff:
      return Diagnostic(
        "no root: \(place) and on, where \(size) = \(value), steps do not get shorter", at: span,
        hint: "g may tend to 0 at infinity only; start elsewhere")
    default:
      return Diagnostic(
        "no root was reached: \(size) = \(value) at \(place), and no step makes it smaller",
        at: span, hint: "start elsewhere")
    }
  }
}
