/// Expressions: operators by precedence climbing, then what binds tighter.
extension TokenParser {
  /// Any expression, a lambda or an `if … then … else …` included.
  mutating func parseExpression() throws(Diagnostic) -> SyntaxID {
    try enter()
    defer { leave() }
    if kind == .ifWord { return try parseConditional(isStatement: false) }
    let start = index
    let left = try parseBinary(.or)
    guard kind == .arrow else { return left }
    return try parseLambda(left, from: start)
  }

  /// The `->` and the body of a lambda whose parameters were read as an expression.
  private mutating func parseLambda(
    _ left: SyntaxID, from start: Int
  ) throws(Diagnostic) -> SyntaxID {
    let parameters = lambdaParameters(left, from: start)
    try checkParameters(parameters)
    advance()
    let body = try parseBody()
    return make(.lambda(parameters: parameters, body: body), from: start)
  }

  /// `(a, b) -> …` has two parameters, `((a, b)) -> …` one that is taken apart.
  private func lambdaParameters(_ left: SyntaxID, from start: Int) -> [SyntaxID] {
    guard case .tuple(let parts) = tree[left],
      tree.range(of: left).lowerBound == tokens[start].range.lowerBound
    else { return [left] }
    return parts
  }

  /// A block or an expression.
  mutating func parseBody() throws(Diagnostic) -> SyntaxID {
    kind == .leftBrace ? try parseBlock(.function) : try parseExpression()
  }

  /// Both forms of `if`.
  ///
  /// - Parameter isStatement: whether the branches in braces are statements of where it stands
  ///   and the `else` may be left out.
  mutating func parseConditional(isStatement: Bool) throws(Diagnostic) -> SyntaxID {
    try enter()
    defer { leave() }
    let start = index
    advance()
    let condition = try parseBinary(.or)
    if kind == .leftBrace {
      return try parseBranches(condition, from: start, isStatement: isStatement)
    }
    guard kind == .thenWord else { throw missing("'then' or '{'", "if c then a else b") }
    advance()
    let then = try parseExpression()
    guard kind == .elseWord else { throw missing("'else'", "if c then a else b") }
    advance()
    let otherwise = try parseExpression()
    return make(.conditional(condition, then: then, otherwise: otherwise), from: start)
  }

  private mutating func parseBranches(
    _ condition: SyntaxID, from start: Int, isStatement: Bool
  ) throws(Diagnostic) -> SyntaxID {
    let inner = isStatement && context != .function ? Context.branch : .function
    let then = try parseBlock(inner)
    var otherwise: SyntaxID?
    if kind == .elseWord {
      advance()
      if kind == .ifWord {
        otherwise = try parseConditional(isStatement: isStatement)
      } else if kind == .leftBrace {
        otherwise = try parseBlock(inner)
      } else {
        throw missing("'{'", "if c { a } else { b }", followsExpression: false)
      }
    } else if !isStatement {
      throw missing(
        "'else'", "an if that is a value needs both branches", followsExpression: false)
    }
    return make(.conditional(condition, then: then, otherwise: otherwise), from: start)
  }

  // MARK: Operators

  /// Operators at least as tight as `level` and what they join.
  mutating func parseBinary(_ level: Precedence) throws(Diagnostic) -> SyntaxID {
    let start = index
    var left = try parsePrefix(level)
    var divides = false
    while true {
      if level <= .product, factorFollowsNumber {
        if divides { throw ambiguousFactor(of: left, from: start) }
        let right = try parsePower()
        left = make(.binary(.multiply, left, right), from: start)
        continue
      }
      guard let precedence = kind.precedence, precedence >= level else { return left }
      divides = kind == .divide || kind == .elementDivide
      switch precedence {
      case .comparison: left = try parseComparisons(left, from: start)
      case .range: left = try parseRange(left, from: start)
      default:
        guard let operation = kind.binaryOperator else { return left }
        advance()
        let right = try parseBinary(precedence.tighter)
        left = make(.binary(operation, left, right), from: start)
      }
    }
  }

  private mutating func parseComparisons(
    _ first: SyntaxID, from start: Int
  ) throws(Diagnostic) -> SyntaxID {
    var operators: [ComparisonOperator] = []
    var operands = [first]
    while let comparison = kind.comparison {
      operators.append(comparison)
      advance()
      operands.append(try parseBinary(Precedence.comparison.tighter))
    }
    return make(.comparison(operators, operands), from: start)
  }

  /// `a:b` or `a:s:b`, behind the first part.
  private mutating func parseRange(
    _ first: SyntaxID, from start: Int
  ) throws(Diagnostic) -> SyntaxID {
    var parts = [first]
    while kind == .colon {
      if parts.count == 3 {
        throw Diagnostic("a range has at most three parts", at: here, hint: "start:step:end")
      }
      advance()
      if indexDepth > 0, kind == .comma || kind == .rightBracket {
        throw Diagnostic("the range has no end", at: spanOfPrevious, hint: "x[2:end]")
      }
      parts.append(try parseBinary(Precedence.range.tighter))
    }
    let step = parts.count == 3 ? parts[1] : nil
    return make(.range(start: first, step: step, end: parts[parts.count - 1]), from: start)
  }

  /// `not`, `-`, `+` or what binds tighter.
  private mutating func parsePrefix(_ level: Precedence) throws(Diagnostic) -> SyntaxID {
    guard kind == .minus || kind == .plus || kind == .notWord else { return try parsePower() }
    if kind == .notWord, level > .not {
      throw Diagnostic("'not' here needs parentheses", at: here, hint: "(not …)")
    }
    try enter()
    defer { leave() }
    let start = index
    let operation: UnaryOperator = kind == .minus ? .negate : kind == .plus ? .plus : .not
    advance()
    let operand = operation == .not ? try parseBinary(.not) : try parsePrefix(.prefix)
    return make(.unary(operation, operand), from: start)
  }

  /// `a^b`, right-associative; the exponent may have a sign.
  private mutating func parsePower() throws(Diagnostic) -> SyntaxID {
    let start = index
    let base = try parsePostfix()
    guard kind == .power || kind == .elementPower, let operation = kind.binaryOperator else {
      return base
    }
    try enter()
    defer { leave() }
    advance()
    let exponent = try parsePrefix(.prefix)
    let power = make(.binary(operation, base, exponent), from: start)
    if factorFollowsNumber { throw ambiguousFactor(afterPower: exponent, from: start) }
    return power
  }

  // MARK: Numbers before names

  /// Whether a number was just read and a name or `(` follows, which multiplies.
  var factorFollowsNumber: Bool {
    guard index > 0, tokens[index - 1].kind == .number else { return false }
    return kind == .leftParenthesis || (kind == .name && !isClauseWord)
  }

  /// `within`, or `abs` at the end of the statement, directly inside an `assert`.
  private var isClauseWord: Bool {
    guard assertionLevel == open.count else { return false }
    guard isWord("abs") else { return isWord("within") }
    return [.end, .newline, .semicolon, .rightBrace].contains(kind(ahead: 1))
  }

  /// `2^3x` may mean two things.
  private func ambiguousFactor(afterPower exponent: SyntaxID, from start: Int) -> Diagnostic {
    let (factor, span) = factorAhead()
    let whole = source.text(in: range(from: start))
    let grouped = "\(textBefore(exponent, from: start))(\(tree.text(of: exponent))*\(factor))"
    return Diagnostic(
      "'\(whole)\(separator)\(factor)' can be read in two ways", at: span,
      hint: "write \(grouped) or \(whole)*\(factor)")
  }

  /// `1/2x` may mean two things; `left` is all up to the number.
  private func ambiguousFactor(of left: SyntaxID, from start: Int) -> Diagnostic {
    let (factor, span) = factorAhead()
    let whole = source.text(in: range(from: start))
    let hint =
      if case .binary(_, _, let divisor) = tree[left] {
        "write \(textBefore(divisor, from: start))"
          + "(\(tree.text(of: divisor))*\(factor)) or \(whole)*\(factor)"
      } else {
        "write \(whole)*\(factor)"
      }
    return Diagnostic(
      "'\(whole)\(separator)\(factor)' can be read in two ways", at: span, hint: hint)
  }

  private func textBefore(_ node: SyntaxID, from start: Int) -> String {
    source.text(in: tokens[start].range.lowerBound..<tree.range(of: node).lowerBound)
  }

  private var separator: String { spacing == .none ? "" : " " }

  /// The factor behind a number, as far as it can be read, and the place of both.
  private func factorAhead() -> (text: String, span: SourceSpan) {
    var probe = self
    let range =
      (try? probe.parsePower()).map { _ in probe.range(from: index) } ?? tokens[index].range
    let start = tokens[index - 1].range.lowerBound
    return (source.text(in: range), SourceSpan(source, start..<range.upperBound))
  }
}
