/// The text of `PlainRenderer` with colours.
struct ANSIRenderer: Renderer {
  var settings = RenderSettings()

  func render(_ output: Output) -> String {
    TextLayout(settings: settings).lines(of: output).map { Self.coloured($0) + "\n" }.joined()
  }

  /// The text with the escape sequences of its styles; every run ends in a reset.
  static func coloured(_ text: StyledText) -> String {
    text.runs.map { run in
      guard let code = code(of: run.style), run.text.contains(where: { $0 != " " }) else {
        return run.text
      }
      return "\u{1B}[\(code)m\(run.text)\u{1B}[0m"
    }.joined()
  }

  /// Parameters of "select graphic rendition". The colours come from the middle of the 256-colour
  /// cube: their contrast is above 3 on white and on black alike, where the yellow and the cyan of
  /// the basic sixteen vanish on a projector's white.
  private static func code(of style: StyledText.Style) -> String? {
    switch style {
    case .plain, .number: nil
    case .name, .heading: "1"
    case .faint, .uncertain: "2"
    case .symbol: "38;5;31"  // #0087af
    case .adjoint: "38;5;166"  // #d75f00
    case .warning: "1;38;5;136"  // #af8700
    case .error: "1;38;5;160"  // #d70000
    }
  }
}
