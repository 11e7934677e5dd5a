import AD
import Expr

enum FitCommand: Command {
  static let name = "fit"
  static let summary = "least squares: estimates, standard errors, residual sum of squares"
  static let usage =
    ":fit y ~ model [over b1=500, b2=1e-4] [weights=w] [lower=(b1=0)] [upper=(b1=9)]\n"
    + "     [iters=2000] [--correlation] [--dry]"
  static let discussion = """
    The model is written for one observation: data as long as y stand for their entry, a matrix with
    as many rows for its row; definitions are taken as they are, whole columns, and then stand for
    their entry too. y may be an expression; `0 ~ r` makes a vector of residuals small. `over` gives
    starting values, or names values there are.

    Levenberg-Marquardt with exact Jacobians, from your start and no other: a trust region in
    parameters scaled by the columns of the Jacobian (Moré 1978), steps by QR. Where a run ends
    nowhere, it is begun again with another first radius, and says so. A model that is linear in its
    parameters is solved at once, by QR with refined residuals. `weights=` are one over the variance
    of each observation. `lower=`, `upper=` take one number for all parameters, or `(b1=0, b2=-1)`.
    """
  static let examples = [
    "data x = [77.6, 239.9, 434.8, 593.1, 760]", "data y = [10.07, 29.61, 50.76, 66.4, 81.78]",
    ":fit y ~ b1*(1 - exp(-b2*x)) over b1=500, b2=1e-4", "b1*b2",
    ":fit y ~ a + c*x over a=0, c=0 --dry",
  ]
  static let opening = ":fit y ~ b1*exp(-b2*x) over b1=1, b2=0.1"
  static func mended(_ left: String, _ right: String) -> String? { "\(left) ~ \(right)" }
  static let options = ["weights", "lower", "upper", "iters"]
  static let flags = ["dry", "correlation"]
  static let clauses = ["over"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let limit = try arguments.count("iters", least: 1, in: session) ?? 2000
    let model = try FitModel(arguments, in: session)
    let target = model.target
    let system = try ResidualSystem(
      of: target.node, variables: target.variables.map(\.node), in: target.graph,
      environment: target.environment)
    let start = system.start
    let bounds = try bounds(arguments, model, start, in: session)
    let solver = LeastSquaresSolver(
      bounds: bounds, iterations: limit, scale: model.scale, observations: model.observations)
    try requireEnough(system.columns, model.observations, at: arguments.targetSpan)
    // What is nan at 0 is nan everywhere in a linear model, and its start does not matter.
    let isLinear = system.isLinear && bounds.areNone
    let place = isLinear ? start.map { _ in 0 } : start
    try requireFinite(system, model, place, at: arguments.targetSpan)
    let fit = try solver.fit(system, from: start)
    var output = FitReport(
      model: model, system: system, fit: fit, bounds: bounds,
      showsCorrelation: arguments.flags.contains("correlation")
    ).output
    if !arguments.flags.contains("dry") {
      let estimates = target.grouped(tensors(fit.point, target))
      output += session.move(estimates, by: ":fit \(target.text)")
    }
    return output
  }

  private static func requireEnough(
    _ parameters: Int, _ observations: Int, at span: SourceSpan
  ) throws(Diagnostic) {
    guard parameters > observations else { return }
    throw Diagnostic(
      "\(observations) observation\(observations == 1 ? "" : "s") cannot tell \(parameters) "
        + "parameters", at: span, hint: "fit fewer of them, or add data")
  }

  /// Entries one after the other as tensors, one for each variable.
  static func tensors(_ entries: [Double], _ target: Target) -> [Tensor] {
    var position = 0
    return target.variables.map { variable in
      let shape = target.graph.shape(of: variable.node)
      defer { position += shape.count }
      return Tensor(shape, Array(entries[position..<position + shape.count]))
    }
  }

  // MARK: Bounds

  private static func bounds(
    _ arguments: CommandArguments, _ model: FitModel, _ start: [Double], in session: Session
  ) throws(Diagnostic) -> ParameterBounds {
    var bounds = ParameterBounds(count: start.count)
    bounds.lower = try bound("lower", arguments, model, bounds.lower, in: session)
    bounds.upper = try bound("upper", arguments, model, bounds.upper, in: session)
    for (entry, name) in model.target.entryNames.enumerated() {
      let (lower, upper, value) = (bounds.lower[entry], bounds.upper[entry], start[entry])
      let format = NumberFormat()
      let place = arguments.options.last { $0.word == "lower" || $0.word == "upper" }?.span
      guard lower <= upper else {
        throw Diagnostic(
          "the lower bound of '\(name)', \(format.string(lower)), is above its upper one, "
            + format.string(upper), at: place)
      }
      guard lower <= value, value <= upper else {
        throw Diagnostic(
          "'\(name)' starts at \(format.string(value)), outside its bounds "
            + "\(format.string(lower))…\(format.string(upper))", at: place,
          hint: "over \(name)=… within them")
      }
    }
    return bounds
  }

  /// One side's bounds, entry by entry: a number for all, or `(b1=0, b2=[0, 1])`.
  private static func bound(
    _ side: String, _ arguments: CommandArguments, _ model: FitModel, _ none: [Double],
    in session: Session
  ) throws(Diagnostic) -> [Double] {
    guard let option = arguments.options.last(where: { $0.word == side }) else { return none }
    let bytes = arguments.source.utf8
    let inner = option.range.dropFirst().dropLast()
    var words = WordScanner(bytes, inner.startIndex..<inner.endIndex)
    let isList =
      bytes[option.range.lowerBound] == UInt8(ascii: "(") && words.next()?.assignment != nil
    guard isList else {
      guard let value = try arguments.number(side, in: session), !value.isNaN else {
        throw Diagnostic("'\(side)=' takes numbers", at: option.span)
      }
      return none.map { _ in value }
    }
    var result = none
    for (name, range, span) in try arguments.assignments(in: inner.startIndex..<inner.endIndex) {
      var first = 0, isKnown = false
      for (group, value) in model.target.groups {
        let count = value.nodes.reduce(0) { $0 + model.target.graph.shape(of: $1).count }
        if group == name {
          isKnown = true
          let numbers = try arguments.value(in: range, session).tensors.flatMap(\.elements)
          guard numbers.count == 1 || numbers.count == count, !numbers.contains(where: \.isNaN)
          else {
            throw Diagnostic("'\(name)' has \(count) entries, its bound \(numbers.count)", at: span)
          }
          for entry in 0..<count { result[first + entry] = numbers[numbers.count == 1 ? 0 : entry] }
        }
        first += count
      }
      guard isKnown else {
        throw Diagnostic("'\(name)' is not among the parameters", at: span)
      }
    }
    return result
  }

  // MARK: The start

  private static func requireFiniteData(_ model: FitModel, at span: SourceSpan) throws(Diagnostic) {
    let values = model.observed ?? []
    for (place, value) in values.enumerated() where !value.isFinite && model.weights[place] > 0 {
      throw Diagnostic(
        "observation \(place + 1) is \(NumberFormat().string(value))", at: span,
        hint: "leave it out of the data, or give it weight 0")
    }
  }

  /// Refuses a start where a residual or a derivative is nan or infinite, naming the observation.
  private static func requireFinite(
    _ system: ResidualSystem, _ model: FitModel, _ start: [Double], at span: SourceSpan
  ) throws(Diagnostic) {
    try requireFiniteData(model, at: span)
    let format = NumberFormat()
    let when = system.isLinear ? "" : "at the start "
    func observation(_ row: Int) -> String {
      let known = model.columns.prefix(3).map { "\($0.name) = \(format.string($0.values[row]))" }
      return "observation \(row + 1)" + (known.isEmpty ? "" : " (\(known.joined(separator: ", ")))")
    }
    let residuals = try system.residuals(at: start)
    if let row = residuals.firstIndex(where: { !$0.isFinite }) {
      throw Diagnostic(
        when + "the model is \(format.string(residuals[row])) for \(observation(row))",
        at: span,
        hint: (system.isLinear ? "" : "other starting values, or ") + "leave the observation out")
    }
    guard residuals.norm.isFinite else {
      throw Diagnostic(
        when + "the residuals are too large: their norm is no number", at: span,
        hint: system.isLinear ? "other units" : "other starting values")
    }
    let jacobian = try system.jacobian(at: start)
    guard let entry = jacobian.firstIndex(where: { !$0.isFinite }) else { return }
    throw Diagnostic(
      "at the start the derivative in '\(model.target.entryNames[entry / system.rows])' is "
        + "\(format.string(jacobian[entry])) for \(observation(entry % system.rows))",
      at: span, hint: "start a little beside it")
  }
}
