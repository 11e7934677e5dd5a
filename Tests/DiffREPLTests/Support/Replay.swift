import Expr

@testable import DiffREPL

/// Runs a script through a session, as standard input would, and keeps what it prints.
struct Replay {
  /// Everything on standard output, as plain text.
  private(set) var text = ""
  /// The `--json` objects, one a line.
  private(set) var json = ""
  private(set) var errors: [Diagnostic] = []
  private(set) var session = Session()

  init(_ script: String, settings: RenderSettings = RenderSettings(), keepGoing: Bool = false) {
    var text = "", json = "", errors: [Diagnostic] = []
    var loop = StatementLoop(reader: ScriptReader(text: script, name: "test"))
    _ = loop.run(&session) { event, session, _ in
      switch event {
      case .output(let output):
        var shown = settings
        shown.digits = session.settings.digits
        shown.width = session.settings.width ?? settings.width
        text += shown.renderer.render(output)
        json += JSONRenderer().render(output)
      case .echo(let line, let part): text += Prompt().text(before: part) + line + "\n"
      case .failure(let diagnostic):
        errors.append(diagnostic)
        return keepGoing
      case .entered, .interrupted: break
      }
      return true
    }
    self.text = text
    self.json = json
    self.errors = errors
  }

  /// The rendered text of the first error, empty if there is none.
  var errorText: String { errors.first.map { DiagnosticText.render($0) } ?? "" }
}
