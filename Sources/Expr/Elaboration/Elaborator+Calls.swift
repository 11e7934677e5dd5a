extension Elaborator {
  /// `f(a, b, dim=1)`: a function value, a special form, or a function of the language.
  mutating func call(
    _ callee: SyntaxID, _ arguments: [Argument], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    guard case .name(let name) = tree[callee] else {
      let called = try value(callee, tree)
      guard case .function(let function) = called else {
        throw Diagnostic(
          "only a function can be called", at: tree.span(of: callee),
          hint: "a product is written with *: a*(b)")
      }
      return try apply(function, to: values(arguments, tree), at: tree.span(of: id))
    }
    let isOwn = locals[name.key] != nil || environment[name] != nil
    if isOwn {
      let called = try value(callee, tree)
      guard case .function(let function) = called else {
        throw .calledValue(environment[name]?.name ?? name, arguments, callee, tree)
      }
      return try apply(function, to: values(arguments, tree), at: tree.span(of: id))
    }
    if let made = try specialForm(name, arguments, id, tree) { return made }
    guard Builtins.isBuiltin(name.key), Builtins.constants[name.key] == nil else {
      throw .unknownFunction(name, in: environment, at: tree.span(of: callee))
    }
    if let sum = try reduction(name, arguments, id, tree) { return .tensor(sum) }
    if name.key == "length", arguments.count == 1,
      case .tuple(let parts) = try value(arguments[0].value, tree)
    {
      return .tensor(graph.constant(Double(parts.count)))
    }
    var operands: [NodeID] = []
    for argument in arguments where argument.label == nil {
      operands.append(try node(argument.value, tree))
    }
    let attribute = try axis(arguments.filter { $0.label != nil }, name, tree)
    return .tensor(try builtin(name, operands, attribute, at: tree.span(of: id)))
  }

  /// The values of arguments without labels.
  private mutating func values(
    _ arguments: [Argument], _ tree: SyntaxTree
  ) throws(Diagnostic) -> [Elaborated] {
    var values: [Elaborated] = []
    for argument in arguments {
      if let label = argument.label {
        throw Diagnostic(
          "a function of the session has no option '\(label)'", at: tree.span(of: argument.value))
      }
      values.append(try value(argument.value, tree))
    }
    return values
  }

  /// `sum(body for …)` and its kin.
  private mutating func reduction(
    _ name: Name, _ arguments: [Argument], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID? {
    guard arguments.count == 1, arguments[0].label == nil,
      case .comprehension(let body, let generators, let condition) = tree[arguments[0].value]
    else { return nil }
    let reductions = ["sum", "prod", "max", "min", "mean", "logsumexp"]
    guard reductions.contains(name.key) else {
      return nil
    }
    return try comprehension(
      body, generators, condition, reduction: name.key, arguments[0].value, tree)
  }

  /// A function of the language on numbers and arrays.
  mutating func builtin(
    _ name: Name, _ operands: [NodeID], _ attribute: Attribute, at span: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    if let made = try arrayFunction(name, operands, at: span) { return made }
    if let composite = Composite.table[name.key] {
      try check(operands.count, composite.arity, name, at: span)
      try check(attribute, composite.takesAxis, name, at: span)
      graph.origin = span
      do {
        return try composite.build(&graph, operands, attribute)
      } catch {
        throw Diagnostic(error.message, at: span, hint: error.hint)
      }
    }
    guard let primitive = Primitive.function(named: name.key, argumentCount: operands.count) else {
      guard let only = Primitive.function(named: name.key) else {
        throw .notSupportedYet("'\(name)' as a function value", at: span)
      }
      return try stacked(only, operands, name, at: span)
    }
    try check(attribute, primitive.takesAxis, name, at: span)
    if primitive.symbol == .product { return try product(operands[0], operands[1], at: span) }
    return try apply(primitive.name, operands, attribute, at: span)
  }

  /// `max(a, b, c)`: a reduction of several scalars is one of the vector they make.
  private mutating func stacked(
    _ primitive: Primitive, _ operands: [NodeID], _ name: Name, at place: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    let reduction = Primitive.function(named: name.key, argumentCount: 1)
    let areScalars = operands.allSatisfy { graph.shape(of: $0).isScalar }
    guard operands.count > 1, let reduction, reduction.takesAxis, reduction.name != "norm" else {
      try check(operands.count, primitive.arity, name, at: place)
      return operands[0]
    }
    guard areScalars else {
      throw Diagnostic(
        "\(name) of several arguments takes numbers", at: place,
        hint: "\(name)(x) reduces one array")
    }
    let vector = graph.apply(Primitive[.stack], operands, .shape(.vector(operands.count)))
    return try apply(reduction.name, [vector], at: place)
  }

  private func check(
    _ count: Int, _ arity: ClosedRange<Int>, _ name: Name, at place: SourceSpan
  ) throws(Diagnostic) {
    guard !arity.contains(count) else { return }
    let wanted = arity.lowerBound == 1 ? "one argument" : "\(arity.lowerBound) arguments"
    throw Diagnostic("\(name) takes \(wanted), not \(count)", at: place)
  }

  private func check(
    _ attribute: Attribute, _ takesAxis: Bool, _ name: Name, at span: SourceSpan
  ) throws(Diagnostic) {
    if attribute.axis != nil, !takesAxis {
      throw Diagnostic("\(name) has no option 'dim'", at: span)
    }
  }

  /// The attribute of `dim=1` or `dim=2`; any other label is an error.
  private mutating func axis(
    _ labelled: [Argument], _ name: Name, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Attribute {
    guard let argument = labelled.first, let label = argument.label else { return .none }
    guard labelled.count == 1, label.key == "dim" else {
      throw Diagnostic(
        "\(name) has no option '\(label)'", at: tree.span(of: argument.value),
        hint: "dim=1 runs down the columns, dim=2 along the rows")
    }
    let number = try staticNumber(argument.value, tree)
    guard number == 1 || number == 2 else {
      throw Diagnostic(
        "dim is 1 (down the columns) or 2 (along the rows)", at: tree.span(of: argument.value))
    }
    return .axis(Int(number) - 1)
  }
}
