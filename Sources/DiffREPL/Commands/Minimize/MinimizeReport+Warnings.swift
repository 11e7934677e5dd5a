import AD
import Expr

extension MinimizeReport {
  func warning(_ finding: RunFinding, _ run: MinimizeRun) -> Diagnostic {
    let prefix = plan.isRace ? "\(run.method.about.name): " : ""
    let (message, hint) = text(finding, run)
    return Diagnostic(prefix + message, hint: hint, severity: .warning)
  }

  private func text(_ finding: RunFinding, _ run: MinimizeRun) -> (String, String) {
    let step = arguments.option("step") ?? ""
    switch finding {
    case .diverges(let limit, let curvature):
      guard let limit else {
        return (
          "the run diverges: \(function) grew from "
            + "\(format.string(run.result.rows.first?.value ?? .nan)) to "
            + format.string(
              run.result.reason == .nonfinite ? run.result.lastValue : run.result.value),
          "try a smaller step=, or none: the default looks before it steps"
        )
      }
      return (
        "the run diverges: step=\(step) is beyond \(limitName(run)) = \(format.string(limit))",
        "L = \(format.string(curvature)) is the greatest curvature met; shorter steps go down"
      )
    case .swings(let limit, let curvature):
      return (
        "the run swings: step=\(step) is just \(limitName(run)) = \(format.string(limit))",
        "L = \(format.string(curvature)) is the greatest curvature met; shorter steps go down"
      )
    case .largeGradient:
      let isSmall = run.result.gradientNorm < 1e-3
      return (
        "the steps are short, but \(normName) = \(format.string(run.result.gradientNorm)) is "
          + "\(isSmall ? "small only in these units" : "still large"): this is no minimum yet",
        wayOn(run)
      )
    case .slopeless:
      return (
        "the steps lead to where \(function) has a value but no finite gradient",
        "a smaller step= may stay away from there"
      )
    case .weightsDiverge(let norms):
      return (
        "the weights diverge: ‖w‖ = \(norms.map { format.string($0) }.joined(separator: ", ")) and "
          + "growing, \(function) creeps towards a bound",
        "a penalty, 0.01*dot(w, w), stops them; in a logistic regression the classes are separable"
      )
    case .unbounded:
      return (
        "\(function) falls as fast at the end as at the start: it may have no minimum",
        "if it is bounded below, more iters= or a longer step= reach it"
      )
    case .saddle(let eigenvalue, let isMaximum):
      return (
        "this is a \(isMaximum ? "maximum" : "saddle") and no minimum: the Hessian has the eigenvalue "
          + format.string(eigenvalue),
        run.result.iterations > 0 && run.settings.step != nil
          ? "without step= Newton's method only goes down" : "start a little beside it"
      )
    }
  }

  /// What leads on from where the steps became too short.
  private func wayOn(_ run: MinimizeRun) -> String {
    if run.rests { return "a smaller tol=, and min= with it, goes on" }
    return run.method.about.steps.contains(.number)
      ? "a larger step= or a smaller tol= goes on" : "a smaller tol= goes on"
  }

  private func limitName(_ run: MinimizeRun) -> String {
    switch run.method.about.name {
    case "gd", "ista": "2/L"
    case "nesterov": "2(1+μ)/((1+2μ)L)"
    default:
      (run.settings.constants["momentum"] ?? 0) == 0 && run.method.about.name == "sgd"
        ? "2/L" : "2(1+μ)/L"
    }
  }
}
