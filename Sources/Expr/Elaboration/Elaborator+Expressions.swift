extension Elaborator {
  /// The node of an expression whose definitions are elaborated already.
  mutating func node(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> NodeID {
    switch tree[id] {
    case .number(let value): return graph.constant(value)
    case .name(let name): return try resolve(name, at: tree.span(of: id))
    case .unary(let symbol, let operand): return try unary(symbol, operand, id, tree)
    case .binary: return try binaryChain(id, tree)
    case .comparison(let operators, let operands):
      return try comparison(operators, operands, id, tree)
    case .range(let start, let step, let end): return try range(start, step, end, id, tree)
    case .conditional(let condition, let then, let otherwise):
      return try conditional(condition, then, otherwise, id, tree)
    case .call(let callee, let arguments): return try call(callee, arguments, id, tree)
    case .index(let base, let items): return try index(base, items, id, tree)
    case .prime(let operand): return try prime(operand, id, tree)
    case .array(let rows): return try array(rows, id, tree)
    case .end:
      guard let size = endValues.last else {
        throw Diagnostic("'end' has a meaning only inside an index", at: tree.span(of: id))
      }
      return graph.constant(Double(size))
    case .string:
      throw Diagnostic(
        "a text is no number", at: tree.span(of: id), hint: "print(\"…\", x) prints texts")
    case .wholeDimension:
      throw Diagnostic("':' alone has a meaning only inside an index", at: tree.span(of: id))
    case .member: throw .notSupportedYet("columns of a table (d.x)", at: tree.span(of: id))
    case .comprehension: throw .notSupportedYet("comprehensions", at: tree.span(of: id))
    case .lambda: throw .notSupportedYet("functions (x -> …)", at: tree.span(of: id))
    case .tuple: throw .notSupportedYet("tuples (a, b)", at: tree.span(of: id))
    case .block: throw .notSupportedYet("blocks { … }", at: tree.span(of: id))
    case .malformed(let diagnostic): throw diagnostic
    case .definition, .update, .function, .print, .assertion, .repetition, .forLoop, .whileLoop,
      .command, .expectError:
      throw Diagnostic("this is a statement; an expression is needed", at: tree.span(of: id))
    }
  }

  /// A chain `a ∘ b ∘ c …` from the left in a loop: a sum may have a million terms.
  private mutating func binaryChain(
    _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    var chain: [(symbol: BinaryOperator, right: SyntaxID, whole: SyntaxID)] = []
    var first = id
    while case .binary(let symbol, let left, let right) = tree[first] {
      chain.append((symbol, right, first))
      first = left
    }
    var result = try node(first, tree)
    for link in chain.reversed() {
      let right = try node(link.right, tree)
      result = try binary(link.symbol, result, right, link.whole, tree)
    }
    return result
  }

  private mutating func unary(
    _ symbol: UnaryOperator, _ operand: SyntaxID, _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    let value = try node(operand, tree)
    switch symbol {
    case .plus: return value
    case .negate: return try apply("negate", [value], at: tree.span(of: id))
    case .not: return try apply("not", [value], at: tree.span(of: id))
    }
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
  ) throws(Diagnostic) -> NodeID {
    guard let otherwise else {
      throw Diagnostic(
        "this if has no else, so it has no value", at: tree.span(of: id),
        hint: "if c then a else b")
    }
    let test = try node(condition, tree)
    if let known = graph.scalarConstant(of: test) {
      return try node(known != 0 ? then : otherwise, tree)
    }
    guard graph.shape(of: test).isScalar else {
      throw Diagnostic(
        "a condition is one number, not a \(graph.shape(of: test))", at: tree.span(of: condition),
        hint: "where(c, a, b) chooses entry by entry")
    }
    let a = try node(then, tree), b = try node(otherwise, tree)
    return try apply("select", [test, a, b], at: tree.span(of: id))
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
      throw Diagnostic("this range has too many numbers", at: tree.span(of: id))
    }
    let progression = Attribute.progression(start: first, step: by, count: count + 1)
    return graph.apply(Primitive[.range], [], progression)
  }

  /// A number that must be known while elaborating.
  mutating func staticNumber(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Double {
    let value = try staticValue(of: node(id, tree))
    guard let number = value.scalar else {
      throw Diagnostic("one number is needed here, not a \(value.shape)", at: tree.span(of: id))
    }
    return number
  }

  private mutating func prime(
    _ operand: SyntaxID, _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    if case .name(let name) = tree[operand], environment[name] == nil,
      Builtins.constants[name.key] == nil, Builtins.isBuiltin(name.key)
    {
      throw .notSupportedYet("the derivative of a function, \(name)'", at: tree.span(of: id))
    }
    let value = try node(operand, tree)
    if graph.shape(of: value).isScalar {
      let text = tree.text(of: operand)
      let variable = graph.leaves(under: [value]).first { !$0.leaf.isData }?.leaf.name.spelling
      throw Diagnostic(
        "'\(text)' is a number: ' transposes arrays and differentiates functions",
        at: tree.span(of: id),
        hint: "its gradient is grad(\(text), \(variable ?? "x")), or :grad \(text)")
    }
    return try apply("transpose", [value], at: tree.span(of: id))
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
