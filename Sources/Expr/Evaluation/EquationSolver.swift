import Synchronization

/// Finds the solution that a `solution` node stands for.
///
/// Newton's method with a step that is halved while it does not help; a fixed point is first followed
/// by its own iteration, so that it is the one the iteration leads to; a linear system is solved by
/// conjugate gradients (Hestenes & Stiefel 1952). Success is declared only where the residual says so.
struct EquationSolver {
  private let arguments: KernelArguments
  private let body: SolverBody
  private let count: Int

  private static let iterationLimit = 200

  init(_ arguments: KernelArguments, _ body: SolverBody) {
    self.arguments = arguments
    self.body = body
    count = arguments.outputShape.count
  }

  func run() {
    let outputs = [body.residual] + [body.jacobian, body.objective].compactMap { $0 }
    do {
      let program = try Program(body.body.graph, outputs: outputs)
      for (position, input) in body.body.captured.enumerated() {
        guard let leaf = body.body.graph.leaf(of: input) else { continue }
        let values = UnsafeBufferPointer(
          start: arguments.inputs[position], count: arguments.inputShapes[position].count)
        program.set(leaf.id, to: Tensor(arguments.inputShapes[position], Array(values)))
      }
      let start = Array(
        UnsafeBufferPointer(start: arguments.inputs[arguments.inputs.count - 1], count: count))
      var equation = Equation(program, body, arguments.outputShape)
      let solution: [Double]
      switch body.kind {
      case .root: solution = try newton(&equation, from: start)
      case .fixedPoint: solution = try fixedPoint(&equation, from: start)
      case .minimum: solution = try minimum(&equation, from: start)
      case .linear: solution = try conjugateGradients(&equation, from: start)
      }
      for (position, value) in solution.enumerated() { arguments.output[position] = value }
    } catch {
      arguments.fail(error)
    }
  }

  // MARK: Methods

  private func newton(
    _ equation: inout Equation, from start: [Double]
  ) throws(Diagnostic) -> [Double] {
    var x = start
    var residual = try equation.residual(at: x)
    for _ in 0..<Self.iterationLimit {
      let size = residual.norm
      if size == 0 { return x }
      guard let step = equation.newtonStep(residual) else { break }
      var length = 1.0
      var isAccepted = false
      while length > 1e-10 {
        let trial = x.moved(-length, along: step)
        let next = try equation.residual(at: trial)
        if next.norm < size {
          (x, residual, isAccepted) = (trial, next, true)
          break
        }
        length /= 2
      }
      // No step helps any more: rounding, or a place with no solution near.
      if !isAccepted || step.norm <= 4e-16 * x.norm { break }
    }
    return try accepted(x, residual, equation)
  }

  private func fixedPoint(
    _ equation: inout Equation, from start: [Double]
  ) throws(Diagnostic) -> [Double] {
    var x = start
    for _ in 0..<1000 {
      let residual = try equation.residual(at: x)
      let next = x.moved(1, along: residual)
      guard next.allSatisfy(\.isFinite) else { break }
      x = next
      if residual.norm <= 1e-8 * (1 + x.norm) { break }
    }
    return try newton(&equation, from: x)
  }

  /// Newton on f with a multiple of the identity added to a Hessian that is not positive definite.
  private func minimum(
    _ equation: inout Equation, from start: [Double]
  ) throws(Diagnostic) -> [Double] {
    var x = start
    var gradient = try equation.residual(at: x)
    var value = equation.objective
    for _ in 0..<Self.iterationLimit {
      if gradient.norm == 0 { break }
      let step = equation.descentStep(gradient)
      let slope = step.dot(gradient)
      var length = 1.0
      var isAccepted = false
      while length > 1e-12 {
        let trial = x.moved(-length, along: step)
        let next = try equation.residual(at: trial)
        let nextValue = equation.objective
        // Near the minimum f no longer tells points apart; the gradient does.
        if nextValue <= value - 1e-4 * length * slope
          || (nextValue <= value + 1e-14 * abs(value) && next.norm < gradient.norm)
        {
          (x, gradient, value, isAccepted) = (trial, next, nextValue, true)
          break
        }
        length /= 2
      }
      if !isAccepted || length * step.norm <= 4e-16 * x.norm { break }
    }
    _ = try equation.residual(at: x)
    let solution = try accepted(x, gradient, equation)
    guard equation.curvesUpward else {
      throw Diagnostic(
        "argmin stopped where the slope is zero, but that is no minimum", hint: "try another start")
    }
    return solution
  }

  private func conjugateGradients(
    _ equation: inout Equation, from start: [Double]
  ) throws(Diagnostic) -> [Double] {
    let zero = Array(repeating: 0.0, count: count)
    // r(x) = A x - b, so r(0) = -b and A p = r(p) - r(0).
    let constant = try equation.residual(at: zero)
    var x = start
    var residual = try equation.residual(at: x).map { -$0 }
    var direction = residual
    let target = 1e-14 * constant.norm
    var products = 0
    for _ in 0..<max(20, 10 * count) {
      let squared = residual.dot(residual)
      if squared.squareRoot() <= target { break }
      products += 1
      let product = zip(try equation.residual(at: direction), constant).map { $0 - $1 }
      let curvature = direction.dot(product)
      guard curvature > 0 else {
        throw Diagnostic(
          "cg: the system is not positive definite", hint: "solve(A, b) solves any regular system")
      }
      let length = squared / curvature
      x = x.moved(length, along: direction)
      residual = residual.moved(-length, along: product)
      direction = residual.moved(residual.dot(residual) / squared, along: direction)
    }
    let last = try equation.residual(at: x)
    guard last.norm <= 1e-9 * (constant.norm + 1e-300) else { throw failure(last) }
    arguments.note("cg used \(products) product\(products == 1 ? "" : "s")")
    return x
  }

  // MARK: Judgement

  /// A point whose residual is as small as its rounding, measured by one more Newton step.
  private func accepted(
    _ x: [Double], _ residual: [Double], _ equation: Equation
  ) throws(Diagnostic) -> [Double] {
    guard residual.norm.isFinite, x.norm.isFinite else { throw failure(residual) }
    if residual.norm == 0 { return x }
    if let step = equation.newtonStep(residual), step.norm <= 1e-9 * (1e-3 + x.norm) { return x }
    throw failure(residual)
  }

  private func failure(_ residual: [Double]) -> Diagnostic {
    let size = NumberFormat(digits: 3).string(residual.norm)
    return Diagnostic(
      "\(body.kind.rawValue) did not converge: the residual is \(size)",
      hint: "try another start")
  }
}

/// The compiled equation at the point it was last evaluated.
private struct Equation {
  private let program: Program
  private let unknown: Leaf.ID?
  private let shape: Shape
  private let hasJacobian: Bool
  private let hasObjective: Bool

  init(_ program: Program, _ body: SolverBody, _ shape: Shape) {
    self.program = program
    self.shape = shape
    unknown = body.body.graph.leaf(of: body.unknown)?.id
    hasJacobian = body.jacobian != nil
    hasObjective = body.objective != nil
  }

  mutating func residual(at x: [Double]) throws(Diagnostic) -> [Double] {
    if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    if let unknown { program.set(unknown, to: Tensor(shape, x)) }
    try program.run()
    return program.value(ofOutput: 0).elements
  }

  var objective: Double { hasObjective ? program.value(ofOutput: 2).elements[0] : 0 }

  private var jacobian: Tensor {
    Tensor(.matrix(shape.count, shape.count), program.value(ofOutput: 1).elements)
  }

  /// J⁻¹r at the last point; nil where J is singular.
  func newtonStep(_ residual: [Double]) -> [Double]? {
    guard hasJacobian else { return nil }
    return Self.solve(jacobian, residual)
  }

  /// Whether the Hessian at the last point has no direction of descent beyond rounding.
  var curvesUpward: Bool {
    var shifted = jacobian
    let size = shifted.elements.reduce(0) { max($0, abs($1)) }
    for position in 0..<shape.count {
      shifted.elements[position * (shape.count + 1)] += 1e-9 * size + 1e-300
    }
    let factor = Primitive.required("cholesky").value(of: [shifted], .none, shifted.shape)
    return factor.map { $0.elements.allSatisfy(\.isFinite) } ?? false
  }

  /// (H + μI)⁻¹g with the least μ of a few that makes the matrix positive definite.
  func descentStep(_ gradient: [Double]) -> [Double] {
    let hessian = jacobian
    let size = hessian.elements.reduce(0) { max($0, abs($1)) }
    var shift = 0.0
    for _ in 0..<60 {
      var shifted = hessian
      for position in 0..<shape.count { shifted.elements[position * (shape.count + 1)] += shift }
      let factor = Primitive.required("cholesky").value(of: [shifted], .none, shifted.shape)
      if let factor, factor.elements.allSatisfy(\.isFinite),
        let step = Self.solve(shifted, gradient)
      {
        return step
      }
      shift = shift == 0 ? max(1e-6 * size, 1e-12) : shift * 4
    }
    return gradient
  }

  private static func solve(_ matrix: Tensor, _ right: [Double]) -> [Double]? {
    let vector = Tensor(.vector(right.count), right)
    let solved = Primitive.required("solve").value(of: [matrix, vector], .none, vector.shape)
    guard let solved, solved.elements.allSatisfy(\.isFinite) else { return nil }
    return solved.elements
  }
}

extension [Double] {
  fileprivate var norm: Double { dot(self).squareRoot() }

  fileprivate func dot(_ other: [Double]) -> Double {
    zip(self, other).reduce(0) { $0 + $1.0 * $1.1 }
  }

  fileprivate func moved(_ length: Double, along direction: [Double]) -> [Double] {
    zip(self, direction).map { $0 + length * $1 }
  }
}
