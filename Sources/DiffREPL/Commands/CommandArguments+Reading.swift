import Expr

/// What stands in the parts of a line.
extension CommandArguments {
  /// The text of the target, as typed.
  var targetText: String { source.text(in: target) }

  /// The place of the target; of the whole command where it has none.
  var targetSpan: SourceSpan { target.isEmpty ? span : SourceSpan(source, target) }

  func clause(_ word: String) -> Part? { clauses.first { $0.word == word } }

  /// The text of an option's value.
  func option(_ name: String) -> String? {
    options.last { $0.word == name }.map { source.text(in: $0.range) }
  }

  /// The value of an option among words.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _: Choice.Type
  ) throws(Diagnostic) -> Choice? where Choice.RawValue == String {
    guard let part = options.last(where: { $0.word == name }) else { return nil }
    let text = source.text(in: part.range)
    if let choice = Choice(rawValue: text) { return choice }
    let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw Diagnostic("'\(name)=' takes one of \(all)", at: part.span)
  }

  /// The value of a number option, an expression in the session's names.
  func number(_ name: String, in session: Session) throws(Diagnostic) -> Double? {
    guard let part = options.last(where: { $0.word == name }) else { return nil }
    if let value = digits(in: part.range) { return value }
    let tree = try Parser.parseExpressions(in: source, range: part.range)
    guard tree.statements.count == 1, let node = tree.statements.first?.node,
      let value = try session.evaluate(node, tree).scalar
    else { throw Diagnostic("'\(name)=' takes one number", at: part.span) }
    return value
  }

  /// The number in a piece of text that is digits, perhaps with a point between them: most options are,
  /// and need no tree.
  func digits(in range: Range<Int>) -> Double? {
    let text = source.utf8[range]
    let isDigit = { (byte: UInt8) in 48...57 ~= byte }
    guard let first = text.first, let last = text.last, isDigit(first), isDigit(last),
      text.allSatisfy({ isDigit($0) || $0 == 46 })
    else { return nil }
    return Double(source.text(in: range))
  }

  /// A whole number of at least `least`.
  func count(_ name: String, least: Int, in session: Session) throws(Diagnostic) -> Int? {
    guard let value = try number(name, in: session) else { return nil }
    guard let count = Int(exactly: value), count >= least else {
      let part = options.last { $0.word == name }
      throw Diagnostic("'\(name)=' takes a whole number of at least \(least)", at: part?.span)
    }
    return count
  }

  /// A yes-or-no option.
  func isYes(_ name: String) throws(Diagnostic) -> Bool {
    enum Answer: String, CaseIterable { case yes, no, on, off }
    let answer = try choice(name, Answer.self)
    return answer == .yes || answer == .on
  }

  /// The names of a list `a, b`: of the target, or of a clause.
  func names(in range: Range<Int>) throws(Diagnostic) -> [Name] {
    guard !range.isEmpty else { return [] }
    let tree = try Parser.parseExpressions(in: source, range: range)
    var names: [Name] = []
    for statement in tree.statements {
      guard case .name(let name) = tree[statement.node] else {
        throw Diagnostic("a name is needed here", at: tree.span(of: statement.node))
      }
      names.append(name)
    }
    return names
  }

  /// The range cut at a byte that stands outside brackets and texts.
  func pieces(of range: Range<Int>, separator: UInt8) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = range.lowerBound, depth = 0, isText = false
    for position in range {
      let byte = source.utf8[position]
      if byte == UInt8(ascii: "\"") { isText.toggle() }
      if isText { continue }
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case separator where depth == 0:
        pieces.append(trimmed(start..<position))
        start = position + 1
      default: break
      }
    }
    return pieces + [trimmed(start..<range.upperBound)]
  }

  /// The value of a piece of the line, an expression in the session's names.
  func value(in range: Range<Int>, _ session: Session) throws(Diagnostic) -> Value {
    let tree = try Parser.parseExpressions(in: source, range: range)
    guard tree.statements.count == 1, let node = tree.statements.first?.node else {
      throw Diagnostic("one value is expected here", at: SourceSpan(source, range))
    }
    return try session.evaluateValue(node, tree)
  }

  /// The pieces `name=expression` of a clause.
  func assignments(in range: Range<Int>) throws(Diagnostic) -> [(
    name: Name, value: Range<Int>, span: SourceSpan
  )] {
    var found: [(name: Name, value: Range<Int>, span: SourceSpan)] = []
    var scanner = WordScanner(source.utf8, range)
    var open: (name: Name, start: Int, span: SourceSpan)?
    var isFirst = true
    while let word = scanner.next() {
      guard let start = word.assignment, isFirst || word.followsComma else { continue }
      if let last = open {
        found.append((last.name, withoutComma(last.start..<word.range.lowerBound), last.span))
      }
      open = (Name(source.text(in: word.range)), start, SourceSpan(source, word.range))
      isFirst = false
    }
    guard let last = open else {
      throw Diagnostic("'name=value' is needed here", at: SourceSpan(source, range))
    }
    found.append((last.name, withoutComma(last.start..<range.upperBound), last.span))
    for (position, part) in found.enumerated() {
      guard !part.value.isEmpty else {
        throw Diagnostic("'\(part.name)=' needs a value", at: part.span)
      }
      let earlier = found[..<position].last { $0.name == part.name }
      try requireOnce("'\(part.name)='", part.value, after: earlier?.value)
    }
    return found
  }

  private func withoutComma(_ range: Range<Int>) -> Range<Int> {
    let content = trimmed(range)
    guard let last = content.last, source.utf8[last] == UInt8(ascii: ",") else { return content }
    return trimmed(content.lowerBound..<last)
  }
}
