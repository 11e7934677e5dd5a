extension Diagnostic {
  /// Something the language has and this version does not evaluate.
  public static func notSupportedYet(_ what: String, at span: SourceSpan?) -> Diagnostic {
    Diagnostic("\(what): not supported yet", at: span)
  }

  static func functionAsValue(_ function: Function, at span: SourceSpan?) -> Diagnostic {
    let name = function.signature
    return Diagnostic(
      "'\(name)' is a function and needs its argument", at: span,
      hint: { if case .builtin = function { "\(name)(x)" } else { nil } }())
  }

  private static let notKnownYetMessage =
    "this must be known before the loop runs, but depends on the entry it has reached"

  /// A bound, size or condition that depends on what a loop walks over: the loop is unrolled then.
  static func notKnownYet(at span: SourceSpan?) -> Diagnostic {
    Diagnostic(notKnownYetMessage, at: span)
  }

  var isNotKnownYet: Bool { message == Self.notKnownYetMessage }

  /// A chain of definitions that leads back to its start.
  public static func cycle(_ chain: [Name], at span: SourceSpan?) -> Diagnostic {
    let names = chain + chain.prefix(1)
    return Diagnostic(
      "this definition goes round in a circle: \(names.map(\.spelling).joined(separator: " → "))",
      at: span, hint: "give one of them a value with := (\(chain[0]) := 1)")
  }

  static func unknownName(
    _ name: Name, in environment: Environment, at span: SourceSpan?
  ) -> Diagnostic {
    let candidates = environment.all.map(\.name.spelling) + Array(Builtins.constants.keys)
    let function = name.key == "f" ? "g" : "f"
    var hint = "\(name) = 1 makes it a value, \(function)(\(name)) = … a parameter"
    if let command = promptWords[name.key] {
      hint = "type \(command)"
    } else if let close = closest(to: name.spelling, among: candidates) {
      hint = "did you mean '\(close)'?"
    }
    return Diagnostic("unknown name '\(name)'", at: span, hint: hint)
  }

  static func unknownFunction(
    _ name: Name, in environment: Environment, at span: SourceSpan?
  ) -> Diagnostic {
    let functions = Builtins.names.filter { Builtins.constants[$0] == nil }
    let close = closest(to: name.spelling, among: functions)
    return Diagnostic(
      "unknown function '\(name)'", at: span,
      hint: close.map { "did you mean '\($0)'?" } ?? ":help functions lists those there are")
  }

  /// `x(2)` where x is a value.
  static func calledValue(
    _ name: Name, _ arguments: [Argument], _ callee: SyntaxID, _ tree: SyntaxTree
  ) -> Diagnostic {
    let inside = arguments.map { tree.text(of: $0.value) }.joined(separator: ", ")
    let shadowed = Builtins.isBuiltin(name.key)
    return Diagnostic(
      "'\(name)' is a value, not a function", at: tree.span(of: callee),
      hint: shadowed
        ? ":delete \(name) gives the built-in function back"
        : "\(name)*(\(inside)) is a product, \(name)[\(inside)] an entry")
  }

  /// What people type who look for the way in or out.
  private static let promptWords = [
    "help": ":help", "quit": ":quit", "exit": ":quit", "grad": ":grad f", "bye": ":quit",
  ]

  /// The candidate nearest to a word, if at least half of its letters are meant: among equally near
  /// ones the one with the same first letter.
  public static func closest(to word: String, among candidates: [String]) -> String? {
    let letters = Array(word)
    var best: (word: String, distance: Int)?
    for candidate in candidates where candidate != word {
      if candidate.lowercased() == word.lowercased() { return candidate }
      let others = Array(candidate)
      let limit = letters.count / 2
      guard abs(letters.count - others.count) <= limit else { continue }
      let steps = editDistance(letters, others)
      guard steps <= limit else { continue }
      let distance = 2 * steps + (letters.first == others.first ? 0 : 1)
      if distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.word
  }

  /// How many letters to insert, drop or replace, or neighbours to exchange (`lgo`): the
  /// distance of optimal string alignment.
  private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for row in a.indices {
      var current = [row + 1]
      for column in b.indices {
        let replaced = last[column] + (a[row] == b[column] ? 0 : 1)
        var distance = min(replaced, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, a[row] == b[column - 1], a[row - 1] == b[column] {
          distance = min(distance, beforeLast[column - 1] + 1)
        }
        current.append(distance)
      }
      (beforeLast, last) = (last, current)
    }
    return last[b.count]
  }
}
