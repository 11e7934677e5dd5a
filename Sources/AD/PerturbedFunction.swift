import Expr
import RealModule

/// A scalar function of its variables at a point, moved about along a direction.
struct PerturbedFunction {
  private var graph: Graph
  private let output: NodeID
  private let variables: [NodeID]
  private let point: [Tensor]
  private let direction: [Tensor]
  private let environment: Environment
  private let program: Program

  /// Variables that are definitions become leaves of their own, at the value they have.
  init(
    _ graph: Graph, output: NodeID, variables: [NodeID], direction: [Tensor],
    environment: Environment
  ) throws(Diagnostic) {
    point = try graph.values(of: variables, in: environment)
    let cut = graph.cut(at: variables, output: output)
    self.graph = cut.graph
    self.output = cut.output
    self.variables = cut.variables
    self.direction = direction
    self.environment = environment
    program = try Program(cut.graph, outputs: [cut.output])
    program.setLeaves(from: environment)
  }

  private func move(_ program: Program, by delta: Double) {
    for (position, variable) in variables.enumerated() {
      guard let leaf = graph.leaf(of: variable) else { continue }
      var moved = point[position]
      for entry in moved.elements.indices where delta != 0 {
        moved.elements[entry] += delta * direction[position].elements[entry]
      }
      program.set(leaf.id, to: moved)
    }
  }

  /// f(x + δv).
  func value(at delta: Double) throws(Diagnostic) -> Double {
    move(program, by: delta)
    try program.run()
    return program.value(ofOutput: 0).elements[0]
  }

  /// Runs other outputs at the point.
  private func numbers(_ outputs: [NodeID]) throws(Diagnostic) -> [Tensor] {
    let program = try Program(graph, outputs: outputs)
    program.setLeaves(from: environment)
    move(program, by: 0)
    try program.run()
    return outputs.indices.map { program.value(ofOutput: $0) }
  }

  /// f, ∇f by reverse mode, and the first three derivatives along the direction.
  mutating func derivatives() throws(Diagnostic) -> (
    value: Double, gradient: [Tensor], slope: Double, second: Double, third: Double
  ) {
    let gradients = gradient(of: output, variables: variables, in: &graph)
    var seeds: [NodeID: NodeID] = [:]
    for (variable, vector) in zip(variables, direction) { seeds[variable] = graph.constant(vector) }
    var derivatives = [output]
    for order in 0..<3 {
      derivatives.append(
        jacobianVectorProduct(of: derivatives[order], along: seeds, in: &graph))
    }
    let values = try numbers(derivatives + gradients)
    let slopes = Array(values.dropFirst(4))
    var slope = 0.0
    for (gradient, vector) in zip(slopes, direction) {
      for (a, b) in zip(gradient.elements, vector.elements) where b != 0 { slope += a * b }
    }
    return (
      values[0].elements[0], slopes, slope, values[2].elements[0], values[3].elements[0]
    )
  }

  private var entries: Int { point.reduce(0) { $0 + $1.elements.count } }

  /// ∇f by a forward sweep for each entry; nothing beyond the limit.
  func forwardGradient() throws(Diagnostic) -> [Tensor] {
    guard entries <= GradientCheck.entryLimit else { return [] }
    var graph = graph
    var seeds: [NodeID: NodeID] = [:]
    for (number, variable) in variables.enumerated() {
      seeds[variable] = LinearSweeps.seed(number, shape: graph.shape(of: variable), in: &graph)
    }
    let tangent = jacobianVectorProduct(of: output, along: seeds, in: &graph)
    let program = try Program(graph, outputs: [tangent])
    program.setLeaves(from: environment)
    move(program, by: 0)
    var result = point
    for (number, variable) in variables.enumerated() {
      guard let seed = seeds[variable], let leaf = graph.leaf(of: seed) else { continue }
      var unit = Tensor(point[number].shape, point[number].elements.map { _ in 0 })
      for entry in unit.elements.indices {
        unit.elements[entry] = 1
        program.set(leaf.id, to: unit)
        try program.run()
        result[number].elements[entry] = program.value(ofOutput: 0).elements[0]
        unit.elements[entry] = 0
      }
      program.set(leaf.id, to: unit)
    }
    return result
  }

  /// ∇f by central differences of width ∛ε, entry by entry.
  func centralGradient(near gradient: [Tensor]) throws(Diagnostic) -> [Tensor] {
    guard entries <= GradientCheck.entryLimit else { return [] }
    var result: [Tensor] = []
    for (position, variable) in variables.enumerated() {
      guard let leaf = graph.leaf(of: variable) else { continue }
      var slopes = point[position]
      for entry in slopes.elements.indices {
        let x = point[position].elements[entry]
        let width = 6e-6 * max(1, abs(x))
        func moved(_ delta: Double) throws(Diagnostic) -> Double {
          var tensor = point[position]
          tensor.elements[entry] = x + delta
          move(program, by: 0)
          program.set(leaf.id, to: tensor)
          try program.run()
          return program.value(ofOutput: 0).elements[0]
        }
        slopes.elements[entry] = (try moved(width) - moved(-width)) / (x + width - (x - width))
      }
      result.append(slopes)
    }
    return result
  }

  /// Im f(x + ihv)/h with h = 1e-20; nil where an operation is not analytic.
  func complexSlope() throws(Diagnostic) -> Double? {
    let step = 1e-20
    var evaluation = ComplexEvaluation(graph, environment: environment)
    for (position, variable) in variables.enumerated() {
      evaluation.set(
        variable, real: point[position],
        imaginary: Tensor(
          point[position].shape, direction[position].elements.map { $0 * step }))
    }
    return try evaluation.imaginaryPart(of: output).map { $0 / step }
  }
}

extension Double {
  /// ∛x, for every sign.
  static func cubeRoot(_ x: Double) -> Double { x < 0 ? -root(-x, 3) : root(x, 3) }
}
