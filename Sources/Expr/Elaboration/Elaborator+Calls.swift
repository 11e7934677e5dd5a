extension Elaborator {
  /// `f(a, b, dim=1)`: a primitive, a composite or one of the functions on shapes.
  mutating func call(
    _ callee: SyntaxID, _ arguments: [Argument], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    guard case .name(let name) = tree[callee] else {
      throw Diagnostic(
        "only a function can be called", at: tree.span(of: callee),
        hint: "a product is written with *: a*(b)")
    }
    if let entry = environment[name] { throw .calledValue(entry.name, arguments, callee, tree) }
    for argument in arguments where argument.label == nil {
      if case .comprehension = tree[argument.value] {
        throw .notSupportedYet("sums over an index", at: tree.span(of: argument.value))
      }
    }
    if Builtins.planned.contains(name.key) {
      throw .notSupportedYet("'\(name)'", at: tree.span(of: callee))
    }
    let labelled = arguments.filter { $0.label != nil }
    var operands: [NodeID] = []
    for argument in arguments where argument.label == nil {
      operands.append(try node(argument.value, tree))
    }
    let place = tree.span(of: id)
    if let made = try arrayFunction(name, operands, at: place) { return made }
    if let composite = Composite.table[name.key] {
      let attribute = try axis(labelled, operands, composite.takesAxis, name, tree)
      try check(operands.count, composite.arity, name, at: place)
      do {
        return try composite.build(&graph, operands, attribute)
      } catch {
        throw Diagnostic(error.message, at: place, hint: error.hint)
      }
    }
    guard let primitive = Primitive.function(named: name.key, argumentCount: operands.count) else {
      if let only = Primitive.function(named: name.key) {
        return try stacked(only, operands, name, at: place)
      }
      throw .unknownFunction(name, in: environment, at: tree.span(of: callee))
    }
    let attribute = try axis(labelled, operands, primitive.takesAxis, name, tree)
    return try apply(primitive.name, operands, attribute, at: place)
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

  /// The attribute of `dim=1` or `dim=2`; any other label is an error.
  private mutating func axis(
    _ labelled: [Argument], _ operands: [NodeID], _ takesAxis: Bool, _ name: Name,
    _ tree: SyntaxTree
  ) throws(Diagnostic) -> Attribute {
    guard let argument = labelled.first, let label = argument.label else { return .none }
    guard labelled.count == 1, label.key == "dim", takesAxis else {
      throw Diagnostic(
        "\(name) has no option '\(label)'", at: tree.span(of: argument.value),
        hint: takesAxis ? "dim=1 runs down the columns, dim=2 along the rows" : nil)
    }
    let number = try staticNumber(argument.value, tree)
    guard number == 1 || number == 2 else {
      throw Diagnostic(
        "dim is 1 (down the columns) or 2 (along the rows)", at: tree.span(of: argument.value))
    }
    return .axis(Int(number) - 1)
  }

  /// Functions that need a value or a shape while elaborating; nil if `name` is none of them.
  private mutating func arrayFunction(
    _ name: Name, _ operands: [NodeID], at place: SourceSpan
  ) throws(Diagnostic) -> NodeID? {
    switch (name.key, operands.count) {
    case ("length", 1): return graph.constant(Double(graph.shape(of: operands[0]).count))
    case ("size", 1):
      let dimensions = graph.shape(of: operands[0]).dimensions.map(Double.init)
      return graph.constant(Tensor(.vector(dimensions.count), dimensions))
    case ("size", 2):
      let dimensions = graph.shape(of: operands[0]).dimensions
      let position = try wholeNumber(operands[1], at: place) - 1
      guard dimensions.indices.contains(position) else {
        throw Diagnostic(
          "a \(graph.shape(of: operands[0])) has no dimension \(position + 1)", at: place)
      }
      return graph.constant(Double(dimensions[position]))
    case ("zeros", 1...2), ("ones", 1...2):
      let sizes = try sizes(operands, at: place)
      return graph.filled(name.key == "ones" ? 1 : 0, Shape(sizes))
    case ("eye", 1): return try identityMatrix(wholeNumber(operands[0], at: place), at: place)
    case ("linspace", 3):
      let first = try staticValue(of: operands[0]).scalar ?? .nan
      let last = try staticValue(of: operands[1]).scalar ?? .nan
      let count = try wholeNumber(operands[2], at: place)
      let step = count > 1 ? (last - first) / Double(count - 1) : 0
      let progression = Attribute.progression(start: first, step: step, count: count)
      return graph.apply(Primitive[.range], [], progression)
    case ("norm", 2): return try norm(operands[0], order: operands[1], at: place)
    default: return nil
    }
  }

  private mutating func sizes(
    _ operands: [NodeID], at place: SourceSpan
  ) throws(Diagnostic) -> [Int] {
    var sizes: [Int] = []
    for operand in operands { sizes.append(try wholeNumber(operand, at: place)) }
    return sizes
  }

  private mutating func wholeNumber(
    _ operand: NodeID, at place: SourceSpan
  ) throws(Diagnostic) -> Int {
    let number = try staticValue(of: operand).scalar ?? .nan
    guard let whole = Int(exactly: number), whole >= 0, whole < 1 << 48 else {
      throw Diagnostic("a size is a whole number", at: place)
    }
    return whole
  }

  private mutating func identityMatrix(
    _ size: Int, at place: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    guard size <= 1 << 13 else { throw Diagnostic("this matrix is too large", at: place) }
    var elements = Array(repeating: 0.0, count: size * size)
    for position in 0..<size { elements[position * size + position] = 1 }
    return graph.constant(Tensor(.matrix(size, size), elements))
  }

  /// `norm(x, 1)`, `norm(x, 2)`, `norm(x, inf)`.
  private mutating func norm(
    _ operand: NodeID, order: NodeID, at place: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    switch try staticValue(of: order).scalar {
    case 2: return try apply("norm", [operand], at: place)
    case 1:
      let sizes = try apply("abs", [operand], at: place)
      return try apply("sum", [sizes], at: place)
    case .some(.infinity):
      let sizes = try apply("abs", [operand], at: place)
      return try apply("max", [sizes], at: place)
    default:
      throw Diagnostic("norm knows the orders 1, 2 and inf", at: place)
    }
  }
}
