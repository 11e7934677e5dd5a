/// `argmin(f, x0)`, `fixedpoint(g, x0)`, `root(g, x0)` and `cg(v -> A(v), b)`: values that are solved
/// for, and differentiated implicitly.
extension Elaborator {
  mutating func solver(
    _ kind: SolverBody.Kind, _ items: [SyntaxID], _ span: SourceSpan, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let function = try function(items[0], tree)
    let given = try node(items[1], tree)
    let shape = graph.shape(of: given)
    let unknown = newPlaceholder(shape)
    placeholders.append(unknown)
    defer { placeholders.removeLast() }
    let result = try apply(function, to: [.tensor(unknown)], at: span)
    let image = try result.tensor(at: span)
    if kind == .minimum {
      guard graph.shape(of: image).isScalar else {
        throw Diagnostic("argmin takes a function whose value is one number", at: span)
      }
    } else if graph.shape(of: image) != shape {
      throw Diagnostic(
        "the function gives a \(graph.shape(of: image)) for a \(shape)", at: span,
        hint: "as many equations as unknowns are needed")
    }
    guard kind == .linear || shape.count <= Self.sweepLimit else {
      throw Diagnostic("\(kind.rawValue) takes at most \(Self.sweepLimit) unknowns", at: span)
    }
    var equation = image
    if kind == .fixedPoint { equation = graph.apply(.subtract, image, unknown) }
    if kind == .linear { equation = graph.apply(.subtract, image, given) }
    let start = kind == .linear ? graph.filled(0, shape) : given
    graph.origin = span
    // What is captured stays as it was typed, so that a definition among it can be a variable.
    let captured = graph.captured(by: equation, varying: unknown)
    return .tensor(
      graph.solution(
        kind, of: equation, unknown: unknown, start: start, cuts: captured,
        derivatives: environment.derivatives))
  }
}
