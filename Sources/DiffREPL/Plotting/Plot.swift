/// A picture as data: curves and points over two axes. Renderers draw it, in characters or otherwise.
struct Plot: Sendable {
  struct Curve: Sendable {
    enum Style: Sendable {
      /// Joined in order; a nan or an infinity makes a gap.
      case line
      case points
    }

    /// For the legend.
    var name: String
    var x: [Double]
    /// As many as `x`.
    var y: [Double]
    var style = Style.line
  }

  struct Axis: Sendable {
    var label = ""
    var isLogarithmic = false
    /// Few great values do not set the range: a pole leaves the rest of a function visible.
    var ignoresPeaks = false
  }

  var title: String
  var x = Axis()
  var y = Axis()
  var curves: [Curve]
  /// Lines of characters of the picture itself.
  var height = 15

  init(title: String, curves: [Curve]) {
    self.title = title
    self.curves = curves
  }

  /// The scale of each axis for what is drawn.
  var scales: (x: PlotScale, y: PlotScale) {
    let drawn = curves.map { curve in
      curve.x.indices.filter { i in
        curve.x[i].isFinite && curve.y[i].isFinite && (!y.isLogarithmic || curve.y[i] > 0)
          && (!x.isLogarithmic || curve.x[i] > 0)
      }
    }
    let horizontal = zip(curves, drawn).flatMap { curve, rows in rows.map { curve.x[$0] } }
    let vertical = zip(curves, drawn).flatMap { curve, rows in rows.map { curve.y[$0] } }
    return (PlotScale(of: horizontal, x), PlotScale(of: vertical, y))
  }
}

extension JSONValue {
  /// The curves of a plot, numbers in full.
  init(_ plot: Plot) {
    self = .array(
      plot.curves.map { curve in
        .object([
          ("name", .string(curve.name)), ("x", .array(curve.x.map { .number($0) })),
          ("y", .array(curve.y.map { .number($0) })),
        ])
      })
  }
}
