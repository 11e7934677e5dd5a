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

  /// Where the derivative of a primitive jumps, and its slopes there.
  private static let slopes: [String: ClosedRange<Double>] = [
    "abs": -1...1, "relu": 0...1, "leakyrelu": 0.01...1, "maximum": 0...1, "minimum": 0...1,
    "hypot": -1...1, "norm": -1...1, "max": 0...1, "min": 0...1,
  ]

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
    let candidates = needed.indices.map { NodeID(rawValue: Int32($0)) }.filter { node in
      needed[node.index] && isActive[node.index] && !variables.contains(node)
        && Self.slopes[graph.primitive(of: node)?.name ?? ""] != nil
    }
    guard !candidates.isEmpty else { return nil }
    let reverse = ReverseMode(&graph, output: root, variables: variables)
    var gates: [NodeID] = []
    for node in candidates { gates.append(Self.gate(at: node, reverse, in: &graph)) }
    let values = try graph.values(asTyped: gates, in: environment)
    let found = zip(candidates, values).filter { $0.1.elements.contains { $0 != 0 } }.map(\.0)
    guard !found.isEmpty else { return nil }
    let reader = graph
    kinks = found.compactMap { node in
      var formulas = FormulaReader(reader, symbol: symbol)
      guard let slopes = Self.slopes[reader.primitive(of: node)?.name ?? ""] else { return nil }
      return (formulas.formula(of: node).description, slopes)
    }
    sides = try Self.sides(root, variables, graph, environment)
  }

  /// Where a node is at its kink and its adjoint is not 0, as numbers that are not 0 there.
  private static func gate(
    at node: NodeID, _ reverse: ReverseMode, in graph: inout Graph
  ) -> NodeID {
    let operands = Array(graph.operands(of: node))
    let adjoint = reverse.adjoint(of: node, in: &graph)
    let isAtKink: NodeID
    let zero = graph.constant(0)
    switch graph.primitive(of: node)?.name {
    case "maximum", "minimum": isAtKink = graph.apply(.equal, operands[0], operands[1])
    case "max", "min":
      let ties = graph.apply(.equal, operands[0], node)
      let count = graph.apply(Primitive[.sum], [ties], graph.attribute(of: node))
      let one = graph.constant(1)
      isAtKink = graph.apply(.less, one, count)
    case "hypot", "norm": isAtKink = graph.apply(.equal, node, zero)
    default: isAtKink = graph.apply(.equal, operands[0], zero)
    }
    let passes = graph.apply(.notEqual, adjoint, zero)
    return graph.apply(.and, isAtKink, passes)
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
      tangents[node] = atKink(node, primitive, known, else: smooth)
    }
    return tangents[root] ?? constant(0)
  }

  private mutating func atKink(
    _ node: NodeID, _ primitive: Primitive, _ tangents: [NodeID?], else smooth: NodeID?
  ) -> NodeID? {
    let operands = Array(self.operands(of: node)), zero = constant(0)
    let other = smooth ?? zero
    switch primitive.name {
    case "abs", "relu", "leakyrelu":
      let isAtKink = apply(.equal, operands[0], zero)
      let jump = apply(primitive, [tangents[0] ?? zero])
      return apply(.select, isAtKink, jump, other)
    case "maximum", "minimum":
      let isTied = apply(.equal, operands[0], operands[1])
      let jump = apply(primitive, [tangents[0] ?? zero, tangents[1] ?? zero])
      return apply(.select, isTied, jump, other)
    case "hypot":
      let isZero = apply(.equal, node, zero)
      let jump = apply(primitive, [tangents[0] ?? zero, tangents[1] ?? zero])
      return apply(.select, isZero, jump, other)
    case "norm":
      guard let tangent = tangents[0] else { return smooth }
      let isZero = apply(.equal, node, zero)
      let jump = apply(primitive, [tangent], attribute(of: node))
      return apply(.select, isZero, jump, other)
    case "max", "min":
      guard let tangent = tangents[0] else { return smooth }
      let isTied = apply(.equal, operands[0], node)
      let worst = constant(primitive.name == "max" ? -Double.infinity : .infinity)
      let among = apply(.select, isTied, tangent, worst)
      return apply(primitive, [among], attribute(of: node))
    default: return smooth
    }
  }
}
