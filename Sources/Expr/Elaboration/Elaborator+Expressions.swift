extension Elaborator {
  /// The value of an expression whose definitions are elaborated already.
  mutating func value(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Elaborated {
    guard graph.recordsOrigins else { return try expression(id, tree) }
    let span = tree.span(of: id), outer = graph.origin
    graph.origin = span
    defer { graph.origin = outer }
    let result = try expression(id, tree)
    if case .tensor(let node) = result { graph.record(span, of: node) }
    return result
  }

  private mutating func expression(
    _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    switch tree[id] {
    case .number(let value): return .tensor(graph.constant(value))
    case .name(let name): return try resolve(name, at: tree.span(of: id))
    case .unary(let symbol, let operand): return try unary(symbol, operand, id, tree)
    case .binary: return try binaryChain(id, tree)
    case .comparison(let operators, let operands):
      return .tensor(try comparison(operators, operands, id, tree))
    case .range(let start, let step, let end):
      return .tensor(try range(start, step, end, id, tree))
    case .conditional(let condition, let then, let otherwise):
      return try conditional(condition, then, otherwise, id, tree)
    case .call(let callee, let arguments): return try call(callee, arguments, id, tree)
    case .index(let base, let items): return try index(base, items, id, tree)
    case .prime(let operand): return try prime(operand, id, tree)
    case .array(let rows): return .tensor(try array(rows, id, tree))
    case .end:
      guard let size = endValues.last else {
        throw Diagnostic("'end' has a meaning only inside an index", at: tree.span(of: id))
      }
      return .tensor(graph.constant(Double(size)))
    case .string(let text): return .string(text)
    case .tuple(let parts):
      var values: [Elaborated] = []
      for part in parts { values.append(try value(part, tree)) }
      return .tuple(values)
    case .lambda(let parameters, let body):
      return .function(
        .closure(
          Closure(name: nil, tree: tree, parameters: parameters, body: body, locals: locals)))
    case .block(let statements): return try block(statements, id, tree)
    case .comprehension(let body, let generators, let condition):
      return .tensor(try comprehension(body, generators, condition, reduction: nil, id, tree))
    case .wholeDimension:
      throw Diagnostic("':' alone has a meaning only inside an index", at: tree.span(of: id))
    case .member(let table, let column): return try member(table, column, id, tree)
    case .malformed(let diagnostic): throw diagnostic
    case .definition, .update, .function, .print, .assertion, .repetition, .forLoop, .whileLoop,
      .command, .expectError:
      throw Diagnostic("this is a statement; an expression is needed", at: tree.span(of: id))
    }
  }

  /// A chain `a ∘ b ∘ c …` from the left in a loop: a sum may have a million terms.
  private mutating func binaryChain(
    _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    var chain: [(symbol: BinaryOperator, right: SyntaxID, whole: SyntaxID)] = []
    var first = id
    while case .binary(let symbol, let left, let right) = tree[first] {
      chain.append((symbol, right, first))
      first = left
    }
    var result = try value(first, tree)
    for link in chain.reversed() {
      let right = try value(link.right, tree)
      result = try combine(link.symbol, result, right, link.whole, tree)
      if case .tensor(let node) = result { graph.record(tree.span(of: link.whole), of: node) }
    }
    return result
  }

  /// An operator between two values; between tuples it works part by part, and a number multiplies
  /// or divides every part.
  private mutating func combine(
    _ symbol: BinaryOperator, _ a: Elaborated, _ b: Elaborated, _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    switch (a, b) {
    case (.tuple(let first), .tuple(let second)):
      guard first.count == second.count else {
        throw Diagnostic(
          "a tuple of \(first.count) and one of \(second.count) do not fit", at: tree.span(of: id))
      }
      var parts: [Elaborated] = []
      for (x, y) in zip(first, second) { parts.append(try combine(symbol, x, y, id, tree)) }
      return .tuple(parts)
    case (.tuple(let parts), .tensor(let other)) where graph.shape(of: other).isScalar:
      var results: [Elaborated] = []
      for part in parts { results.append(try combine(symbol, part, b, id, tree)) }
      return .tuple(results)
    case (.tensor(let other), .tuple(let parts)) where graph.shape(of: other).isScalar:
      var results: [Elaborated] = []
      for part in parts { results.append(try combine(symbol, a, part, id, tree)) }
      return .tuple(results)
    default:
      // The operand that is none is to blame, not the whole operation.
      guard case .binary(_, let left, let right) = tree[id] else {
        preconditionFailure("an operator stands between two operands")
      }
      let first = try a.tensor(at: tree.span(of: left))
      let second = try b.tensor(at: tree.span(of: right))
      return .tensor(try binary(symbol, first, second, id, tree))
    }
  }

  private mutating func unary(
    _ symbol: UnaryOperator, _ operand: SyntaxID, _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let operandValue = try value(operand, tree)
    if symbol == .plus { return operandValue }
    _ = try operandValue.nodes.isEmpty ? operandValue.tensor(at: tree.span(of: operand)) : nil
    var results: [NodeID] = []
    for node in operandValue.nodes {
      results.append(
        try apply(symbol == .negate ? "negate" : "not", [node], at: tree.span(of: id)))
    }
    return operandValue.replacing(results)
  }

  private mutating func comparison(
    _ operators: [ComparisonOperator], _ operands: [SyntaxID], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    var values: [NodeID] = []
    for operand in operands { values.append(try node(operand, tree)) }
    var result: NodeID?
    for (position, symbol) in operators.enumerated() {
      let a = values[position], b = values[position + 1], place = tree.span(of: id)
      let next: NodeID
      switch symbol {
      case .equal: next = try apply("equal", [a, b], at: place)
      case .notEqual: next = try apply("notEqual", [a, b], at: place)
      case .less: next = try apply("less", [a, b], at: place)
      case .lessOrEqual: next = try apply("lessOrEqual", [a, b], at: place)
      case .greater: next = try apply("less", [b, a], at: place)
      case .greaterOrEqual: next = try apply("lessOrEqual", [b, a], at: place)
      case .approximatelyEqual:
        throw Diagnostic(
          "≈ has a meaning only in assert", at: place,
          hint: "abs(a - b) < 1e-6 compares two numbers")
      }
      if let known = result {
        result = try apply("and", [known, next], at: place)
      } else {
        result = next
      }
    }
    return result ?? graph.constant(1)
  }

  /// A condition known now chooses its branch; one that depends on leaves keeps both, and the
  /// gradient follows the one taken.
  private mutating func conditional(
    _ condition: SyntaxID, _ then: SyntaxID, _ otherwise: SyntaxID?, _ id: SyntaxID,
    _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    guard let otherwise else {
      throw Diagnostic(
        "this if has no else, so it has no value", at: tree.span(of: id),
        hint: "if c then a else b")
    }
    let test = try self.condition(condition, tree)
    if let known = graph.scalarConstant(of: test) {
      return try value(known != 0 ? then : otherwise, tree)
    }
    let a = try attempt(test, isThen: true) { elaborator throws(Diagnostic) in
      try elaborator.value(then, tree)
    }
    let b = try attempt(test, isThen: false) { elaborator throws(Diagnostic) in
      try elaborator.value(otherwise, tree)
    }
    return try choose(test, a, b, at: tree.span(of: id))
  }

  /// Elaborates a branch that may not be taken, where an index outside its array is no error yet.
  mutating func attempt<Branch>(
    _ test: NodeID, isThen: Bool, _ branch: (inout Elaborator) throws(Diagnostic) -> Branch
  ) throws(Diagnostic) -> Result<Branch, Diagnostic> {
    branchConditions.append(isThen ? test : graph.apply(.not, test))
    defer { branchConditions.removeLast() }
    do {
      return .success(try branch(&self))
    } catch  where error.isOfValue {
      return .failure(error)
    }
  }

  /// What stands for a value that could not be elaborated, like another one in shape.
  mutating func missing(_ diagnostic: Diagnostic, like other: Elaborated) -> Elaborated {
    var nodes: [NodeID] = []
    for node in other.nodes {
      let value = MissingValue(diagnostic: diagnostic, shape: graph.shape(of: node))
      nodes.append(graph.apply(Primitive[.missing], [], .failure(value)))
    }
    return other.replacing(nodes)
  }

  /// Either of two branches by a condition that is known only when the program runs.
  ///
  /// - Throws: also where neither could be elaborated: one of them is taken.
  mutating func choose(
    _ test: NodeID, _ a: Result<Elaborated, Diagnostic>, _ b: Result<Elaborated, Diagnostic>,
    at span: SourceSpan
  ) throws(Diagnostic) -> Elaborated {
    switch (a, b) {
    case (.success(let x), .success(let y)): return try choose(test, x, y, at: span)
    case (.success(let x), .failure(let error)):
      return try choose(test, x, missing(error, like: x), at: span)
    case (.failure(let error), .success(let y)):
      return try choose(test, missing(error, like: y), y, at: span)
    case (.failure(let error), .failure): throw error
    }
  }

  /// The node of a condition: one number; a constant where it is known while elaborating.
  mutating func condition(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> NodeID {
    let test = try node(id, tree)
    guard graph.shape(of: test).isScalar else {
      throw Diagnostic(
        "a condition is one number, not a \(graph.shape(of: test))", at: tree.span(of: id),
        hint: "where(c, a, b) chooses entry by entry")
    }
    if graph.leaves(under: [test]).isEmpty, !dependsOnPlaceholder(test) {
      return graph.constant(try staticValue(of: test, at: tree.span(of: id)))
    }
    let leaves = graph.leaves(under: [test]).filter { $0.leaf.id.order >= 0 }
    let names = leaves.map { "'\($0.leaf.name)'" }.joined(separator: " and ")
    openCondition =
      "'\(tree.text(of: id))' depends on the value of "
      + (names.isEmpty ? "what a loop walks over" : names)
    return test
  }

  /// Either of two values of one structure, by a condition that is known only when the program runs.
  mutating func choose(
    _ test: NodeID, _ a: Elaborated, _ b: Elaborated, at span: SourceSpan
  ) throws(Diagnostic) -> Elaborated {
    let first = a.nodes, second = b.nodes
    guard first.count == second.count, !first.isEmpty else {
      throw Diagnostic("the two branches have different structures", at: span)
    }
    var chosen: [NodeID] = []
    for (x, y) in zip(first, second) {
      if let updated = update(test, x, y) {
        chosen.append(updated)
      } else {
        chosen.append(try apply("select", [test, x, y], at: span))
      }
    }
    return a.replacing(chosen)
  }

  /// An array with an entry replaced, or the array itself: only the entry is chosen, so that a table
  /// filled in a loop is not copied. nil if the two are anything else.
  private mutating func update(_ test: NodeID, _ a: NodeID, _ b: NodeID) -> NodeID? {
    for (changed, array, isThen) in [(a, b, true), (b, a, false)] {
      guard graph.symbol(of: changed) == .replaceAt else { continue }
      let operands = Array(graph.operands(of: changed)), attribute = graph.attribute(of: changed)
      guard operands[0] == array else { continue }
      // Where the branch is not taken the index is 1, and the entry replaced by itself.
      let indices = Array(operands.dropFirst(2))
      graph.origin = graph.origin(of: changed)
      let old = graph.apply(Primitive[.pick], [array] + indices, attribute)
      let new = graph.broadcast(operands[1], to: graph.shape(of: old))
      let entry = graph.apply(.select, test, isThen ? new : old, isThen ? old : new)
      return graph.apply(Primitive[.replaceAt], [array, entry] + indices, attribute)
    }
    return nil
  }

  private mutating func range(
    _ start: SyntaxID, _ step: SyntaxID?, _ end: SyntaxID, _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    let first = try staticNumber(start, tree)
    let last = try staticNumber(end, tree)
    let by = try step.map { id throws(Diagnostic) in try staticNumber(id, tree) } ?? 1
    guard first.isFinite, last.isFinite, by.isFinite, by != 0 else {
      throw Diagnostic(
        "a range needs finite ends and a step other than 0", at: tree.span(of: id))
    }
    // A rounding error must not lose the last number: 0:0.1:1 has eleven.
    let steps = ((last - first) / by + 1e-10).rounded(.down)
    guard let count = Int(exactly: max(-1, steps)), count < 1 << 48 else {
      throw Diagnostic(
        "this range has \(NumberFormat().string(steps + 1)) numbers, more than 2^48",
        at: tree.span(of: id), hint: "a larger step or nearer ends")
    }
    let progression = Attribute.progression(start: first, step: by, count: count + 1)
    return graph.apply(Primitive[.range], [], progression)
  }

  /// A number that must be known while elaborating.
  mutating func staticNumber(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Double {
    let value = try staticValue(of: node(id, tree), at: tree.span(of: id))
    guard let number = value.scalar else {
      throw Diagnostic("one number is needed here, not a \(value.shape)", at: tree.span(of: id))
    }
    return number
  }

  private mutating func prime(
    _ operand: SyntaxID, _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let primed = try value(operand, tree)
    if case .function(let function) = primed { return .function(.derivative(.slope, function)) }
    let node = try primed.tensor(at: tree.span(of: operand))
    if graph.shape(of: node).isScalar {
      let text = tree.text(of: operand)
      let variable = graph.leaves(under: [node]).first { !$0.leaf.isData }?.leaf.name.spelling
      throw Diagnostic(
        "'\(text)' is a number: ' transposes arrays and differentiates functions",
        at: tree.span(of: id),
        hint: "its gradient is grad(\(text), \(variable ?? "x")), or :grad \(text)")
    }
    return .tensor(try apply("transpose", [node], at: tree.span(of: id)))
  }

  private mutating func array(
    _ rows: [[SyntaxID]], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    var entries: [NodeID] = []
    for row in rows {
      guard row.count == rows[0].count else {
        throw Diagnostic(
          "the rows of a matrix have one length: the first has \(rows[0].count), this one "
            + "\(row.count)", at: row.last.map { tree.span(of: $0) } ?? tree.span(of: id))
      }
      for item in row {
        let entry = try node(item, tree)
        guard graph.shape(of: entry).isScalar else {
          throw Diagnostic(
            "the entries of an array are numbers, this one is a \(graph.shape(of: entry))",
            at: tree.span(of: item))
        }
        entries.append(entry)
      }
    }
    guard !entries.isEmpty else { return graph.constant(Tensor(.vector(0), [])) }
    let columns = rows[0].count
    let shape: Shape =
      rows.count == 1
      ? .vector(columns) : columns == 1 ? .vector(rows.count) : .matrix(rows.count, columns)
    return graph.apply(Primitive[.stack], entries, .shape(shape))
  }
}
