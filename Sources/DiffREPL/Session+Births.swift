import Expr

extension Session {
  /// The commands whose values and gradients get a warning when they are not finite.
  private static let watchedCommands: Set<String> = ["grad", "hess", "jac", "jvp", "vjp", "hvp"]

  /// One line for a value or gradient that is nan or inf, with the step where it was born; nil where
  /// nothing is wrong or the value was given so. The value counts where a command prints the gradient
  /// alone: of a target that overflows the gradient may be 0, and is not the true one.
  func birthWarning(_ output: Output) -> Diagnostic? {
    let isBad =
      output.blocks.contains {
        guard case .value(_, let value) = $0 else { return false }
        return value.tensors.contains { !$0.elements.allSatisfy(\.isFinite) }
      } || output.json.contains { $0.member("value").map { !$0.isFinite } ?? false }
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
      func text(_ key: String) -> String? {
        if case .string(let text)? = object.member(key) { text } else { nil }
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

extension JSONValue {
  /// A member of an object.
  fileprivate func member(_ key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// Whether there is neither nan nor infinity in it.
  fileprivate var isFinite: Bool {
    switch self {
    case .number(let number): number.isFinite
    case .array(let entries): entries.allSatisfy(\.isFinite)
    default: true
    }
  }
}
