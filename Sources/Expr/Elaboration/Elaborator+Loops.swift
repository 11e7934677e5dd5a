/// Loops whose rounds depend on each other: one node of the graph, whatever their number, unless they
/// are few, walk over tuples, or need in a round what is known only when the program runs.
extension Elaborator {
  /// Rounds up to which a loop is written out: small traces show every step.
  static let writtenOutRounds = 16

  /// One round: the value handed on, and the entry reached if the loop walks over something.
  typealias Round = (inout Elaborator, Elaborated, Elaborated?) throws(Diagnostic) -> Elaborated

  /// Runs rounds from a start value. With `keepsAll` what comes back is the value of every round.
  mutating func loop(
    from start: Elaborated, over sequence: Walk?, rounds: Int, keepsAll: Bool, at span: SourceSpan,
    _ round: Round
  ) throws(Diagnostic) -> Elaborated {
    if rounds > Self.writtenOutRounds {
      let before = (graph, placeholders, locals)
      do {
        return try loopNode(
          from: start, over: sequence, rounds: rounds, keepsAll: keepsAll, at: span, round)
      } catch  where error.isNotKnownYet {
        (graph, placeholders, locals) = before
      }
    }
    guard rounds <= Self.unrollLimit else {
      throw Diagnostic("a loop of \(rounds) rounds cannot be written out", at: span)
    }
    var carry = start
    var states: [Elaborated] = []
    for position in 0..<rounds {
      let entry = sequence.map { self.entry(position, of: $0) }
      carry = try round(&self, carry, entry)
      if keepsAll { states.append(carry) }
    }
    guard keepsAll else { return carry }
    var results: [NodeID] = []
    for state in states {
      guard case .tensor(let node) = state else { return .tuple(states) }
      results.append(node)
    }
    return .tensor(try stacked(results, at: span))
  }

  private mutating func loopNode(
    from start: Elaborated, over sequence: Walk?, rounds: Int, keepsAll: Bool, at span: SourceSpan,
    _ round: Round
  ) throws(Diagnostic) -> Elaborated {
    guard !start.holdsFunction else { throw .notKnownYet(at: span) }
    var entry: Elaborated?
    var mapped: [(input: NodeID, source: NodeID)] = []
    if let sequence {
      guard let (value, all) = placeholder(for: sequence) else { throw .notKnownYet(at: span) }
      entry = value
      for input in value.nodes { if let source = all[input] { mapped.append((input, source)) } }
    }
    let starts = start.nodes
    var inputs: [NodeID] = []
    for node in starts { inputs.append(newPlaceholder(graph.shape(of: node))) }
    let count = placeholders.count
    placeholders += inputs + mapped.map(\.input)
    defer { placeholders.removeLast(placeholders.count - count) }
    let next = try round(&self, start.replacing(inputs), entry)
    let nexts = next.nodes
    guard nexts.count == inputs.count,
      zip(inputs, nexts).allSatisfy({ graph.shape(of: $0) == graph.shape(of: $1) }),
      !keepsAll || nexts.allSatisfy({ graph.shape(of: $0).rank < 2 })
    else { throw .notKnownYet(at: span) }
    let carries = zip(zip(inputs, starts), nexts).map {
      (input: $0.0, start: $0.1, next: $1)
    }
    let result = graph.loop(
      steps: rounds, mapped: mapped, carries: carries, stacked: keepsAll ? nexts : [])
    return next.replacing(keepsAll ? result.stacked : result.carries)
  }

  // MARK: In functions

  /// `fold(f, h0, xs)`: h ← f(h, x) for each entry; `scan` keeps every h but the start.
  mutating func fold(
    _ items: [SyntaxID], keepsAll: Bool, _ span: SourceSpan, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let step = try function(items[0], tree)
    let start = try value(items[1], tree)
    let sequence = try sequence(items[2], tree)
    return try loop(
      from: start, over: sequence, rounds: sequence.count, keepsAll: keepsAll, at: span
    ) { elaborator, carry, entry throws(Diagnostic) in
      try elaborator.apply(step, to: [carry, entry ?? .tuple([])], at: span)
    }
  }

  /// `iterate(f, x0, n)`: f applied n times.
  mutating func iterate(
    _ items: [SyntaxID], _ span: SourceSpan, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let step = try function(items[0], tree)
    let start = try value(items[1], tree)
    let count = try wholeNumber(node(items[2], tree), at: tree.span(of: items[2]))
    return try loop(from: start, over: nil, rounds: count, keepsAll: false, at: span) {
      elaborator, carry, _ throws(Diagnostic) in
      try elaborator.apply(step, to: [carry], at: span)
    }
  }

  // MARK: In blocks

  /// `for i in R { … }` and `repeat n { … }`: the locals that the body assigns are handed from round
  /// to round.
  mutating func blockLoop(
    _ pattern: SyntaxID?, over sequence: Walk?, rounds: Int, _ body: SyntaxID, _ tree: SyntaxTree,
    _ perform: (inout Elaborator) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    let hidden = pattern.map { boundNames($0, tree) } ?? []
    let assigned = assignedNames(body, tree)
    let names = locals.keys.filter { assigned.contains($0) && !hidden.contains($0) }.sorted()
    let outer = locals
    var values: [Elaborated] = []
    for name in names { if let value = locals[name] { values.append(value) } }
    let result = try loop(
      from: .tuple(values), over: sequence, rounds: rounds, keepsAll: false, at: tree.span(of: body)
    ) { elaborator, carry, entry throws(Diagnostic) in
      guard case .tuple(let parts) = carry else { return carry }
      for (name, part) in zip(names, parts) { elaborator.locals[name] = part }
      if let pattern, let entry { try elaborator.bind(pattern, tree, to: entry) }
      try perform(&elaborator)
      return .tuple(names.map { elaborator.locals[$0] ?? .tuple([]) })
    }
    locals = outer
    guard case .tuple(let parts) = result else { return }
    for (name, part) in zip(names, parts) { locals[name] = part }
  }

  /// The names that statements of a block assign, also inside loops and branches.
  func assignedNames(_ id: SyntaxID, _ tree: SyntaxTree) -> Set<String> {
    switch tree[id] {
    case .block(let statements):
      return statements.reduce(into: []) { $0.formUnion(assignedNames($1.node, tree)) }
    case .definition(let targets, _, _):
      return targets.reduce(into: []) { names, target in
        if case .index(let base, _) = tree[target] {
          names.formUnion(boundNames(base, tree))
        } else {
          names.formUnion(boundNames(target, tree))
        }
      }
    case .forLoop(_, let body), .repetition(_, let body): return assignedNames(body, tree)
    case .conditional(_, let then, let otherwise):
      let other = otherwise.map { assignedNames($0, tree) } ?? []
      return assignedNames(then, tree).union(other)
    default: return []
    }
  }
}
