extension Primitive {
  /// Loops, which run a graph of their own many times, and the reading of their results.
  ///
  /// A loop has no value itself; programs and derivatives treat it together with the projections
  /// that read it.
  static let loops: [Primitive] = [
    Primitive(
      "loop", "a computation repeated, each step on what the one before left", isFunction: false,
      arity: 0...Int.max,
      shape: { _, attribute throws(ShapeMismatch) in
        guard case .loop = attribute else { throw ShapeMismatch("no loop body given") }
        return .vector(0)
      }, evaluation: .loop, derivative: .loop, isFoldable: false),
    Primitive(
      "projection", "one result of a loop", isFunction: false, arity: 1...1,
      shape: { _, attribute throws(ShapeMismatch) in
        guard case .output(_, let shape) = attribute else {
          throw ShapeMismatch("no result of a loop named")
        }
        return shape
      }, evaluation: .loop, derivative: .loop, notation: .transparent, isFoldable: false),
  ]
}
