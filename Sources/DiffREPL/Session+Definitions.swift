import Expr

/// Definitions, functions and updates: the statements that change what names stand for.
extension Session {
  mutating func define(
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
    let computation = try computation(value, tree)
    let isClosed =
      !computation.value.holdsFunction
      && freeNames.allSatisfy { environment[$0] == nil && Builtins.isBuiltin($0.key) }
    let (whole, notes) = try computation.evaluation(in: environment)
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
    if let random = computation.randomAfter { after.random = random }
    if settings.certifies, !isClosed, bindings.count == 1 { certify(&output, value, tree) }
    output += Output(notes: self.notes(notes, of: value, tree))
    change(tree.text(of: node)) { $0 = after }
    for (_, name, _) in bindings {
      if !isClosed, let circle = environment.circle(through: name) {
        throw .cycle(circle, at: tree.span(of: node))
      }
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

  mutating func defineFunction(
    _ name: Name, _ parameters: [SyntaxID], _ body: SyntaxID, _ node: SyntaxID, _ tree: SyntaxTree
  ) -> Output {
    let name = environment[name]?.name ?? name
    let function = FunctionDefinition(
      tree: tree, statement: node, name: name, parameters: parameters, body: body)
    var output = Output(notes: shadowingNotes(name))
    change(tree.text(of: node)) { $0.setFunction(name, to: function) }
    output.json.append(
      .object([
        ("statement", .string(function.text)), ("name", .string(name.spelling)),
        ("value", JSONValue(.function(function.signature))),
      ]))
    return output
  }

  // MARK: Updates

  mutating func update(
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
  var holdsTensors: Bool {
    switch self {
    case .tensor, .table: true
    case .tuple(let parts): parts.allSatisfy(\.holdsTensors)
    case .string, .function: false
    }
  }

  /// Data that was read takes no gradient.
  fileprivate var isTable: Bool { if case .table = self { true } else { false } }
}
