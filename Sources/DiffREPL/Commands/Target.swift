import AD
import Expr

/// What a command works on: a node in a graph, its variables and the values to use.
struct Target {
  var graph: Graph
  let node: NodeID
  /// As typed.
  let text: String
  let variables: [(name: Name, node: NodeID)]
  /// The session's names, changed by `at`.
  let environment: Environment
  /// The user's names of nodes, in order of definition.
  let names: [(name: String, node: NodeID)]

  /// Reads the target, `at` and `wrt` (or `over`) of a command.
  ///
  /// - Throws: also when nothing varies, with the reason.
  init(
    _ arguments: CommandArguments, in session: Session, variablesClause: String = "wrt",
    needsVariables: Bool = true
  ) throws(Diagnostic) {
    let (tree, root) = try Self.syntax(arguments, in: session)
    environment = try Self.environment(arguments, in: session)
    text = tree.text(of: root)
    var elaborator = Elaborator(environment)
    node = try elaborator.elaborate(root, of: tree)
    var variables: [(name: Name, node: NodeID)] = []
    if let clause = arguments.clause(variablesClause) {
      for name in try arguments.names(in: clause.range) {
        let shown = environment[name]?.name ?? name
        variables.append((shown, try elaborator.elaborate(name, at: clause.span)))
      }
    } else {
      for (node, leaf) in elaborator.graph.leaves(under: [node]) where !leaf.isData {
        variables.append((leaf.name, node))
      }
    }
    graph = elaborator.graph
    names = elaborator.definitions.map { ($0.name.spelling, $0.node) }
    self.variables = variables
    if needsVariables, variables.isEmpty {
      throw .noVariables(text, graph.leaves(under: [node]).map(\.leaf), at: tree.span(of: root))
    }
  }

  private static func syntax(
    _ arguments: CommandArguments, in session: Session
  ) throws(Diagnostic) -> (SyntaxTree, SyntaxID) {
    guard !arguments.target.isEmpty else {
      if let last = session.lastTarget { return last }
      throw Diagnostic(
        "there is no expression yet to work on", at: arguments.span,
        hint: "name one: :grad x^2 at x=3")
    }
    let tree = try Parser.parseExpressions(in: arguments.source, range: arguments.target)
    guard tree.statements.count == 1 else {
      throw Diagnostic(
        "one target is expected here", at: SourceSpan(arguments.source, arguments.target))
    }
    return (tree, tree.statements[0].node)
  }

  /// The session's names with those of `at` set elsewhere.
  private static func environment(
    _ arguments: CommandArguments, in session: Session
  ) throws(Diagnostic) -> Environment {
    var environment = session.environment
    guard let clause = arguments.clause("at") else { return environment }
    for (name, range, span) in try arguments.assignments(in: clause.range) {
      let tree = try Parser.parseExpressions(in: arguments.source, range: range)
      guard tree.statements.count == 1 else {
        throw Diagnostic("one value for '\(name)' is expected", at: span)
      }
      let value = try session.evaluate(tree.statements[0].node, tree)
      environment.setLeaf(environment[name]?.name ?? name, to: value)
    }
    return environment
  }

  /// The target as a scalar: what has a gradient.
  func requireScalar(at span: SourceSpan) throws(Diagnostic) {
    let shape = graph.shape(of: node)
    guard !shape.isScalar else { return }
    throw Diagnostic(
      "'\(text)' is a \(shape): a gradient needs one number", at: span,
      hint: "sum(\(text)) or norm(\(text)) is one number")
  }

  /// The name of the function in titles: the target's name, `f` for an expression.
  var functionName: String {
    environment[Name(text)] != nil ? environment[Name(text)]!.name.spelling : "f"
  }
}

extension Diagnostic {
  /// Nothing under the target takes a gradient: says what there is and how to change that.
  fileprivate static func noVariables(
    _ target: String, _ leaves: [Leaf], at span: SourceSpan
  ) -> Diagnostic {
    guard !leaves.isEmpty else {
      return Diagnostic(
        "'\(target)' depends on no variable: it is constant", at: span,
        hint: "w0 = 0.5 makes a variable w0; use it in the expression")
    }
    let names = leaves.map(\.name.spelling).joined(separator: ", ")
    let isOne = leaves.count == 1
    return Diagnostic(
      "'\(target)' depends only on \(names), and \(isOne ? "that is" : "they are") data, which "
        + "\(isOne ? "takes" : "take") no gradient", at: span,
      hint: ":param \(leaves[0].name) makes it a variable again, or say wrt \(leaves[0].name)")
  }
}
