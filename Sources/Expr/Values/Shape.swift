/// The shape of a value: dimensions, outermost first, data laid out row by row.
///
/// A scalar has none, a vector (a column) one, a matrix two. A *row*, the transpose of a vector, has
/// the dimensions of a 1×n matrix and is told from it by `isRow`: row·column is a scalar, while a
/// 1×n matrix times a vector is a vector of one entry.
public struct Shape: Hashable, Sendable {
  public let dimensions: [Int]
  public let isRow: Bool

  private init(dimensions: [Int], isRow: Bool) {
    self.dimensions = dimensions
    self.isRow = isRow
  }

  public init(_ dimensions: [Int]) { self.init(dimensions: dimensions, isRow: false) }

  public static let scalar = Shape([])
  public static func vector(_ count: Int) -> Shape { Shape([count]) }
  public static func matrix(_ rows: Int, _ columns: Int) -> Shape { Shape([rows, columns]) }
  public static func row(_ count: Int) -> Shape { Shape(dimensions: [1, count], isRow: true) }

  public var rank: Int { dimensions.count }
  /// The number of entries; `Int.max` stands for more than an `Int` holds.
  public var count: Int {
    var product = 1
    for dimension in dimensions {
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      if overflow { return Int.max }
      product = next
    }
    return product
  }
  public var isScalar: Bool { dimensions.isEmpty }
  public var isVector: Bool { dimensions.count == 1 }
  public var isMatrix: Bool { dimensions.count == 2 && !isRow }

  /// The transpose: of a vector a row, of a row a vector, of a matrix the matrix turned.
  public var transposed: Shape {
    switch dimensions.count {
    case 0: self
    case 1: .row(dimensions[0])
    default: isRow ? .vector(dimensions[1]) : Shape(dimensions.reversed())
    }
  }
}

extension Shape: CustomStringConvertible {
  /// `scalar`, `vector of 3`, `row of 3`, `2×3 matrix`.
  public var description: String {
    if isRow { return "row of \(dimensions[1])" }
    switch dimensions.count {
    case 0: return "scalar"
    case 1: return "vector of \(dimensions[0])"
    default: return "\(size) \(dimensions.count == 2 ? "matrix" : "array")"
    }
  }

  /// `3`, `1×3`, `2×3`.
  public var size: String { dimensions.map(String.init).joined(separator: "×") }
}
