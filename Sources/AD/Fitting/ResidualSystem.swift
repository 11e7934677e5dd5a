import Expr

/// Numbers that depend on parameters, with their Jacobian and second derivatives, compiled once and run
/// at point after point. The parameters' entries stand one after the other in one flat vector.
public final class ResidualSystem {
  /// The number of residuals, and of the parameters' entries.
  public let rows: Int
  public let columns: Int
  /// The Jacobian is the same everywhere: its graph reads no parameter.
  public let isLinear: Bool
  /// What residuals, and with them their derivatives, are multiplied by: a power of two.
  public private(set) var unit = 1.0
  /// How often the residuals, and the Jacobian, were computed.
  public private(set) var evaluations = 0
  public private(set) var jacobians = 0

  private let graph: Graph
  private let node: NodeID
  private let variables: [NodeID]
  private let environment: Environment
  private let values: Program
  private let tangents: LinearSweeps
  /// Second derivatives, compiled when they are first asked for.
  private var bending: LinearSweeps?

  /// - Parameters:
  ///   - residuals: a node of any shape; its entries count row by row.
  ///   - variables: leaves.
  ///   - environment: the values of all leaves; those of the variables at first.
  public init(
    of residuals: NodeID, variables: [NodeID], in graph: Graph, environment: Environment
  ) throws(Diagnostic) {
    var graph = graph
    rows = graph.shape(of: residuals).count
    columns = variables.reduce(0) { $0 + graph.shape(of: $1).count }
    node = graph.shaped(residuals, to: .vector(rows))
    self.variables = variables
    self.environment = environment
    values = try graph.compiled([node])
    values.setLeaves(from: environment)
    self.graph = graph
    var seeds: [NodeID: NodeID] = [:]
    for (number, variable) in variables.enumerated() {
      let shape = graph.shape(of: variable)
      seeds[variable] = LinearSweeps.seed(number, shape: shape, in: &graph)
    }
    let tangent = jacobianVectorProduct(of: node, along: seeds, in: &graph)
    let read = graph.ancestors(of: [tangent])
    isLinear = !variables.contains { read[$0.index] }
    tangents = try LinearSweeps(graph, outputs: [tangent], environment: environment)
    _ = try zeroMatrix(rows, columns)
  }

  /// The values the parameters have in the environment.
  public var start: [Double] {
    variables.flatMap { variable -> [Double] in
      guard let leaf = graph.leaf(of: variable),
        let value = environment.all.lazy.compactMap({ $0.tensor(of: leaf.id) }).first
      else { return Array(repeating: 0, count: graph.shape(of: variable).count) }
      return value.elements
    }
  }

  /// The residuals at a point; `.interrupted` is thrown when Ctrl-C is pressed.
  public func residuals(at point: [Double]) throws(Diagnostic) -> [Double] {
    if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    evaluations += 1
    place(point, in: values)
    try values.run()
    let residuals = Array(values.buffer(ofOutput: 0))
    return unit == 1 ? residuals : residuals.map { unit * $0 }
  }

  /// Chooses the unit so that sums of squares stay within the range of doubles, where some residuals do
  /// not let them: 10⁻¹⁸⁰ and 10¹⁶⁰ are sizes like any other.
  func chooseUnit(for residuals: [Double]) {
    let norm = residuals.norm
    guard norm > 0, norm.isFinite, !(1e-100...1e100).contains(norm) else { return }
    unit = Double(sign: .plus, exponent: max(-1000, min(1000, -norm.exponent)), significand: 1)
  }

  func resetUnit() { unit = 1 }

  /// ∂r/∂p at a point, column by column.
  public func jacobian(at point: [Double]) throws(Diagnostic) -> [Double] {
    jacobians += 1
    place(point, in: tangents.program)
    let output = tangents.program.buffer(ofOutput: 0)
    var result = Array(repeating: 0.0, count: rows * columns)
    var first = 0
    for (number, variable) in variables.enumerated() {
      try tangents.forEachUnit(of: number) { entry in
        let offset = (first + entry) * rows
        for row in 0..<rows { result[offset + row] = unit * output[row] }
      }
      first += graph.shape(of: variable).count
    }
    return result
  }

  /// Σ ρᵢ ∇²rᵢ at a point, n×n: the part of the Hessian of ½‖r‖² that Gauss–Newton leaves out when ρ is
  /// r itself.
  public func curvature(at point: [Double], weights: [Double]) throws(Diagnostic) -> [Double] {
    let sweeps: LinearSweeps
    if let bending { sweeps = bending } else { sweeps = try compiledCurvature() }
    bending = sweeps
    place(point, in: sweeps.program)
    if let buffer = sweeps.buffer(ofSeed: variables.count) {
      for row in 0..<rows { buffer[row] = weights[row] }
    }
    var result = Array(repeating: 0.0, count: columns * columns)
    var column = 0
    for (number, variable) in variables.enumerated() {
      try sweeps.forEachUnit(of: number) { entry in
        var row = 0
        for product in variables.indices {
          for value in sweeps.program.buffer(ofOutput: product) {
            result[row * columns + column + entry] = unit * value
            row += 1
          }
        }
      }
      column += graph.shape(of: variable).count
    }
    return result
  }

  /// Forward over reverse on ⟨ρ, r⟩, ρ a leaf of its own.
  private func compiledCurvature() throws(Diagnostic) -> LinearSweeps {
    var graph = self.graph
    var seeds: [NodeID: NodeID] = [:]
    for (number, variable) in variables.enumerated() {
      seeds[variable] = LinearSweeps.seed(
        number, shape: graph.shape(of: variable), in: &graph)
    }
    let weights = LinearSweeps.seed(variables.count, shape: .vector(rows), in: &graph)
    let products = hessianVectorProduct(
      of: graph.apply(.dot, weights, node), variables: variables, along: seeds, in: &graph)
    return try LinearSweeps(graph, outputs: products, environment: environment)
  }

  private func place(_ point: [Double], in program: Program) {
    var position = 0
    for variable in variables {
      let count = graph.shape(of: variable).count
      if let leaf = graph.leaf(of: variable), let buffer = program.buffer(of: leaf.id) {
        for entry in 0..<count { buffer[entry] = point[position + entry] }
      }
      position += count
    }
  }
}

extension Environment.Entry {
  /// The tensor that a leaf of the graph stands for, if it is one of this name.
  fileprivate func tensor(of leaf: Leaf.ID) -> Tensor? {
    guard case .leaf(let id, let value, _) = binding, id.order == leaf.order else { return nil }
    return value.tensors[leaf.part]
  }
}
