import Expr

extension MinimizeCommand {
  /// Refuses what cannot be moved, or moves nothing.
  static func requireDescent(
    _ target: Target, _ arguments: CommandArguments, _ session: Session
  ) throws(Diagnostic) {
    let place = arguments.clause("over")?.span ?? arguments.span
    if target.graph.isBoolean(target.node) {
      throw Diagnostic(
        "'\(target.text)' is true or false: there is no way down", at: arguments.targetSpan,
        hint: "a number says how far from true it is: max(b - a, 0) for a > b")
    }
    try requireMeaning(target, arguments, session)
    for variable in target.variables {
      guard let leaf = target.graph.leaf(of: variable.node) else {
        throw Diagnostic(
          "'\(variable.name)' is a definition: it cannot be moved", at: place,
          hint: "minimize over the values it is made of")
      }
      guard !leaf.isData else {
        throw Diagnostic(
          "'\(variable.name)' is data: it cannot be moved", at: place,
          hint: ":param \(leaf.name) makes it a parameter again")
      }
    }
    let reached = target.graph.ancestors(of: [target.node])
    for group in target.groups where arguments.clause("over") != nil {
      guard !group.value.nodes.contains(where: { reached[$0.index] }) else { continue }
      throw Diagnostic(
        "'\(target.text)' does not depend on '\(group.name)'", at: place,
        hint: "leave it out of 'over'")
    }
    let names = target.groups.map(\.name)
    for (position, name) in names.enumerated() where names[..<position].contains(name) {
      throw Diagnostic("'\(name)' stands twice behind 'over'", at: place)
    }
  }

  /// A name behind `at` that nothing reads is misspelt.
  private static func requireMeaning(
    _ target: Target, _ arguments: CommandArguments, _ session: Session
  ) throws(Diagnostic) {
    guard let clause = arguments.clause("at"), !arguments.target.isEmpty else { return }
    let (tree, root) = try Target.syntax(arguments, in: session)
    let read = target.environment.namesRead(by: tree.freeNames(of: root))
    let own = target.groups.map(\.name.spelling)
    for (name, _, span) in try arguments.assignments(in: clause.range) {
      guard !read.contains(name.key), !own.contains(name.spelling),
        session.environment[name] == nil
      else { continue }
      let close = Diagnostic.closest(to: name.spelling, among: own)
      throw Diagnostic(
        "'\(target.text)' does not depend on '\(name)'", at: span,
        hint: close.map { "did you mean '\($0)'?" }
          ?? "it depends on \(own.joined(separator: ", "))")
    }
  }
}
