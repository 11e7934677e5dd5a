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
    let view = IterationView(
      rows: best.result.rows, stride: plan.every ?? max(1, (best.result.iterations + 19) / 20),
      showsAll: plan.batches != nil, function: function, valueName: valueName, normName: normName)
    return [.iterations(view), .paragraph(StyledText(sentence(best)))]
  }

  private func sentence(_ run: MinimizeRun) -> String {
    let result = run.result
    let norm =
      "\(normName) = \(format.string(result.gradientNorm))"
    let length = "‖Δw‖ = \(format.string(result.rows.last?.stepNorm ?? .nan))"
    let steps = Self.count(result.iterations)
    let start = "stopped after \(steps): "
    switch result.reason {
    case .step:
      let what =
        plan.batches != nil
        ? "a whole pass moves w by no more"
        : run.rests ? "max δ = \(format.string(result.rows.last?.stepSize ?? .nan))" : length
      return start + "\(what) ≤ tol = \(format.string(plan.tolerance)), \(norm)"
    case .iterations:
      return "stopped after \(steps) (iters): \(result.iterations > 0 ? length + ", " : "")\(norm)"
    case .stationary: return start + "the gradient is zero, \(norm)"
    case .nonfinite:
      let why = result.failure.map { " (\($0.message))" } ?? ""
      if result.lastValue.isFinite {
        return start
          + "where the next step leads \(function) has no finite gradient; the last good "
          + "point is kept, \(norm)"
      }
      return start + "the next step makes \(function) "
        + "\(NumberFormat().string(result.lastValue))\(why); the last good point is kept, \(norm)"
    case .lineSearch:
      return start + "no step along the direction makes \(function) smaller, \(norm)"
    case .precision:
      return start + "what is left to gain is below the rounding of \(function), \(norm)"
    case .interrupted:
      return "interrupted after \(Self.count(result.history.records.last?.iteration ?? 0)): "
        + "the best point is kept, \(norm)"
    }
  }

  static func count(_ iterations: Int) -> String {
    "\(iterations) iteration\(iterations == 1 ? "" : "s")"
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
