extension Primitive {
  /// Where the greatest and the least entries are, counted from 1 row by row: the first of equal ones;
  /// of a nan, which is neither, the place. Piecewise constant.
  static let extremes: [Primitive] = [
    position("argmax", "place of the greatest entry", of: { $0 > $1 }),
    position("argmin", "place of the least entry", of: { $0 < $1 }),
  ]

  private static func position(
    _ name: String, _ summary: String, of isBetter: @escaping @Sendable (Double, Double) -> Bool
  ) -> Primitive {
    Primitive(
      name, summary, arity: 1...1, takesAxis: true,
      shape: { shapes, attribute throws(ShapeMismatch) in
        guard shapes[0].count > 0 else { throw ShapeMismatch("\(name) of no entries") }
        return try ShapeRules.reduction(shapes, attribute)
      },
      evaluation: .kernel { arguments in
        arguments.reduce { entries in
          var best = 0
          for place in 0..<entries.count where !entries[best].isNaN {
            if entries[place].isNaN || isBetter(entries[place], entries[best]) { best = place }
          }
          return Double(best + 1)
        }
      },
      derivative: .zero)
  }
}
