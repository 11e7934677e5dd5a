extension Elaborator {
  /// One operator between two values, with the strict rules of products.
  mutating func binary(
    _ symbol: BinaryOperator, _ a: NodeID, _ b: NodeID, _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    let place = tree.span(of: id)
    switch symbol {
    case .add: return try apply("add", [a, b], at: place)
    case .subtract: return try apply("subtract", [a, b], at: place)
    case .multiply: return try product(a, b, at: place)
    case .divide: return try quotient(a, b, at: place)
    case .power: return try power(a, b, at: place)
    case .elementMultiply: return try apply("multiply", [a, b], at: place)
    case .elementDivide: return try apply("divide", [a, b], at: place)
    case .elementPower: return try apply("power", [a, b], at: place)
    case .and: return try apply("and", [a, b], at: place)
    case .or: return try apply("or", [a, b], at: place)
    }
  }

  /// `*` and `matmul`: a number scales what stands beside it.
  mutating func product(
    _ a: NodeID, _ b: NodeID, at place: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    let isScaling = graph.shape(of: a).isScalar || graph.shape(of: b).isScalar
    return try apply(isScaling ? "multiply" : "product", [a, b], at: place)
  }

  private mutating func quotient(
    _ a: NodeID, _ b: NodeID, at place: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    let first = graph.shape(of: a), second = graph.shape(of: b)
    guard first.isScalar || second.isScalar else {
      throw Diagnostic(
        "a \(first) cannot be divided by a \(second)", at: place,
        hint: second.isMatrix
          ? "./ divides entry by entry, solve(A, b) solves A x = b" : "./ divides entry by entry")
    }
    return try apply("divide", [a, b], at: place)
  }

  private mutating func power(
    _ a: NodeID, _ b: NodeID, at place: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    let base = graph.shape(of: a), exponent = graph.shape(of: b)
    if base.isScalar && exponent.isScalar { return try apply("power", [a, b], at: place) }
    let isSquare = base.isMatrix && base.dimensions[0] == base.dimensions[1]
    guard isSquare, exponent.isScalar else {
      throw Diagnostic(
        "^ takes numbers; this is a \(base.isScalar ? exponent : base)", at: place,
        hint: base.isVector
          ? "x.^2 is the power of each entry, dot(x, x) the sum of squares"
          : ".^ is the power of each entry")
    }
    let number = try staticValue(of: b, at: place).scalar ?? .nan
    guard number > 0, let count = Int(exactly: number), count <= 1 << 20 else {
      throw Diagnostic(
        "a matrix power needs a whole exponent above 0, not \(NumberFormat().string(number))",
        at: place, hint: "inv(A) is the inverse, solve(A, b) solves A x = b")
    }
    // Square and multiply.
    var result: NodeID?
    var square = a
    var rest = count
    while true {
      if rest & 1 == 1 { result = result.map { graph.apply(.product, $0, square) } ?? square }
      rest >>= 1
      if rest == 0 { break }
      square = graph.apply(.product, square, square)
    }
    return result ?? a
  }
}
