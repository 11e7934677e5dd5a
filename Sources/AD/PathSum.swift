import Expr

/// The chain rule as a sum over paths: along each path of a trace from a variable to the output the
/// partials are multiplied, and the products are added.
///
/// - Source: Bauer, Computational graphs and rounding error, SIAM J. Numer. Anal. 11 (1974).
public struct PathSum: Sendable {
  public struct Path: Sendable {
    /// Rows of the trace, from the variable to the output.
    public let rows: [Int]
    /// In the shape of the variable.
    public let product: Tensor
  }

  /// The largest products first while all paths were followed, else the first that were found.
  public let paths: [Path]
  /// All paths, counted without following them.
  public let count: BigCount
  /// The sum over all paths: the gradient.
  public let total: Tensor

  /// Paths that are followed to find the largest.
  private static let followed = 5_000

  /// - Parameters:
  ///   - row: the variable's row.
  ///   - limit: the most paths wanted.
  /// - Throws: where a Jacobian on the way is too large to have been written out.
  public init(_ trace: Trace, from row: Int, limit: Int) throws(Diagnostic) {
    var ways = Array(repeating: BigCount(0), count: trace.rows.count)
    ways[row] = BigCount(1)
    for index in trace.rows.indices where index != row {
      for partial in trace.rows[index].partials { ways[index] += ways[partial.parent] }
    }
    count = ways[trace.output]
    total = trace.rows[row].adjoint?.value ?? Tensor(0)
    let followsAll = count.exactly.map { $0 <= Self.followed } ?? false
    let shape = trace.rows[row].primal.value.shape
    var found: [Path] = []
    var open: [(rows: [Int], adjoint: [Double])] = [([trace.output], [1])]
    while let (rows, adjoint) = open.popLast() {
      guard let head = rows.last, ways[head] != BigCount(0) else { continue }
      if head == row {
        found.append(Path(rows: rows.reversed(), product: Tensor(shape, adjoint)))
        if !followsAll, found.count == limit { break }
        continue
      }
      for partial in trace.rows[head].partials where ways[partial.parent] != BigCount(0) {
        let size = trace.rows[partial.parent].primal.value.shape.count
        open.append((rows + [partial.parent], try partial.pulledBack(adjoint, size: size)))
      }
    }
    if followsAll {
      let sizes = found.map { $0.product.elements.reduce(0) { $0 + $1 * $1 } }
      let order = found.indices.sorted {
        sizes[$0] > sizes[$1] || (sizes[$0] == sizes[$1] && $0 > $1)
      }
      found = order.map { found[$0] }
    }
    paths = Array(found.prefix(limit))
  }
}

extension Trace.Partial {
  /// λᵀJ with one adjoint for each entry of the row; a λ of exactly 0 passes nothing on.
  ///
  /// - Parameter size: the entries of the parent.
  fileprivate func pulledBack(_ adjoint: [Double], size: Int) throws(Diagnostic) -> [Double] {
    switch value {
    case .diagonal(let diagonal):
      return zip(adjoint, diagonal.elements).map { $0 == 0 ? 0 : $0 * $1 }
    case .omitted(let rows, let columns):
      throw Diagnostic(
        "a path goes through a \(rows)×\(columns) Jacobian, too large to be written out",
        hint: "try fewer entries; :grad has no such limit")
    case .jacobian(let jacobian):
      var result = Array(repeating: 0.0, count: size)
      for (row, weight) in adjoint.enumerated() where weight != 0 {
        for column in 0..<size {
          result[column] += weight * jacobian.elements[row * size + column]
        }
      }
      return result
    }
  }
}
