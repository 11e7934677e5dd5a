import AD
import Expr

/// What `:minimize` prints and reports.
struct MinimizeReport {
  let target: Target
  let plan: MinimizePlan
  /// The best last.
  let runs: [MinimizeRun]
  let arguments: CommandArguments

  var best: MinimizeRun { runs[runs.count - 1] }
  var function: String { target.functionName }
  let format = NumberFormat(digits: 3)

  init(
    target: Target, plan: MinimizePlan, runs: [MinimizeRun], arguments: CommandArguments
  ) {
    self.target = target
    self.plan = plan
    self.runs = runs
    self.arguments = arguments
  }

  func output(_ settings: SessionSettings) -> Output {
    var output = Output()
    let point = best.values(of: target)
    if arguments.clause("over") == nil {
      let names = point.map(\.name.spelling).joined(separator: ", ")
      output.blocks.append(.line(StyledText("over \(names)", .faint)))
    }
    output.blocks += plan.isRace ? raceBlocks(settings) : runBlocks
    for (name, value) in point {
      output.blocks.append(.value(name: StyledText(name.spelling, .name), value))
    }
    if arguments.flags.contains("dry") {
      output.blocks.append(.line(StyledText("nothing was moved (--dry)", .faint)))
    }
    output.json = [json(point)]
    for run in runs {
      for finding in run.findings { output.append(warning(finding, run)) }
    }
    return output
  }

  /// What is minimised and what tells the end, with a penalty R the sum and the gradient mapping.
  var valueName: String { plan.hasPenalty ? "\(function) + R" : function }
  var normName: String { plan.hasPenalty ? "‖G‖" : "‖∇\(function)‖" }

  // MARK: One run

  private var runBlocks: [Output.Block] {
    let result = best.result
    return [
      .iterations(
        IterationView(
          result: result, stride: plan.every ?? max(1, (result.iterations + 19) / 20),
          tolerance: plan.tolerance, rests: best.rests, function: function, valueName: valueName,
          normName: normName))
    ]
  }

  // MARK: JSON

  private func json(_ point: [(name: Name, value: Value)]) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("command", .string(MinimizeCommand.name)), ("of", .string(target.text)),
    ]
    members += Self.members(best)
    members.append(("at", .object(point.map { ($0.name.spelling, JSONValue($0.value)) })))
    if plan.isRace {
      members.append(
        (
          "race",
          .array(
            runs.map { .object(Self.members($0) + [("seconds", .number($0.result.seconds))]) })
        ))
    }
    return .object(members)
  }

  private static func members(_ run: MinimizeRun) -> [(key: String, value: JSONValue)] {
    [
      ("method", .string(run.method.about.name)), ("iterations", .integer(run.result.iterations)),
      // What is warned of is no minimum, whatever rule stopped the run.
      ("converged", .bool(run.result.reason.isConvergence && run.findings.isEmpty)),
      ("reason", .string(run.result.reason.rawValue)), ("value", .number(run.result.value)),
      ("gradnorm", .number(run.result.gradientNorm)),
      ("evaluations", .integer(run.result.evaluations)),
    ]
  }
}
