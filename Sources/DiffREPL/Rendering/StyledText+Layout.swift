import Expr

extension StyledText {
  /// Columns of the screen it takes.
  var width: Int { DisplayWidth.columns(of: text) }

  var isEmpty: Bool { runs.allSatisfy(\.text.isEmpty) }

  /// Adds blanks until the text is `column` wide; a longer text stays as it is.
  mutating func pad(to column: Int) { self = self + StyledText.blanks(column - width) }

  static func blanks(_ count: Int) -> StyledText {
    StyledText(String(repeating: " ", count: max(count, 0)))
  }

  /// The width of the longest part that `wrapped(to:)` keeps together.
  var longestPart: Int { parts.map(\.text.width).max() ?? 0 }

  /// The text in lines of at most `width`, broken at blanks and behind operators; a part that is
  /// longer than a line is cut where the line ends.
  func wrapped(to width: Int) -> [StyledText] {
    if self.width <= width { return [self] }
    var lines: [StyledText] = []
    var line = StyledText("")
    for part in parts {
      let space = line.isEmpty ? 0 : part.blanksBefore
      if !line.isEmpty, line.width + space + part.text.width > width {
        lines.append(line)
        line = part.text
      } else {
        line = line + StyledText.blanks(space) + part.text
      }
      while line.width > width {
        let (head, tail) = line.split(at: max(width, 1))
        if tail.isEmpty { break }
        lines.append(head)
        line = tail
      }
    }
    return lines + [line]
  }

  /// The characters that fit in `width`, at the least one, and the rest.
  private func split(at width: Int) -> (StyledText, StyledText) {
    var head = StyledText("")
    var tail = StyledText("")
    for (character, style) in characters {
      let one = StyledText(String(character), style)
      if tail.isEmpty, head.isEmpty || head.width + one.width <= width {
        head.append(one)
      } else {
        tail.append(one)
      }
    }
    return (head, tail)
  }

  private struct Part {
    var text = StyledText("")
    /// Blanks between it and the part before, dropped where a line is broken.
    var blanksBefore = 0
  }

  private var characters: [(Character, Style)] {
    runs.flatMap { run in run.text.map { ($0, run.style) } }
  }

  private var parts: [Part] {
    var parts: [Part] = []
    var part = Part()
    var braces = 0
    func close() {
      if !part.text.isEmpty { parts.append(part) }
      part = Part()
    }
    let all = characters
    for (i, (character, style)) in all.enumerated() {
      if character == " " {
        let blanks = part.text.isEmpty ? part.blanksBefore : 0
        close()
        part.blanksBefore = blanks + 1
        continue
      }
      if character == "{" { braces += 1 }
      if character == "}" { braces -= 1 }
      part.text.append(StyledText(String(character), style))
      let next = i + 1 < all.count ? all[i + 1].0 : " "
      // Indices such as v_{k-1} stay whole.
      if braces == 0, "+*/,·⊙=".contains(character), next != " ", next != character { close() }
    }
    close()
    return parts
  }

  /// Appends, joining runs of one style.
  private mutating func append(_ other: StyledText) {
    for run in other.runs {
      if let last = runs.indices.last, runs[last].style == run.style {
        runs[last].text += run.text
      } else {
        runs.append(run)
      }
    }
  }
}
