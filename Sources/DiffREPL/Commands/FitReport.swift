import AD
import Expr

/// What `:fit` shows: the table a statistician knows, how it was found, and what is doubtful about it.
struct FitReport {
  let model: FitModel
  let system: ResidualSystem
  let fit: LeastSquaresFit
  let bounds: ParameterBounds
  let showsCorrelation: Bool

  /// Correlations of more parameters are shown when asked for.
  private static let correlationLimit = 6

  var statistics: FitStatistics { fit.statistics }
  var target: Target { model.target }
  let format = NumberFormat(digits: 6)

  init(
    model: FitModel, system: ResidualSystem, fit: LeastSquaresFit, bounds: ParameterBounds,
    showsCorrelation: Bool
  ) {
    self.model = model
    self.system = system
    self.fit = fit
    self.bounds = bounds
    self.showsCorrelation = showsCorrelation
  }

  var output: Output {
    let names = target.entryNames
    var output = Output()
    if model.choosesParameters {
      let chosen = target.groups.map(\.name.spelling).joined(separator: ", ")
      output.blocks.append(.line(StyledText("over \(chosen)", .faint)))
    }
    output.blocks += [.table(estimates(names)), .blank, .paragraph(StyledText(summary))]
    let size = names.count
    if size > 1, size <= Self.correlationLimit || showsCorrelation,
      statistics.free.count > 1, statistics.dependences.isEmpty, fit.reason != .interrupted
    {
      output.blocks += [.blank, .table(correlations(names)), .blank]
    }
    output.blocks.append(.paragraph(StyledText(ending)))
    output.json = [json]
    for warning in warnings(names) { output.append(warning) }
    return output
  }

  // MARK: Tables

  private func estimates(_ names: [String]) -> Table {
    var table = Table(
      columns: [
        .init(header: StyledText(""), kind: .symbol, gap: 0),
        .init(header: StyledText(" estimate", .heading), kind: .value, gap: 2),
        .init(header: StyledText(" std. error", .heading), kind: .value, gap: 3),
        .init(header: StyledText(" t value", .heading), kind: .value, gap: 3),
      ], rows: [])
    for (entry, name) in names.enumerated() {
      let (value, error) = (fit.point[entry], statistics.errors[entry])
      var row: [Table.Cell] = [.text(StyledText(name, .name)), .value(Tensor(value))]
      if !error.isNaN {
        row.append(.value(Tensor(error)))
        if error > 0 { row.append(.value(Tensor(value / error))) }
      } else if let bound = bound(entry) {
        row.append(.text(StyledText("at its \(bound) bound", .faint)))
      } else {
        row.append(.text(StyledText("–", .faint)))
      }
      table.rows.append(row)
    }
    return table
  }

  private func bound(_ entry: Int) -> String? {
    guard !statistics.free.contains(entry) else { return nil }
    return fit.point[entry] <= bounds.lower[entry] ? "lower" : "upper"
  }

  /// The lower triangle.
  private func correlations(_ names: [String]) -> Table {
    var table = Table(
      columns: [.init(header: StyledText("correlation", .heading), kind: .symbol, gap: 0)],
      rows: [])
    for name in names.dropLast() {
      table.columns.append(.init(header: StyledText(" " + name, .name), kind: .value, gap: 2))
    }
    for (row, name) in names.enumerated().dropFirst() {
      let entries = (0..<row).map { column -> Table.Cell in
        let value = statistics.correlations[row * names.count + column]
        return value.isNaN ? .text(StyledText("–", .faint)) : .value(Tensor(Self.rounded(value)))
      }
      table.rows.append([.text(StyledText(name, .name))] + entries)
    }
    return table
  }

  /// Four decimals: more of a correlation is never read.
  private static func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }

  // MARK: Sentences

  private var summary: String {
    let freedom = statistics.degreesOfFreedom
    // Squares may leave the range of doubles where the residuals do not.
    let isShown = statistics.squares.isNormal || statistics.norm == 0
    var text =
      isShown
      ? "residual sum of squares \(format.string(statistics.squares))"
      : "root of the residual sum of squares \(format.string(statistics.norm))"
    text +=
      freedom > 0
      ? ", standard deviation \(format.string(statistics.deviation)) on \(freedom) "
        + "degree\(freedom == 1 ? "" : "s") of freedom" : ", no degree of freedom left"
    if let (value, isCentred) = determination {
      text +=
        ", R² = \(format.string(value))" + (isCentred ? "" : " about 0, for want of a constant")
    }
    return text
  }

  /// 1 - Σr²/Σ(y - ȳ)², with weights; about 0 for a linear model that contains no constant.
  private var determination: (value: Double, isCentred: Bool)? {
    let counted = model.counted
    guard !counted.isEmpty else { return nil }
    // However it was solved and whatever its columns: a linear model may have no constant.
    let isCentred =
      !system.isLinear || fit.reason == .interrupted || statistics.spans(model.weights)
    let total = counted.reduce(0) { $0 + $1.root * $1.root }
    let sum = counted.reduce(0) { $0 + $1.root * $1.root * $1.value }
    let mean = isCentred ? sum / total : 0
    let spread = counted.map { $0.root * ($0.value - mean) }.norm
    let part = statistics.norm / spread
    let value = 1 - part * part
    // What is left of 1 - 1 is rounding.
    return spread > 0 ? (abs(value) < 1e-14 ? 0 : value, isCentred) : nil
  }

  private var ending: String {
    if system.isLinear, bounds.areNone {
      return "the model is linear in its parameters: solved at once by QR"
        + (fit.reason == .linear
          ? ", no start was needed"
          : "; this is one of its many solutions")
    }
    let steps = "\(fit.iterations) step\(fit.iterations == 1 ? "" : "s")"
    let work = "\(steps) and \(fit.evaluations) evaluation\(fit.evaluations == 1 ? "" : "s")"
    let again = fit.restarts == 0 ? "" : ", \(fit.restarts + 1) runs from the same start"
    switch fit.reason {
    case .converged, .linear:
      return "converged after \(work)\(again): no step lowers the sum of squares"
    case .perfect: return "converged after \(work)\(again): the residuals are zero up to rounding"
    case .rankDeficient:
      return "not converged after \(work)\(again): the Jacobian is rank-deficient"
    case .saddle:
      return "not converged after \(work)\(again): the slope is zero, but this is a saddle"
    case .runsOff:
      return "not converged after \(work): the parameters run off"
    case .stalled: return "not converged after \(work)\(again): stalled"
    case .iterations: return "not converged after \(work): the steps are used up (iters)"
    case .interrupted: return "interrupted after \(work): the last good point is kept"
    }
  }

  // MARK: JSON

  private var json: JSONValue {
    func members(_ entries: [Double]) -> JSONValue {
      target.members(FitCommand.tensors(entries, target))
    }
    let size = fit.point.count
    var object: [(key: String, value: JSONValue)] = [
      ("command", .string(FitCommand.name)), ("of", .string(target.text)),
      ("estimates", members(fit.point)), ("errors", members(statistics.errors)),
      ("rss", .number(statistics.squares)), ("sd", .number(statistics.deviation)),
      ("iterations", .integer(fit.iterations)), ("converged", .bool(fit.converged)),
      ("reason", .string(fit.reason.rawValue)), ("evaluations", .integer(system.evaluations)),
      ("jacobians", .integer(system.jacobians)), ("runs", .integer(fit.restarts + 1)),
      ("observations", .integer(model.observations)),
      ("degrees_of_freedom", .integer(statistics.degreesOfFreedom)),
    ]
    if let (value, _) = determination { object.append(("r2", .number(value))) }
    object += [
      ("variables", .array(target.entryNames.map { .string($0) })),
      ("correlation", JSONValue(Tensor(.matrix(size, size), statistics.correlations))),
    ]
    return .object(object)
  }
}
