extension Primitive {
  /// det(A; V₁ … V_m) = Dᵐdet(A)[V₁, …, V_m] and its gradient in A, for m = 0 the determinant and the
  /// matrix of cofactors. Nothing is divided by a pivot, so that derivatives of every order are right
  /// at singular matrices too. Cost: n³ for each direction, and n^m·m!² for the sum over minors.
  static let determinants: [Primitive] = [
    Primitive(
      "det", "determinant", arity: 1...1,
      shape: { shapes, _ throws(ShapeMismatch) in
        _ = try ShapeRules.squareSize(shapes[0], "det")
        return .scalar
      },
      evaluation: .kernel { $0.directionalDeterminant() },
      derivative: .directional(.det, gradient: .cofactors),
      work: .cubic(1 / 3)),
    Primitive(
      "cofactors", "the gradient of the determinant", isFunction: false, arity: 1...1,
      shape: { shapes, _ throws(ShapeMismatch) in
        _ = try ShapeRules.squareSize(shapes[0], "cofactors")
        return shapes[0]
      },
      evaluation: .kernel { $0.directionalCofactors() },
      derivative: .directionalGradient(.cofactors)),
  ]
}
