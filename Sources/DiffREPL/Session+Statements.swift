import Expr

extension Session {
  /// Runs a statement; `run` takes care of failure and silence.
  mutating func execute(_ node: SyntaxID, of tree: SyntaxTree) throws(Diagnostic) -> Output {
    switch tree[node] {
    case .definition(let targets, let value, let isData):
      return try define(targets, value, isData: isData, node, tree)
    case .update(let targets, let values): return try update(targets, values, node, tree)
    case .print(let items): return try print(items, tree)
    case .assertion(let condition, let tolerance, let isAbsolute):
      return try check(condition, tolerance, isAbsolute: isAbsolute, node, tree)
    case .expectError(let statement): return try expectError(statement, tree)
    case .command(let word, let arguments):
      return try CommandTable.run(word, arguments: arguments, at: tree.span(of: node), in: &self)
    case .function(let name, let parameters, let body):
      return defineFunction(name, parameters, body, node, tree)
    case .repetition, .forLoop, .whileLoop: return try runLoop(node, tree)
    case .conditional(let condition, let then, let otherwise):
      guard case .block = tree[then] else { return try show(node, tree) }
      let holds = try evaluate(condition, tree).elements.allSatisfy { $0 != 0 }
      guard let branch = holds ? then : otherwise else { return Output() }
      return try runBlock(branch, tree)
    default: return try show(node, tree)
    }
  }

  // MARK: Expressions

  private mutating func show(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Output {
    try refuseBareCommand(node, tree)
    let (value, notes) = try evaluateDrawing(node, tree)
    let text = tree.text(of: node)
    var members: [(key: String, value: JSONValue)] = [("statement", .string(text))]
    var name = StyledText("ans", .faint)
    if case .name(let used) = tree[node] {
      let shown = environment[used]?.name.spelling ?? used.spelling
      name = StyledText(shown, .name)
      members.append(("name", .string(shown)))
    }
    members.append(("value", JSONValue(value)))
    if value.tensor?.scalar != nil { lastTarget = (tree, node) }
    if value.holdsTensors { setAnswer(value) }
    var output = Output(blocks: [.value(name: name, value)], json: [.object(members)])
    if settings.certifies { certify(&output, node, tree) }
    return output + Output(notes: notes)
  }

  /// Checks the value of an expression that draws no random numbers.
  func certify(_ output: inout Output, _ node: SyntaxID, _ tree: SyntaxTree) {
    var elaborator = Elaborator(environment)
    guard let root = try? elaborator.elaborate(node, of: tree) else { return }
    output.certify([root], elaborator.graph, environment, settings)
  }

  /// `vars`, where `:vars` is meant.
  private func refuseBareCommand(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) {
    guard case .name(let name) = tree[node], environment[name] == nil,
      !Builtins.isBuiltin(name.key), CommandTable.names.contains(name.key)
    else { return }
    throw Diagnostic(
      "unknown name '\(name)'", at: tree.span(of: node),
      hint: "commands begin with a colon: :\(name)")
  }

  /// An expression elaborated and compiled: what is kept of it where that still holds.
  func computation(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Computation {
    let key = ComputationCache.Key(node, tree)
    let environment = environment
    return try computations.value(for: key, in: environment) { () throws(Diagnostic) in
      var elaborator = Elaborator(environment)
      let value = try elaborator.elaborateValue(node, of: tree)
      return try Computation(elaborator, value)
    }
  }

  /// The value of an expression now, its random numbers drawn from the session's generator.
  mutating func evaluateDrawing(
    _ node: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> (value: Value, notes: [Diagnostic]) {
    let computation = try computation(node, tree)
    if let random = computation.randomAfter { edit { $0.random = random } }
    let (value, notes) = try computation.evaluation(in: environment)
    return (value, self.notes(notes, of: node, tree))
  }

  /// What kernels told while an expression was evaluated, as long as it calls them itself: what a
  /// definition under it does was told when that was entered.
  func notes(_ texts: [String], of node: SyntaxID, _ tree: SyntaxTree) -> [Diagnostic] {
    guard !texts.isEmpty, environment.call(tree.freeNames(of: node), leadsTo: Name("cg")) else {
      return []
    }
    return texts.map { Diagnostic($0, severity: .note) }
  }

  /// The value of an expression now.
  func evaluateValue(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Value {
    try computation(node, tree).evaluation(in: environment).value
  }

  /// The value of an expression that must be a number or an array.
  func evaluate(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Tensor {
    // What options say is mostly a plain number.
    if case .number(let value) = tree[node] { return Tensor(value) }
    let computation = try computation(node, tree)
    _ = try computation.value.tensor(at: tree.span(of: node))
    return try computation.evaluation(in: environment).value.tensors[0]
  }
}

extension Output {
  /// A name with its new value.
  init(_ name: Name, _ value: Value, _ statement: String) {
    blocks = [.value(name: StyledText(name.spelling, .name), value)]
    json = [
      .object([
        ("statement", .string(statement)), ("name", .string(name.spelling)),
        ("value", JSONValue(value)),
      ])
    ]
  }

  init(notes: [Diagnostic]) {
    for note in notes { append(note) }
  }

  /// Adds a note or a warning.
  mutating func append(_ diagnostic: Diagnostic) {
    blocks.append(.diagnostic(diagnostic))
    if diagnostic.severity == .warning {
      json.append(.object([("warning", .string(diagnostic.message))]))
    } else {
      json.append(.object([("note", .string(diagnostic.message))]))
    }
  }

  static func += (a: inout Output, b: Output) {
    a.blocks += b.blocks
    a.json += b.json
  }

  static func + (a: Output, b: Output) -> Output {
    Output(blocks: a.blocks + b.blocks, json: a.json + b.json)
  }
}
