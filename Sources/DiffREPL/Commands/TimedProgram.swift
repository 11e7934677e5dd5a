import AD
import Expr

/// A target's value, and its gradient where it has one, as programs ready to run.
struct TimedProgram {
  let target: Target
  let value: Program
  /// Value and gradient; nil for what is no number or depends on no variable.
  let full: Program?
  /// Operations and leaves in the graph of the larger program, constants included.
  let nodes: Int

  /// Everything from the text of the target to the programs.
  ///
  /// - Parameter needsValue: without it the program of the value alone is not made, where there is
  ///   another.
  private init(
    _ arguments: CommandArguments, in session: Session, needsGradient: Bool, needsValue: Bool
  ) throws(Diagnostic) {
    // From the text, whatever the session has prepared before.
    var fresh = session
    fresh.computations = ComputationCache()
    var target = try Target(arguments, in: fresh, needsVariables: needsGradient)
    let isScalar = target.graph.shape(of: target.node).isScalar
    if needsGradient, !isScalar { try target.requireScalar(at: arguments.targetSpan) }
    var outputs = [target.node]
    if isScalar, !target.variables.isEmpty {
      outputs += gradient(
        of: target.node, variables: target.variables.map(\.node), in: &target.graph)
    }
    let all = try target.graph.compiled(outputs)
    full = outputs.count > 1 ? all : nil
    value = full == nil || !needsValue ? all : try target.graph.compiled([target.node])
    nodes = target.graph.ancestors(of: outputs).count { $0 }
    self.target = target
  }

  /// Times a target and reports it.
  static func report(
    _ arguments: CommandArguments, in session: Session, needsGradient: Bool
  ) throws(Diagnostic) -> Output {
    let prepare = try Stopwatch.median(budget: 0.05, atLeast: 1) { () throws(Diagnostic) in
      _ = try TimedProgram(arguments, in: session, needsGradient: needsGradient, needsValue: false)
    }
    let timed = try TimedProgram(
      arguments, in: session, needsGradient: needsGradient, needsValue: true)
    let value = try timed.seconds(timed.value)
    var gradient: Double?
    if let full = timed.full { gradient = try timed.seconds(full) }
    return timed.output(prepare: prepare, value: value, gradient: gradient)
  }

  /// The median time of a run at the session's values.
  private func seconds(_ program: Program) throws(Diagnostic) -> Double {
    program.setLeaves(from: target.environment)
    return try Stopwatch.median(of: program)
  }

  private func output(prepare: Double, value: Double, gradient: Double?) -> Output {
    let program = full ?? self.value
    var lines = [
      "prepare         \(Stopwatch.shown(prepare))", "value           \(Stopwatch.shown(value))",
    ]
    if let gradient {
      let ratio = NumberFormat(digits: 3).string(gradient / value)
      lines.append("value+gradient  \(Stopwatch.shown(gradient))   \(ratio) times the value")
    }
    let threads = program.threads > 1 ? ", \(program.threads) threads" : ""
    lines.append(
      "\(program.operationCount) operations, \(nodes) nodes, \(program.bytes) bytes\(threads)")
    return Output(
      blocks: lines.map { .line(StyledText($0)) },
      json: [
        .object([
          ("command", .string(TimeCommand.name)), ("of", .string(target.text)),
          ("prepare", .number(prepare)), ("value", .number(value)),
          ("gradient", gradient.map { .number($0) } ?? .null),
          ("ratio", gradient.map { .number($0 / value) } ?? .null),
          ("operations", .integer(program.operationCount)), ("bytes", .integer(program.bytes)),
          ("nodes", .integer(nodes)), ("threads", .integer(program.threads)),
        ])
      ])
  }
}
