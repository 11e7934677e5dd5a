extension Elaborator {
  /// `[body for … if …]`, or with a reduction `sum(body for …)`.
  ///
  /// The body is elaborated once, on placeholders for the entries, and then batched: the number of
  /// nodes does not depend on how many entries there are. A body that has no batched form, or needs
  /// an entry's value while elaborating, is written out.
  mutating func comprehension(
    _ body: SyntaxID, _ generators: [[Generator]], _ condition: SyntaxID?, reduction: String?,
    _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    let outer = locals
    defer { locals = outer }
    let flat = generators.flatMap { $0 }
    let span = tree.span(of: id)
    var table = try EntryTable(flat, tree, &self)
    if let condition { try table.filter(condition, tree, &self, isReduction: reduction != nil) }
    let isMatrix = generators.count == 1 && flat.count == 2 && reduction == nil
    if isMatrix, condition != nil {
      throw Diagnostic("a matrix takes no condition", at: span)
    }
    let entries = try mapped(over: table, at: span) { elaborator throws(Diagnostic) in
      try elaborator.guarded(body, table.guardCondition, reduction, tree)
    }
    if let reduction { return try reduce(reduction, entries, at: span) }
    guard isMatrix else { return entries }
    guard graph.shape(of: entries).isVector else {
      throw Diagnostic("the entries of this matrix are numbers", at: tree.span(of: body))
    }
    return graph.shaped(entries, to: .matrix(table.counts[0], table.counts[1]))
  }

  /// `map(f, xs)`.
  mutating func map(
    _ function: Function, _ sequence: Walk, at span: SourceSpan
  ) throws(Diagnostic) -> Elaborated {
    if case .parts(let parts) = sequence {
      var results: [Elaborated] = []
      for part in parts { results.append(try apply(function, to: [part], at: span)) }
      return .tuple(results)
    }
    let table = EntryTable(sequence)
    let body: (inout Elaborator) throws(Diagnostic) -> NodeID = { elaborator throws(Diagnostic) in
      let entry = elaborator.locals[EntryTable.soleName] ?? .tuple([])
      return try elaborator.apply(function, to: [entry], at: span).tensor(at: span)
    }
    let outer = locals
    defer { locals = outer }
    return .tensor(try mapped(over: table, at: span, body))
  }

  /// A body for all entries of a table at a time: batched, or written out where it needs an entry's
  /// value while elaborating.
  mutating func mapped(
    over table: EntryTable, at span: SourceSpan,
    _ body: (inout Elaborator) throws(Diagnostic) -> NodeID
  ) throws(Diagnostic) -> NodeID {
    do {
      return try batched(table, at: span, body)
    } catch  where error.isNotKnownYet {
      return try writtenOut(table, span, body)
    }
  }

  /// The body, or where a condition that is known only later does not hold, what changes no sum.
  private mutating func guarded(
    _ body: SyntaxID, _ condition: SyntaxID?, _ reduction: String?, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    let value = try node(body, tree)
    guard let condition, let reduction else { return value }
    let neutral: [String: Double] = ["sum": 0, "prod": 1, "max": -.infinity, "min": .infinity]
    guard let number = neutral[reduction] else {
      throw Diagnostic(
        "the condition of a \(reduction) must be known while elaborating",
        at: tree.span(of: condition))
    }
    let test = try node(condition, tree)
    return try apply("select", [test, value, graph.constant(number)], at: tree.span(of: condition))
  }

  private mutating func batched(
    _ table: EntryTable, at span: SourceSpan,
    _ body: (inout Elaborator) throws(Diagnostic) -> NodeID
  ) throws(Diagnostic) -> NodeID {
    guard let (stands, all) = table.placeholders(&self) else { throw .notKnownYet(at: span) }
    placeholders += stands
    defer { placeholders.removeLast(stands.count) }
    let root = try body(&self)
    let environment = environment
    var batching = Batching(
      graph, placeholders: all, count: table.count, leavesRead: staticUses
    ) { graph, index throws(Diagnostic) in
      // What an outer loop has reached is not known.
      if graph.leaves(under: [index]).contains(where: { $0.leaf.id.order < 0 }) {
        throw .notKnownYet(at: span)
      }
      return try graph.values(of: [index], in: environment)[0].elements
    }
    do {
      if let result = try batching.batch(root) {
        graph = batching.graph
        staticUses.formUnion(batching.leavesRead)
        return result
      }
    } catch  where error.isNotKnownYet && table.count > Self.writtenOutEntries {
      // An index that an outer loop decides: a loop within that loop.
    }
    // No batched form: a loop without carries, which any body has.
    guard graph.shape(of: root).rank < 2 else { throw .notKnownYet(at: span) }
    let mapped = stands.compactMap { stand in all[stand].map { (input: stand, source: $0) } }
    return graph.loop(steps: table.count, mapped: mapped, carries: [], stacked: [root]).stacked[0]
  }

  /// Entries up to which a body is written out for the sake of the loop around it: a few vectors are
  /// faster than many short loops.
  private static let writtenOutEntries = 256

  private mutating func writtenOut(
    _ table: EntryTable, _ span: SourceSpan,
    _ body: (inout Elaborator) throws(Diagnostic) -> NodeID
  ) throws(Diagnostic) -> NodeID {
    guard table.count <= Self.unrollLimit else {
      throw Diagnostic("this loop over \(table.count) entries cannot be written out", at: span)
    }
    var results: [NodeID] = []
    for position in 0..<table.count {
      try table.bind(position, &self)
      results.append(try body(&self))
    }
    return try stacked(results, at: span)
  }

  /// Numbers as a vector, vectors as the rows of a matrix.
  mutating func stacked(_ results: [NodeID], at span: SourceSpan) throws(Diagnostic) -> NodeID {
    guard let first = results.first else { return graph.constant(Tensor(.vector(0), [])) }
    let shape = graph.shape(of: first)
    guard shape.rank < 2 || shape.isRow,
      results.allSatisfy({ graph.shape(of: $0).count == shape.count })
    else { throw Diagnostic("the entries are numbers, or vectors of one length", at: span) }
    if shape.isScalar {
      return graph.apply(Primitive[.stack], results, .shape(.vector(results.count)))
    }
    var entries: [NodeID] = []
    for result in results {
      for position in 0..<shape.count {
        entries.append(graph.entry(position, of: result, shape: graph.shape(of: result)))
      }
    }
    return graph.apply(Primitive[.stack], entries, .shape(.matrix(results.count, shape.count)))
  }

  /// A reduction over the entries: of numbers to one, of vectors to a vector.
  private mutating func reduce(
    _ name: String, _ entries: NodeID, at span: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    if graph.shape(of: entries).isVector { return try apply(name, [entries], at: span) }
    let row = try apply(name, [entries], .axis(0), at: span)
    return graph.apply(.transpose, row)
  }
}
