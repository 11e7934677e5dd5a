/// The objects of `--json`, one on each line, in Unicode and with numbers in full.
struct JSONRenderer: Renderer {
  func render(_ output: Output) -> String {
    output.json.map { $0.text + "\n" }.joined()
  }
}
