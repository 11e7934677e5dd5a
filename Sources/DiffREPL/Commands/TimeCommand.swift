import AD
import Expr
import Synchronization

enum TimeCommand: Command {
  static let name = "time"
  static let summary = "how long a value and its gradient take"
  static let usage = ":time target [wrt x] [at x=1], :time :grad target, :time :minimize E …"
  static let discussion = """
    The median time of many runs: preparing (from text to a program for value and gradient, made
    anew each time), the value alone, and value and gradient together, with their ratio; then the
    operations one run executes, the nodes of the graph, the memory the program owns and the threads
    it runs on, if it is large enough for more than one (`:set threads`).
    In front of :jac :hess :jvp :vjp :hvp :minimize :fit :solve it gives the time of the whole
    command, run on a copy of the session (nothing changes): the first time, when all is prepared,
    and again, with the programs that a session keeps.
    """
  static let examples = [
    "x = [1,2,3]", ":time sum(x.^2)", ":time :grad sum(x.^2)",
    ":time :minimize sum(x.^2) step=0.1 iters=10",
  ]
  static let clauses = ["wrt", "at"]

  /// The commands that are timed as a whole: they compute and touch nothing outside the session.
  private static let timed: [any Command.Type] = [
    JacCommand.self, HessCommand.self, JvpCommand.self, VjpCommand.self, HvpCommand.self,
    MinimizeCommand.self, FitCommand.self, SolveCommand.self,
  ]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    guard let inner = try arguments.innerCommand() else {
      return try TimedProgram.report(arguments, in: session, needsGradient: false)
    }
    if inner.command == GradCommand.self {
      return try TimedProgram.report(inner.arguments, in: session, needsGradient: true)
    }
    guard timed.contains(where: { $0 == inner.command }) else {
      throw Diagnostic(
        ":\(inner.command.name) is not timed", at: inner.arguments.span,
        hint: "an expression is, and "
          + ([GradCommand.self] + timed).map { ":\($0.name)" }.joined(separator: ", "))
    }
    return try time(inner.command, inner.arguments, arguments.targetText, in: session)
  }

  /// Times a command on copies of the session.
  private static func time(
    _ command: any Command.Type, _ arguments: CommandArguments, _ text: String, in session: Session
  ) throws(Diagnostic) -> Output {
    var copy = session
    copy.emit = { _ in }
    let start = copy
    func run(keeping computations: ComputationCache) throws(Diagnostic) {
      copy = start
      copy.computations = computations
      _ = try command.run(arguments, in: &copy)
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    }
    func prepareAndRun() throws(Diagnostic) { try run(keeping: ComputationCache()) }
    var first = try Stopwatch.seconds(of: prepareAndRun)
    if first < 0.02 {
      first = try Stopwatch.median(budget: 0.05, atLeast: 1, of: prepareAndRun)
    }
    let kept = ComputationCache()
    let seconds = try Stopwatch.median { () throws(Diagnostic) in try run(keeping: kept) }
    let shown = "first \(Stopwatch.shown(first)), then \(Stopwatch.shown(seconds))"
    return Output(
      blocks: [.line(StyledText("\(text)   \(shown)"))],
      json: [
        .object([
          ("command", .string(name)), ("of", .string(text)), ("first", .number(first)),
          ("seconds", .number(seconds)),
        ])
      ])
  }
}

extension CommandArguments {
  /// The command that stands where a target is expected, `:time :grad f`; nil if none does.
  ///
  /// - Throws: when there is no such command, or it does not take these arguments.
  func innerCommand() throws(Diagnostic) -> (
    command: any Command.Type, arguments: CommandArguments
  )? {
    guard startsWithCommand else { return nil }
    let start = target.lowerBound + 1
    let end =
      source.utf8[start..<target.upperBound].firstIndex { $0 == 32 || $0 == 9 }
      ?? target.upperBound
    let word = source.text(in: start..<end)
    let place = SourceSpan(source, target.lowerBound..<end)
    guard !word.isEmpty else { throw Diagnostic("a command is missing after ':'", at: place) }
    let command = try CommandTable.find(word, at: place).command
    return (
      command,
      try CommandArguments(
        source, end..<target.upperBound, word: word, wordSpan: place, command: command,
        isForced: false)
    )
  }
}
