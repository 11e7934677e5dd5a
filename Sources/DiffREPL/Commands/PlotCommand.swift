import Expr

enum PlotCommand: Command {
  static let name = "plot"
  static let aliases = ["p"]
  static let summary = "draw functions, data, the path or the losses of a run"
  static let usage =
    ":plot f, g over x=-3:3 [log=y] [height=15]\n:plot y, model against x\n:plot losses\n:plot path"
  static let discussion = """
    Draws in the terminal. 'over x=a:b' moves x through an interval: f may be a definition, an
    expression or a function, f' its derivative. 'against x' draws arrays over another: data as
    points, the rest as lines. An array alone is drawn over its indices. After :minimize 'losses' is E
    before each step and 'path' the way of the parameters. log=y, log=x or log=both make an axis
    logarithmic. What is nan or infinite is left out.
    """
  static let examples = ["f(x) = x^3 - 3*x", ":plot f, f' over x=-2:2"]
  static let options = ["log", "height"]
  static let clauses = ["over", "against", "at"]

  private enum Logarithm: String, CaseIterable { case x, y, both, no }

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    if let greater = session.fileMark(in: arguments) {
      throw Diagnostic(
        "plots in files come later: not supported yet", at: greater,
        hint: "a comparison goes in parentheses, (x > 1)")
    }
    var plot: Plot
    if let clause = arguments.clause("over") {
      guard arguments.clause("against") == nil else {
        throw Diagnostic(
          "'over' and 'against' exclude each other", at: clause.span,
          hint: "'over x=0:1' moves x, 'against x' takes x as it is")
      }
      plot = try FunctionPlot(arguments, clause, in: session).plot
    } else {
      plot = try ArrayPlot(arguments, in: session).plot
    }
    let logarithm = try arguments.choice("log", Logarithm.self)
    if let logarithm {
      plot.x.isLogarithmic = logarithm == .x || logarithm == .both
      plot.y.isLogarithmic = logarithm == .y || logarithm == .both
    }
    if let height = try arguments.count("height", least: 3, in: session) {
      plot.height = min(height, 200)
    }
    return Output(
      blocks: [.plot(plot)],
      json: [
        .object([
          ("command", .string(name)), ("title", .string(plot.title)), ("curves", JSONValue(plot)),
        ])
      ])
  }
}

extension Session {
  /// Where the target of a command ends in `> file`: nil if it does not.
  fileprivate func fileMark(in arguments: CommandArguments) -> SourceSpan? {
    let bytes = arguments.source.utf8
    var depth = 0
    var found: Int?
    for position in arguments.range {
      switch bytes[position] {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ">") where depth == 0 && bytes[position - 1] != UInt8(ascii: "-"):
        found = position
      default: break
      }
    }
    return found.map { SourceSpan(arguments.source, $0..<arguments.range.upperBound) }
  }
}
