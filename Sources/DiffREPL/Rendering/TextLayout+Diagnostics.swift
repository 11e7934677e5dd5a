import Expr

extension TextLayout {
  /// The text of a diagnostic with its `error:`, `warning:` or `note:` coloured.
  func lines(of diagnostic: Diagnostic) -> [StyledText] {
    let label = diagnostic.severity.rawValue + ":"
    let text = DiagnosticText.render(
      diagnostic, width: settings.width, ellipsis: values.ellipsis)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if settings.isASCII, diagnostic.span != nil { Self.transliterateExcerpt(in: &lines) }
    return lines.enumerated().map { i, line in
      guard i == 0, line.hasPrefix(label) else { return shown(StyledText(line)) }
      let message = shown(StyledText(String(line.dropFirst(label.count))))
      return StyledText(label, Self.style(of: diagnostic.severity)) + message
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
