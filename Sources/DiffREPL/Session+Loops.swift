import Expr
import Synchronization

/// Loops at top level. Nothing in them prints but `print` and commands; a definition lives for one
/// round, `:=` changes the session's values.
extension Session {
  mutating func runLoop(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Output {
    let before = environment
    let depth = undoDepth
    var output = Output()
    switch tree[node] {
    case .repetition(let count, let body):
      let rounds = try wholeNumber(count, tree)
      for _ in 0..<rounds { output += try runRound(body, tree) }
    case .whileLoop(let condition, let body):
      while try holds(condition, tree) { output += try runRound(body, tree) }
    case .forLoop(let generators, let body):
      output += try walk(generators[...], body, tree)
    default: break
    }
    mergeUndo(to: depth, before, what: tree.text(of: node))
    return output
  }

  /// The statements of an `if` at top level.
  mutating func runBlock(_ body: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Output {
    try runRound(body, tree)
  }

  private mutating func holds(_ condition: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Bool
  {
    let value = try evaluateDrawing(condition, tree).value
    guard let number = value.tensor?.scalar else {
      throw Diagnostic(
        "a condition is one number, not a \(value)", at: tree.span(of: condition))
    }
    return number != 0 && !number.isNaN
  }

  private func wholeNumber(_ node: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Int {
    guard let number = try evaluate(node, tree).scalar, let count = Int(exactly: number), count >= 0
    else { throw Diagnostic("a whole number of rounds is needed", at: tree.span(of: node)) }
    return count
  }

  /// Each entry of the first range with each of the others; the loop variables are data for a round.
  private mutating func walk(
    _ generators: ArraySlice<Generator>, _ body: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Output {
    guard let generator = generators.first else { return try runRound(body, tree) }
    var output = Output()
    let range = try evaluateDrawing(generator.range, tree).value
    let hidden = names(of: generator.pattern, tree).map { ($0, environment[$0]) }
    for (name, _) in hidden { edit { $0.replace(name, by: nil) } }
    let count = try range.entryCount(at: tree.span(of: generator.range))
    for position in 0..<count {
      try bind(generator.pattern, tree, to: range.entry(position))
      output += try walk(generators.dropFirst(), body, tree)
    }
    restore(hidden)
    return output
  }

  /// Gives the names of a pattern the value of a round. They are the same leaves in every round, so
  /// that what is compiled serves all.
  private mutating func bind(
    _ pattern: SyntaxID, _ tree: SyntaxTree, to value: Value
  ) throws(Diagnostic) {
    switch tree[pattern] {
    case .name(let name): edit { $0.setLeaf(name, to: value, isData: true) }
    case .tuple(let names):
      guard case .tuple(let parts) = value, parts.count == names.count else {
        throw Diagnostic("a tuple of \(names.count) is needed here", at: tree.span(of: pattern))
      }
      for (name, part) in zip(names, parts) { try bind(name, tree, to: part) }
    default: throw Diagnostic("a name is needed here", at: tree.span(of: pattern))
    }
  }

  private mutating func restore(_ hidden: [(Name, Environment.Entry?)]) {
    edit { environment in
      for (name, entry) in hidden { environment.replace(name, by: entry) }
    }
  }

  /// One round: its definitions are gone afterwards.
  private mutating func runRound(_ body: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Output
  {
    if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    guard case .block(let statements) = tree[body] else { return Output() }
    let wasInLoop = isInLoop
    isInLoop = true
    defer { isInLoop = wasInLoop }
    var output = Output()
    var hidden: [(Name, Environment.Entry?)] = []
    for statement in statements {
      switch tree[statement.node] {
      case .definition(let targets, _, _):
        for target in targets {
          for name in names(of: target, tree) where !hidden.contains(where: { $0.0 == name }) {
            hidden.append((name, environment[name]))
            edit { $0.replace(name, by: nil) }
          }
        }
        output += try execute(statement.node, of: tree).diagnosticsOnly
      case .print, .command, .repetition, .forLoop, .whileLoop, .conditional:
        output += try execute(statement.node, of: tree)
      default: output += try execute(statement.node, of: tree).diagnosticsOnly
      }
    }
    restore(hidden.reversed())
    return output
  }

  private func names(of target: SyntaxID, _ tree: SyntaxTree) -> [Name] {
    switch tree[target] {
    case .name(let name): [name]
    case .tuple(let parts): parts.flatMap { names(of: $0, tree) }
    default: []
    }
  }
}

extension Value {
  /// How many a loop walks over: entries, rows of a matrix, parts of a tuple.
  fileprivate func entryCount(at span: SourceSpan) throws(Diagnostic) -> Int {
    switch self {
    case .tuple(let parts): return parts.count
    case .tensor(let tensor) where tensor.shape.isVector || tensor.shape.isRow:
      return tensor.elements.count
    case .tensor(let tensor) where tensor.shape.isMatrix, .table(_, let tensor):
      return tensor.shape.dimensions[0]
    default: throw Diagnostic("a loop walks over an array, a range or a tuple", at: span)
    }
  }

  /// One of them, from 0.
  fileprivate func entry(_ position: Int) -> Value {
    switch self {
    case .tuple(let parts): return parts[position]
    case .tensor(let tensor) where tensor.shape.isMatrix && !tensor.shape.isRow,
      .table(_, let tensor):
      let columns = tensor.shape.dimensions[1]
      let row = tensor.elements[position * columns..<(position + 1) * columns]
      return .tensor(Tensor(.vector(columns), Array(row)))
    case .tensor(let tensor): return .tensor(Tensor(tensor.elements[position]))
    default: return self
    }
  }
}

extension Output {
  /// Notes and warnings alone: what a statement in a loop may show.
  fileprivate var diagnosticsOnly: Output {
    Output(
      blocks: blocks.filter { if case .diagnostic = $0 { true } else { false } },
      json: json.filter(\.isWarning))
  }
}
