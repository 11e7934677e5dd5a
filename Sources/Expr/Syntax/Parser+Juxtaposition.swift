/// Two things side by side with no operator between: the commonest mistake, with many mends.
extension TokenParser {
  func juxtaposition() -> Diagnostic {
    let left = textBefore
    let right = text(at: index)
    let message = "an operator is missing between '\(left)' and '\(right)'"
    return Diagnostic(message, at: here, hint: mend(left, right), notes: noteOnOpenBracket)
  }

  /// The end of what was read last, in short: `x'`, `(…)`, `x[…]`.
  private var textBefore: String {
    var first = max(index - 1, 0)
    while first > 0, [.prime, .superscript].contains(tokens[first].kind) { first -= 1 }
    let range = tokens[first].range
    let suffix = source.text(in: range.upperBound..<max(range.upperBound, endOfPrevious))
    switch tokens[first].kind {
    case .rightParenthesis: return "(…)\(suffix)"
    case .rightBracket: return "[…]\(suffix)"
    case .rightBrace: return "{…}"
    default: return text(at: first) + suffix
    }
  }

  private var endOfPrevious: Int { tokens[max(index - 1, 0)].range.upperBound }

  private var noteOnOpenBracket: [String] {
    guard let bracket = open.last else { return [] }
    let (opened, here) = (tokens[bracket].range.lowerBound, tokens[index].range.lowerBound)
    guard source.utf8[opened..<max(opened, here)].contains(UInt8(ascii: "\n")) else { return [] }
    return ["'\(text(at: bracket))' of line \(source.position(of: opened).line) is still open here"]
  }

  private func mend(_ left: String, _ right: String) -> String {
    let previous = tokens[max(index - 1, 0)].kind
    if index - 1 == statementStart, previous == .name, let hint = statementMend(left) {
      return hint
    }
    if tokens[index - 1].kind == .name, left == "√" { return "√(\(right)), or sqrt(\(right))" }
    if kind == .prime { return "\(left)' without the blank is a transpose or a derivative" }
    if kind == .leftParenthesis {
      if previous == .superscript { return "write the power behind the call: f(x)²" }
      return previous == .name
        ? "\(left)(…) without the blank calls, \(left)*(…) multiplies" : "\(left)*(…) multiplies"
    }
    if let bracket = open.last, tokens[bracket].kind == .leftBracket, spacing != .none {
      return spacing == .newline
        ? "; ends a row: \(left); \(right)" : "\(left), \(right): commas separate entries"
    }
    if kind == .leftBracket {
      return spacing == .none || previous != .name
        ? "\(left)*[…] multiplies" : "\(left)[…] without the blank is an entry"
    }
    if previous == .name, spacing != .none || kind == .string {
      return kind == .string
        ? "\(left)(\(right))" : "\(left)(\(right)) calls, \(left)*\(right) multiplies"
    }
    if kind.isReservedWord || kind == .string { return "put an operator or a comma between them" }
    return "\(left)*\(right) multiplies"
  }

  /// The mend where the first word of a statement is a command's or another language's.
  private func statementMend(_ word: String) -> String? {
    let rest = tokens[index...].prefix {
      $0.kind != .newline && $0.kind != .end && $0.kind != .semicolon && $0.kind != .invalid
    }
    guard let last = rest.last else { return nil }
    let text = source.text(in: tokens[index].range.lowerBound..<last.range.upperBound)
    if Self.commandWords.contains(word), kind != .leftParenthesis, kind != .prime {
      return ":\(word) \(text)"
    }
    switch word {
    case "let", "var", "const", "local", "def", "function", "set!":
      return "\(text): names need no '\(word)'"
    case "return": return "\(text): the last expression is the value"
    case "lambda", "fun", "fn": return "x -> x^2 is a function without a name"
    case "import", "using", "from": return "everything is there already; :help lists it"
    case "print", "assert": return "\(word)(\(text))"
    default: return nil
    }
  }

  /// Commands that people type without their colon, as `grad f`.
  private static let commandWords: Set<String> = [
    "grad", "diff", "jac", "hess", "jvp", "vjp", "hvp", "trace", "paths", "why", "claim", "graph",
    "cost", "chain", "check", "minimize", "fit", "solve", "plot", "contour", "export", "show",
    "vars", "delete", "clear", "load", "save", "history", "set", "seed", "time", "help",
    "tutorial", "quit", "exit", "undo", "param", "data",
  ]
}
