/// Statements and blocks.
extension TokenParser {
  /// Statements up to the end of the input or, in a block, its `}`.
  mutating func parseStatements(inBlock: Bool) throws(Diagnostic) -> [Statement] {
    var statements: [Statement] = []
    while true {
      while kind == .newline || kind == .semicolon { advance() }
      if kind == .end || (inBlock && kind == .rightBrace) { return statements }
      statements.append(try parseStatement(inBlock: inBlock))
    }
  }

  private mutating func parseStatement(inBlock: Bool) throws(Diagnostic) -> Statement {
    statementStart = index
    if kind == .command { return try parseCommand() }
    let node = try parseStatementNode()
    switch kind {
    case .semicolon, .newline, .end: break
    case .rightBrace where inBlock: break
    default: throw unexpected()
    }
    return Statement(node: node, isSilent: kind == .semicolon)
  }

  private mutating func parseStatementNode() throws(Diagnostic) -> SyntaxID {
    let isAssigned = kind(ahead: 1) == .assign || kind(ahead: 1) == .update
    switch kind {
    case _ where kind.isReservedWord && isAssigned: throw missingOperand()
    case .forWord: return try parseLoop()
    case .ifWord: return try parseConditional(isStatement: true)
    case .name where !isAssigned:
      switch text(at: index) {
      case "data" where dataFollows: return try parseData()
      case "repeat" where operandFollows: return try parseLoop()
      case "while" where operandFollows: return try parseLoop()
      case "assert" where operandFollows: return try parseAssertion()
      case "print" where kind(ahead: 1) == .leftParenthesis: return try parsePrint()
      default: return try parseAssignment()
      }
    default: return try parseAssignment()
    }
  }

  /// Whether the word before is one of the language's: what follows can not go on an expression.
  private var operandFollows: Bool {
    let next = tokens[min(index + 1, tokens.count - 1)]
    switch next.kind {
    case .number, .string, .name, .notWord, .leftParenthesis, .superscript: return true
    case .leftBracket: return next.spacing != .none
    case .minus, .plus:
      return next.spacing != .none && tokens[min(index + 2, tokens.count - 1)].spacing == .none
    default: return false
    }
  }

  private var dataFollows: Bool {
    kind(ahead: 1) == .name
      || (kind(ahead: 1) == .leftParenthesis && tokens[index + 1].spacing != .none)
  }

  // MARK: Blocks and loops

  /// `{ … }`, whose statements may do what `inner` allows.
  mutating func parseBlock(_ inner: Context) throws(Diagnostic) -> SyntaxID {
    guard kind == .leftBrace else {
      throw missing("'{'", "the body stands in { }, which opens on this line")
    }
    try enter()
    defer { leave() }
    let start = index
    let outer = (context, statementStart, assertionLevel, indexDepth)
    (context, assertionLevel, indexDepth) = (inner, nil, 0)
    openBracket()
    let statements = try parseStatements(inBlock: true)
    try closeBracket()
    (context, statementStart, assertionLevel, indexDepth) = outer
    return make(.block(statements), from: start)
  }

  /// What the body of a loop that stands here may do.
  private var loopContext: Context {
    context == .top ? .loop : context
  }

  private mutating func parseLoop() throws(Diagnostic) -> SyntaxID {
    let start = index
    advance()
    if tokens[start].kind == .forWord {
      let generators = try parseGeneratorList()
      let body = try parseBlock(loopContext)
      return make(.forLoop(generators, body: body), from: start)
    }
    let isWhile = text(at: start) == "while"
    if isWhile, context == .function {
      throw Diagnostic(
        "'while' is for the top level only", at: SourceSpan(source, tokens[start].range),
        hint: "iterate(f, x0, n), fixedpoint(g, x0) or a for loop")
    }
    let head = try parseBinary(.or)
    let body = try parseBlock(loopContext)
    return make(
      isWhile ? .whileLoop(head, body: body) : .repetition(count: head, body: body), from: start)
  }

  // MARK: Words

  private mutating func parseData() throws(Diagnostic) -> SyntaxID {
    let start = index
    try refuseInFunction("'data'")
    advance()
    let targets = try parseList()
    guard kind == .assign else {
      throw missing(
        "'='", "data X = … defines data, :data X marks a name as data", followsExpression: false)
    }
    try checkTargets(targets)
    advance()
    let value = try parseValue(for: targets)
    return make(.definition(targets: targets, value: value, isData: true), from: start)
  }

  private mutating func parsePrint() throws(Diagnostic) -> SyntaxID {
    let start = index
    try refuseInFunction("'print'")
    advance()
    openBracket()
    var arguments: [SyntaxID] = []
    while kind != .rightParenthesis {
      arguments.append(try parseExpression())
      guard kind == .comma else { break }
      advance()
    }
    try closeBracket()
    return make(.print(arguments), from: start)
  }

  private mutating func parseAssertion() throws(Diagnostic) -> SyntaxID {
    let start = index
    try refuseInFunction("'assert'")
    advance()
    assertionLevel = open.count
    let condition = try parseBinary(.or)
    var tolerance: SyntaxID?
    var isAbsolute = false
    if isWord("within") {
      advance()
      tolerance = try parseBinary(.sum)
      isAbsolute = isWord("abs")
      if isAbsolute { advance() }
    }
    assertionLevel = nil
    return make(.assertion(condition, tolerance: tolerance, isAbsolute: isAbsolute), from: start)
  }

  private func refuseInFunction(_ word: String) throws(Diagnostic) {
    guard context == .function else { return }
    throw Diagnostic(
      "\(word) can not stand in a function: functions have no effects", at: here,
      hint: "put it at top level or in a loop there")
  }
}
