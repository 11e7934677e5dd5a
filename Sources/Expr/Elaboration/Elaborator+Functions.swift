extension Elaborator {
  /// Calls a function value.
  mutating func apply(
    _ function: Function, to arguments: [Elaborated], at span: SourceSpan
  ) throws(Diagnostic) -> Elaborated {
    switch function {
    case .closure(let closure): return try call(closure, arguments, at: span)
    case .builtin(let name):
      var operands: [NodeID] = []
      for argument in arguments { operands.append(try argument.tensor(at: span)) }
      return .tensor(try builtin(name, operands, .none, at: span))
    case .derivative(let kind, let function):
      return try derivative(kind, of: function, at: arguments, span: span)
    }
  }

  private mutating func call(
    _ closure: Closure, _ arguments: [Elaborated], at span: SourceSpan
  ) throws(Diagnostic) -> Elaborated {
    guard arguments.count == closure.parameters.count else {
      let count = closure.parameters.count
      throw Diagnostic(
        "\(closure.signature) takes \(count) argument\(count == 1 ? "" : "s"), not "
          + "\(arguments.count)", at: span)
    }
    guard callDepth < Self.callDepthLimit else {
      throw Diagnostic(
        "calls of \(closure.signature) go deeper than \(Self.callDepthLimit)", at: span,
        hint: openCondition.map { "\($0): a recursion ends by sizes and constants" }
          ?? "a recursion ends by a condition that is known while elaborating: sizes, constants")
    }
    let outer = (locals, endValues)
    callDepth += 1
    (locals, endValues) = (closure.locals, [])
    defer {
      callDepth -= 1
      (locals, endValues) = outer
    }
    for (parameter, argument) in zip(closure.parameters, arguments) {
      try bind(parameter, closure.tree, to: argument)
    }
    return try value(closure.body, closure.tree)
  }

  /// Gives the names of a pattern the parts of a value.
  mutating func bind(
    _ pattern: SyntaxID, _ tree: SyntaxTree, to value: Elaborated
  ) throws(Diagnostic) {
    switch tree[pattern] {
    case .name(let name): locals[name.key] = value
    case .tuple(let names):
      guard case .tuple(let parts) = value, parts.count == names.count else {
        throw Diagnostic(
          "a tuple of \(names.count) is needed to take apart", at: tree.span(of: pattern))
      }
      for (name, part) in zip(names, parts) { try bind(name, tree, to: part) }
    default: throw Diagnostic("a name is needed here", at: tree.span(of: pattern))
    }
  }

  // MARK: Blocks

  /// `{ h = …; for … { … }; s }`: locals may be assigned again; the value is the last expression.
  mutating func block(
    _ statements: [Statement], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let outer = locals
    defer { locals = outer }
    guard let last = try run(statements, tree) else {
      throw Diagnostic(
        "this block has no value", at: tree.span(of: id), hint: "end it with an expression")
    }
    return last
  }

  /// Runs statements on the locals; the value of the last one, if it is an expression.
  mutating func run(
    _ statements: [Statement], _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated? {
    var last: Elaborated?
    for statement in statements { last = try run(statement.node, tree) }
    return last
  }

  private mutating func run(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Elaborated? {
    switch tree[id] {
    case .definition(let targets, let valueID, _):
      let result = try value(valueID, tree)
      try assign(targets, result, tree)
      return nil
    case .forLoop(let generators, let body):
      try runLoop(generators[...], body, tree)
      return nil
    case .repetition(let count, let body):
      let number = try staticNumber(count, tree)
      guard let rounds = Int(exactly: number), rounds >= 0 else {
        throw Diagnostic("repeat takes a whole number of rounds", at: tree.span(of: count))
      }
      try blockLoop(nil, over: nil, rounds: rounds, body, tree) { elaborator throws(Diagnostic) in
        _ = try elaborator.runBody(body, tree)
      }
      return nil
    case .conditional(let condition, let then, let otherwise):
      return try runConditional(condition, then, otherwise, id, tree)
    case .block(let statements): return try run(statements, tree)
    case .function(let name, let parameters, let body):
      locals[name.key] = .function(
        .closure(
          Closure(name: name, tree: tree, parameters: parameters, body: body, locals: locals)))
      return nil
    case .print, .assertion, .update, .command, .whileLoop:
      throw Diagnostic(
        "a function has no effects: this belongs at top level", at: tree.span(of: id))
    default: return try value(id, tree)
    }
  }

  /// The most rounds of a loop that is written out.
  static let unrollLimit = 200_000

  private mutating func runBody(
    _ body: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated? {
    if case .block(let statements) = tree[body] { return try run(statements, tree) }
    return try run(body, tree)
  }

  private mutating func runLoop(
    _ generators: ArraySlice<Generator>, _ body: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) {
    guard let generator = generators.first else {
      _ = try runBody(body, tree)
      return
    }
    let sequence = try sequence(generator.range, tree)
    try blockLoop(
      generator.pattern, over: sequence, rounds: sequence.count, body, tree
    ) { elaborator throws(Diagnostic) in
      try elaborator.runLoop(generators.dropFirst(), body, tree)
    }
  }

  func boundNames(_ pattern: SyntaxID, _ tree: SyntaxTree) -> [String] {
    switch tree[pattern] {
    case .name(let name): [name.key]
    case .tuple(let parts): parts.flatMap { boundNames($0, tree) }
    default: []
    }
  }

  /// `if c { … } else { … }`: where the condition is not known, both branches run and the locals they
  /// change are chosen between.
  private mutating func runConditional(
    _ conditionID: SyntaxID, _ then: SyntaxID, _ otherwise: SyntaxID?, _ id: SyntaxID,
    _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated? {
    let test = try condition(conditionID, tree)
    if let known = graph.scalarConstant(of: test) {
      if known != 0 { return try runBody(then, tree) }
      return try otherwise.map { id throws(Diagnostic) in try runBody(id, tree) } ?? nil
    }
    let span = tree.span(of: id), before = locals
    let first = try branch(then, tree), afterThen = locals
    locals = before
    let second =
      try otherwise.map { id throws(Diagnostic) in try branch(id, tree) } ?? .success(nil)
    let afterElse = locals
    locals = before
    if case (.failure(let error), .failure) = (first, second) { throw error }
    let changed = [then, otherwise].compactMap { $0 }.reduce(into: Set<String>()) {
      $0.formUnion(assignedNames($1, tree))
    }
    for name in changed.sorted() where before[name] != nil {
      guard let a = afterThen[name], let b = afterElse[name] else { continue }
      let x = first.map { _ in a }, y = second.map { _ in b }
      if case (.success, .success) = (x, y), a.nodes == b.nodes, !a.nodes.isEmpty {
        locals[name] = a
      } else {
        locals[name] = try choose(test, x, y, at: span)
      }
    }
    switch (first, second) {
    case (.success(let a?), .success(let b?)): return try choose(test, a, b, at: span)
    case (.success(let value?), .failure(let error)):
      return try choose(test, .success(value), .failure(error), at: span)
    case (.failure(let error), .success(let value?)):
      return try choose(test, .failure(error), .success(value), at: span)
    default: return nil
    }
  }

  /// One branch of an `if` that keeps both: its value, and the locals as it leaves them.
  private mutating func branch(
    _ body: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Result<Elaborated?, Diagnostic> {
    try attempt { elaborator throws(Diagnostic) in try elaborator.runBody(body, tree) }
  }

  // MARK: Assignment in blocks

  private mutating func assign(
    _ targets: [SyntaxID], _ value: Elaborated, _ tree: SyntaxTree
  ) throws(Diagnostic) {
    if targets.count > 1 {
      guard case .tuple(let parts) = value, parts.count == targets.count else {
        throw Diagnostic(
          "a tuple of \(targets.count) is needed to take apart", at: tree.span(of: targets[0]))
      }
      for (target, part) in zip(targets, parts) { try assign([target], part, tree) }
      return
    }
    guard case .index(let base, let items) = tree[targets[0]] else {
      return try bind(targets[0], tree, to: value)
    }
    guard case .name(let name) = tree[base], let old = locals[name.key] else {
      throw Diagnostic(
        "only entries of a local array can be replaced", at: tree.span(of: base),
        hint: "give it a first value in this block: a = zeros(n)")
    }
    locals[name.key] = try replacing(items, of: old, by: value, targets[0], tree)
  }

  private mutating func replacing(
    _ items: [SyntaxID], of old: Elaborated, by new: Elaborated, _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let span = tree.span(of: id)
    let array = try old.tensor(at: span), entry = try new.tensor(at: span)
    let axes = try axes(of: graph.shape(of: array), items, id, tree)
    var known: [Selection.Axis] = []
    for case .known(let axis) in axes { known.append(axis) }
    if known.count < axes.count {
      let place = place(of: axes, items, id, tree)
      return .tensor(try replacing(axes, of: array, by: entry, at: place))
    }
    let selection = Selection(axes: known, source: graph.shape(of: array))
    let shape = graph.shape(of: entry)
    guard shape.isScalar || shape.count == selection.result.count else {
      throw Diagnostic("\(selection.result.count) entries cannot take a \(shape)", at: span)
    }
    let fitted = graph.broadcast(
      graph.shaped(entry, to: shape.isScalar ? shape : selection.result), to: selection.result)
    return .tensor(graph.apply(Primitive[.replace], [array, fitted], .selection(selection)))
  }
}
