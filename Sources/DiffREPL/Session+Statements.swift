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
    return Output(blocks: [.value(name: name, value)], json: [.object(members)])
      + Output(notes: notes)
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

  /// The value of an expression now, its random numbers drawn from the session's generator.
  private mutating func evaluateDrawing(
    _ node: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> (value: Value, notes: [Diagnostic]) {
    var elaborator = Elaborator(environment)
    let elaborated = try elaborator.elaborateValue(node, of: tree)
    edit { $0.random = elaborator.random }
    let (value, notes) = try elaborator.graph.evaluation(of: elaborated, in: environment)
    return (value, notes.map { Diagnostic($0, severity: .note) })
  }

  /// The value of an expression now.
  func evaluateValue(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Value {
    var elaborator = Elaborator(environment)
    let elaborated = try elaborator.elaborateValue(node, of: tree)
    return try elaborator.graph.value(of: elaborated, in: environment)
  }

  /// The value of an expression that must be a number or an array.
  func evaluate(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Tensor {
    var elaborator = Elaborator(environment)
    let root = try elaborator.elaborate(node, of: tree)
    return try elaborator.graph.values(of: [root], in: environment)[0]
  }

  // MARK: Definitions

  private mutating func define(
    _ targets: [SyntaxID], _ value: SyntaxID, isData: Bool, _ node: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Output {
    var bindings: [(target: SyntaxID, name: Name, part: [Int])] = []
    if targets.count == 1 {
      try collect(targets[0], [], tree, &bindings)
    } else {
      for (position, target) in targets.enumerated() {
        try collect(target, [position], tree, &bindings)
      }
    }
    let freeNames = tree.freeNames(of: value)
    if let own = bindings.first(where: { freeNames.contains($0.name) })?.name {
      throw Diagnostic(
        "'\(own)' cannot be defined by itself", at: tree.span(of: node),
        hint: "\(own) := \(tree.text(of: value)) changes its value once")
    }
    var elaborator = Elaborator(environment)
    let elaborated = try elaborator.elaborateValue(value, of: tree)
    let isClosed =
      !elaborated.holdsFunction
      && freeNames.allSatisfy { environment[$0] == nil && Builtins.isBuiltin($0.key) }
    let (whole, notes) = try elaborator.graph.evaluation(of: elaborated, in: environment)
    var output = Output()
    let before = environment
    var after = environment
    for (target, name, part) in bindings {
      output += Output(notes: shadowingNotes(name))
      let result = try whole.part(part, at: tree.span(of: target))
      if isClosed {
        after.setLeaf(name, to: result, isData: isData || result.isTable)
      } else {
        after.setDefinition(
          name,
          to: Definition(
            tree: tree, value: value, isData: isData, part: part, random: environment.random))
        if result.tensor?.scalar != nil, part.isEmpty { lastTarget = (tree, target) }
      }
      output += Output(name, result, tree.text(of: node))
    }
    after.random = elaborator.random
    output += Output(notes: notes.map { Diagnostic($0, severity: .note) })
    change(tree.text(of: node)) { $0 = after }
    for (_, name, _) in bindings {
      // Elaborating it now finds circles.
      if !isClosed { _ = try self.value(of: name, at: tree.span(of: node)) }
      output += Output(notes: brokenNotes(name, before))
    }
    return output
  }

  /// The names of a target and the parts of the value they take.
  private func collect(
    _ target: SyntaxID, _ part: [Int], _ tree: SyntaxTree,
    _ bindings: inout [(target: SyntaxID, name: Name, part: [Int])]
  ) throws(Diagnostic) {
    switch tree[target] {
    case .name(let typed): bindings.append((target, environment[typed]?.name ?? typed, part))
    case .tuple(let parts):
      for (position, inner) in parts.enumerated() {
        try collect(inner, part + [position], tree, &bindings)
      }
    default: throw Diagnostic("a name is needed here", at: tree.span(of: target))
    }
  }

  private mutating func defineFunction(
    _ name: Name, _ parameters: [SyntaxID], _ body: SyntaxID, _ node: SyntaxID, _ tree: SyntaxTree
  ) -> Output {
    let name = environment[name]?.name ?? name
    let function = FunctionDefinition(
      tree: tree, statement: node, name: name, parameters: parameters, body: body)
    var output = Output(notes: shadowingNotes(name))
    change(tree.text(of: node)) { $0.setFunction(name, to: function) }
    output.blocks.append(.line(StyledText(function.text)))
    output.json.append(
      .object([
        ("statement", .string(function.text)), ("name", .string(name.spelling)),
        ("value", JSONValue(.function(function.signature))),
      ]))
    return output
  }

  // MARK: Updates

  private mutating func update(
    _ targets: [SyntaxID], _ values: [SyntaxID], _ node: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Output {
    // All right sides first: a, b := b, a exchanges them.
    var results: [Value] = []
    for value in values { results.append(try evaluateDrawing(value, tree).value) }
    if results.count == 1, targets.count > 1, case .tuple(let parts) = results[0] {
      results = parts
    }
    guard targets.count == results.count else {
      throw Diagnostic(
        "\(targets.count) names cannot take \(results.count) values", at: tree.span(of: node))
    }
    var output = Output()
    let before = environment
    var after = environment
    var names: [Name] = []
    for (target, result) in zip(targets, results) {
      let (name, value) = try updated(target, to: result, in: after, tree)
      switch after[name]?.binding {
      case .definition:
        output.append(
          Diagnostic("'\(name)' was a definition and is a value now", severity: .note))
      case .function:
        throw Diagnostic(
          "'\(name)' is a function", at: tree.span(of: target),
          hint: "\(name)(x) = … defines it anew, :delete \(name) forgets it")
      case .leaf, nil: break
      }
      guard value.holdsTensors else {
        throw Diagnostic("a value is needed here, not a \(value)", at: tree.span(of: node))
      }
      after.setLeaf(name, to: value)
      names.append(name)
    }
    change(tree.text(of: node)) { $0 = after }
    for name in names {
      if case .leaf(_, let value, _)? = environment[name]?.binding {
        output += Output(name, value, tree.text(of: node), notes: brokenNotes(name, before))
      }
    }
    return output
  }

  /// The name a target stands for and its new value; `x[2]` replaces entries of a leaf.
  private func updated(
    _ target: SyntaxID, to result: Value, in environment: Environment, _ tree: SyntaxTree
  ) throws(Diagnostic) -> (Name, Value) {
    switch tree[target] {
    case .name(let name): return (environment[name]?.name ?? name, result)
    case .index(let base, let items):
      guard case .name(let name) = tree[base], let entry = environment[name],
        case .leaf(_, let old, _) = entry.binding, case .tensor(var value) = old,
        case .tensor(let result) = result
      else {
        throw Diagnostic("only entries of an array can be changed", at: tree.span(of: base))
      }
      var elaborator = Elaborator(environment)
      let positions = try elaborator.positions(in: value.shape, items, target, of: tree)
      guard result.shape.isScalar || result.elements.count == positions.count else {
        throw Diagnostic(
          "\(positions.count) entries cannot take a \(result.shape)", at: tree.span(of: target))
      }
      for (position, offset) in positions.enumerated() {
        value.elements[offset] = result.elements[result.shape.isScalar ? 0 : position]
      }
      return (entry.name, .tensor(value))
    default: throw Diagnostic("a name is needed here", at: tree.span(of: target))
    }
  }

  /// A note, once, when a built-in name gets another meaning.
  private func shadowingNotes(_ name: Name) -> [Diagnostic] {
    guard environment[name] == nil, Builtins.isBuiltin(name.key) else { return [] }
    return [
      Diagnostic(
        "'\(name)' hides the built-in of that name (:delete \(name) gives it back)",
        severity: .note)
    ]
  }

  /// A note for each definition that worked before a change of `name` and does not now.
  private func brokenNotes(_ name: Name, _ before: Environment) -> [Diagnostic] {
    if case .leaf(_, let old, _)? = before[name]?.binding,
      case .leaf(_, let new, _)? = environment[name]?.binding, old.hasShape(of: new)
    {
      return []
    }
    return environment.dependents(of: name).compactMap { dependent in
      var now = Elaborator(environment), then = Elaborator(before)
      guard (try? now.elaborateValue(dependent, at: nil)) == nil,
        (try? then.elaborateValue(dependent, at: nil)) != nil
      else { return nil }
      return Diagnostic("'\(dependent)' does not fit '\(name)' any more", severity: .note)
    }
  }

  // MARK: Print, assert, :expect-error

  private func print(_ items: [SyntaxID], _ tree: SyntaxTree) throws(Diagnostic) -> Output {
    var texts: [String] = []
    let format = ValueFormat(digits: settings.digits)
    for item in items {
      if case .string(let text) = tree[item] {
        texts.append(text)
      } else {
        texts.append(format.line(try evaluateValue(item, tree)))
      }
    }
    let line = texts.joined(separator: " ")
    return Output(blocks: [.line(StyledText(line))], json: [.object([("print", .string(line))])])
  }

  private func check(
    _ condition: SyntaxID, _ tolerance: SyntaxID?, isAbsolute: Bool, _ node: SyntaxID,
    _ tree: SyntaxTree
  ) throws(Diagnostic) -> Output {
    let passed = Output(
      json: [.object([("command", .string("assert")), ("passed", .bool(true))])])
    guard case .comparison(let operators, let operands) = tree[condition], operators.count == 1
    else {
      let value = try evaluate(condition, tree)
      if value.elements.allSatisfy({ $0 != 0 && !$0.isNaN }) { return passed }
      throw Diagnostic("the assertion does not hold", at: tree.span(of: condition))
    }
    let left = try evaluate(operands[0], tree), right = try evaluate(operands[1], tree)
    if operators[0] != .approximatelyEqual {
      let value = try evaluate(condition, tree)
      if value.elements.allSatisfy({ $0 != 0 }) { return passed }
      throw .assertion(left, operators[0].rawValue, right, at: tree.span(of: condition))
    }
    let allowed = try tolerance.map { id throws(Diagnostic) in
      try evaluate(id, tree).scalar ?? .nan
    }
    let comparison = Approximation(left, right, tolerance: allowed ?? 1e-6, isAbsolute: isAbsolute)
    if comparison.holds { return passed }
    throw .assertion(
      left, "≈", right, at: tree.span(of: condition), hint: comparison.hint)
  }

  private func expectError(
    _ statement: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Output {
    var trial = self
    do {
      _ = try trial.execute(statement, of: tree)
    } catch {
      return Output(
        blocks: [.diagnostic(error)],
        json: [
          .object([("command", .string("expect-error")), ("message", .string(error.message))])
        ])
    }
    throw Diagnostic(
      "this was expected to fail, and did not", at: tree.span(of: statement))
  }
}

/// `a ≈ b`, entry by entry; nan equals nothing.
private struct Approximation {
  let holds: Bool
  /// The way out where a relative tolerance can never be met.
  let hint: String?

  init(_ a: Tensor, _ b: Tensor, tolerance: Double, isAbsolute: Bool) {
    guard a.shape == b.shape else {
      holds = false
      hint = "the shapes differ: \(a.shape) and \(b.shape)"
      return
    }
    var worst = 0.0
    var comparesWithZero = false
    for (x, y) in zip(a.elements, b.elements) where x != y {
      let size = isAbsolute ? 1 : max(abs(x), abs(y))
      let error = abs(x - y) / size
      if x == 0 || y == 0 { comparesWithZero = true }
      worst = error.isNaN || worst.isNaN ? .nan : max(worst, error)
    }
    holds = worst <= tolerance
    let number = NumberFormat(digits: 3).string(worst)
    hint =
      holds
      ? nil
      : worst.isNaN
        ? "nan equals nothing, not even itself"
        : comparesWithZero && !isAbsolute
          ? "nothing is relatively close to 0: within 1e-9 abs"
          : "they differ by \(number)\(isAbsolute ? "" : " relatively")"
  }
}

extension Diagnostic {
  fileprivate static func assertion(
    _ left: Tensor, _ symbol: String, _ right: Tensor, at span: SourceSpan, hint: String? = nil
  ) -> Diagnostic {
    let format = ValueFormat(digits: 17)
    return Diagnostic(
      "the assertion does not hold: \(format.line(left, width: 120)) \(symbol) "
        + format.line(right, width: 120), at: span, hint: hint)
  }
}

extension Value {
  /// Part of a tuple, of a part of it, and so on.
  fileprivate func part(_ path: [Int], at span: SourceSpan) throws(Diagnostic) -> Value {
    var value = self
    for position in path {
      guard case .tuple(let parts) = value, parts.indices.contains(position) else {
        throw Diagnostic("the value on the right has no part \(position + 1)", at: span)
      }
      value = parts[position]
    }
    return value
  }

  /// Whether it can be the value of a leaf.
  fileprivate var holdsTensors: Bool {
    switch self {
    case .tensor, .table: true
    case .tuple(let parts): parts.allSatisfy(\.holdsTensors)
    case .string, .function: false
    }
  }

  /// Data that was read takes no gradient.
  fileprivate var isTable: Bool { if case .table = self { true } else { false } }
}

extension Output {
  /// A name with its new value.
  init(_ name: Name, _ value: Value, _ statement: String, notes: [Diagnostic] = []) {
    blocks = [.value(name: StyledText(name.spelling, .name), value)]
    json = [
      .object([
        ("statement", .string(statement)), ("name", .string(name.spelling)),
        ("value", JSONValue(value)),
      ])
    ]
    for note in notes { append(note) }
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
