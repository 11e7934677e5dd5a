import AD
import Expr

/// The iterations of a run as a table and, of more than two, a curve of the losses. It is laid out where
/// it is shown: a run of a thousand short steps takes not much longer than the texts of its table.
struct IterationView: Sendable {
  let rows: [IterationRecord]
  /// Of so many iterations one is shown, and the last.
  let stride: Int
  /// Whether all rows are: with batches, those where E was taken on all rows of data.
  let showsAll: Bool
  let function: String
  let valueName: String
  let normName: String

  var blocks: [Output.Block] {
    var blocks: [Output.Block] = [.table(table)]
    if rows.count > 2 {
      let values = rows.map(\.value), isPositive = values.allSatisfy { $0 > 0 }
      blocks.append(
        .sparkline(
          label: isPositive ? "log \(function)" : function, values, isLogarithmic: isPositive))
    }
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
      guard showsAll || row.iteration % stride == 0 || position == rows.count - 1 else { continue }
      table.rows.append([
        .text(StyledText("\(row.iteration)")), .value(Tensor(row.value)),
        .value(Tensor(row.gradientNorm)),
        row.stepNorm.isNaN ? .empty : .value(Tensor(row.stepNorm)),
        row.stepSize.isNaN ? .empty : .value(Tensor(row.stepSize)),
      ])
    }
    return table
  }
}
