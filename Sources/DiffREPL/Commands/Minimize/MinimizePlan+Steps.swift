import AD
import Expr

/// What stands behind `step=`.
extension MinimizePlan {
  static func step(
    _ arguments: CommandArguments, _ method: any Optimiser.Type, _ session: Session
  ) throws(Diagnostic) -> StepRule? {
    guard let text = arguments.option("step"), let span = arguments.place(of: "step") else {
      return nil
    }
    let rule: StepRule
    switch text {
    case "optimal": rule = .optimal
    case "backtracking": rule = .backtracking
    case "wolfe": rule = .wolfe
    default: rule = try numericStep(arguments, text, span, session)
    }
    guard method.about.steps.contains(rule.kind) else {
      throw Diagnostic(
        "\(method.about.name) takes no step=\(text)", at: span,
        hint: "it takes step=" + Self.stepWords(of: method.about).joined(separator: ", step="))
    }
    return rule
  }

  /// What may stand behind `step=`, the default first.
  static func stepWords(of method: OptimiserDescription) -> [String] {
    method.steps.map { kind in
      switch kind {
      case .number: method.defaultStep.map { NumberFormat().string($0) } ?? "0.1"
      case .schedule: "1/k"
      case .optimal, .backtracking, .wolfe: kind.rawValue
      }
    }
  }

  private static func fixedStep(_ size: Double, at span: SourceSpan) throws(Diagnostic) -> StepRule
  {
    guard size > 0, size.isFinite else {
      throw Diagnostic("a step is a number above 0, not \(NumberFormat().string(size))", at: span)
    }
    return .fixed(size)
  }

  private static func numericStep(
    _ arguments: CommandArguments, _ text: String, _ span: SourceSpan, _ session: Session
  ) throws(Diagnostic) -> StepRule {
    if let size = arguments.digits(in: span.range) { return try fixedStep(size, at: span) }
    let tree = try Parser.parseExpressions(in: arguments.source, range: span.range)
    guard tree.statements.count == 1, let node = tree.statements.first?.node else {
      throw Diagnostic("'step=' takes one number", at: span)
    }
    let counter = Name("k")
    guard tree.freeNames(of: node).contains(counter) else {
      guard let size = try session.evaluate(node, tree).scalar else {
        throw Diagnostic("'step=' takes one number", at: span)
      }
      return try fixedStep(size, at: span)
    }
    // k is the iteration here, whatever it is elsewhere.
    var environment = session.environment
    environment.replace(counter, by: nil)
    environment.setLeaf(counter, to: .tensor(Tensor(1)), isData: true)
    var elaborator = Elaborator(environment)
    let output = try elaborator.elaborate(node, of: tree)
    guard case .leaf(let id, _, _)? = environment[counter]?.binding,
      elaborator.graph.shape(of: output).isScalar, !elaborator.staticUses.contains(id)
    else {
      throw Diagnostic(
        "'step=' takes a formula in k, such as 1/k", at: span,
        hint: "k cannot decide on a size or the bound of a loop here")
    }
    let program = try elaborator.graph.compiled([output])
    program.setLeaves(from: environment)
    let schedule = StepSchedule(text, program, counter: id)
    do throws(Diagnostic) {
      guard try schedule.length(at: 1) > 0 else {
        throw Diagnostic("step=\(text) is 0 at k = 1: a step is a number above 0")
      }
    } catch {
      throw Diagnostic(error.message, at: span)
    }
    return .schedule(schedule)
  }
}
