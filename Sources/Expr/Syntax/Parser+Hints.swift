/// What to say where the grammar has no place for a token: the mistake, its place and the mend.
extension TokenParser {
  /// The current token; at the end of a line or of the input, the place behind the last token.
  var here: SourceSpan {
    let token = tokens[index]
    guard token.kind == .end || token.kind == .newline, index > 0 else {
      return SourceSpan(source, token.range)
    }
    let end = tokens[index - 1].range.upperBound
    return SourceSpan(source, end..<end)
  }

  var spanOfPrevious: SourceSpan { SourceSpan(source, tokens[max(index - 1, 0)].range) }

  /// `wanted` is not here; the hint shows the form.
  ///
  /// - Parameter followsExpression: whether an expression before it may be what is unfinished.
  mutating func missing(
    _ wanted: String, _ hint: String, followsExpression: Bool = true
  ) -> Diagnostic {
    if let early = inputEndsTooSoon() { return early }
    if let misread = misreadOperator() { return misread }
    if followsExpression {
      if kind == .assign || kind == .update { return unexpected() }
      if kind == .name || kind == .number || kind == .string { return juxtaposition() }
    }
    return noted(Diagnostic("\(wanted) is missing here", at: here, hint: hint))
  }

  /// An expression should begin here.
  mutating func missingOperand() -> Diagnostic {
    if let early = inputEndsTooSoon() { return early }
    if kind.isReservedWord, kind(ahead: 1) == .assign || kind(ahead: 1) == .update {
      return reservedWord()
    }
    switch kind {
    case .bar, .doubleBar: return bars()
    case .bang: return Diagnostic("'!' is no operator", at: here, hint: "not x")
    case .prime:
      return Diagnostic(
        "a prime follows its expression without a blank", at: here,
        hint: "x' transposes or differentiates; strings stand between \"")
    case .question:
      return Diagnostic("'?' is no operator", at: here, hint: ":help, or :help topic")
    case .leftBrace:
      return Diagnostic(
        "a block can not stand here", at: here,
        hint: "{ } is the body of a function, lambda, loop or if; ( ) groups, [ ] is a vector")
    case .ifWord:
      return Diagnostic(
        "'if' inside an expression needs parentheses", at: here, hint: "(if c then a else b)")
    case .endWord:
      return Diagnostic("'end' stands only in an index", at: here, hint: "x[end], x[2:end]")
    case .elseWord where index == statementStart:
      return Diagnostic("'else' begins no statement", at: here, hint: "write } else { on one line")
    case .colon where indexDepth > 0:
      return Diagnostic("the range has no start", at: here, hint: "x[1:n]; x[:] is everything")
    default: break
    }
    return kind.isReservedWord ? reservedWord() : missingOperandAtSign()
  }

  private func reservedWord() -> Diagnostic {
    Diagnostic(
      "'\(text(at: index))' is a reserved word", at: here, hint: "choose another name")
  }

  /// No word to blame: says what the missing expression stands beside.
  private func missingOperandAtSign() -> Diagnostic {
    let isAtEdge = kind == .newline || kind == .end || kind == .semicolon || kind.isClosing
    let hasOperator =
      index > statementStart && tokens[index - 1].kind.continuesLine
      && tokens[index - 1].kind.closing == nil
    if hasOperator, isAtEdge || kind == .comma || tokens[index - 1].kind.precedence != nil {
      return noted(
        Diagnostic(
          "an expression is missing after '\(text(at: index - 1))'", at: spanOfPrevious,
          hint: commentHint))
    }
    if isAtEdge, kind.isClosing, open.isEmpty { return strayBracket() }
    let token = kind == .newline || kind == .end ? "the end of the line" : "'\(text(at: index))'"
    let isComment = kind == .divide && kind(ahead: 1) == .divide
    return noted(
      Diagnostic(
        "an expression is missing before \(token)", at: here,
        hint: isComment ? "# begins a comment" : nil))
  }

  /// `//` reads as two divisions.
  private var commentHint: String? {
    guard kind == .divide, tokens[index - 1].kind == .divide, spacing == .none else { return nil }
    return "# begins a comment, floor(a/b) divides whole numbers"
  }

  /// Something stands where an operator, a separator or the end should.
  mutating func unexpected() -> Diagnostic {
    if let early = inputEndsTooSoon() { return early }
    if let misread = misreadOperator() { return misread }
    switch kind {
    case .name, .number, .string, .leftParenthesis, .leftBracket, .prime: return juxtaposition()
    case .leftBrace:
      return Diagnostic(
        "a block can not stand here", at: here,
        hint: "f(x) = { … }, x -> { … }, for …, repeat …, while …, if …")
    case .semicolon: return noted(misplacedSemicolon())
    case .assign:
      return noted(Diagnostic("'=' can not stand here", at: here, hint: "== compares"))
    case .update:
      return noted(
        Diagnostic("':=' can not stand here", at: here, hint: "it is a statement of its own"))
    case .arrow:
      return Diagnostic(
        "'->' needs names on its left", at: here, hint: "x -> …, (x, y) -> …")
    case .thenWord, .elseWord:
      return noted(
        Diagnostic("'\(text(at: index))' has no 'if'", at: here, hint: "if c then a else b"))
    case .forWord, .inWord:
      return noted(
        Diagnostic(
          "'\(text(at: index))' can not stand here", at: here,
          hint: "[x^2 for x in 1:3], sum(x^2 for x in 1:3), for x in 1:3 { … }"))
    case let bracket where bracket.isClosing: return strayBracket()
    case .ifWord, .notWord, .endWord: return juxtaposition()
    case .newline, .end: return Diagnostic("the line ends too soon", at: here)
    default: return noted(Diagnostic("unexpected '\(text(at: index))'", at: here))
    }
  }

  private func misplacedSemicolon() -> Diagnostic {
    guard let bracket = open.last else {
      return Diagnostic("';' can not stand here", at: here, hint: "a command ends with its line")
    }
    if tokens[bracket].kind == .leftBracket {
      return Diagnostic("';' can not stand in an index", at: here, hint: "A[1, 2]")
    }
    return Diagnostic(
      "';' can not stand in ( )", at: here, hint: ", separates; [1; 2] has rows, { } statements")
  }

  private func strayBracket() -> Diagnostic {
    guard let bracket = open.last, let wanted = tokens[bracket].kind.closing else {
      return Diagnostic("'\(text(at: index))' closes nothing", at: here)
    }
    let closing = wanted == .rightParenthesis ? ")" : wanted == .rightBracket ? "]" : "}"
    return noted(
      Diagnostic(
        "'\(text(at: index))' does not close '\(text(at: bracket))'", at: here,
        hint: "'\(closing)' comes first"))
  }

  /// `x = 3` twice in one statement.
  mutating func refuseSecondAssignment(after start: Int) throws(Diagnostic) {
    guard kind == .assign || kind == .update else { return }
    let parts = source.text(in: range(from: start)).split(separator: "=", maxSplits: 1)
    let right = parts.last.map { $0.drop { $0 == " " } } ?? ""
    throw Diagnostic(
      "one statement defines one thing: a second '\(text(at: index))'", at: here,
      hint: parts.count == 2
        ? "\(right) = …; \(parts[0].trimmedEnd) = \(right), or == to compare" : "== compares")
  }

  // MARK: The end of the input

  /// The lexer's failure, or that the input ended inside a bracket or behind an operator.
  private mutating func inputEndsTooSoon() -> Diagnostic? {
    if kind == .invalid { return failure }
    guard kind == .end else { return nil }
    if let bracket = open.last {
      isIncomplete = true
      return Diagnostic(
        "'\(text(at: bracket))' is never closed",
        at: SourceSpan(source, tokens[bracket].range))
    }
    guard index > 0, tokens[index - 1].kind.continuesLine else { return nil }
    isIncomplete = true
    return Diagnostic(
      "an expression is missing after '\(text(at: index - 1))'", at: spanOfPrevious)
  }

  /// Mentions the innermost bracket if it was opened on an earlier line: perhaps that is the
  /// mistake.
  private func noted(_ diagnostic: Diagnostic) -> Diagnostic {
    guard let bracket = open.last else { return diagnostic }
    let opened = tokens[bracket].range.lowerBound
    let between = source.utf8[opened..<max(opened, tokens[index].range.lowerBound)]
    guard between.contains(UInt8(ascii: "\n")) else { return diagnostic }
    var result = diagnostic
    let line = source.position(of: opened).line
    result.notes.append("'\(text(at: bracket))' of line \(line) is still open here")
    return result
  }

  // MARK: Operators of other languages

  private func misreadOperator() -> Diagnostic? {
    let hint: String
    switch kind {
    case .percent: hint = "mod(a, b); # begins a comment"
    case .ampersand: hint = "a and b"
    case .doubleBar: hint = "a or b"
    case .bar: return bars()
    case .bang: hint = "not x; the factorial of n is gamma(n + 1)"
    case .question: hint = "if c then a else b; :help for help"
    case .tilde: hint = ":fit y ~ model over …; a ~= b compares approximately"
    case .compoundAssignment:
      let sign = text(at: index).dropLast()
      let left = text(at: max(index - 1, 0))
      hint = context == .function ? "\(left) = \(left) \(sign) …" : "\(left) := \(left) \(sign) …"
    case .dot: return Diagnostic("unexpected '.'", at: here, hint: "d.x without blanks is a column")
    default: return nil
    }
    return noted(Diagnostic("'\(text(at: index))' is no operator", at: here, hint: hint))
  }

  private func bars() -> Diagnostic {
    let rest = tokens[(index + 1)...].prefix { $0.kind != .newline && $0.kind != .end }
    var hint = kind == .doubleBar ? "norm(x)" : "abs(x), or norm(x) of a vector; a or b"
    if kind == .bar, tokens[index + 1].kind == .greater { return plainBars("f(x) for x |> f") }
    if let close = rest.first(where: { $0.kind == kind }) {
      let inner = source.text(in: tokens[index].range.upperBound..<close.range.lowerBound)
      if inner.utf8.allSatisfy(\.isBlank) { return plainBars(hint) }
      hint = kind == .bar ? "abs(\(inner)), or norm(\(inner)) of a vector" : "norm(\(inner))"
    }
    return plainBars(hint)
  }

  private func plainBars(_ hint: String) -> Diagnostic {
    noted(Diagnostic("'\(text(at: index))' is no operator", at: here, hint: hint))
  }
}

extension Substring {
  fileprivate var trimmedEnd: Substring {
    self[..<(lastIndex { $0 != " " && $0 != ":" }.map(index(after:)) ?? startIndex)]
  }
}
