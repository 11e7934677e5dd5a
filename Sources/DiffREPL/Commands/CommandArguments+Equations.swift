import Expr

/// What people type where a command wants no `=`.
extension CommandArguments {
  /// The line to type instead where an equation stands around a place: `y ~ a*x` for `y = a*x`. nil where
  /// the command knows none, or where the place is not in its target.
  func mended(equation start: Int) -> String? {
    var end = range.upperBound
    var words = WordScanner(source.utf8, range)
    while let word = words.next() {
      let text = source.text(in: word.range)
      let isClause = command.clauses.contains(text) && word.assignment == nil
      let isOption = command.options.contains(text) && word.assignment != nil
      guard isClause || isOption || word.isFlag else { continue }
      end = word.range.lowerBound
      break
    }
    let target = trimmed(range.lowerBound..<end)
    guard start < end, let mended = mended(in: target) else { return nil }
    let rest = source.text(in: trimmed(end..<range.upperBound))
    return ":\(command.name) \(mended)\(rest.isEmpty ? "" : " ")\(rest)"
  }

  /// The same for the target once it is known.
  var mendedTarget: String? { mended(equation: target.lowerBound) }

  /// `left = right`, or `left == right`, as the command would have it.
  private func mended(in target: Range<Int>) -> String? {
    let pieces = pieces(of: target, separator: UInt8(ascii: "="))
    let isDouble = pieces.count == 3 && pieces[1].isEmpty
    guard pieces.count == 2 || isDouble, let left = pieces.first, let right = pieces.last,
      !left.isEmpty, !right.isEmpty
    else { return nil }
    let last = source.utf8[left.upperBound - 1]
    guard !"<>!:~".utf8.contains(last) else { return nil }
    return command.mended(source.text(in: left), source.text(in: right))
  }

  /// The line with another target.
  func replacingTarget(by text: String) -> String {
    let rest = source.text(in: trimmed(target.upperBound..<range.upperBound))
    return ":\(command.name) \(text)\(rest.isEmpty ? "" : " ")\(rest)"
  }

  /// The names of a clause that chooses what varies.
  func variables(of part: Part) throws(Diagnostic) -> [Name] {
    var words = WordScanner(source.utf8, part.range)
    while let word = words.next() {
      guard word.assignment != nil else { continue }
      let isStart = command.clauses.contains("at")
      throw Diagnostic(
        "'\(part.word)' takes names", at: SourceSpan(source, word.range),
        hint: isStart ? "at \(source.text(in: part.range)) gives their values" : nil)
    }
    return try names(in: part.range)
  }

  /// An error of a formula that reads names without a value, with starts for them: `over a=1, b=1`.
  func offeringStarts(
    _ error: Diagnostic, _ read: [Name], known: [Name], in environment: Environment
  ) -> Diagnostic {
    guard error.message.hasPrefix("unknown name '") else { return error }
    var offers: [String] = []
    var given: [Name] = []
    if let over = clause("over") {
      offers.append(source.text(in: over.range))
      given = ((try? assignments(in: over.range)) ?? []).map(\.name)
    } else {
      offers = known.map(\.spelling)
    }
    for name in read where !given.contains(name) && environment.hasNoMeaning(name) {
      offers.append("\(name)=1")
    }
    var mended = error
    mended.hint = "over \(offers.joined(separator: ", ")) gives it a start"
    if let hint = error.hint, hint.hasPrefix("did you mean") { mended.notes.append(hint) }
    return mended
  }
}

extension Diagnostic {
  /// The same with another way out, if there is one.
  func hinting(_ hint: String?) -> Diagnostic {
    var diagnostic = self
    diagnostic.hint = hint ?? self.hint
    return diagnostic
  }
}

extension Environment {
  /// The call that a function alone stands for: `q(x)` for `q`; nil for what is no function.
  func call(of root: SyntaxID, in tree: SyntaxTree) -> String? {
    guard mayBeFunction(root, of: tree) else { return nil }
    var elaborator = Elaborator(self)
    guard case .function(let function)? = try? elaborator.elaborateValue(root, of: tree),
      let parameters = function.parameters, !parameters.isEmpty
    else { return nil }
    let text = tree.text(of: root)
    let isName = text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "'" }
    let names = parameters.map(\.spelling).joined(separator: ", ")
    return "\(isName ? text : "(\(text))")(\(names))"
  }

  /// Whether a name stands for nothing, neither here nor in the language.
  fileprivate func hasNoMeaning(_ name: Name) -> Bool {
    guard self[name] == nil else { return false }
    var elaborator = Elaborator(self)
    do {
      _ = try elaborator.elaborateValue(name, at: nil)
      return false
    } catch {
      return error.message.hasPrefix("unknown name '")
    }
  }
}
