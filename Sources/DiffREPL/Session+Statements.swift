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
    case .function(let name, _, _):
      throw .notSupportedYet("functions (\(name)(x) = …)", at: tree.span(of: node))
    case .repetition, .forLoop, .whileLoop:
      throw .notSupportedYet("loops", at: tree.span(of: node))
    default: return try show(node, tree)
    }
  }

  // MARK: Expressions

  private mutating func show(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Output {
    var elaborator = Elaborator(environment)
    let root = try elaborator.elaborate(node, of: tree)
    let value = try elaborator.graph.values(of: [root], in: environment)[0]
    let text = tree.text(of: node)
    var members: [(key: String, value: JSONValue)] = [("statement", .string(text))]
    var name = StyledText("ans", .faint)
    if case .name(let used) = tree[node] {
      let shown = environment[used]?.name.spelling ?? used.spelling
      name = StyledText(shown, .name)
      members.append(("name", .string(shown)))
    }
    members.append(("value", JSONValue(value)))
    if value.scalar != nil { lastTarget = (tree, node) }
    setAnswer(value)
    return Output(blocks: [.value(name: name, .tensor(value))], json: [.object(members)])
  }

  // MARK: Definitions and updates

  private mutating func define(
    _ targets: [SyntaxID], _ value: SyntaxID, isData: Bool, _ node: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Output {
    guard targets.count == 1, case .name(let typed) = tree[targets[0]] else {
      throw .notSupportedYet("taking tuples apart", at: tree.span(of: targets[0]))
    }
    let name = environment[typed]?.name ?? typed
    let definition = Definition(tree: tree, value: value, isData: isData)
    if definition.freeNames.contains(typed) {
      throw Diagnostic(
        "'\(name)' cannot be defined by itself", at: tree.span(of: node),
        hint: "\(name) := \(definition.text) changes its value once")
    }
    let notes = shadowingNotes(name)
    let isClosed = definition.freeNames.allSatisfy {
      environment[$0] == nil && Builtins.isBuiltin($0.key)
    }
    let before = environment
    let result: Tensor
    if isClosed {
      result = try evaluate(value, tree)
      change(tree.text(of: node)) { $0.setLeaf(name, to: result, isData: isData) }
    } else {
      change(tree.text(of: node)) { $0.setDefinition(name, to: definition) }
      result = try evaluate(targets[0], tree)
    }
    if result.scalar != nil, !isClosed { lastTarget = (tree, targets[0]) }
    return Output(name, result, tree.text(of: node), notes: notes + brokenNotes(name, before))
  }

  private mutating func update(
    _ targets: [SyntaxID], _ values: [SyntaxID], _ node: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Output {
    guard targets.count == values.count else {
      throw .notSupportedYet("taking tuples apart", at: tree.span(of: node))
    }
    // All right sides first: a, b := b, a exchanges them.
    var results: [Tensor] = []
    for value in values { results.append(try evaluate(value, tree)) }
    var output = Output()
    let before = environment
    var after = environment
    var names: [Name] = []
    for (target, result) in zip(targets, results) {
      let (name, value) = try updated(target, to: result, in: after, tree)
      if case .definition? = after[name]?.binding {
        output.append(
          Diagnostic("'\(name)' was a definition and is a value now", severity: .note))
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
    _ target: SyntaxID, to result: Tensor, in environment: Environment, _ tree: SyntaxTree
  ) throws(Diagnostic) -> (Name, Tensor) {
    switch tree[target] {
    case .name(let name): return (environment[name]?.name ?? name, result)
    case .index(let base, let items):
      guard case .name(let name) = tree[base], let entry = environment[name],
        case .leaf(_, var value, _) = entry.binding
      else {
        throw Diagnostic("only entries of a value can be changed", at: tree.span(of: base))
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
      return (entry.name, value)
    default: throw .notSupportedYet("taking tuples apart", at: tree.span(of: target))
    }
  }

  /// The value of an expression now.
  func evaluate(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Tensor {
    var elaborator = Elaborator(environment)
    let root = try elaborator.elaborate(node, of: tree)
    return try elaborator.graph.values(of: [root], in: environment)[0]
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
      case .leaf(_, let new, _)? = environment[name]?.binding, old.shape == new.shape
    {
      return []
    }
    return environment.dependents(of: name).compactMap { dependent in
      var now = Elaborator(environment), then = Elaborator(before)
      guard (try? now.elaborate(dependent, at: nil)) == nil,
        (try? then.elaborate(dependent, at: nil)) != nil
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
        texts.append(format.line(try evaluate(item, tree)))
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

extension Output {
  /// A name with its new value.
  init(_ name: Name, _ value: Tensor, _ statement: String, notes: [Diagnostic] = []) {
    blocks = [.value(name: StyledText(name.spelling, .name), .tensor(value))]
    json = [
      .object([
        ("statement", .string(statement)), ("name", .string(name.spelling)),
        ("value", JSONValue(value)),
      ])
    ]
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
}
