/// Turns results into the text that is written out.
protocol Renderer: Sendable {
  /// Whole lines, each with its newline; empty when there is nothing to show.
  func render(_ output: Output) -> String
}

/// What the user, the terminal and the locale ask of the text.
struct RenderSettings: Sendable, Equatable {
  /// Columns of the screen. Tables and arrays fit in it, formulas in a line of their own may not.
  var width = 80
  /// Significant digits, 17 for as many as it takes to read the number back.
  var digits = 6
  var isASCII = false
  var usesColour = false
  /// Whether errors and warnings are folded at the width, as on a terminal; what reads them elsewhere
  /// wants whole lines.
  var foldsDiagnostics = false

  /// The renderer for people that these settings call for.
  var renderer: any Renderer {
    usesColour ? ANSIRenderer(settings: self) : PlainRenderer(settings: self)
  }
}
