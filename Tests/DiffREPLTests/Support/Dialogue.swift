import Expr
import Testing

@testable import DiffREPL

/// A session as it looks at the prompt: `∂> ` before what is typed, below it what is printed.
///
/// Errors do not end it. Sessions are written one after the other with an empty line between.
struct Dialogue: CustomTestStringConvertible, Sendable {
  let text: String

  var testDescription: String { text.split(separator: "\n").first.map(String.init) ?? "" }

  static func all(_ text: String) -> [Dialogue] {
    var dialogues: [Dialogue] = []
    var lines: [Substring] = []
    let all: [Substring] = text.split(separator: "\n", omittingEmptySubsequences: false) + [""]
    for line in all {
      if !line.isEmpty {
        lines.append(line)
      } else if !lines.isEmpty {
        dialogues.append(Dialogue(text: lines.joined(separator: "\n")))
        lines = []
      }
    }
    return dialogues
  }

  /// Types what is typed and compares what is printed.
  func check(width: Int = 80, sourceLocation: SourceLocation = #_sourceLocation) {
    let printed = printed(width: width)
    if let difference = Recording.difference(expected: text + "\n", actual: printed) {
      Issue.record("\(difference)\n\(printed)", sourceLocation: sourceLocation)
    }
  }

  /// What a session shows, prompts and all, when the lines behind prompts, and comments, are typed.
  func printed(width: Int) -> String {
    let prompt = Prompt()
    let typed = text.split(separator: "\n").compactMap { line in
      if line.hasPrefix("#") { return line }
      let isTyped = line.hasPrefix(prompt.primary) || line.hasPrefix(prompt.continuation)
      return isTyped ? line.dropFirst(prompt.primary.count) : nil
    }.joined(separator: "\n")
    var session = Session()
    session.settings.echo = true
    var printed = ""
    var loop = StatementLoop(reader: ScriptReader(text: typed, name: "test"))
    _ = loop.run(&session) { event, session, _ in
      switch event {
      case .echo(let line, let part): printed += Prompt().text(before: part) + line + "\n"
      case .output(let output):
        let settings = RenderSettings(width: width, digits: session.settings.digits)
        printed += settings.renderer.render(output)
      case .failure(let diagnostic): printed += DiagnosticText.render(diagnostic) + "\n"
      case .entered, .interrupted: break
      }
      return true
    }
    return printed
  }
}
