extension Shape {
  /// The shape of an operation entry by entry on two shapes, or nil.
  ///
  /// Dimensions are aligned at the front: a scalar goes with anything, a column of m entries with an
  /// m×n matrix (it is added to each column), a row of n with it (to each row), and a column with a
  /// row makes a matrix. A 1×n or m×1 *matrix* does not stretch.
  public func broadcast(with other: Shape) -> Shape? {
    if self == other { return self }
    if isScalar { return other }
    if other.isScalar { return self }
    guard rank <= 2, other.rank <= 2 else { return nil }
    if isVector && other.isRow { return .matrix(dimensions[0], other.dimensions[1]) }
    if isRow && other.isVector { return .matrix(other.dimensions[0], dimensions[1]) }
    if other.isMatrix && !isMatrix { return other.broadcast(with: self) }
    guard isMatrix else { return nil }
    if other.isVector && dimensions[0] == other.dimensions[0] { return self }
    if other.isRow && dimensions[1] == other.dimensions[1] { return self }
    return nil
  }

  /// How far apart the entries of one step along each dimension of `target` lie in a value of this
  /// shape broadcast to it: 0 along dimensions that repeat.
  func strides(broadcastTo target: Shape) -> [Int] {
    var strides = Array(repeating: 0, count: target.rank)
    var step = 1
    for dimension in dimensions.indices.reversed() {
      if dimensions[dimension] != 1 || target.dimensions[dimension] == 1 {
        strides[dimension] = step
      }
      step *= dimensions[dimension]
    }
    return strides
  }
}

/// The shape rules that several primitives share.
enum ShapeRules {
  /// Entry by entry, with broadcasting.
  static let elementwise: Primitive.ShapeRule = { shapes, _ throws(ShapeMismatch) in
    var result = Shape.scalar
    for shape in shapes {
      guard let joined = result.broadcast(with: shape) else {
        throw ShapeMismatch(
          "the shapes do not fit: \(result) and \(shape)", hint: transposeHint(result, shape))
      }
      result = joined
    }
    return result
  }

  /// A hint for pairs of shapes that fit once one of them is transposed.
  private static func transposeHint(_ a: Shape, _ b: Shape) -> String? {
    guard a.transposed.broadcast(with: b) != nil else { return nil }
    return "a transpose ' turns a column into a row: did you mean it for one of them?"
  }

  /// A reduction of everything, or along the axis of the attribute.
  static let reduction: Primitive.ShapeRule = { shapes, attribute throws(ShapeMismatch) in
    let shape = shapes[0]
    guard let axis = attribute.axis else { return .scalar }
    // A vector down its column and a row along itself are all there is of them.
    if shape.isVector && axis == 0 || shape.isRow && axis == 1 { return .scalar }
    guard shape.rank == 2, axis < 2 else {
      throw ShapeMismatch(
        "a \(shape) has no dimension \(axis + 1)",
        hint: shape.isScalar
          ? "leave dim= out" : "dim=1 runs down the columns, dim=2 along the rows")
    }
    return axis == 0 ? .row(shape.dimensions[1]) : .vector(shape.dimensions[0])
  }

  /// The operand's own shape; an axis, if given, must exist.
  static let preserving: Primitive.ShapeRule = { shapes, attribute throws(ShapeMismatch) in
    _ = try reduction(shapes, attribute)
    return shapes[0]
  }

  /// The shape the attribute names.
  static let attribute: Primitive.ShapeRule = { _, attribute throws(ShapeMismatch) in
    guard case .shape(let shape) = attribute else { throw ShapeMismatch("no shape given") }
    return shape
  }
}
