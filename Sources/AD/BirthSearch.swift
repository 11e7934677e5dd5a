import Expr

/// Where a value or a gradient became nan, infinite, zero, or came to a kink.
public struct Birth: Sendable {
  public enum Kind: String, Sendable { case nan, inf, zero, kink, none }
  public enum Place: String, Sendable { case value, adjoint }

  public let kind: Kind
  public let place: Place
  /// The operation where it was born; nil where there is nothing to tell.
  public let node: NodeID?
  /// The entry of its result, where it is an array.
  public let entry: Int
  /// The values of the operands at that entry.
  public let operands: [(node: NodeID, value: Double)]
  /// The nodes from there to the output, for an adjoint from the variable to the operation.
  public let path: [NodeID]
}

/// Looks for a birth among the values of all nodes and, where these are finite, of all adjoints.
///
/// Cost: one run of a program that keeps every node, and one of its gradient.
public struct BirthSearch {
  private var graph: Graph
  private let output: NodeID
  private let variables: [NodeID]
  private let environment: Environment
  private var values: [NodeID: Tensor] = [:]

  public init(
    _ graph: Graph, output: NodeID, variables: [NodeID], environment: Environment
  ) throws(Diagnostic) {
    self.graph = graph
    self.output = output
    self.variables = variables
    self.environment = environment
    let isNeeded = graph.ancestors(of: [output])
    let nodes = isNeeded.indices.filter { isNeeded[$0] }.map { NodeID(rawValue: Int32($0)) }
      .filter { graph.loopBody(of: $0) == nil }
    for (node, value) in zip(nodes, try graph.values(of: nodes, in: environment)) {
      values[node] = value
    }
  }

  public mutating func birth() throws(Diagnostic) -> Birth {
    if let found = valueBirth() { return found }
    guard graph.shape(of: output).isScalar, !variables.isEmpty else { return .nothing }
    return try adjointBirth()
  }

  // MARK: Values

  private func isBad(_ value: Double) -> Bool { !value.isFinite }

  /// Goes down from the output through operands that are not finite, to where all are.
  private func valueBirth() -> Birth? {
    guard let entries = values[output]?.elements,
      let start = entries.firstIndex(where: \.isNaN) ?? entries.firstIndex(where: isBad)
    else { return nil }
    let kind: Birth.Kind = entries[start].isNaN ? .nan : .inf
    var node = output, entry = start
    var path = [output]
    while let next = badOperand(of: node, entry, kind) {
      (node, entry) = next
      path.append(node)
    }
    return Birth(
      kind: kind, place: .value, node: node, entry: entry, operands: operands(of: node, entry),
      path: path.reversed())
  }

  /// An operand that already has what its node has: nan for nan, anything not finite for an infinity.
  private func badOperand(
    of node: NodeID, _ entry: Int, _ kind: Birth.Kind
  ) -> (NodeID, Int)? {
    for operand in relevantOperands(of: node, entry) {
      guard let value = values[operand] else { continue }
      let places = self.entries(of: operand, for: node, entry)
      if let place = places.first(where: {
        kind == .nan ? value.elements[$0].isNaN : isBad(value.elements[$0])
      }) {
        return (operand, place)
      }
    }
    return nil
  }

  /// Those whose value decides: of `where` the condition and the branch taken.
  private func relevantOperands(of node: NodeID, _ entry: Int) -> [NodeID] {
    let operands = Array(graph.operands(of: node))
    guard graph.primitive(of: node)?.symbol == .select, let condition = values[operands[0]] else {
      return operands
    }
    let place = entries(of: operands[0], for: node, entry).first ?? 0
    return [operands[0], condition.elements[place] != 0 ? operands[1] : operands[2]]
  }

  /// The entries of an operand that an entry of a node may come from.
  private func entries(of operand: NodeID, for node: NodeID, _ entry: Int) -> [Int] {
    let count = graph.shape(of: operand).count
    if count == 1 { return [0] }
    let isElementwise: Bool =
      switch graph.primitive(of: node)?.evaluation {
      case .unary, .binary, .ternary: true
      default: false
      }
    if isElementwise, graph.shape(of: operand) == graph.shape(of: node) { return [entry] }
    return Array(0..<count)
  }

  private func operands(of node: NodeID, _ entry: Int) -> [(node: NodeID, value: Double)] {
    graph.operands(of: node).compactMap { operand in
      guard let value = values[operand] else { return nil }
      let places = entries(of: operand, for: node, entry)
      let place = places.first { !value.elements[$0].isFinite } ?? places.first ?? 0
      return (operand, value.elements.indices.contains(place) ? value.elements[place] : .nan)
    }
  }

  // MARK: Adjoints

  private mutating func adjointBirth() throws(Diagnostic) -> Birth {
    let reverse = ReverseMode(&graph, output: output, variables: variables)
    var wanted = Array(reverse.adjoints.values)
    for parts in reverse.contributions.values { wanted += parts.map(\.value) }
    wanted = Array(Set(wanted)).sorted()
    let known = Dictionary(
      uniqueKeysWithValues: zip(wanted, try graph.values(of: wanted, in: environment)))
    func adjoint(_ node: NodeID) -> Tensor? { reverse.adjoints[node].flatMap { known[$0] } }
    for variable in variables {
      guard let slope = adjoint(variable),
        let start = slope.elements.firstIndex(where: \.isNaN)
          ?? slope.elements.firstIndex(where: isBad)
      else { continue }
      let kind: Birth.Kind = slope.elements[start].isNaN ? .nan : .inf
      return climb(from: variable, kind, reverse, known) { !$0.elements.allSatisfy(\.isFinite) }
    }
    if let kink = kink(adjoint) { return kink }
    for variable in variables {
      let slope = adjoint(variable)
      guard slope?.elements.allSatisfy({ $0 == 0 }) ?? true else { continue }
      return climb(from: variable, .zero, reverse, known) { $0.elements.allSatisfy { $0 == 0 } }
    }
    return .nothing
  }

  /// Goes up from a variable through contributions that are bad, to the child whose adjoint is not:
  /// its partial is to blame.
  private func climb(
    from variable: NodeID, _ kind: Birth.Kind, _ reverse: ReverseMode, _ known: [NodeID: Tensor],
    _ isBad: (Tensor) -> Bool
  ) -> Birth {
    var node = variable
    var path = [variable]
    while true {
      let parts = reverse.contributions[node] ?? []
      guard let part = parts.first(where: { known[$0.value].map(isBad) ?? false }) else {
        // Nothing reaches it, or what reaches it cancels.
        var blamed = node
        while reverse.contributions[blamed] == nil, let next = user(of: blamed) {
          (blamed, path) = (next, path + [next])
          if case .zero? = graph.primitive(of: next)?.derivative { break }
        }
        if blamed == variable, parts.isEmpty, let next = user(of: blamed) { blamed = next }
        return Birth(
          kind: kind, place: .adjoint, node: blamed, entry: 0, operands: operands(of: blamed, 0),
          path: path)
      }
      path.append(part.child)
      let above = reverse.adjoints[part.child].flatMap { known[$0] }
      if above.map(isBad) ?? false, part.child != output {
        node = part.child
        continue
      }
      return Birth(
        kind: kind, place: .adjoint, node: part.child, entry: worst(part.child, kind),
        operands: operands(of: part.child, worst(part.child, kind)), path: path)
    }
  }

  /// The entry to show of an operation whose partial is to blame: where an operand is 0 if anywhere.
  private func worst(_ node: NodeID, _ kind: Birth.Kind) -> Int {
    guard let operand = graph.operands(of: node).first, let value = values[operand],
      graph.shape(of: operand) == graph.shape(of: node)
    else { return 0 }
    return value.elements.firstIndex { $0 == 0 } ?? 0
  }

  private func user(of node: NodeID) -> NodeID? {
    values.keys.sorted().first { graph.operands(of: $0).contains(node) }
  }

  // MARK: Kinks

  /// The first operation at a kink that an adjoint passes through.
  private func kink(_ adjoint: (NodeID) -> Tensor?) -> Birth? {
    let isActive = graph.descendants(of: variables)
    for node in values.keys.sorted() where isActive[node.index] {
      guard let passing = adjoint(node), let entry = Self.kinkEntry(graph, node, values, isActive)
      else { continue }
      let place = passing.elements.count > entry ? entry : 0
      guard passing.elements[place] != 0 else { continue }
      return Birth(
        kind: .kink, place: .adjoint, node: node, entry: entry, operands: operands(of: node, entry),
        path: [node])
    }
    return nil
  }

  /// The entry at which an operation has no derivative; nil if there is none.
  private static func kinkEntry(
    _ graph: Graph, _ node: NodeID, _ values: [NodeID: Tensor], _ isActive: [Bool]
  ) -> Int? {
    let operands = graph.operands(of: node).compactMap { values[$0] }
    guard let name = graph.primitive(of: node)?.name,
      operands.count == graph.operands(of: node).count
    else { return nil }
    switch name {
    case "abs", "relu", "leakyrelu": return operands[0].elements.firstIndex(of: 0)
    case "norm":
      return operands[0].elements.allSatisfy { $0 == 0 } ? 0 : nil
    case "hypot":
      return operands.allSatisfy { $0.elements.allSatisfy { $0 == 0 } } ? 0 : nil
    case "maximum", "minimum":
      let (a, b) = (operands[0].elements, operands[1].elements)
      let count = max(a.count, b.count)
      return (0..<count).first { a[$0 % a.count] == b[$0 % b.count] }
    case "max", "min":
      guard let best = values[node]?.elements.first, graph.shape(of: node).isScalar else {
        return nil
      }
      return operands[0].elements.count { $0 == best } > 1 ? 0 : nil
    default: return nil
    }
  }
}

extension Birth {
  fileprivate static let nothing = Birth(
    kind: .none, place: .value, node: nil, entry: 0, operands: [], path: [])
}
