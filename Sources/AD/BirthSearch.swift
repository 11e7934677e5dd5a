import Expr

/// Where a value or a gradient became nan, infinite, zero, or came to a kink.
public struct Birth: Sendable {
  public enum Kind: String, Sendable { case nan, inf, zero, kink, none }
  public enum Place: String, Sendable { case value, adjoint }
  /// What is to blame.
  public enum Cause: Sendable, Equatable {
    /// The operation at `node`.
    case operation
    /// What comes back to `node` along several ways adds up to 0.
    case cancelling
    /// The output does not depend on `node`.
    case unused
    /// The form that is evaluated in the place of the one typed, with the part at fault.
    case replaced(String?)
  }

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
  public var cause = Cause.operation
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
    guard graph.symbol(of: node) == .select, let condition = values[operands[0]] else {
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
    let parts = reverse.contributions.all.map(\.value)
    let wanted = Array(Set(reverse.adjoints.all + parts)).sorted()
    let known = Dictionary(
      uniqueKeysWithValues: zip(wanted, try graph.values(of: wanted, in: environment)))
    func adjoint(_ node: NodeID) -> Tensor? { reverse.adjoints[node].flatMap { known[$0] } }
    // What is printed decides whether there is anything to explain, the steps typed only where.
    var evaluated = graph
    let gradient = gradient(of: output, variables: variables, in: &evaluated)
    let slopes = try evaluated.values(asTyped: gradient, in: environment)
    for (variable, slope) in zip(variables, slopes) where !slope.elements.allSatisfy(\.isFinite) {
      let kind: Birth.Kind = slope.elements.contains(where: \.isNaN) ? .nan : .inf
      guard let typed = adjoint(variable), typed.elements.contains(where: isBad) else {
        return replaced(kind)
      }
      return climb(from: variable, kind, reverse, known) { !$0.elements.allSatisfy(\.isFinite) }
    }
    if let report = try KinkReport(
      of: output, variables: variables, in: graph, environment: environment, symbol: { _ in nil })
    {
      return kink(adjoint) ?? replaced(.kink, report.kinks.first?.formula)
    }
    for (variable, slope) in zip(variables, slopes) where slope.elements.allSatisfy({ $0 == 0 }) {
      guard adjoint(variable)?.elements.allSatisfy({ $0 == 0 }) ?? true else {
        return replaced(.zero)
      }
      return climb(from: variable, .zero, reverse, known) { $0.elements.allSatisfy { $0 == 0 } }
    }
    return .nothing
  }

  /// What only the form has that is evaluated in the place of the one typed.
  private func replaced(_ kind: Birth.Kind, _ formula: String? = nil) -> Birth {
    Birth(
      kind: kind, place: .adjoint, node: output, entry: 0, operands: [], path: [output],
      cause: .replaced(formula))
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
      let parts = reverse.contributions[node]
      guard let part = parts.first(where: { known[$0.value].map(isBad) ?? false }) else {
        if !parts.isEmpty {
          return Birth(
            kind: kind, place: .adjoint, node: node, entry: 0, operands: [], path: path,
            cause: .cancelling)
        }
        if node == variable, user(of: node) == nil {
          return Birth(
            kind: kind, place: .adjoint, node: node, entry: 0, operands: [], path: path,
            cause: .unused)
        }
        // Nothing reaches it.
        var blamed = node
        while reverse.contributions[blamed].isEmpty, let next = user(of: blamed) {
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
      guard let kink = graph.primitive(of: node)?.kink, let passing = adjoint(node)?.elements,
        let entry = kinkEntries(of: node, kink.place).first(where: {
          passing.count > 1 ? passing[$0] != 0 : passing.first != 0
        })
      else { continue }
      return Birth(
        kind: .kink, place: .adjoint, node: node, entry: entry, operands: operands(of: node, entry),
        path: [node])
    }
    return nil
  }

  /// The entries of its result at which an operation has no derivative.
  private func kinkEntries(of node: NodeID, _ place: Kink.Place) -> [Int] {
    let operands = graph.operands(of: node).compactMap { values[$0]?.elements }
    guard operands.count == graph.operands(of: node).count, let result = values[node]?.elements
    else { return [] }
    switch place {
    case .zeroOperand: return operands[0].indices.filter { operands[0][$0] == 0 }
    case .zeroResult: return result.indices.filter { result[$0] == 0 }
    case .tie:
      // Of rows and columns that spread over a matrix the report on kinks tells.
      guard operands.allSatisfy({ $0.count == 1 || $0.count == result.count }) else { return [] }
      return result.indices.filter {
        operands[0][operands[0].count == 1 ? 0 : $0] == operands[1][operands[1].count == 1 ? 0 : $0]
      }
    case .sharedExtreme:
      guard result.count == 1 else { return [] }
      return operands[0].count { $0 == result[0] } > 1 ? [0] : []
    }
  }
}

extension Birth {
  fileprivate static let nothing = Birth(
    kind: .none, place: .value, node: nil, entry: 0, operands: [], path: [])
}
