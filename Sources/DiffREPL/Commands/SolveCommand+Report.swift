import AD
import Expr

/// What a search for a root shows.
extension SolveCommand {
  static func report(
    _ target: Target, _ result: RootSearch.Result, _ values: [(name: Name, value: Value)],
    chooses: Bool
  ) -> Output {
    var output = Output()
    if chooses {
      let names = values.map(\.name.spelling).joined(separator: ", ")
      output.blocks.append(.line(StyledText("over \(names)", .faint)))
    }
    output.blocks.append(.table(table(result.records)))
    output.blocks.append(.line(StyledText(sentence(result))))
    for (name, value) in values {
      output.blocks.append(.value(name: StyledText(name.spelling, .name), value))
    }
    output.json = [
      .object([
        ("command", .string(name)), ("of", .string(target.text)),
        ("at", .object(values.map { ($0.name.spelling, JSONValue($0.value)) })),
        ("residual", .number(result.residual)),
        ("iterations", .integer(result.records.count - 1)), ("converged", .bool(result.converged)),
        ("reason", .string(result.reason.rawValue)),
        ("multiplicity", .integer(result.multiplicity)),
      ])
    ]
    for warning in warnings(result, target.entryNames) { output.append(warning) }
    return output
  }

  /// At most about 20 rows, the first and the last among them.
  private static func table(_ records: [RootSearch.Record]) -> Table {
    var table = Table(
      columns: [
        .init(header: StyledText("k", .heading), kind: .count, gap: 2),
        .init(header: StyledText(" ‖g‖", .heading), kind: .value, gap: 2),
        .init(header: StyledText(" ‖Δx‖", .heading), kind: .value, gap: 3),
        .init(header: StyledText(" part", .heading), kind: .value, gap: 3),
      ], rows: [])
    let stride = max(1, (records.count + 18) / 20)
    for (position, record) in records.enumerated()
    where position % stride == 0 || position == records.count - 1 {
      table.rows.append([
        .text(StyledText("\(record.iteration)")), rounded(record.residual),
        record.stepNorm.map(rounded) ?? .empty, record.stepSize.map(rounded) ?? .empty,
      ])
    }
    return table
  }

  /// Three digits: how fast it goes, which is all these numbers are for.
  private static func rounded(_ value: Double) -> Table.Cell {
    .text(StyledText(NumberFormat(digits: 3).string(value), .number))
  }

  private static func sentence(_ result: RootSearch.Result) -> String {
    let count = result.records.count - 1
    let steps = "\(count) step\(count == 1 ? "" : "s")"
    let size = "‖g‖ = \(NumberFormat(digits: 3).string(result.residual))"
    switch result.reason {
    case .iterations: return "stopped after \(steps) (iters): \(size)"
    case .interrupted: return "interrupted after \(steps): \(size)"
    default: return "converged after \(steps): \(size)"
    }
  }

  private static func warnings(_ result: RootSearch.Result, _ names: [String]) -> [Diagnostic] {
    switch result.reason {
    case .multiple where result.multiplicity > 1:
      return [
        Diagnostic(
          "this root counts \(result.multiplicity) times: only about "
            + "\(16 / result.multiplicity) of its digits are certain",
          hint: "the derivative is 0 there as well: solve that instead, if it has a simple root",
          severity: .warning)
      ]
    case .multiple:
      let dependent = result.dependences.flatMap(\.parameters).map { "'\(names[$0])'" }
      return [
        Diagnostic(
          "the Jacobian is singular at the root: "
            + (dependent.count > 1
              ? "\(dependent.joined(separator: ", ")) are not determined by the equations alone"
              : "the root is a multiple one, or not the only one near"),
          severity: .warning)
      ]
    case .iterations:
      return [
        Diagnostic(
          "this is no root yet", hint: "the same :solve without a start goes on", severity: .warning
        )
      ]
    default: return []
    }
  }
}
