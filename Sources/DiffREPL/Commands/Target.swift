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
  /// Under what the session keeps programs of it; nil where it keeps none.
  private let key: ComputationCache.Key?
  private let dependencies: Dependencies?
  /// Where the program of a minimisation is kept.
  private let plan: Plan?

  /// How a target is elaborated.
  struct Elaboration {
    /// False keeps √2 as it stands, for exact work on formulas.
    var foldsConstants = true
    /// For messages about nodes.
    var recordsOrigins = false
    /// Whether a function may be taken without a point: its arguments are numbers then.
    var allowsOpenArguments = false

    fileprivate var question: String {
      (foldsConstants ? "" : " unfolded") + (recordsOrigins ? " with origins" : "")
    }
  }

  /// What elaborating a target gives: kept while what it rests on is the same.
  private final class Plan: Keepable {
    let graph: Graph
    let node: NodeID
    let groups: [(name: Name, value: Elaborated)]
    let names: [(name: String, node: NodeID)]
    let dependencies: Dependencies?
    /// What a minimisation runs, if it is small.
    fileprivate(set) var objective: Program?
    var bytes: Int { graph.count * 64 }

    /// The memory of a program that is kept here, too little to be counted. One that needs more takes so
    /// long that making it does not matter.
    static let objectiveBytes = 1 << 18

    /// - Parameter wanted: the names varied, at `span`; nil stands for every variable.
    init(
      _ root: SyntaxID, _ tree: SyntaxTree, _ wanted: [Name]?, at span: SourceSpan?,
      _ elaboration: Elaboration, in environment: Environment
    ) throws(Diagnostic) {
      var elaborator = Elaborator(
        environment, foldsConstants: elaboration.foldsConstants,
        recordsOrigins: elaboration.recordsOrigins)
      node = try elaborator.elaborate(root, of: tree)
      var groups: [(name: Name, value: Elaborated)] = []
      if let wanted {
        for name in wanted {
          let value = try elaborator.elaborateValue(name, at: span)
          guard !value.nodes.isEmpty else {
            throw Diagnostic("'\(name)' is no value to vary", at: span)
          }
          try elaborator.requireVariable(name, value, at: span)
          groups.append((environment[name]?.name ?? name, value))
        }
      } else {
        // A size or a bound is no variable: the graph is another one where it changes.
        let fixed = Set(elaborator.staticUses.map(\.order))
        let varied = Set(
          elaborator.graph.leaves(under: [node]).filter { !$0.leaf.isData }.map(\.leaf.id.order)
        ).subtracting(fixed)
        for entry in environment.all {
          guard case .leaf(let id, _, _) = entry.binding, varied.contains(id.order) else {
            continue
          }
          groups.append((entry.name, try elaborator.elaborateValue(entry.name, at: nil)))
        }
      }
      self.groups = groups
      graph = elaborator.graph
      names = elaborator.definitions.compactMap {
        if case .tensor(let node) = $0.value { ($0.name.spelling, node) } else { nil }
      }
      dependencies = elaborator.dependencies
    }
  }

  /// Reads the target, `at` and `wrt` (or `over`) of a command.
  ///
  /// - Throws: also when nothing varies, with the reason.
  init(
    _ arguments: CommandArguments, in session: Session, variablesClause: String = "wrt",
    needsVariables: Bool = true, elaboration: Elaboration = Elaboration()
  ) throws(Diagnostic) {
    let syntax = try Self.syntax(arguments, in: session)
    if let target = try Self.ofFunction(
      arguments, syntax, in: session, variablesClause: variablesClause, elaboration: elaboration)
    {
      self = target
      return
    }
    let environment = try Self.environment(arguments, in: session)
    let clause = arguments.clause(variablesClause)
    let names = try clause.map { part throws(Diagnostic) in try arguments.variables(of: part) }
    try self.init(
      syntax, in: session, environment: environment, varying: names, at: clause?.span,
      needsVariables: needsVariables, elaboration: elaboration)
  }

  /// The target with values and variables that are known already.
  ///
  /// - Parameter names: what varies; nil takes every leaf under the target that is not data.
  init(
    _ syntax: (tree: SyntaxTree, root: SyntaxID), in session: Session, environment: Environment,
    varying names: [Name]?, at place: SourceSpan? = nil, needsVariables: Bool = true,
    elaboration: Elaboration = Elaboration()
  ) throws(Diagnostic) {
    let (tree, root) = syntax
    self.environment = environment
    text = tree.text(of: root)
    let key = ComputationCache.Key(
      root, tree,
      question: (names.map { "wrt \($0.map(\.key).joined(separator: ", "))" } ?? "every variable")
        + elaboration.question)
    let plan = try session.computations.value(for: key, in: environment) { () throws(Diagnostic) in
      try Plan(root, tree, names, at: place, elaboration, in: environment)
    }
    (graph, node, groups, self.names) = (plan.graph, plan.node, plan.groups, plan.names)
    (self.key, dependencies) = (key, plan.dependencies)
    // What has no name is not found again when it is typed again.
    self.plan = key.isName ? plan : nil
    variables = Self.variables(of: groups)
    if needsVariables, variables.isEmpty {
      throw .noVariables(text, graph.leaves(under: [node]).map(\.leaf), at: tree.span(of: root))
    }
  }

  /// A target made of parts that are known already; nothing of it is kept.
  init(
    graph: Graph, node: NodeID, text: String, variables: [(name: Name, node: NodeID)],
    groups: [(name: Name, value: Elaborated)], environment: Environment,
    names: [(name: String, node: NodeID)]
  ) {
    self.graph = graph
    self.node = node
    self.text = text
    self.variables = variables
    self.groups = groups
    self.environment = environment
    self.names = names
    (key, dependencies, plan) = (nil, nil, nil)
  }

  /// The tensors of the names varied, each with its own name.
  static func variables(
    of groups: [(name: Name, value: Elaborated)]
  ) -> [(name: Name, node: NodeID)] {
    groups.flatMap { group in
      zip(group.value.paths, group.value.nodes).map { path, node in
        (Name(key: group.name.key + path, spelling: group.name.spelling + path), node)
      }
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
      environment: session.environment, names: [])
  }

  static func syntax(
    _ arguments: CommandArguments, in session: Session
  ) throws(Diagnostic) -> (SyntaxTree, SyntaxID) {
    guard !arguments.target.isEmpty else {
      if let last = session.lastTarget { return last }
      throw Diagnostic(
        "there is no expression yet to work on", at: arguments.span,
        hint: "name one: \(arguments.command.opening)")
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
      hint: "sum(\(text)) is one number; :jac \(text) has all derivatives, :vjp \(text) with "
        + "weights adds them up")
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
      graph: graph, node: place(node),
      variables: variables.map { ($0.name, place($0.node)) },
      groups: groups.map { ($0.name, $0.value.replacing($0.value.nodes.map(place))) },
      names: names.map { ($0.name, place($0.node)) }, from: self)
  }

  /// The same target in another graph.
  private init(
    graph: Graph, node: NodeID, variables: [(name: Name, node: NodeID)],
    groups: [(name: Name, value: Elaborated)], names: [(name: String, node: NodeID)],
    from other: Target
  ) {
    self.graph = graph
    self.node = node
    self.variables = variables
    self.groups = groups
    self.names = names
    (text, environment, key) = (other.text, other.environment, other.key)
    (dependencies, plan) = (other.dependencies, nil)
  }

  /// The value and its gradient in each variable, by a program that is kept.
  ///
  /// - Precondition: the target is a scalar.
  func valueWithGradient(in session: Session) throws(Diagnostic) -> [Tensor] {
    func make() throws(Diagnostic) -> Computation {
      var graph = graph
      let nodes = gradient(of: node, variables: variables.map(\.node), in: &graph)
      return try Computation(
        graph, .tuple(([node] + nodes).map { .tensor($0) }), dependencies: dependencies,
        in: environment)
    }
    let computation: Computation
    if let key = key?.asking("value and gradient") {
      computation = try session.computations.value(for: key, in: environment, orMake: make)
    } else {
      computation = try make()
    }
    return try computation.evaluation(in: environment).value.tensors
  }

  /// The program that a minimisation runs, kept for the next one.
  func objectiveProgram() throws(Diagnostic) -> Program {
    if let kept = plan?.objective { return kept }
    let program = try Objective.program(of: node, variables.map(\.node), graph, environment)
    if !program.holdsValues, program.bytes <= Plan.objectiveBytes { plan?.objective = program }
    return program
  }

  /// A note where one name varied is made from another: both are free then.
  var notes: [Diagnostic] {
    for (position, group) in groups.enumerated() {
      let reached = graph.ancestors(of: group.value.nodes)
      for (other, under) in groups.enumerated() where other != position {
        guard under.value.nodes.contains(where: { reached[$0.index] }) else { continue }
        return [
          Diagnostic(
            "'\(group.name)' is made from '\(under.name)'; here each varies while the other is held",
            severity: .note)
        ]
      }
    }
    return []
  }

  /// Tensors, one for each variable, as values of the names varied.
  func grouped(_ tensors: [Tensor]) -> [(name: Name, value: Value)] {
    var rest = tensors[...]
    return groups.map { ($0.name, $0.value.value(from: &rest)) }
  }

  /// The name of the function in titles: the target's name, `f'` and `sin(x)` for what has one, `f` for
  /// an expression.
  var functionName: String {
    if let entry = environment[Name(text)] { return entry.name.spelling }
    let bare = text.prefix { $0 != "'" }
    if bare.count < text.count, environment[Name(String(bare))] != nil { return text }
    guard Primitive.function(named: text) != nil else { return "f" }
    return "\(text)(\(variables.map(\.name.spelling).joined(separator: ", ")))"
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
