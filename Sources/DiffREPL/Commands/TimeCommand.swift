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
    // From the text, whatever has been prepared before.
    var fresh = session
    fresh.computations = ComputationCache()
    let start = clock.now
    var target = try Target(arguments, in: fresh, needsVariables: false)
    let value = try target.graph.compiled([target.node])
    var seconds = (prepare: 0.0, value: 0.0, gradient: Double?.none)
    var full = value
    if target.graph.shape(of: target.node).isScalar, !target.variables.isEmpty {
      let nodes = gradient(
        of: target.node, variables: target.variables.map(\.node), in: &target.graph)
      full = try target.graph.compiled([target.node] + nodes)
    }
    seconds.prepare = (clock.now - start).seconds
    value.setLeaves(from: target.environment)
    full.setLeaves(from: target.environment)
    seconds.value = try median(of: value)
    if full !== value { seconds.gradient = try median(of: full) }
    return report(target.text, seconds, full)
  }

  /// The median over rounds for about `budget` seconds, at least five. A round is as many runs as
  /// it takes for the clock not to matter.
  static func median(
    of program: Program, budget: Double = 0.2
  ) throws(Diagnostic) -> Double {
    let clock = ContinuousClock()
    func seconds(_ runs: Int) throws(Diagnostic) -> Double {
      let begin = clock.now
      for _ in 0..<runs { try program.run() }
      return (clock.now - begin).seconds
    }
    try program.run()
    var runs = 1
    while runs < 1 << 20, try seconds(runs) < 2e-5 { runs *= 2 }
    var times: [Double] = []
    let start = clock.now
    repeat {
      times.append(try seconds(runs) / Double(runs))
    } while times.count < 5 || ((clock.now - start).seconds < budget && times.count < 100_000)
    return times.sorted()[times.count / 2]
  }

  private static func report(
    _ text: String, _ seconds: (prepare: Double, value: Double, gradient: Double?),
    _ program: Program
  ) -> Output {
    var lines = [
      "prepare         \(shown(seconds.prepare))", "value           \(shown(seconds.value))",
    ]
    if let gradient = seconds.gradient {
      let ratio = NumberFormat(digits: 3).string(gradient / seconds.value)
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

  /// A time in the unit that suits it.
  static func shown(_ seconds: Double) -> String {
    let format = NumberFormat(digits: 3)
    switch seconds {
    case ..<1e-6: return "\(format.string(seconds * 1e9)) ns"
    case ..<1e-3: return "\(format.string(seconds * 1e6)) µs"
    case ..<1: return "\(format.string(seconds * 1e3)) ms"
    default: return "\(format.string(seconds)) s"
    }
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
