import AD
import Expr

/// The iterations of a run as a table, of more than two a curve of the losses, and how it ended. It is
/// laid out where it is shown: a run of a thousand short steps takes not much longer than these texts.
struct IterationView: Sendable {
  let result: Descent.Result
  /// Of so many iterations one is shown, and the last; with batches all those where E was taken on all
  /// rows of data.
  let stride: Int
  /// η.
  let tolerance: Double
  /// Whether the step rule looked at τ.
  let rests: Bool
  let function: String
  let valueName: String
  let normName: String

  private var rows: [IterationRecord] { result.rows }
  private var format: NumberFormat { NumberFormat(digits: 3) }

  var blocks: [Output.Block] {
    var blocks: [Output.Block] = [.table(table)]
    if rows.count > 2 {
      let values = rows.map(\.value), isPositive = values.allSatisfy { $0 > 0 }
      blocks.append(
        .sparkline(
          label: isPositive ? "log \(function)" : function, values, isLogarithmic: isPositive))
    }
    blocks.append(.paragraph(StyledText(sentence)))
    return blocks
  }

  private var table: Table {
    var table = Table(
      columns: [
        .init(header: StyledText("k", .heading), kind: .count, gap: 2),
        .init(header: StyledText(valueName, .heading), kind: .value, gap: 2),
        .init(header: StyledText(normName, .heading), kind: .value, gap: 3),
        .init(header: StyledText("‖Δw‖", .heading), kind: .value, gap: 3),
        .init(header: StyledText("τ", .heading), kind: .value, gap: 3),
      ], rows: [])
    for (position, row) in rows.enumerated() {
      guard result.hasBatches || row.iteration % stride == 0 || position == rows.count - 1 else {
        continue
      }
      table.rows.append([
        .text(StyledText("\(row.iteration)")), .value(Tensor(row.value)),
        .value(Tensor(row.gradientNorm)),
        row.stepNorm.isNaN ? .empty : .value(Tensor(row.stepNorm)),
        row.stepSize.isNaN ? .empty : .value(Tensor(row.stepSize)),
      ])
    }
    return table
  }

  private var sentence: String {
    let norm =
      "\(normName) = \(format.string(result.gradientNorm))"
    let length = "‖Δw‖ = \(format.string(result.rows.last?.stepNorm ?? .nan))"
    let steps = Self.count(result.iterations)
    let start = "stopped after \(steps): "
    switch result.reason {
    case .step:
      let what =
        result.hasBatches
        ? "a whole pass moves w by no more"
        : rests ? "max δ = \(format.string(result.rows.last?.stepSize ?? .nan))" : length
      return start + "\(what) ≤ tol = \(format.string(tolerance)), \(norm)"
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
}
