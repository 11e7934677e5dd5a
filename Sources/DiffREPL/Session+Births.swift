import Expr

extension Session {
  /// The commands whose values and gradients get a warning when they are not finite.
  private static let watchedCommands: Set<String> = ["grad", "hess", "jac", "jvp", "vjp", "hvp"]

  /// One line for a printed value or gradient that is nan or inf, with the step where it was born; nil
  /// where nothing is wrong or the value was given so.
  func birthWarning(_ output: Output) -> Diagnostic? {
    let isBad = output.blocks.contains {
      guard case .value(_, let value) = $0 else { return false }
      return value.tensors.contains { !$0.elements.allSatisfy(\.isFinite) }
    }
    guard isBad, let subject = subject(of: output) else { return nil }
    let source = SourceText(subject)
    guard
      let tree = try? Parser.parseExpressions(in: source, range: 0..<source.utf8.count),
      let root = tree.statements.first?.node, tree.statements.count == 1,
      let target = try? Target(root, tree, in: self),
      let explanation = try? Explanation(target), explanation.isWorthTelling
    else { return nil }
    return Diagnostic("\(explanation.sentence) (:why \(subject))", severity: .warning)
  }

  /// What was evaluated or differentiated, as it can be typed.
  private func subject(of output: Output) -> String? {
    for object in output.json {
      guard case .object(let members) = object else { continue }
      func text(_ key: String) -> String? {
        members.lazy.compactMap { member -> String? in
          if member.key == key, case .string(let text) = member.value { text } else { nil }
        }.first
      }
      if let command = text("command") {
        return Self.watchedCommands.contains(command) ? text("of") : nil
      }
      // A leaf was given as it is.
      if let name = text("name") {
        if case .definition? = environment[Name(name)]?.binding { return name }
        return nil
      }
      if let statement = text("statement") { return statement }
    }
    return nil
  }
}
