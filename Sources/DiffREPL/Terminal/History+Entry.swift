extension History {
  /// One line that means the same as the lines of `statement`, so that it can be recalled and edited.
  ///
  /// Lines are joined by a space; where a newline ended a statement, in a block or between pasted
  /// ones, by `; `. A comment cannot stay in the middle of a line, so all go but one at the end.
  static func entry(for statement: String) -> String {
    let lines = statement.split(whereSeparator: \.isNewline).map(Line.init).filter { !$0.isEmpty }
    guard var previous = lines.first else { return "" }
    var entry = previous.code
    var brackets = previous.brackets(after: [])
    for line in lines.dropFirst() {
      let continues =
        ["(", "["].contains(brackets.last) || previous.isUnfinished || line.finishesBlock
      // Lines that hold nothing but a comment leave nothing to separate.
      let separator = entry.isEmpty || line.code.isEmpty ? "" : continues ? " " : "; "
      entry += separator + line.code
      brackets = line.brackets(after: brackets)
      if !line.code.isEmpty { previous = line }
    }
    guard let comment = lines.last?.comment, !comment.isEmpty else { return entry }
    return entry.isEmpty ? comment : entry + "  " + comment
  }
}

/// A line taken apart just far enough to be joined with the next.
private struct Line {
  /// What stands before the comment, without blanks at either end.
  let code: String
  /// From `#` to the end of the line, or empty.
  let comment: String

  var isEmpty: Bool { code.isEmpty && comment.isEmpty }

  init(_ line: Substring) {
    var inString = false
    let start = line.unicodeScalars.firstIndex { scalar in
      if scalar == "\"" { inString.toggle() }
      return scalar == "#" && !inString
    }
    code = trimmed(line[..<(start ?? line.endIndex)])
    comment = trimmed(line[(start ?? line.endIndex)...])
  }

  /// The brackets that are open after this line, outermost first, if `open` were before it.
  func brackets(after open: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var open = open
    var inString = false
    for scalar in code.unicodeScalars {
      switch scalar {
      case "\"": inString.toggle()
      case "(", "[", "{": if !inString { open.append(scalar) }
      case ")", "]", "}": if !inString { _ = open.popLast() }
      default: break
      }
    }
    return open
  }

  /// Whether the line cannot end a statement, or has ended it itself.
  var isUnfinished: Bool {
    guard let last = code.unicodeScalars.last else { return true }
    if "=+-*/@^.,;<>([{&|~:⊙×·−≤≥≠≈".unicodeScalars.contains(last) { return true }
    let word = code.split { !$0.isLetter }.last ?? ""
    return code.hasSuffix(word) && ["then", "else", "and", "or", "not"].contains(word)
  }

  /// Whether the line goes on with what the one before it left open.
  var finishesBlock: Bool {
    code.hasPrefix("}") || code.split { !$0.isLetter }.first == "else" && code.hasPrefix("else")
  }
}

private func trimmed(_ text: Substring) -> String {
  let start = text.drop(while: \.isWhitespace)
  guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
  return String(start[...end])
}
