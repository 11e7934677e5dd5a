import AD
import Expr

extension Target {
  /// A function as target: called with its arguments as variables, whose values `at` gives; nil where
  /// the target is none.
  ///
  /// - Throws: where an argument has no value and the command needs one, or is no single array.
  static func ofFunction(
    _ arguments: CommandArguments, _ syntax: (tree: SyntaxTree, root: SyntaxID),
    in session: Session, variablesClause: String, elaboration: Elaboration
  ) throws(Diagnostic) -> Target? {
    guard !arguments.target.isEmpty else { return nil }
    let (tree, root) = syntax
    guard session.environment.mayBeFunction(root, of: tree) else { return nil }
    let span = tree.span(of: root)
    var finder = Elaborator(session.environment)
    guard case .function(let function) = try finder.elaborateValue(root, of: tree) else {
      return nil
    }
    guard let parameters = function.parameters else {
      throw Diagnostic(
        "\(function.signature) takes a tuple apart: it has no single argument to vary", at: span,
        hint: "call it with a name of the session: \(tree.text(of: root))(θ)")
    }
    guard !parameters.isEmpty else {
      throw Diagnostic(
        "\(function.signature) has no argument to vary", at: span,
        hint: "call it, \(tree.text(of: root))(), to vary the names in it")
    }
    var environment = session.environment
    var given: Set<Name> = []
    if let clause = arguments.clause("at") {
      for (name, range, _) in try arguments.assignments(in: clause.range) {
        let value = try arguments.value(in: range, session)
        let isArgument = parameters.contains(name)
        if isArgument { given.insert(name) }
        environment.setLeaf(
          isArgument ? name.asArgument : environment[name]?.name ?? name, to: value, isData: false)
      }
    }
    let open = parameters.filter { !given.contains($0) }
    guard open.isEmpty || elaboration.allowsOpenArguments else {
      throw .noPoint(function, parameters, tree.text(of: root), at: span)
    }
    for name in open { environment.setLeaf(name.asArgument, to: .tensor(Tensor(1)), isData: false) }
    return try Target(
      function, parameters, wanted: wanted(arguments, variablesClause), text: tree.text(of: root),
      elaboration, open: open, in: environment, at: span)
  }

  private static func wanted(
    _ arguments: CommandArguments, _ clause: String
  ) throws(Diagnostic) -> [Name]? {
    guard let clause = arguments.clause(clause) else { return nil }
    return try arguments.variables(of: clause)
  }

  private init(
    _ function: Function, _ parameters: [Name], wanted: [Name]?, text: String,
    _ elaboration: Elaboration, open: [Name], in environment: Environment, at span: SourceSpan
  ) throws(Diagnostic) {
    var elaborator = Elaborator(
      environment, foldsConstants: elaboration.foldsConstants,
      recordsOrigins: elaboration.recordsOrigins)
    let node: NodeID
    do {
      node = try elaborator.elaborateCall(
        of: function, with: parameters.map(\.asArgument), at: span
      ).tensor(at: span)
    } catch  where !open.isEmpty && error.hint == nil {
      var failure = error
      failure.hint =
        "\(open[0]) is taken for a number; if it is an array, give its shape: "
        + "\(text) at \(open[0])=[1, 2]"
      throw failure
    }
    let hidden = elaborator.graph.leaves(under: [node]).first { parameters.contains($0.leaf.name) }
    if elaboration.allowsOpenArguments, let name = hidden?.leaf.name {
      throw Diagnostic(
        "'\(name)' is an argument of \(function.signature) and, through what it calls, a name of the "
          + "session: a formula could not tell them apart", at: span,
        hint: "give the argument another name")
    }
    var groups: [(name: Name, value: Elaborated)] = []
    for name in wanted ?? parameters {
      let place = parameters.contains(name) ? name.asArgument : name
      let value = try elaborator.elaborateValue(place, at: span)
      guard !value.nodes.isEmpty else {
        throw Diagnostic("'\(name)' is no value to vary", at: span)
      }
      groups.append((environment[place]?.name ?? name, value))
    }
    self.init(
      graph: elaborator.graph, node: node, text: text, variables: Self.variables(of: groups),
      groups: groups, environment: environment,
      names: elaborator.definitions.compactMap {
        if case .tensor(let node) = $0.value { ($0.name.spelling, node) } else { nil }
      })
  }
}

extension Name {
  /// The leaf that stands for an argument: no name of the session can be it, since none has a blank.
  fileprivate var asArgument: Name { Name(key: "argument \(key)", spelling: spelling) }

  /// Whether it is such a stand-in.
  var isArgument: Bool { key.hasPrefix("argument ") }
}

extension Environment {
  /// Whether an expression looks like a function, before anything is elaborated.
  func mayBeFunction(_ root: SyntaxID, of tree: SyntaxTree) -> Bool {
    var place = root
    while case .prime(let inner) = tree[place] { place = inner }
    switch tree[place] {
    case .lambda: return true
    case .name(let name):
      if case .function? = self[name]?.binding { return true }
      return self[name] == nil && Primitive.function(named: name.key) != nil
    default: return false
    }
  }
}

extension Diagnostic {
  /// A command that needs numbers got a function and no point.
  fileprivate static func noPoint(
    _ function: Function, _ parameters: [Name], _ text: String, at span: SourceSpan
  ) -> Diagnostic {
    let values = parameters.enumerated().map { "\($1)=\($0 + 1)" }.joined(separator: ", ")
    let call = parameters.map(\.spelling).joined(separator: ", ")
    return Diagnostic(
      "\(function.signature) is a function: its point is missing", at: span,
      hint: "add at \(values), or take \(text)(\(call)) with values of the session")
  }
}
