import AD
import Expr

enum WhyCommand: Command {
  static let name = "why"
  static let summary = "why a value or a gradient is nan, inf, 0 or at a kink"
  static let usage = ":why [target] [wrt x] [at x=1]"
  static let discussion = """
    Finds the step where it was born, in the values or else in the adjoints, with its operands, the
    place in the source, the path to the variable, the convention or the rewrite in play, and what to
    write instead. Steps are those of :trace. The manual has a section 'Why is my gradient nan?'.
    """
  static let examples = [
    "x = -0.3", "f = sqrt(1 + log(x))", ":why f", "v = 0", ":why sqrt(v) + v",
    ":why abs(v)",
  ]
  static let clauses = ["wrt", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let target = try Target(
      arguments, in: session, needsVariables: false, elaboration: .init(recordsOrigins: true))
    let explanation = try Explanation(target)
    return Output(blocks: explanation.blocks, json: [explanation.json])
  }
}
