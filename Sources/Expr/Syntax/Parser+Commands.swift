/// Command lines.
extension TokenParser {
  /// Cuts a command line into its word, its arguments and the `;` that silences it.
  mutating func parseCommand() throws(Diagnostic) -> Statement {
    let start = index
    let line = tokens[start].range
    let wordRange = commandWord(in: line)
    let word = source.text(in: wordRange)
    if word.isEmpty || word == "!" {
      throw Diagnostic(
        "a command's name is missing after ':'", at: here, hint: ":help lists the commands")
    }
    guard context == .top || context == .loop else {
      throw Diagnostic(
        "a command can not stand here",
        at: SourceSpan(source, line.lowerBound..<wordRange.upperBound),
        hint: "put it at top level or directly in a loop there")
    }
    let isSilent = source.utf8[line.upperBound - 1] == UInt8(ascii: ";")
    let rest = wordRange.upperBound..<(isSilent ? line.upperBound - 1 : line.upperBound)
    let arguments = trimmed(rest)
    advance()
    if word.utf8.count >= 5, "expect-error".hasPrefix(word) {
      return try parseExpectedError(arguments, from: start, isSilent: isSilent)
    }
    let node = tree.append(.command(word, arguments: arguments), line)
    return Statement(node: node, isSilent: isSilent)
  }

  /// Letters, digits, `-` and `_`, a final `!`; or `?`.
  private func commandWord(in line: Range<Int>) -> Range<Int> {
    let bytes = source.utf8
    let start = line.lowerBound + 1
    var end = start
    while end < line.upperBound {
      let isHyphen = bytes[end] == UInt8(ascii: "-")
      let letter = isHyphen && end + 1 < line.upperBound ? bytes[end + 1] : bytes[end]
      guard letter.isLetter || letter == UInt8(ascii: "_") || (letter.isDigit && !isHyphen) else {
        break
      }
      end += 1
    }
    guard end < line.upperBound else { return start..<end }
    let isMark =
      bytes[end] == UInt8(ascii: "!") || (bytes[end] == UInt8(ascii: "?") && end == start)
    return start..<(isMark ? end + 1 : end)
  }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (lower, upper) = (range.lowerBound, range.upperBound)
    while lower < upper, source.utf8[lower].isBlank { lower += 1 }
    while upper > lower, source.utf8[upper - 1].isBlank { upper -= 1 }
    return lower..<upper
  }

  /// `:expect-error statement`, where a statement that does not parse is what was wanted.
  private mutating func parseExpectedError(
    _ range: Range<Int>, from start: Int, isSilent: Bool
  ) throws(Diagnostic) -> Statement {
    guard !isExpectation else {
      throw Diagnostic("':expect-error' takes a statement, not another of its kind", at: here)
    }
    guard !range.isEmpty else {
      throw Diagnostic(
        "a statement is missing after ':expect-error'",
        at: SourceSpan(source, tokens[start].range), hint: ":expect-error [1, 2] + [1, 2, 3]")
    }
    var inner = try TokenParser(source, in: range)
    (inner.context, inner.depth, inner.isExpectation) = (context, depth, true)
    swap(&inner.tree, &tree)
    var statements: [Statement] = []
    var mistake: Diagnostic?
    do { statements = try inner.parseStatements(inBlock: false) } catch { mistake = error }
    swap(&inner.tree, &tree)
    if mistake == nil, statements.count != 1 {
      throw Diagnostic(
        "':expect-error' takes one statement", at: SourceSpan(source, range),
        hint: "put each on a line of its own")
    }
    let node = mistake.map { tree.append(.malformed($0), range) } ?? statements[0].node
    let expectation = make(.expectError(node), from: start)
    return Statement(node: expectation, isSilent: isSilent)
  }
}
