import Expr

/// A least squares problem linearised at a point: residuals, Jacobian, and which parameters are free
/// there. A parameter at a bound that the slope pushes against is not.
struct LocalLeastSquares {
  let point: [Double]
  let residuals: [Double]
  /// Column by column.
  let jacobian: [Double]
  /// Jᵀr, half the gradient of the sum of squares.
  let slopes: [Double]
  let free: [Int]
  /// The sum of squares.
  let cost: Double

  var isFinite: Bool { cost.isFinite && jacobian.allSatisfy(\.isFinite) }
  var rows: Int { residuals.count }

  init(
    _ point: [Double], _ residuals: [Double], _ system: ResidualSystem, _ bounds: ParameterBounds
  ) throws(Diagnostic) {
    self.point = point
    self.residuals = residuals
    let jacobian = try system.jacobian(at: point)
    let rows = residuals.count
    let slopes = point.indices.map { column in
      sumInParts(0..<rows) { jacobian[column * rows + $0] * residuals[$0] }
    }
    free = point.indices.filter { !bounds.blocks($0, at: point[$0], slope: slopes[$0]) }
    self.jacobian = jacobian
    self.slopes = slopes
    cost = residuals.squares
  }

  func norm(ofColumn column: Int) -> Double {
    Array(jacobian[column * rows..<(column + 1) * rows]).norm
  }

  /// The norms of all columns, 1 for one of zeros.
  var columnNorms: [Double] {
    point.indices.map {
      let norm = norm(ofColumn: $0)
      return norm > 0 ? norm : 1
    }
  }

  /// J d.
  func image(of displacement: [Double]) -> [Double] {
    var result = Array(repeating: 0.0, count: rows)
    for column in displacement.indices where displacement[column] != 0 {
      for row in 0..<rows { result[row] += jacobian[column * rows + row] * displacement[column] }
    }
    return result
  }

  /// The columns of some parameters, divided by their scales, factored.
  func factors(of columns: [Int], scales: [Double]) throws(Diagnostic) -> HouseholderQR {
    var matrix: [Double] = []
    matrix.reserveCapacity(rows * columns.count)
    for column in columns {
      matrix += jacobian[column * rows..<(column + 1) * rows].map { $0 / scales[column] }
    }
    return try HouseholderQR(matrix, rows: rows, columns: columns.count)
  }
}

/// The least and greatest values that parameters may take.
public struct ParameterBounds: Sendable {
  public var lower: [Double]
  public var upper: [Double]

  public init(lower: [Double], upper: [Double]) {
    self.lower = lower
    self.upper = upper
  }

  /// No bounds.
  public init(count: Int) {
    self.init(
      lower: Array(repeating: -.infinity, count: count),
      upper: Array(repeating: .infinity, count: count))
  }

  public var areNone: Bool {
    lower.allSatisfy { $0 == -.infinity } && upper.allSatisfy { $0 == .infinity }
  }

  /// Whether descent would leave through the bound that a parameter stands at.
  func blocks(_ parameter: Int, at value: Double, slope: Double) -> Bool {
    (value <= lower[parameter] && slope >= 0) || (value >= upper[parameter] && slope <= 0)
  }

  func contain(_ point: [Double]) -> Bool {
    point.indices.allSatisfy { lower[$0] <= point[$0] && point[$0] <= upper[$0] }
  }

  func clamped(_ value: Double, _ parameter: Int) -> Double {
    min(max(value, lower[parameter]), upper[parameter])
  }
}
