import AD
import Expr

extension MinimizeReport {
  /// One table and one plot of log(E - E*), the best method last.
  func raceBlocks(_ settings: SessionSettings) -> [Output.Block] {
    var blocks: [Output.Block] = [.table(raceTable(settings)), .blank, .plot(racePlot)]
    var missing: [String] = []
    for entry in plan.methods {
      let name = entry.method.about.name
      if !runs.contains(where: { $0.method.about.name == name }) { missing.append(name) }
    }
    if !missing.isEmpty {
      let names = missing.joined(separator: ", ")
      blocks.append(.paragraph(StyledText("interrupted: \(names) did not run")))
    }
    return blocks
  }

  private func raceTable(_ settings: SessionSettings) -> Table {
    var columns: [Table.Column] = [
      .init(header: StyledText("method", .heading), kind: .symbol, gap: 2),
      .init(header: StyledText("iterations", .heading), kind: .count, gap: 3),
      .init(header: StyledText("gradients", .heading), kind: .count, gap: 3),
    ]
    if settings.showsTimes {
      columns.append(.init(header: StyledText("time", .heading), kind: .count, gap: 3))
    }
    columns += [
      .init(header: StyledText(valueName, .heading), kind: .value, gap: 3),
      .init(header: StyledText(normName, .heading), kind: .value, gap: 3),
      .init(header: StyledText("stopped by", .heading), kind: .symbol, gap: 3),
    ]
    var table = Table(columns: columns, rows: [])
    for run in runs {
      var row: [Table.Cell] = [
        .text(StyledText(run.method.about.name, .name)),
        .text(StyledText("\(run.result.iterations)")),
        .text(StyledText("\(run.result.evaluations)")),
      ]
      if settings.showsTimes {
        row.append(.text(StyledText(Stopwatch.shown(run.result.seconds))))
      }
      row += [
        .value(Tensor(run.result.value)), .value(Tensor(run.result.gradientNorm)),
        .text(StyledText(Self.word(run.result.reason))),
      ]
      table.rows.append(row)
    }
    return table
  }

  private static func word(_ reason: StopReason) -> String {
    switch reason {
    case .step: "tol"
    case .iterations: "iters"
    case .stationary: "∇ = 0"
    case .nonfinite: "nan"
    case .lineSearch: "line search"
    case .precision: "rounding"
    case .interrupted: "Ctrl-C"
    }
  }

  /// E* is the least value that any method met; where a method is there it stands at the lower edge.
  private var racePlot: Plot {
    let all = runs.flatMap { $0.result.rows.map(\.value) }.filter(\.isFinite)
    let least = all.min() ?? 0
    let gaps = all.map { $0 - least }.filter { $0 > 0 }
    let floor = max(gaps.min() ?? 1, (gaps.max() ?? 1) * 1e-16)
    let curves = runs.map { run in
      Plot.Curve(
        name: run.method.about.name, x: run.result.rows.map { Double($0.iteration) },
        y: run.result.rows.map { max($0.value - least, floor) })
    }
    var plot = Plot(
      title: plan.hasPenalty
        ? "\(valueName) - F* against k,  F* = \(NumberFormat().string(least))"
        : "\(function) - \(function)* against k,  \(function)* = "
          + NumberFormat().string(least), curves: curves)
    plot.y.isLogarithmic = true
    return plot
  }
}
