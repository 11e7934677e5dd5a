/// Derivatives as expressions. They are graphs built by the environment's provider, so they nest to any
/// order; a function is differentiated in fresh variables, so that no two levels are confused
/// (Siskind & Pearlmutter 2005).
extension Elaborator {
  /// A derivative of a function at a point: one argument gives its own structure, several a tuple.
  mutating func derivative(
    _ kind: Function.Derivative, of function: Function, at arguments: [Elaborated],
    span: SourceSpan
  ) throws(Diagnostic) -> Elaborated {
    let variables = arguments.map { freshVariables($0) }
    let result = try apply(function, to: variables, at: span)
    let output = try result.tensor(at: span)
    let nodes = variables.flatMap(\.nodes)
    switch kind {
    case .slope:
      guard nodes.count == 1, graph.shape(of: nodes[0]).isScalar else {
        throw Diagnostic(
          "' differentiates functions of one number", at: span,
          hint: "grad(f) is the gradient of a function of arrays")
      }
      let seed = graph.constant(1)
      let slope = environment.derivatives.pushforward(
        &graph, of: output, seeds: [(nodes[0], seed)])
      return .tensor(slope)
    case .gradient:
      try requireScalar(output, span)
      let gradients = environment.derivatives.pullback(&graph, of: output, seed: nil, to: nodes)
      var rest = gradients[...]
      var parts: [Elaborated] = []
      for variable in variables { parts.append(variable.replacing(&rest)) }
      return parts.count == 1 ? parts[0] : .tuple(parts)
    case .jacobian:
      let node = try only(nodes, "jac", span)
      return .tensor(try jacobian(of: output, in: node, span))
    case .hessian:
      try requireScalar(output, span)
      let node = try only(nodes, "hess", span)
      return .tensor(try hessian(of: output, in: node, span))
    }
  }

  /// Nodes of their own for the values a function is differentiated in.
  private mutating func freshVariables(_ value: Elaborated) -> Elaborated {
    var fresh: [NodeID] = []
    for node in value.nodes {
      placeholderCount += 1
      fresh.append(graph.apply(Primitive[.variable], [node], .tag(placeholderCount)))
    }
    return value.replacing(fresh)
  }

  private func only(_ nodes: [NodeID], _ name: String, _ span: SourceSpan) throws(Diagnostic)
    -> NodeID
  {
    guard nodes.count == 1 else {
      throw Diagnostic("\(name) takes a function of one argument", at: span)
    }
    return nodes[0]
  }

  private func requireScalar(_ output: NodeID, _ span: SourceSpan) throws(Diagnostic) {
    let shape = graph.shape(of: output)
    guard !shape.isScalar else { return }
    throw Diagnostic(
      "a gradient needs one number, not a \(shape)", at: span,
      hint: "jac is the derivative of an array, vjp a product with it; sum(…) makes one number")
  }

  /// `grad(E, w)`: of a function at a point, or of an expression in a name.
  mutating func derivative(
    _ kind: Function.Derivative, _ target: SyntaxID, _ point: SyntaxID, _ span: SourceSpan,
    _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let value = try value(target, tree)
    if case .function(let function) = value {
      return try derivative(kind, of: function, at: [self.value(point, tree)], span: span)
    }
    let output = try value.tensor(at: tree.span(of: target))
    let variable = try variable(point, tree)
    switch kind {
    case .gradient:
      try requireScalar(output, span)
      return variable.replacing(
        environment.derivatives.pullback(&graph, of: output, seed: nil, to: variable.nodes))
    case .jacobian:
      return .tensor(try jacobian(of: output, in: only(variable.nodes, "jac", span), span))
    case .hessian:
      try requireScalar(output, span)
      return .tensor(try hessian(of: output, in: only(variable.nodes, "hess", span), span))
    case .slope: preconditionFailure("a prime has no second argument")
    }
  }

  /// What an expression is differentiated in: a name of the session, or a local of the same function.
  private mutating func variable(
    _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    guard case .name(let name) = tree[id] else {
      throw Diagnostic(
        "the name of a variable is needed here", at: tree.span(of: id),
        hint: "of a function, grad(f, x) is the gradient at the point x")
    }
    if locals[name.key] != nil, environment[name] != nil {
      throw Diagnostic(
        "'\(name)' is a parameter here and a name of the session: the expression depends on the "
          + "global one", at: tree.span(of: id), hint: "pass a function: grad(f, \(name))")
    }
    let variable = try resolve(name, at: tree.span(of: id))
    try requireVariable(name, variable, at: tree.span(of: id))
    return variable
  }

  /// Nothing can be differentiated in what became a number while elaborating: its uses are folded, and
  /// a gradient of 0 would be false.
  public func requireVariable(
    _ name: Name, _ value: Elaborated, at span: SourceSpan?
  ) throws(Diagnostic) {
    guard !value.nodes.isEmpty, value.nodes.allSatisfy({ graph.constant(of: $0) != nil }) else {
      return
    }
    let hint =
      locals[name.key] == nil
      ? "\(name) := \(name) makes it a value" : "pass a function: grad(x -> …, \(name))"
    throw Diagnostic(
      "'\(name)' is a constant here: nothing varies with it", at: span, hint: hint)
  }

  /// `jvp(F, x, v)`, `vjp(F, x, z)`, `hvp(f, x, v)`: no matrix is formed.
  mutating func product(
    _ kind: String, _ target: SyntaxID, _ point: SyntaxID, _ direction: SyntaxID,
    _ span: SourceSpan, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let value = try value(target, tree)
    let variable: Elaborated
    let output: NodeID
    if case .function(let function) = value {
      variable = freshVariables(try self.value(point, tree))
      output = try apply(function, to: [variable], at: span).tensor(at: span)
    } else {
      output = try value.tensor(at: tree.span(of: target))
      variable = try self.variable(point, tree)
    }
    let along = try self.value(direction, tree)
    let place = tree.span(of: direction)
    let derivatives = environment.derivatives
    switch kind {
    case "vjp":
      let seed = try fitted(along.tensor(at: place), to: graph.shape(of: output), place)
      return variable.replacing(
        derivatives.pullback(&graph, of: output, seed: seed, to: variable.nodes))
    case "jvp":
      let seeds = try seeds(variable, along, place)
      return .tensor(derivatives.pushforward(&graph, of: output, seeds: seeds))
    default:
      try requireScalar(output, span)
      let seeds = try seeds(variable, along, place)
      let gradients = derivatives.pullback(&graph, of: output, seed: nil, to: variable.nodes)
      var results: [NodeID] = []
      for gradient in gradients {
        results.append(derivatives.pushforward(&graph, of: gradient, seeds: seeds))
      }
      return variable.replacing(results)
    }
  }

  private mutating func seeds(
    _ variable: Elaborated, _ along: Elaborated, _ span: SourceSpan
  ) throws(Diagnostic) -> [(variable: NodeID, seed: NodeID)] {
    guard variable.nodes.count == along.nodes.count else {
      throw Diagnostic("the direction has another structure than the variable", at: span)
    }
    var seeds: [(variable: NodeID, seed: NodeID)] = []
    for (node, direction) in zip(variable.nodes, along.nodes) {
      seeds.append((node, try fitted(direction, to: graph.shape(of: node), span)))
    }
    return seeds
  }

  private func fitted(_ node: NodeID, to shape: Shape, _ span: SourceSpan) throws(Diagnostic)
    -> NodeID
  {
    guard graph.shape(of: node) == shape else {
      throw Diagnostic("a \(shape) is needed here, not a \(graph.shape(of: node))", at: span)
    }
    return node
  }

  // MARK: Matrices

  /// The most sweeps spent on one matrix.
  static let sweepLimit = 4096

  /// One row for each entry of the output, one column for each of the variable; for a number in or out
  /// a vector or a row. Forward or reverse, whichever takes fewer sweeps.
  mutating func jacobian(
    of output: NodeID, in variable: NodeID, _ span: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    let m = graph.shape(of: output).count, n = graph.shape(of: variable).count
    guard min(m, n) <= Self.sweepLimit else {
      throw Diagnostic(
        "this Jacobian takes \(min(m, n)) sweeps", at: span,
        hint: "jvp and vjp multiply by it without forming it")
    }
    let derivatives = environment.derivatives
    var sweeps: [NodeID] = []
    if n <= m {
      for entry in 0..<n {
        let seed = unit(entry, graph.shape(of: variable))
        let tangent = derivatives.pushforward(&graph, of: output, seeds: [(variable, seed)])
        sweeps.append(graph.shaped(tangent, to: .vector(m)))
      }
      return graph.apply(.transpose, try rows(sweeps, at: span))
    }
    for entry in 0..<m {
      let seed = unit(entry, graph.shape(of: output))
      let adjoint = derivatives.pullback(&graph, of: output, seed: seed, to: [variable])[0]
      sweeps.append(graph.shaped(adjoint, to: .vector(n)))
    }
    return try rows(sweeps, at: span)
  }

  /// Forward over reverse.
  private mutating func hessian(
    of output: NodeID, in variable: NodeID, _ span: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    let gradient = environment.derivatives.pullback(&graph, of: output, seed: nil, to: [variable])[
      0]
    let shape = graph.shape(of: variable)
    let matrix = try jacobian(of: gradient, in: variable, span)
    return shape.isScalar ? graph.shaped(matrix, to: .scalar) : matrix
  }

  private mutating func unit(_ position: Int, _ shape: Shape) -> NodeID {
    var entries = Array(repeating: 0.0, count: shape.count)
    entries[position] = 1
    return graph.constant(Tensor(shape, entries))
  }

  /// Vectors as the rows of a matrix.
  private mutating func rows(_ vectors: [NodeID], at span: SourceSpan) throws(Diagnostic) -> NodeID
  {
    let width = graph.shape(of: vectors[0]).count
    if vectors.count == 1 {
      return graph.shaped(vectors[0], to: .matrix(1, width))
    }
    return try stacked(vectors, at: span)
  }
}
