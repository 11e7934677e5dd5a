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
public indirect enum Value: Sendable, Equatable {
  case tensor(Tensor)
  case string(String)
  case tuple([Value])
  /// A function by its signature, `f(x, y)`.
  case function(String)
  /// A matrix with names for its columns.
  case table([String], Tensor)

  /// The tensors in it, in order.
  public var tensors: [Tensor] {
    switch self {
    case .tensor(let tensor), .table(_, let tensor): [tensor]
    case .tuple(let parts): parts.flatMap(\.tensors)
    case .string, .function: []
    }
  }

  /// The same structure with other tensors in it, taken in order.
  public func replacing(_ tensors: inout ArraySlice<Tensor>) -> Value {
    switch self {
    case .tensor: return .tensor(tensors.removeFirst())
    case .table(let names, _): return .table(names, tensors.removeFirst())
    case .tuple(let parts):
      var replaced: [Value] = []
      for part in parts { replaced.append(part.replacing(&tensors)) }
      return .tuple(replaced)
    case .string, .function: return self
    }
  }

  /// Where each tensor stands in it, as it is written: `[1][2]`; empty for a tensor itself.
  public var paths: [String] {
    switch self {
    case .tensor, .table: [""]
    case .tuple(let parts):
      parts.enumerated().flatMap { position, part in part.paths.map { "[\(position + 1)]\($0)" } }
    case .string, .function: []
    }
  }

  public var tensor: Tensor? { if case .tensor(let tensor) = self { tensor } else { nil } }

  /// The structure of a value and the shapes in it.
  public indirect enum Outline: Sendable, Equatable {
    case tensor(Shape)
    case table([String], Shape)
    case tuple([Outline])
    /// A text or a function.
    case other
  }

  public var outline: Outline {
    switch self {
    case .tensor(let tensor): .tensor(tensor.shape)
    case .table(let names, let tensor): .table(names, tensor.shape)
    case .tuple(let parts): .tuple(parts.map(\.outline))
    case .string, .function: .other
    }
  }

  /// Whether two values have the same structure and shapes.
  public func hasShape(of other: Value) -> Bool { outline == other.outline }
}

extension Value: CustomStringConvertible {
  /// What kind of value it is: `2×3 matrix`, `tuple of 2`.
  public var description: String {
    switch self {
    case .tensor(let tensor): tensor.shape.description
    case .tuple(let parts): "tuple of \(parts.count)"
    case .string: "text"
    case .function(let signature): signature
    case .table(let names, let tensor):
      "table of \(tensor.shape.dimensions[0]) rows: \(names.joined(separator: ", "))"
    }
  }
}
