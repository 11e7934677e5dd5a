import AD
import Expr

extension FitReport {
  /// "b1 and b2 cannot be told apart", or what is to be said of one alone.
  private static func sentence(_ dependence: FitStatistics.Dependence, _ names: [String]) -> String
  {
    let named = dependence.parameters.map { "'\(names[$0])'" }
    guard named.count > 1 else { return "\(named[0]) has no effect on the model here" }
    if named.count == 2 {
      return "\(named[0]) and \(named[1]) cannot be told apart here: a change of one is undone by "
        + "the other"
    }
    let shown = named.count <= 6 ? named.dropLast() : named.prefix(3) + ["…"]
    let list = shown.joined(separator: ", ") + " and " + named[named.count - 1]
    let combinations = "\(dependence.rank) combination\(dependence.rank == 1 ? "" : "s")"
    return "\(list) cannot be told apart here: the data determine only \(combinations) of them"
  }

  func warnings(_ names: [String]) -> [Diagnostic] {
    var warnings = statistics.dependences.map {
      Diagnostic(
        Self.sentence($0, names),
        hint: "fit fewer of them: leave one out of 'over' and give it a value", severity: .warning)
    }
    switch fit.reason {
    case .runsOff:
      let moving = fit.moving.map { "'\(names[$0])'" }.joined(separator: ", ")
      warnings = [
        Diagnostic(
          "the residuals vanish only as \(moving) \(fit.moving.count == 1 ? "goes" : "go") to infinity: "
            + "there is no least sum of squares",
          hint: "bounds hold them, lower= and upper=; data that a threshold separates do this",
          severity: .warning)
      ]
    case .stalled:
      warnings.append(
        Diagnostic(
          "this is no minimum: the next step would still be large, but leads nowhere",
          hint: "other starting values, bounds, or parameters on a scale near 1",
          severity: .warning))
    case .saddle:
      warnings.append(
        Diagnostic(
          "in some direction the sum of squares falls from here",
          hint: "start where the parameters differ more from each other", severity: .warning))
    case .iterations:
      warnings.append(
        Diagnostic(
          "the values are those reached so far", hint: "the same :fit without starts goes on",
          severity: .warning))
    case .converged, .perfect, .linear, .rankDeficient, .interrupted: break
    }
    return warnings
  }
}
