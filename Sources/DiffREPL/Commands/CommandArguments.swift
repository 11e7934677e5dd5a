import Expr

/// The arguments of a command, cut into target, clauses, options and flags before anything in them is
/// parsed: at depth 0 at clause words, at `name=`, at ` --word`, and at the last `>`.
struct CommandArguments {
  /// A piece of the line and what introduced it.
  struct Part {
    let word: String
    let range: Range<Int>
    let span: SourceSpan
  }

  let source: SourceText
  let command: any Command.Type
  /// All of the arguments, uncut.
  let range: Range<Int>
  /// The place of the whole command.
  let span: SourceSpan
  /// What stands before the first clause, option or flag.
  var target: Range<Int>
  private(set) var clauses: [Part] = []
  private(set) var options: [Part] = []
  private(set) var flags: Set<String> = []
  /// `!` stood behind the command.
  let isForced: Bool

  private static let clauseWords: Set<String> = ["at", "wrt", "over", "along", "with"]

  init(
    _ source: SourceText, _ range: Range<Int>, word: String, wordSpan: SourceSpan,
    command: any Command.Type, isForced: Bool
  ) throws(Diagnostic) {
    self.source = source
    self.command = command
    self.range = range
    self.isForced = isForced
    span = wordSpan
    target = range
    if startsWithCommand {
      target = trimmed(range)
    } else {
      try cut(command)
    }
  }

  /// Another command stands where the target is expected: what follows is its own to cut.
  var startsWithCommand: Bool {
    let content = trimmed(target)
    return !content.isEmpty && source.utf8[content.lowerBound] == UInt8(ascii: ":")
  }

  // MARK: Cutting

  private enum Opener {
    case target, clause(String), option(String), flag(String)
  }

  private mutating func cut(_ command: any Command.Type) throws(Diagnostic) {
    var opener = Opener.target
    var openerRange = range.lowerBound..<range.lowerBound
    var start = range.lowerBound
    var scanner = WordScanner(source.utf8, range)
    while let word = scanner.next() {
      let isFirst = trimmed(start..<word.range.lowerBound).isEmpty
      guard let next = try opening(word, command, inside: opener, isFirst: isFirst) else {
        continue
      }
      try close(opener, openerRange, start..<word.range.lowerBound, command)
      opener = next
      openerRange = word.range
      start = word.range.upperBound
      if case .option = next { start = word.assignment ?? start }
    }
    try close(opener, openerRange, start..<range.upperBound, command)
  }

  /// What a word at depth 0 opens, nil if it is part of an expression.
  private func opening(
    _ word: WordScanner.Word, _ command: any Command.Type, inside opener: Opener, isFirst: Bool
  ) throws(Diagnostic) -> Opener? {
    let text = source.text(in: word.range)
    if word.isFlag {
      let name = String(text.dropFirst(2))
      guard command.flags.contains(name) else {
        throw Diagnostic(
          ":\(command.name) has no flag --\(name)", at: SourceSpan(source, word.range),
          hint: command.flags.isEmpty
            ? nil : "it takes " + command.flags.map { "--\($0)" }.joined(separator: ", "))
      }
      return .flag(name)
    }
    let isClauseWord = Self.clauseWords.contains(text) || command.clauses.contains(text)
    if isClauseWord, word.assignment == nil, !command.clauses.isEmpty {
      guard command.clauses.contains(text) else {
        throw Diagnostic(
          ":\(command.name) takes no '\(text)'", at: SourceSpan(source, word.range),
          hint: "it takes \(command.clauses.joined(separator: ", "))")
      }
      return .clause(text)
    }
    guard word.assignment != nil else { return nil }
    if case .clause = opener {
      // In `at x=1, step=2` names are the user's, until an option of the command stands free.
      if word.followsComma || isFirst { return nil }
    }
    try requireOption(text, word, command)
    return .option(text)
  }

  private func requireOption(
    _ text: String, _ word: WordScanner.Word, _ command: any Command.Type
  ) throws(Diagnostic) {
    guard !command.options.contains(text) else { return }
    if let mended = mended(equation: word.range.lowerBound) {
      throw Diagnostic(
        "'=' can not stand here", at: SourceSpan(source, word.range), hint: mended)
    }
    let close = Diagnostic.closest(to: text, among: command.options)
    throw Diagnostic(
      ":\(command.name) has no option '\(text)'", at: SourceSpan(source, word.range),
      hint: close.map { "did you mean '\($0)='?" }
        ?? (command.options.isEmpty
          ? "'at \(text)=…' evaluates elsewhere"
          : "it takes " + command.options.map { "\($0)=" }.joined(separator: ", ")))
  }

  private mutating func close(
    _ opener: Opener, _ word: Range<Int>, _ range: Range<Int>, _ command: any Command.Type
  ) throws(Diagnostic) {
    let content = trimmed(range)
    switch opener {
    case .target: target = content
    case .flag(let name):
      flags.insert(name)
      if !content.isEmpty {
        throw Diagnostic("nothing follows --\(name)", at: SourceSpan(source, content))
      }
    case .clause(let name):
      if content.isEmpty {
        throw Diagnostic("'\(name)' needs something behind it", at: SourceSpan(source, word))
      }
      try requireOnce("'\(name)'", content, after: clause(name)?.range)
      clauses.append(Part(word: name, range: content, span: SourceSpan(source, content)))
    case .option(let name):
      if content.isEmpty {
        throw Diagnostic("'\(name)=' needs a value", at: SourceSpan(source, word))
      }
      let earlier = options.last { $0.word == name }
      try requireOnce("'\(name)='", content, after: earlier?.range)
      options.append(Part(word: name, range: content, span: SourceSpan(source, content)))
    }
  }

  /// Of two that contradict each other neither silently wins.
  func requireOnce(
    _ what: String, _ range: Range<Int>, after earlier: Range<Int>?
  ) throws(Diagnostic) {
    guard let earlier else { return }
    throw Diagnostic(
      "\(what) stands twice: \(source.text(in: earlier)) and \(source.text(in: range))",
      at: SourceSpan(source, range), hint: "leave one of them out")
  }

  /// A range without the blanks at its ends.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (lower, upper) = (range.lowerBound, max(range.lowerBound, range.upperBound))
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 }
    while lower < upper, isBlank(source.utf8[lower]) { lower += 1 }
    while upper > lower, isBlank(source.utf8[upper - 1]) { upper -= 1 }
    return lower..<upper
  }
}
