/// Text without colour.
struct PlainRenderer: Renderer {
  var settings = RenderSettings()

  func render(_ output: Output) -> String {
    TextLayout(settings: settings, marksUncertainDigits: true).lines(of: output)
      .map { $0.text + "\n" }.joined()
  }
}
