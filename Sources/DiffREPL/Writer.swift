import CReadline
import Expr

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes results to standard output and errors to standard error.
struct Writer {
  private let options: Options
  private let terminal: TerminalInfo

  init(options: Options, terminal: TerminalInfo) {
    self.options = options
    self.terminal = terminal
  }

  var isJSON: Bool { options.has(.json) }

  /// Width, digits and colour: the session's settings, then the command line's, then the terminal's.
  func renderSettings(_ settings: SessionSettings) -> RenderSettings {
    let colour: Bool
    switch options.colour {
    case .always: colour = true
    case .never: colour = false
    case .auto: colour = terminal.allowsColor
    }
    let width = settings.width ?? options.width
    return RenderSettings(
      width: width ?? (terminal.outputIsTerminal ? max(20, TerminalInfo.width()) : 80),
      digits: settings.digits,
      isASCII: settings.isASCII ?? (options.has(.ascii) || !terminal.isUnicode),
      usesColour: settings.usesColour ?? colour,
      foldsDiagnostics: terminal.outputIsTerminal || width != nil)
  }

  func write(_ output: Output, _ settings: SessionSettings) {
    if options.has(.json) {
      put(JSONRenderer().render(output), standardOutput)
      return
    }
    var shown = output
    if options.has(.quiet) {
      shown.blocks.removeAll {
        if case .diagnostic(let diagnostic) = $0 { diagnostic.severity == .note } else { false }
      }
    }
    put(renderSettings(settings).renderer.render(shown), standardOutput)
  }

  /// A line of a script as a session would show it.
  func echo(_ line: String, _ part: LinePart, _ settings: SessionSettings) {
    guard !options.has(.json) else { return }
    let prompt = Prompt(isUnicode: !renderSettings(settings).isASCII)
    put(prompt.text(before: part) + line + "\n", standardOutput)
  }

  /// An error: with file, line and column in a script; an object on standard output with `--json`.
  func write(_ diagnostic: Diagnostic, isScript: Bool, _ settings: SessionSettings) {
    if options.has(.json) { put(JSONValue(diagnostic).text + "\n", standardOutput) }
    flush()
    let render = renderSettings(settings)
    let ellipsis = render.isASCII ? "..." : "…"
    let text =
      isScript
      ? DiagnosticText.renderForScript(diagnostic, ellipsis: ellipsis)
      : DiagnosticText.render(diagnostic, width: render.width - 2, ellipsis: ellipsis)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if render.foldsDiagnostics, !isScript {
      lines = TextLayout.folded(lines, of: diagnostic, to: render.width)
    }
    if render.usesColour, !isScript, let first = lines.first {
      lines[0] = first.replacingPrefix("error:", with: "\u{1B}[1;31merror:\u{1B}[0m")
    }
    put(lines.joined(separator: "\n") + "\n", standardError)
    fflush(standardError)
  }

  /// Shows a line in the place of the last one, "" takes it away. Nothing of it stays on the screen.
  func showProgress(_ text: String, _ settings: SessionSettings) {
    let render = renderSettings(settings)
    let shown = render.isASCII ? ASCIIText.transliterated(text) : text
    put("\r\u{1B}[K" + String(shown.prefix(max(0, render.width - 1))), standardOutput)
    flush()
  }

  func flush() { fflush(standardOutput) }

  /// Whether everything could be written.
  func finish() -> Bool { fflush(standardOutput) == 0 && ferror(standardOutput) == 0 }

  private func put(_ text: String, _ stream: UnsafeMutablePointer<FILE>) {
    var text = text
    text.withUTF8 { _ = fwrite($0.baseAddress, 1, $0.count, stream) }
  }
}

extension JSONValue {
  /// The object of an error.
  init(_ diagnostic: Diagnostic) {
    var members: [(key: String, value: JSONValue)] = [
      (diagnostic.severity == .warning ? "warning" : "error", .string(diagnostic.message))
    ]
    if let span = diagnostic.span {
      let (line, column) = span.source.position(of: span.range.lowerBound)
      members += [
        ("file", .string(span.source.name)), ("line", .integer(line)), ("column", .integer(column)),
      ]
    }
    if let hint = diagnostic.hint { members.append(("hint", .string(hint))) }
    self = .object(members)
  }
}

extension String {
  fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
    hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
  }
}
