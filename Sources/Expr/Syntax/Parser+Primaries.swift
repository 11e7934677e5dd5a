/// What stands between operators: calls, indices, literals and brackets.
extension TokenParser {
  /// A primary and the calls, indices, columns and primes that stick to it.
  mutating func parsePostfix() throws(Diagnostic) -> SyntaxID {
    let start = index
    let isNumber = kind == .number
    var node = try parsePrimary()
    var length = 0
    while spacing == .none, !(isNumber && length == 0 && kind != .prime && kind != .superscript) {
      switch kind {
      case .leftParenthesis where tokens[index - 1].kind != .superscript:
        node = try parseCall(of: node, from: start)
      case .leftBracket where tokens[index - 1].kind != .superscript:
        node = try parseIndex(of: node, from: start)
      case .dot where kind(ahead: 1) == .name && tokens[index + 1].spacing == .none:
        advance()
        let name = Name(text(at: index))
        advance()
        node = make(.member(node, name), from: start)
      case .prime:
        advance()
        node = make(.prime(node), from: start)
      case .superscript: node = parseSuperscript(on: node, from: start)
      default: return node
      }
      length += 1
      if length > Parser.maximumDepth {
        throw Diagnostic(
          "more than \(Parser.maximumDepth) calls, indices and primes in a row",
          at: spanOfPrevious, hint: "give a part of it a name of its own")
      }
    }
    return node
  }

  /// `x²` is `x^2`.
  private mutating func parseSuperscript(on base: SyntaxID, from start: Int) -> SyntaxID {
    let position = index
    advance()
    let value = source.superscript(in: tokens[position].range)
    var exponent = make(.number(abs(value)), from: position)
    if value < 0 { exponent = make(.unary(.negate, exponent), from: position) }
    return make(.binary(.power, base, exponent), from: start)
  }

  private mutating func parsePrimary() throws(Diagnostic) -> SyntaxID {
    let start = index
    switch kind {
    case .number:
      advance()
      return make(.number(source.number(in: tokens[start].range)), from: start)
    case .string:
      advance()
      return make(.string(source.string(in: tokens[start].range)), from: start)
    case .name:
      advance()
      return make(.name(Name(text(at: start))), from: start)
    case .leftParenthesis: return try parseParenthesised()
    case .leftBracket: return try parseArray()
    case .endWord where indexDepth > 0:
      advance()
      return make(.end, from: start)
    default: throw missingOperand()
    }
  }

  // MARK: Brackets

  /// `(a)`, which is `a`, or a tuple.
  private mutating func parseParenthesised() throws(Diagnostic) -> SyntaxID {
    let start = index
    openBracket()
    if kind == .rightParenthesis {
      try closeBracket()
      return make(.tuple([]), from: start)
    }
    var parts = [try parseExpression()]
    var isTuple = false
    while kind == .comma {
      isTuple = true
      advance()
      if kind == .rightParenthesis { break }
      parts.append(try parseExpression())
    }
    try closeBracket()
    return isTuple ? make(.tuple(parts), from: start) : parts[0]
  }

  /// `[1, 2; 3, 4]` or a comprehension.
  private mutating func parseArray() throws(Diagnostic) -> SyntaxID {
    let start = index
    openBracket()
    var rows: [[SyntaxID]] = []
    while kind != .rightBracket {
      var row = [try parseExpression()]
      if kind == .forWord, rows.isEmpty {
        let node = try parseGenerators(body: row[0], from: start + 1)
        try closeBracket()
        return tree.append(node, range(from: start))
      }
      while kind == .comma {
        advance()
        if kind == .rightBracket { break }
        row.append(try parseExpression())
      }
      rows.append(row)
      guard kind == .semicolon else { break }
      advance()
    }
    try closeBracket()
    return make(.array(rows: rows), from: start)
  }

  private mutating func parseIndex(
    of base: SyntaxID, from start: Int
  ) throws(Diagnostic) -> SyntaxID {
    openBracket()
    indexDepth += 1
    if kind == .rightBracket {
      throw Diagnostic("the index is missing", at: here, hint: "x[1], A[:, 1], x[2:end]")
    }
    var indices = [try parseOneIndex()]
    while kind == .comma {
      advance()
      indices.append(try parseOneIndex())
    }
    indexDepth -= 1
    try closeBracket()
    return make(.index(base, indices), from: start)
  }

  private mutating func parseOneIndex() throws(Diagnostic) -> SyntaxID {
    guard kind == .colon, [.comma, .rightBracket].contains(kind(ahead: 1)) else {
      return try parseExpression()
    }
    advance()
    return make(.wholeDimension, from: index - 1)
  }

  /// The arguments of a call. A blank before its `(` is an error, which the caller has seen to.
  private mutating func parseCall(
    of function: SyntaxID, from start: Int
  ) throws(Diagnostic) -> SyntaxID {
    openBracket()
    var arguments: [Argument] = []
    var hasComprehension = false
    while kind != .rightParenthesis {
      let first = index
      var label: Name?
      if kind == .name, kind(ahead: 1) == .assign {
        label = Name(text(at: index))
        advance()
        advance()
      }
      var value = try parseExpression()
      if kind == .forWord, label == nil {
        if !arguments.isEmpty { throw crowdedComprehension() }
        let node = try parseGenerators(body: value, from: first)
        value = make(node, from: first)
        hasComprehension = true
      } else if hasComprehension, label == nil {
        throw crowdedComprehension()
      }
      arguments.append(Argument(label: label, value: value))
      guard kind == .comma else { break }
      advance()
    }
    try closeBracket()
    return make(.call(function, arguments), from: start)
  }

  private func crowdedComprehension() -> Diagnostic {
    Diagnostic(
      "a 'for' in a call is its only argument", at: here, hint: "put [ ] around the part with for")
  }

  // MARK: Generators

  /// `for … for … if …` behind the body of a comprehension.
  private mutating func parseGenerators(
    body: SyntaxID, from start: Int
  ) throws(Diagnostic) -> SyntaxNode {
    var generators: [[Generator]] = []
    while kind == .forWord {
      advance()
      generators.append(try parseGeneratorList())
    }
    var condition: SyntaxID?
    if kind == .ifWord {
      advance()
      condition = try parseBinary(.or)
    }
    return .comprehension(body: body, generators: generators, condition: condition)
  }

  /// `i in R, j in S`; a comma that no generator follows is left to the caller.
  mutating func parseGeneratorList() throws(Diagnostic) -> [Generator] {
    var generators = [try parseGenerator()]
    while kind == .comma, kind(ahead: 1) == .leftParenthesis || kind(ahead: 2) == .inWord {
      advance()
      generators.append(try parseGenerator())
    }
    return generators
  }

  private mutating func parseGenerator() throws(Diagnostic) -> Generator {
    let pattern = try parsePattern()
    guard kind == .inWord else {
      if kind == .comma {
        throw Diagnostic(
          "several names in a 'for' need parentheses", at: here, hint: "for (a, b) in …")
      }
      throw missing("'in'", "for i in 1:n", followsExpression: false)
    }
    advance()
    return Generator(pattern: pattern, range: try parseBinary(.or))
  }

  /// A name, or names in parentheses that take a tuple apart.
  private mutating func parsePattern() throws(Diagnostic) -> SyntaxID {
    guard kind == .name || kind == .leftParenthesis else {
      throw missing("a name", "for i in 1:n", followsExpression: false)
    }
    let pattern =
      kind == .name ? make(.name(Name(text(at: index))), at: index) : try parseParenthesised()
    try checkParameters([pattern])
    return pattern
  }

  /// Appends a node for one token and consumes it.
  private mutating func make(_ node: SyntaxNode, at position: Int) -> SyntaxID {
    advance()
    return make(node, from: position)
  }
}
