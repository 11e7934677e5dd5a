/// An equation that a node solves: a graph of the residual r(x; c) in an unknown x and captured
/// values c, and what the method needs beside it.
///
/// The solution is differentiated by the implicit function theorem: ẋ = -(∂r/∂x)⁻¹ (∂r/∂c) ċ.
public final class SolverBody: Sendable {
  public enum Kind: String, Sendable {
    /// r = g(x).
    case root
    /// r = g(x) - x.
    case fixedPoint = "fixedpoint"
    /// r = ∇f(x); the Jacobian is the Hessian of f.
    case minimum = "argmin"
    /// r = A(x) - b with A symmetric and positive definite, by conjugate gradients: no matrix.
    case linear = "cg"
  }

  public let kind: Kind
  /// The graph; its one carry is the unknown.
  let body: LoopBody
  /// In the body's graph.
  let residual: NodeID
  /// ∂r/∂x, one row for each entry of r; nil for `linear`.
  let jacobian: NodeID?
  /// f of a minimum.
  let objective: NodeID?
  let derivatives: any DerivativeProvider

  init(
    kind: Kind, body: LoopBody, residual: NodeID, jacobian: NodeID?, objective: NodeID?,
    derivatives: any DerivativeProvider
  ) {
    self.kind = kind
    self.body = body
    self.residual = residual
    self.jacobian = jacobian
    self.objective = objective
    self.derivatives = derivatives
  }

  var unknown: NodeID { body.carries[0].input }
}

extension SolverBody: Hashable {
  public static func == (a: SolverBody, b: SolverBody) -> Bool {
    a === b
      || (a.kind == b.kind && a.body == b.body && a.residual == b.residual
        && a.jacobian == b.jacobian && a.objective == b.objective)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(body)
  }
}

extension Graph {
  /// A node that solves for a placeholder of this graph.
  ///
  /// - Parameters:
  ///   - unknown: the placeholder the equation was built on.
  ///   - start: where the search begins, in the shape of the unknown.
  mutating func solution(
    _ kind: SolverBody.Kind, unknown: NodeID, start: NodeID, residual: NodeID, jacobian: NodeID?,
    objective: NodeID?, derivatives: any DerivativeProvider
  ) -> NodeID {
    let wanted = [residual] + [jacobian, objective].compactMap { $0 }
    let cut = cutLoopBody(
      steps: 1, isBackward: false, mapped: [], carries: [.init(input: unknown, next: unknown)],
      stacked: wanted)
    var results = cut.stacked.makeIterator()
    let body = SolverBody(
      kind: kind, body: cut.body, residual: results.next() ?? unknown,
      jacobian: jacobian.flatMap { _ in results.next() },
      objective: objective.flatMap { _ in results.next() }, derivatives: derivatives)
    return apply(Primitive.required("solution"), cut.captured + [start], .solver(body))
  }

  /// A node that solves for a placeholder of this graph, with the derivatives that the method needs.
  ///
  /// - Parameters:
  ///   - equation: the number to be least, or what is to be 0, in the shape of the unknown.
  ///   - cuts: nodes that no rewrite of the derivatives looks through.
  /// Cost: one forward sweep for each unknown, none for a linear system.
  mutating func solution(
    _ kind: SolverBody.Kind, of equation: NodeID, unknown: NodeID, start: NodeID, cuts: [NodeID],
    derivatives: any DerivativeProvider
  ) -> NodeID {
    var residual = equation
    if kind == .minimum {
      residual =
        derivatives.pullback(&self, of: equation, seed: nil, to: [unknown], cuts: cuts)[0]
    }
    var columns: [NodeID] = []
    let shape = self.shape(of: unknown)
    for entry in 0..<(kind == .linear ? 0 : shape.count) {
      var direction = Tensor(shape, Array(repeating: 0, count: shape.count))
      direction.elements[entry] = 1
      let tangent = derivatives.pushforward(
        &self, of: residual, seeds: [(unknown, constant(direction))], cuts: cuts)
      columns.append(shaped(tangent, to: .matrix(shape.count, 1)))
    }
    let jacobian = columns.count > 1 ? apply(Primitive[.hcat], columns) : columns.first
    return solution(
      kind, unknown: unknown, start: start, residual: residual, jacobian: jacobian,
      objective: kind == .minimum ? equation : nil, derivatives: derivatives)
  }

  /// What a node is made of that does not depend on a placeholder, where it meets what does.
  func captured(by node: NodeID, varying placeholder: NodeID) -> [NodeID] {
    cutLoopBody(
      steps: 1, isBackward: false, mapped: [],
      carries: [.init(input: placeholder, next: placeholder)], stacked: [node]
    ).captured
  }

  /// The equation of a solution node on another unknown: what `solution(_:of:…)` makes it of.
  ///
  /// - Parameter captured: what stands in the place of the operands but the start.
  mutating func equation(
    of body: SolverBody, unknown: NodeID, captured: [NodeID]
  ) -> NodeID? {
    let root = body.objective ?? body.residual
    var map: [NodeID?] = Array(repeating: nil, count: body.body.graph.count)
    for (input, operand) in zip(body.body.captured, captured) { map[input.index] = operand }
    map[body.unknown.index] = unknown
    copy([root], from: body.body.graph, map: &map)
    return map[root.index]
  }

  /// The residual and its Jacobian of a solution node, written out at the solution itself, as a
  /// variable of its own: what the implicit function theorem differentiates.
  mutating func equation(
    of node: NodeID
  ) -> (body: SolverBody, solution: NodeID, residual: NodeID, jacobian: NodeID?)? {
    guard case .solver(let body) = attribute(of: node) else { return nil }
    let captured = operands(of: node).dropLast()
    let solution = apply(Primitive[.variable], [node], .tag(-count))
    var map: [NodeID?] = Array(repeating: nil, count: body.body.graph.count)
    for (input, operand) in zip(body.body.captured, captured) { map[input.index] = operand }
    map[body.unknown.index] = solution
    let roots = [body.residual] + [body.jacobian].compactMap { $0 }
    copy(roots, from: body.body.graph, map: &map)
    guard let residual = map[body.residual.index] else { return nil }
    return (body, solution, residual, body.jacobian.flatMap { map[$0.index] })
  }
}
