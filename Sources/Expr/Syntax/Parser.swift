// The grammar, from the outside in. Words in quotes are tokens, `*` repeats, `?` is optional.
// A newline token comes only where it ends a statement (Lexer); elsewhere it is a blank.
//
//   source      = statements
//   statements  = { (NEWLINE | ";") } { statement (NEWLINE | ";" | end) … }
//   statement   = command | data | loop | conditional | assertion | printing | assignment
//   command     = ":" word ["!"] text to the end of the line     (":expect-error" statement)
//   data        = "data" targets "=" values
//   loop        = "repeat" binary block | "while" binary block
//               | "for" generator { "," generator } block
//   assertion   = "assert" binary [ "within" binary [ "abs" ] ]
//   printing    = "print" "(" [ expression { "," expression } ] ")"
//   assignment  = NAME "(" [ pattern { "," pattern } ] ")" "=" body
//               | targets "=" values | targets ":=" values | expression
//   targets     = target { "," target }          target = NAME | NAME index… | tuple of targets
//   values      = expression { "," expression }
//   block       = "{" statements "}"
//   body        = block | expression
//
//   expression  = conditional | pattern "->" body | binary
//   conditional = "if" binary "then" expression "else" expression
//               | "if" binary block [ "else" (block | conditional) ]
//   pattern     = NAME | "(" [ pattern { "," pattern } ] [","] ")"
//   binary      = by precedence, loosest first: or · and · not · comparisons (chained) ·
//                 range a:b, a:s:b · + - · * / @ .* ./ and NUMBER (NAME | "(" …) ·
//                 prefix + - · ^ ** .^ (right-associative)
//   postfix     = primary { "(" arguments ")" | "[" indices "]" | "." NAME | "'" | SUPERSCRIPT }
//                 with no blank before
//   arguments   = [ argument { "," argument } ]  argument = [ NAME "=" ] expression [ generators ]
//   indices     = index { "," index }            index    = ":" | expression
//   generators  = { "for" generator { "," generator } } [ "if" binary ]
//   generator   = pattern "in" binary
//   primary     = NUMBER | STRING | NAME | "end" (inside an index) | "[" rows "]"
//               | "(" [ expression { "," expression } ] [","] ")"
//   rows        = [ row { ";" row } ]            row = expression { "," expression }
//               | expression generators

/// What a source turned out to be.
public enum ParseOutcome: Sendable {
  case complete(SyntaxTree)
  /// More lines may complete it; the diagnostic is what to report where there are none.
  case incomplete(Diagnostic)
}

/// Text to syntax tree.
public enum Parser {
  /// How deep brackets, blocks, prefixes and powers may nest, and how long a chain of calls,
  /// indices and primes may be.
  public static let maximumDepth = 200

  /// Parses all statements of a source: one line, a continued statement or a pasted block.
  ///
  /// Linear in the length of the source. Chains like `1 + 1 + …` may be of any length.
  /// - Throws: the first mistake. A mistake behind `:expect-error` becomes a `.malformed` node.
  public static func parse(_ source: SourceText) throws(Diagnostic) -> ParseOutcome {
    var parser = try TokenParser(source, in: 0..<source.utf8.count)
    do {
      for statement in try parser.parseStatements(inBlock: false) {
        parser.tree.appendStatement(statement)
      }
    } catch {
      if parser.isIncomplete { return .incomplete(error) }
      throw error
    }
    return .complete(parser.tree)
  }

  /// Parses a part of a source as expressions between commas: the arguments of a command.
  ///
  /// - Returns: a tree whose statements are the expressions, none for a blank range. Its spans
  ///   are places in the whole source.
  /// - Throws: the first mistake; an unclosed bracket is one.
  public static func parseExpressions(
    in source: SourceText, range: Range<Int>
  ) throws(Diagnostic) -> SyntaxTree {
    var parser = try TokenParser(source, in: range, allowsCommands: false)
    guard parser.kind != .end else { return parser.tree }
    while true {
      let node = try parser.parseExpression()
      parser.tree.appendStatement(Statement(node: node, isSilent: false))
      if parser.kind == .end { return parser.tree }
      guard parser.kind == .comma else { throw parser.unexpected() }
      parser.advance()
    }
  }
}

/// The state of a parse: a place among the tokens and the tree made so far.
///
/// Recursive descent, where recursion stands only for nesting and is counted; lists and chains of
/// operators are loops. After an error the state is of no use, apart from `isIncomplete`.
struct TokenParser {
  /// Where a statement stands, which decides what it may do.
  enum Context {
    case top
    /// The body of a loop at top level.
    case loop
    /// A branch of an `if` statement outside functions.
    case branch
    /// The body of a function, or a block that is part of an expression.
    case function
  }

  let source: SourceText
  var tree: SyntaxTree
  let tokens: [Token]
  /// Why the lexer stopped early.
  let failure: Diagnostic?
  var index = 0
  /// Where among the tokens the brackets that are open stand.
  var open: [Int] = []
  var depth = 0
  var context = Context.top
  /// How many indices, where `end` means the last, the place is inside of.
  var indexDepth = 0
  /// Inside an `assert`, how many brackets are open around it; there `within` and `abs` are words.
  var assertionLevel: Int?
  /// Where among the tokens the current statement begins.
  var statementStart = 0
  /// Whether the source is what stands behind `:expect-error`.
  var isExpectation = false
  /// Whether the error thrown is only that the input ended too soon.
  var isIncomplete = false

  init(
    _ source: SourceText, in range: Range<Int>, allowsCommands: Bool = true
  ) throws(Diagnostic) {
    guard source.utf8.count < 1 << 28 else { throw Diagnostic("the input is longer than 256 MB") }
    self.source = source
    tree = SyntaxTree(source: source)
    (tokens, failure) = Lexer.tokens(of: source, in: range, allowsCommands: allowsCommands)
  }

  // MARK: Tokens

  var kind: Token.Kind { tokens[index].kind }
  var spacing: Token.Spacing { tokens[index].spacing }

  /// The kind of a token further on, `end` behind the last.
  func kind(ahead offset: Int) -> Token.Kind {
    index + offset < tokens.count ? tokens[index + offset].kind : .end
  }

  mutating func advance() { if index + 1 < tokens.count { index += 1 } }

  func text(at index: Int) -> String { source.text(in: tokens[index].range) }

  /// Whether the current token is a name spelt so, for words that are reserved only in places.
  func isWord(_ word: StaticString) -> Bool {
    guard kind == .name else { return false }
    let range = tokens[index].range
    return range.count == word.utf8CodeUnitCount && text(at: index) == "\(word)"
  }

  /// The bytes from a token to the last one consumed.
  func range(from start: Int) -> Range<Int> {
    let lower = tokens[start].range.lowerBound
    return lower..<max(lower, tokens[max(index - 1, 0)].range.upperBound)
  }

  /// Appends a node that reaches from a token to the last one consumed.
  mutating func make(_ node: SyntaxNode, from start: Int) -> SyntaxID {
    tree.append(node, range(from: start))
  }

  // MARK: Nesting

  /// Goes one level deeper; each call has its `leave`.
  mutating func enter() throws(Diagnostic) {
    depth += 1
    if depth > Parser.maximumDepth {
      throw Diagnostic(
        "nested more than \(Parser.maximumDepth) deep", at: here,
        hint: "give an inner part a name of its own")
    }
  }

  mutating func leave() { depth -= 1 }

  mutating func openBracket() {
    open.append(index)
    advance()
  }

  /// Closes the innermost bracket or says what stands in its place.
  mutating func closeBracket() throws(Diagnostic) {
    guard let last = open.last, kind == tokens[last].kind.closing else { throw unexpected() }
    open.removeLast()
    advance()
  }
}
