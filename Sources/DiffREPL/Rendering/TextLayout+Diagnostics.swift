import Expr

extension TextLayout {
  /// The text of a diagnostic with its `error:`, `warning:` or `note:` coloured.
  func lines(of diagnostic: Diagnostic) -> [StyledText] {
    let label = diagnostic.severity.rawValue + ":"
    let text = DiagnosticText.render(
      diagnostic, width: settings.width, ellipsis: values.ellipsis)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if settings.foldsDiagnostics {
      lines = Self.folded(lines, of: diagnostic, to: settings.width)
    }
    if settings.isASCII, diagnostic.span != nil { Self.transliterateExcerpt(in: &lines) }
    return lines.enumerated().map { i, line in
      guard i == 0, line.hasPrefix(label) else { return shown(StyledText(line)) }
      let message = shown(StyledText(String(line.dropFirst(label.count))))
      return StyledText(label, Self.style(of: diagnostic.severity)) + message
    }
  }

  /// Folds the message, the hint and the notes; the excerpt between them has been cut already.
  static func folded(
    _ lines: [String], of diagnostic: Diagnostic, to width: Int
  ) -> [String] {
    let message = diagnostic.message.split(separator: "\n", omittingEmptySubsequences: false).count
    let excerpt = diagnostic.span == nil ? 0 : 2
    return lines.enumerated().flatMap { place, line -> [String] in
      guard !(message..<message + excerpt).contains(place) else { return [line] }
      // What goes on stands under the text of the hint, or apart from the word `error:`.
      let indent = place < message ? 2 : 8
      let blanks = line.prefix { $0 == " " }.count
      let content = StyledText(String(line.dropFirst(blanks)))
      let parts = content.wrapped(to: max(20, width - indent))
      return parts.enumerated().map { number, part in
        String(repeating: " ", count: number == 0 ? blanks : indent) + part.text
      }
    }
  }

  private static func style(of severity: Diagnostic.Severity) -> StyledText.Style {
    switch severity {
    case .error: .error
    case .warning: .warning
    case .note: .faint
    }
  }

  /// Keeps the caret under its place: `lambda` is longer than `λ`.
  private static func transliterateExcerpt(in lines: inout [String]) {
    // A message of several lines comes before the excerpt.
    guard
      let mark = lines.firstIndex(where: { line in
        line.contains("^") && line.allSatisfy { " ^~".contains($0) }
      }), mark > 0
    else { return }
    let start = lines[mark].prefix { $0 == " " }.count
    let end = lines[mark].count
    var (head, marked, tail) = ("", "", "")
    var column = 0
    for character in lines[mark - 1] {
      if column < start {
        head.append(character)
      } else if column < end {
        marked.append(character)
      } else {
        tail.append(character)
      }
      column += DisplayWidth.columns(of: String(character))
    }
    // Each part knows what follows it, for signs that keep apart from a letter behind them.
    head = ASCIIText.transliterated(head, before: (marked + tail).unicodeScalars.first)
    marked = ASCIIText.transliterated(marked, before: tail.unicodeScalars.first)
    lines[mark - 1] = head + marked + ASCIIText.transliterated(tail)
    // A caret behind the end of the line stays as far behind it.
    let blanks = head.count + max(start - column, 0)
    lines[mark] =
      String(repeating: " ", count: blanks) + "^"
      + String(repeating: "~", count: max(marked.count - 1, 0))
  }
}
