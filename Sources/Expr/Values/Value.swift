/// Numbers in a shape, row by row. Booleans are the numbers 0 and 1 with `isBoolean` set.
public struct Tensor: Sendable, Equatable {
  public let shape: Shape
  public var elements: [Double]
  public var isBoolean: Bool

  /// - Precondition: `elements.count == shape.count`.
  public init(_ shape: Shape, _ elements: [Double], isBoolean: Bool = false) {
    precondition(elements.count == shape.count, "a tensor needs one element for each entry")
    self.shape = shape
    self.elements = elements
    self.isBoolean = isBoolean
  }

  public init(_ scalar: Double) { self.init(.scalar, [scalar]) }

  /// The number of a scalar, nil for anything else.
  public var scalar: Double? { shape.isScalar ? elements[0] : nil }
}

/// What an expression evaluates to.
public enum Value: Sendable, Equatable {
  case tensor(Tensor)
  case string(String)
}
