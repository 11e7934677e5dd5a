import AD
import Expr

/// What a command works on: a node in a graph, its variables and the values to use.
struct Target {
  var graph: Graph
  let node: NodeID
  /// As typed.
  let text: String
  /// The tensors varied, the parts of tuples each with its own name, `θ[1][2]`.
  let variables: [(name: Name, node: NodeID)]
  /// The names varied, with their structure.
  let groups: [(name: Name, value: Elaborated)]
  /// The session's names, changed by `at`.
  let environment: Environment
  /// The user's names of nodes, in order of definition.
  let names: [(name: String, node: NodeID)]
  /// Where nodes were written, if that was asked for.
  let origins: [NodeID: SourceSpan]

  /// Reads the target, `at` and `wrt` (or `over`) of a command.
  ///
  /// - Parameter foldsConstants: false keeps √2 as it stands, for exact work on formulas.
  /// - Throws: also when nothing varies, with the reason.
  init(
    _ arguments: CommandArguments, in session: Session, variablesClause: String = "wrt",
    needsVariables: Bool = true, foldsConstants: Bool = true, recordsOrigins: Bool = false
  ) throws(Diagnostic) {
    let (tree, root) = try Self.syntax(arguments, in: session)
    environment = try Self.environment(arguments, in: session)
    text = tree.text(of: root)
    var elaborator = Elaborator(
      environment, foldsConstants: foldsConstants, recordsOrigins: recordsOrigins)
    node = try elaborator.elaborate(root, of: tree)
    var groups: [(name: Name, value: Elaborated)] = []
    if let clause = arguments.clause(variablesClause) {
      for name in try arguments.names(in: clause.range) {
        let value = try elaborator.elaborateValue(name, at: clause.span)
        guard !value.nodes.isEmpty else {
          throw Diagnostic("'\(name)' is no value to vary", at: clause.span)
        }
        try elaborator.requireVariable(name, value, at: clause.span)
        groups.append((environment[name]?.name ?? name, value))
      }
    } else {
      let varied = Set(
        elaborator.graph.leaves(under: [node]).filter { !$0.leaf.isData }.map(\.leaf.id.order))
      for entry in environment.all {
        guard case .leaf(let id, _, _) = entry.binding, varied.contains(id.order) else { continue }
        groups.append((entry.name, try elaborator.elaborateValue(entry.name, at: nil)))
      }
    }
    self.groups = groups
    variables = groups.flatMap { group in
      zip(group.value.paths, group.value.nodes).map { path, node in
        (Name(key: group.name.key + path, spelling: group.name.spelling + path), node)
      }
    }
    graph = elaborator.graph
    origins = elaborator.origins
    names = elaborator.definitions.compactMap {
      if case .tensor(let node) = $0.value { ($0.name.spelling, node) } else { nil }
    }
    if needsVariables, variables.isEmpty {
      throw .noVariables(text, graph.leaves(under: [node]).map(\.leaf), at: tree.span(of: root))
    }
  }

  /// An expression with everything that varies under it, for messages about its nodes.
  init(_ root: SyntaxID, _ tree: SyntaxTree, in session: Session) throws(Diagnostic) {
    var elaborator = Elaborator(session.environment, recordsOrigins: true)
    let node = try elaborator.elaborate(root, of: tree)
    let variables = elaborator.graph.leaves(under: [node]).filter { !$0.leaf.isData }
    self.init(
      graph: elaborator.graph, node: node, text: tree.text(of: root),
      variables: variables.map { ($0.leaf.name, $0.node) }, groups: [],
      environment: session.environment, names: [], origins: elaborator.origins)
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
      let value = try session.evaluateValue(tree.statements[0].node, tree)
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

  /// The same with every loop written out, as a trace shows it; itself where there is none.
  ///
  /// - Throws: where the steps would be too many to show.
  func unrolled(at span: SourceSpan) throws(Diagnostic) -> Target {
    let known = variables.map(\.node) + names.map(\.node)
    guard graph.loopProjections().contains(where: { graph.ancestors(of: [node])[$0.key.index] })
    else { return self }
    guard let (graph, nodes) = self.graph.unrolled([node] + known) else {
      throw Diagnostic(
        "the loops under '\(text)' have too many steps to be written out", at: span,
        hint: "trace a shorter loop; :grad \(text) has no such limit")
    }
    func place(_ node: NodeID) -> NodeID { nodes[node.index] ?? node }
    return Target(
      graph: graph, node: place(node), text: text,
      variables: variables.map { ($0.name, place($0.node)) },
      groups: groups.map { ($0.name, $0.value.replacing($0.value.nodes.map(place))) },
      environment: environment, names: names.map { ($0.name, place($0.node)) },
      origins: Dictionary(origins.map { (place($0.key), $0.value) }) { first, _ in first })
  }

  private init(
    graph: Graph, node: NodeID, text: String, variables: [(name: Name, node: NodeID)],
    groups: [(name: Name, value: Elaborated)], environment: Environment,
    names: [(name: String, node: NodeID)], origins: [NodeID: SourceSpan]
  ) {
    self.graph = graph
    self.node = node
    self.text = text
    self.variables = variables
    self.groups = groups
    self.environment = environment
    self.names = names
    self.origins = origins
  }

  /// Tensors, one for each variable, as values of the names varied.
  func grouped(_ tensors: [Tensor]) -> [(name: Name, value: Value)] {
    var rest = tensors[...]
    return groups.map { ($0.name, $0.value.value(from: &rest)) }
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
