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
    var objective: NodeID?
    var residual = image
    if kind == .minimum {
      guard graph.shape(of: image).isScalar else {
        throw Diagnostic("argmin takes a function whose value is one number", at: span)
      }
      objective = image
      residual = environment.derivatives.pullback(&graph, of: image, seed: nil, to: [unknown])[0]
    } else if graph.shape(of: image) != shape {
      throw Diagnostic(
        "the function gives a \(graph.shape(of: image)) for a \(shape)", at: span,
        hint: "as many equations as unknowns are needed")
    }
    if kind == .fixedPoint { residual = graph.apply(.subtract, image, unknown) }
    if kind == .linear { residual = graph.apply(.subtract, image, given) }
    let jacobian = kind == .linear ? nil : try self.jacobian(of: residual, in: unknown, span)
    let start = kind == .linear ? graph.filled(0, shape) : given
    graph.origin = span
    return .tensor(
      graph.solution(
        kind, unknown: unknown, start: start, residual: residual, jacobian: jacobian,
        objective: objective, derivatives: environment.derivatives))
  }
}
