import AD
import Expr

enum TimeCommand: Command {
  static let name = "time"
  static let summary = "how long a value and its gradient take"
  static let usage = ":time target"
  static let discussion = """
    The median time of many runs: preparing (from text to a program), the value alone, and value and
    gradient together, with their ratio; the operations of the program and the memory it owns.
    """
  static let examples = ["x = [1,2,3]", ":time sum(x.^2)"]
  static let clauses = ["wrt", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let clock = ContinuousClock()
    let start = clock.now
    var target = try Target(arguments, in: session, needsVariables: false)
    let value = try Program(target.graph, outputs: [target.node])
    var seconds = (prepare: 0.0, value: 0.0, gradient: Double?.none)
    var full = value
    if target.graph.shape(of: target.node).isScalar, !target.variables.isEmpty {
      let nodes = gradient(
        of: target.node, variables: target.variables.map(\.node), in: &target.graph)
      full = try Program(target.graph, outputs: [target.node] + nodes)
    }
    seconds.prepare = (clock.now - start).seconds
    value.setLeaves(from: target.environment)
    full.setLeaves(from: target.environment)
    seconds.value = try value.medianSeconds()
    if full !== value { seconds.gradient = try full.medianSeconds() }
    return report(target.text, seconds, full)
  }

  private static func report(
    _ text: String, _ seconds: (prepare: Double, value: Double, gradient: Double?),
    _ program: Program
  ) -> Output {
    let format = NumberFormat(digits: 3)
    func shown(_ seconds: Double) -> String { format.time(seconds) }
    var lines = [
      "prepare         \(shown(seconds.prepare))", "value           \(shown(seconds.value))",
    ]
    if let gradient = seconds.gradient {
      let ratio = format.string(gradient / seconds.value)
      lines.append("value+gradient  \(shown(gradient))   \(ratio) times the value")
    }
    lines.append("\(program.operationCount) operations, \(program.bytes) bytes")
    return Output(
      blocks: lines.map { .line(StyledText($0)) },
      json: [
        .object([
          ("command", .string(name)), ("of", .string(text)), ("prepare", .number(seconds.prepare)),
          ("value", .number(seconds.value)),
          ("gradient", seconds.gradient.map { .number($0) } ?? .null),
          ("ratio", seconds.gradient.map { .number($0 / seconds.value) } ?? .null),
          ("operations", .integer(program.operationCount)), ("bytes", .integer(program.bytes)),
        ])
      ])
  }
}
