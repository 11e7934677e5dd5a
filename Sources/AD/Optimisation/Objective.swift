import Expr

/// The function that is minimised: one compiled program of value and gradient, the parameters as one
/// flat vector, array after array and each row by row.
///
/// An evaluation copies the parameters into the program's leaves, runs it, and copies the gradient
/// out. Nothing is allocated or looked up. A single array of parameters is moved where the one program
/// reads it, and is not copied.
public final class Objective {
  /// Where the program reads the parameters and leaves the gradient.
  struct Binding {
    let program: Program
    let parameters: [UnsafeMutableBufferPointer<Double>]
    let gradients: [UnsafeBufferPointer<Double>]

    /// - Parameter variables: what the program gives the gradient in.
    init(_ program: Program, _ variables: [NodeID], _ graph: Graph, _ environment: Environment) {
      self.program = program
      program.setLeaves(from: environment)
      parameters = variables.compactMap {
        graph.leaf(of: $0).flatMap { program.buffer(of: $0.id) }
      }
      gradients = variables.indices.map { program.buffer(ofOutput: 1 + $0) }
    }
  }

  /// What changes from step to step, in memory of its own: a class's variables are checked for
  /// exclusive access each time, which costs more than a small program.
  private struct State {
    var value = Double.nan
    var gradientNorm = Double.nan
    var evaluations = 0
    var hasFailed = false
    var originValue = Double.nan
    var originNorm = Double.nan
    var hasOriginGradient = false
    /// Which binding evaluates: there are several where rows are taken in batches.
    var active = 0
  }

  /// Keeps the programs.
  private let bindings: [Binding]
  private let routes: UnsafeMutableBufferPointer<EvaluationRoute>
  private let state: UnsafeMutablePointer<State>
  /// The parameters, w.
  public let point: FlatVector
  /// ∇E at the point of the last evaluation.
  public let gradient: FlatVector
  /// Where a step started, with its gradient.
  let origin: FlatVector
  let originGradient: FlatVector
  /// What a kernel reported at the last point (a singular matrix): there the value is nan.
  public private(set) var failure: Diagnostic?
  private let makeCurvature: () throws(Diagnostic) -> Curvature
  private var knownCurvature: Curvature?

  public var dimension: Int { point.count }
  public var value: Double { state.pointee.value }
  public var gradientNorm: Double { state.pointee.gradientNorm }
  /// How often value and gradient were computed.
  public var evaluations: Int { state.pointee.evaluations }
  public var isFinite: Bool { value.isFinite && gradientNorm.isFinite }
  var originValue: Double { state.pointee.originValue }
  var originNorm: Double { state.pointee.originNorm }

  /// - Parameters:
  ///   - output: a scalar node.
  ///   - variables: nodes of leaves.
  ///   - environment: gives the leaves their values, the variables their start.
  ///   - program: what `program(of:…)` gave for the same in an earlier environment; made anew without.
  /// - Throws: when the program does not fit into the memory.
  public convenience init(
    of output: NodeID, variables: [NodeID], in graph: Graph, environment: Environment,
    program: Program? = nil
  ) throws(Diagnostic) {
    let evaluating: Program
    if let program {
      evaluating = program
    } else {
      evaluating = try Self.program(of: output, variables, graph, environment)
    }
    let binding = Binding(evaluating, variables, graph, environment)
    self.init([binding], active: 0) { () throws(Diagnostic) in
      try Curvature(of: output, variables: variables, in: graph, environment: environment)
    }
  }

  init(
    _ bindings: [Binding], active: Int,
    curvature: @escaping () throws(Diagnostic) -> Curvature
  ) {
    self.bindings = bindings
    routes = .holding(bindings.map { EvaluationRoute($0) })
    state = .allocate(capacity: 1)
    state.initialize(to: State(active: active))
    makeCurvature = curvature
    let parameters = bindings[active].parameters
    if bindings.count == 1, parameters.count == 1, parameters[0].baseAddress != nil {
      point = FlatVector(at: parameters[0], of: bindings[0].program)
    } else {
      point = FlatVector(parameters.flatMap { Array($0) })
    }
    gradient = FlatVector(point.count)
    origin = FlatVector(point.count)
    originGradient = FlatVector(point.count)
  }

  deinit {
    for route in routes { route.deallocate() }
    routes.deallocate()
    state.deallocate()
  }

  /// The program that evaluates an objective. One that does not hold values of leaves evaluates it in
  /// every environment that gives the leaves the same shapes.
  ///
  /// - Parameter tables: leaves that change, besides the variables.
  /// - Throws: when it does not fit into the memory.
  public static func program(
    of output: NodeID, _ variables: [NodeID], _ graph: Graph, _ environment: Environment,
    changing tables: [Leaf.ID] = []
  ) throws(Diagnostic) -> Program {
    var graph = graph
    let slopes = AD.gradient(of: output, variables: variables, in: &graph)
    // The variables are outputs, too, so that the program has a place for each of them.
    return try graph.compiled(
      [output] + slopes + variables,
      varying: variables + tables.compactMap { graph.node(of: $0) }, in: environment)
  }

  // MARK: Evaluating

  /// Computes value and gradient at `point`. What fails in a kernel makes the value nan.
  ///
  /// - Throws: an interruption, and nothing else.
  public func evaluate() throws(Diagnostic) {
    let state = self.state
    if state.pointee.hasFailed {
      failure = nil
      state.pointee.hasFailed = false
    }
    let route = routes[state.pointee.active]
    var position = 0
    for buffer in route.parameters where buffer.baseAddress != point.entries {
      buffer.baseAddress?.update(from: point.entries + position, count: buffer.count)
      position += buffer.count
    }
    if let error = route.run() {
      if interruptionRequested.load(ordering: .relaxed) { throw error }
      state.pointee.evaluations += 1
      failure = error
      state.pointee.hasFailed = true
      state.pointee.value = .nan
      state.pointee.gradientNorm = .nan
      return
    }
    state.pointee.evaluations += 1
    state.pointee.value = route.value
    if route.gradients.count == 1, let base = route.gradients[0].baseAddress {
      state.pointee.gradientNorm = gradient.take(base)
      return
    }
    position = 0
    for buffer in route.gradients {
      if let base = buffer.baseAddress {
        (gradient.entries + position).update(from: base, count: buffer.count)
      }
      position += buffer.count
    }
    state.pointee.gradientNorm = gradient.norm
  }

  /// Where evaluations pass if they all pass there, with one array of parameters that is read in place.
  var wholeRoute: EvaluationRoute? {
    guard routes.count == 1, routes[0].parameters.count == 1, !state.pointee.hasFailed,
      routes[0].parameters[0].baseAddress == point.entries
    else { return nil }
    return routes[0]
  }

  /// Notes what steps made elsewhere have come to; the point and the gradient are there already.
  func cameTo(value: Double, gradientNorm: Double, evaluations: Int) {
    state.pointee.value = value
    state.pointee.gradientNorm = gradientNorm
    state.pointee.evaluations += evaluations
  }

  /// Chooses the binding that evaluates from now on.
  func activate(_ number: Int) { state.pointee.active = number }

  // MARK: Steps

  /// ‖w - w₀‖, from where the step started.
  var stepLength: Double { point.distance(to: origin) }

  /// Remembers the point and what is known of it as the start of a step.
  ///
  /// - Parameter keepsGradient: false for a step that evaluates nothing, and so needs no copy: after
  ///   `restore()` the gradient is that of the last evaluation then.
  func mark(keepsGradient: Bool = true) {
    origin.copy(point)
    if keepsGradient { originGradient.copy(gradient) }
    state.pointee.hasOriginGradient = keepsGradient
    state.pointee.originValue = value
    state.pointee.originNorm = gradientNorm
  }

  /// Moves the point by size·direction from where the step starts; how far that is, where squares do not
  /// leave the range of doubles.
  func step(_ size: Double, along direction: FlatVector) -> Double? {
    point.step(size, along: direction, from: origin)
  }

  /// Goes back to where the step started.
  func restore() {
    point.copy(origin)
    if state.pointee.hasOriginGradient { gradient.copy(originGradient) }
    state.pointee.value = originValue
    state.pointee.gradientNorm = originNorm
  }

  /// Goes to a point that was left earlier, with what was known there.
  func restore(_ point: FlatVector, value: Double, gradientNorm: Double) {
    self.point.copy(point)
    state.pointee.value = value
    state.pointee.gradientNorm = gradientNorm
  }

  /// Evaluates at origin + size·direction; the slope of E along the direction there.
  func trial(_ size: Double, along direction: FlatVector) throws(Diagnostic) -> Trial {
    point.set(origin, plus: size, direction)
    try evaluate()
    let slope = isFinite ? gradient.dot(direction) : .nan
    return Trial(size: size, value: isFinite ? value : .nan, slope: slope)
  }

  /// Second derivatives, compiled when first asked for.
  public func curvature() throws(Diagnostic) -> Curvature {
    if let knownCurvature { return knownCurvature }
    let curvature = try makeCurvature()
    knownCurvature = curvature
    return curvature
  }
}
