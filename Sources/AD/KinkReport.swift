import Expr

/// What happens to a gradient that passes exactly through kinks: which they are, the slopes possible
/// at each, and the one-sided derivatives of the whole, which say whether a true slope exists.
///
/// - Source: Kakade & Lee 2018, Provably correct automatic subdifferentiation for qualified programs.
public struct KinkReport: Sendable {
  /// The nodes at a kink with a part in the gradient, as formulas, with the slopes possible there.
  public let kinks: [(formula: String, slopes: ClosedRange<Double>)]
  /// For each variable that is one number: its slope from the left and from the right.
  public let sides: [(left: Double, right: Double)?]

  /// nil if no kink has a part in the gradient. Cost: a pass over the graph where there is no such
  /// function; else one gradient and a sweep for each side of each variable.
  public init?(
    of output: NodeID, variables: [NodeID], in typed: Graph, environment: Environment,
    symbol: @escaping (NodeID) -> String?
  ) throws(Diagnostic) {
    var graph = typed
    let root = graph.stabilised([output], cuts: variables)[0]
    let needed = graph.ancestors(of: [root], stoppingAt: variables)
    let isActive = graph.descendants(of: variables)
    var candidates: [(node: NodeID, kink: Kink)] = []
    for index in needed.indices where needed[index] && isActive[index] {
      let node = NodeID(rawValue: Int32(index))
      guard let kink = graph.primitive(of: node)?.kink, !variables.contains(node) else { continue }
      candidates.append((node, kink))
    }
    guard !candidates.isEmpty else { return nil }
    let reverse = ReverseMode(&graph, output: root, variables: variables)
    var gates: [NodeID] = []
    for (node, kink) in candidates {
      let isAtKink = graph.isAtKink(node, kink.place)
      let adjoint = reverse.adjoint(of: node, in: &graph), zero = graph.constant(0)
      let passes = graph.apply(.notEqual, adjoint, zero)
      gates.append(graph.apply(.and, isAtKink, passes))
    }
    let values = try graph.values(asTyped: gates, in: environment)
    let found = zip(candidates, values).filter { $0.1.elements.contains { $0 != 0 } }.map(\.0)
    guard !found.isEmpty else { return nil }
    let reader = graph
    kinks = found.map { node, kink in
      var formulas = FormulaReader(reader, symbol: symbol)
      return (formulas.formula(of: node).description, kink.slopes)
    }
    sides = try Self.sides(root, variables, graph, environment)
  }

  private static func sides(
    _ root: NodeID, _ variables: [NodeID], _ typed: Graph, _ environment: Environment
  ) throws(Diagnostic) -> [(left: Double, right: Double)?] {
    var graph = typed
    var outputs: [NodeID] = []
    var places: [Int?] = []
    for variable in variables {
      guard graph.shape(of: variable).isScalar, outputs.count < 16 else {
        places.append(nil)
        continue
      }
      var pair: [NodeID] = []
      for direction in [-1.0, 1] {
        guard
          let tangent = graph.oneSidedTangent(of: root, variables, moving: variable, by: direction)
        else { break }
        pair.append(tangent)
      }
      places.append(pair.count == 2 ? outputs.count : nil)
      if pair.count == 2 { outputs += pair }
    }
    let values = try graph.values(asTyped: outputs, in: environment)
    return places.map { place in
      guard let place, let left = values[place].scalar, let right = values[place + 1].scalar else {
        return nil
      }
      return (left: 0 - left, right: right)
    }
  }
}

extension Graph {
  /// The one-sided derivative f'(x; ±1) in one variable: forward mode with the directional derivative
  /// at kinks, relu'(0; ẋ) = max(ẋ, 0). nil where a loop is on the way.
  mutating func oneSidedTangent(
    of root: NodeID, _ variables: [NodeID], moving variable: NodeID, by direction: Double
  ) -> NodeID? {
    let needed = ancestors(of: [root], stoppingAt: variables)
    let reached = descendants(of: [variable])
    var tangents: [NodeID: NodeID] = [variable: constant(direction)]
    for index in needed.indices where needed[index] && reached[index] {
      let node = NodeID(rawValue: Int32(index))
      guard tangents[node] == nil, !variables.contains(node), let primitive = primitive(of: node)
      else { continue }
      if case .loop = primitive.derivative { return nil }
      let known = operands(of: node).map { tangents[$0] }
      guard known.contains(where: { $0 != nil }) else { continue }
      let smooth = ForwardMode.pushforward(&self, node, primitive, known)
      tangents[node] = sided(smooth, of: node, primitive, known)
    }
    return tangents[root] ?? constant(0)
  }

  /// The tangent where a node is smooth, and at its kink the one to the side of the tangents: the
  /// primitive of them, since there it is positively homogeneous.
  private mutating func sided(
    _ smooth: NodeID?, of node: NodeID, _ primitive: Primitive, _ tangents: [NodeID?]
  ) -> NodeID? {
    guard let kink = primitive.kink else { return smooth }
    let attribute = attribute(of: node), zero = constant(0)
    if case .sharedExtreme(let isGreatest) = kink.place {
      guard let tangent = tangents[0] else { return smooth }
      let isTied = apply(.equal, operands(of: node)[operands(of: node).startIndex], node)
      let worst = constant(isGreatest ? -Double.infinity : .infinity)
      let among = apply(.select, isTied, tangent, worst)
      return apply(primitive, [among], attribute)
    }
    let jump = apply(primitive, tangents.map { $0 ?? zero }, attribute)
    let isAtKink = isAtKink(node, kink.place)
    return apply(.select, isAtKink, jump, smooth ?? zero)
  }

  /// Where a node is at its kink, as a condition in the shape of its result.
  fileprivate mutating func isAtKink(_ node: NodeID, _ place: Kink.Place) -> NodeID {
    let operands = Array(self.operands(of: node)), zero = constant(0)
    switch place {
    case .zeroOperand: return apply(.equal, operands[0], zero)
    case .tie: return apply(.equal, operands[0], operands[1])
    case .zeroResult: return apply(.equal, node, zero)
    case .sharedExtreme:
      let ties = apply(.equal, operands[0], node), one = constant(1)
      let count = apply(Primitive[.sum], [ties], attribute(of: node))
      return apply(.less, one, count)
    }
  }
}
