import Expr

/// A trace with all its numbers: what the adjoint table shows, as data.
public struct Trace: Sendable {
  /// A derivative of a row in another: a number, a Jacobian, or only its diagonal.
  public enum PartialValue: Sendable {
    case jacobian(Tensor)
    case diagonal(Tensor)
    /// Too large to be written out.
    case omitted(rows: Int, columns: Int)
  }

  public struct Partial: Sendable {
    public let parent: Int
    public let formula: MathExpression
    public let value: PartialValue
  }

  /// A formula and its value.
  public struct Quantity: Sendable {
    public let formula: MathExpression
    public let value: Tensor
  }

  public struct Row: Sendable {
    public let symbol: String
    public let adjointSymbol: String
    public let tangentSymbol: String
    public let number: Int?
    public let isVariable: Bool
    /// The user's names for this very node.
    public let names: [String]
    public fileprivate(set) var primal: Quantity
    public let partials: [Partial]
    public var adjoint: Quantity?
    public var tangent: Quantity?
    /// Whether the value, or the adjoint, is that of the stable form and differs from what the
    /// formula of its cell gives.
    public var isReplaced = (primal: false, adjoint: false)
    /// How each child contributes to the adjoint, in the order of the children.
    public let contributions: [(child: Int, formula: MathExpression)]
  }

  public let rows: [Row]
  public let isChain: Bool
  public let output: Int
  public let notation: TraceNotation
  /// The rewrites behind values that plain arithmetic does not give.
  public let rewrites: [Rewrite]
}

/// What a trace is asked for.
public struct TraceRequest: Sendable {
  public var mode: StepMode = .slide
  public var notation: TraceNotation = .roulet
  /// Adjoints in closed form.
  public var expands = false
  /// Adjoints are wanted (backward).
  public var wantsAdjoints = true
  /// Tangents are wanted: a direction for each variable.
  public var tangents: [NodeID: Tensor]?
  public var target = "f"
  /// The user's names of nodes, in order of definition.
  public var names: [(name: String, node: NodeID)] = []

  public init() {}
}

/// Builds the graph of everything a trace shows, evaluates it once, and reads the numbers.
public struct TraceBuilder {
  private var graph: Graph
  private let request: TraceRequest
  private let list: WengertList
  private let symbols: TraceNotation.Symbols
  /// The user's name of each variable row, of a definition taken as free as well.
  private let variableNames: [String]
  private let environment: Environment
  /// Nodes to evaluate, each once.
  private var outputs: [NodeID] = []
  private var outputIndex: [NodeID: Int] = [:]
  private var values: [Tensor] = []

  /// The largest Jacobian written out, in entries, and the most sweeps spent on one.
  static let jacobianLimit = (entries: 20_000, sweeps: 64)

  /// - Parameter output: a scalar if adjoints are wanted.
  public init(
    _ graph: Graph, output: NodeID, variables: [NodeID], request: TraceRequest,
    environment: Environment
  ) {
    self.graph = graph
    self.request = request
    self.environment = environment
    list = WengertList(
      graph, output: output, variables: variables, mode: request.mode,
      names: Set(request.names.map(\.node)))
    variableNames = list.rows.filter(\.isVariable).map { row in
      graph.leaf(of: row.node)?.name.spelling
        ?? request.names.first { $0.node == row.node }?.name ?? "x"
    }
    symbols = request.notation.symbols(for: list, names: variableNames, target: request.target)
  }

  private enum PartialNodes {
    case scalar(NodeID)
    case diagonal(NodeID)
    /// One sweep for each entry of the input, giving the columns.
    case columns([NodeID])
    /// One sweep for each entry of the output, giving the rows.
    case rows([NodeID])
    case omitted
  }

  public mutating func build() throws(Diagnostic) -> Trace {
    let rowSymbols = symbolTable()
    var maps: [[Int: JacobianFormula]] = []
    var partials: [[(parent: Int, nodes: PartialNodes)]] = []
    for row in list.rows {
      want(row.node)
      let parents = row.parents.map { list.rows[$0].node }
      let formulas = graph.jacobianFormulas(of: row.node, in: parents) { graph, node in
        Self.formula(of: node, graph, rowSymbols, isRoot: node == row.node)
      }
      var byParent: [Int: JacobianFormula] = [:]
      var nodes: [(parent: Int, nodes: PartialNodes)] = []
      for parent in row.parents {
        guard let map = formulas[list.rows[parent].node] else { continue }
        byParent[parent] = map
        nodes.append((parent, partialNodes(of: row.node, list.rows[parent].node, parents, map)))
      }
      maps.append(byParent)
      partials.append(nodes)
    }
    let adjoints = request.wantsAdjoints ? adjointNodes() : [:]
    let tangents = tangentNodes()
    values = try graph.values(asTyped: outputs, in: environment)
    let stable = try StableValues(
      list.output, variables: list.variables, wantsAdjoints: request.wantsAdjoints, graph,
      environment)

    let contributions = contributionFormulas(maps)
    let closed = request.expands ? closedForms(maps) : []
    var rows: [Trace.Row] = []
    for (index, row) in list.rows.enumerated() {
      var adjoint: Trace.Quantity?
      if let node = adjoints[row.node] {
        let sum = contributions[index].reduce(MathExpression.number(0)) { $0 + $1.formula }
        let seed = row.node == list.output ? MathExpression.one : sum
        adjoint = Trace.Quantity(
          formula: request.expands ? closed[index] ?? seed : seed, value: value(node))
      }
      var tangent: Trace.Quantity?
      if request.tangents != nil {
        tangent = Trace.Quantity(
          formula: tangentFormula(index, maps),
          value: tangents[row.node].map(value) ?? zeros(row.node))
      }
      rows.append(
        Trace.Row(
          symbol: symbols.rows[index], adjointSymbol: symbols.adjoints[index],
          tangentSymbol: symbols.tangents[index], number: symbols.numbers[index],
          isVariable: row.isVariable,
          names: request.names.filter { $0.node == row.node }.map(\.name),
          primal: Trace.Quantity(
            formula: row.isVariable
              ? .symbol(variableNames[index])
              : Self.formula(of: row.node, graph, rowSymbols, isRoot: true),
            value: value(row.node)),
          partials: partials[index].map { part in
            Trace.Partial(
              parent: part.parent, formula: maps[index][part.parent]?.formula ?? .number(0),
              value: partialValue(part.nodes, row.node, list.rows[part.parent].node))
          },
          adjoint: adjoint, tangent: tangent, contributions: contributions[index]))
    }
    let replaces = replace(&rows, by: stable)
    return Trace(
      rows: rows, isChain: list.isChain, output: list.row(of: list.output) ?? rows.count - 1,
      notation: request.notation, rewrites: replaces ? stable.rewrites : [])
  }

  /// Puts the stable value of f and the stable adjoints of the variables into their rows, and says
  /// whether one of them differs from what the row would give.
  private func replace(_ rows: inout [Trace.Row], by stable: StableValues) -> Bool {
    var differs = false
    for (index, row) in list.rows.enumerated() {
      if row.node == list.output, !row.isVariable {
        rows[index].isReplaced.primal = !stable.value.isClose(to: rows[index].primal.value)
        rows[index].primal = Trace.Quantity(
          formula: rows[index].primal.formula, value: stable.value)
      }
      if row.isVariable, let adjoint = rows[index].adjoint, let value = stable.adjoints[row.node] {
        rows[index].isReplaced.adjoint = !value.isClose(to: adjoint.value)
        rows[index].adjoint = Trace.Quantity(formula: adjoint.formula, value: value)
      }
      differs = differs || rows[index].isReplaced.primal || rows[index].isReplaced.adjoint
    }
    return differs
  }

  // MARK: Formulas

  private func symbolTable() -> [NodeID: String] {
    Dictionary(uniqueKeysWithValues: zip(list.rows.map(\.node), symbols.rows))
  }

  private static func formula(
    of node: NodeID, _ graph: Graph, _ symbols: [NodeID: String], isRoot: Bool
  ) -> MathExpression {
    var reader = FormulaReader(graph) { symbols[$0] }
    return reader.formula(of: node, isRoot: isRoot)
  }

  private func contributionFormulas(
    _ maps: [[Int: JacobianFormula]]
  ) -> [[(child: Int, formula: MathExpression)]] {
    list.rows.indices.map { row in
      list.children[row].compactMap { child in
        maps[child][row].map {
          (child, $0.pullback(of: .symbol(symbols.adjoints[child]), merges: false))
        }
      }
    }
  }

  /// Adjoints multiplied out down to the rows; nil where that becomes unreadable.
  private func closedForms(_ maps: [[Int: JacobianFormula]]) -> [MathExpression?] {
    var closed: [MathExpression?] = Array(repeating: nil, count: list.rows.count)
    for row in list.rows.indices.reversed() {
      if list.rows[row].node == list.output {
        closed[row] = .one
        continue
      }
      var sum: MathExpression? = .number(0)
      for child in list.children[row] {
        guard let known = sum, let adjoint = closed[child], let map = maps[child][row] else {
          sum = nil
          break
        }
        sum = known + map.pullback(of: adjoint, merges: true)
      }
      if let formula = sum, formula.description.count <= 120 { closed[row] = formula }
    }
    return closed
  }

  private func tangentFormula(_ row: Int, _ maps: [[Int: JacobianFormula]]) -> MathExpression {
    if list.rows[row].isVariable { return .symbol(symbols.tangents[row]) }
    return list.rows[row].parents.reduce(MathExpression.number(0)) { sum, parent in
      guard let map = maps[row][parent] else { return sum }
      return sum + map.pushforward(of: .symbol(symbols.tangents[parent]))
    }
  }

  // MARK: Nodes

  private mutating func want(_ node: NodeID) {
    if outputIndex[node] == nil {
      outputIndex[node] = outputs.count
      outputs.append(node)
    }
  }

  private func value(_ node: NodeID) -> Tensor { values[outputIndex[node] ?? 0] }

  private func zeros(_ node: NodeID) -> Tensor {
    let shape = graph.shape(of: node)
    return Tensor(shape, Array(repeating: 0, count: shape.count))
  }

  private mutating func adjointNodes() -> [NodeID: NodeID] {
    let reverse = ReverseMode(&graph, output: list.output, variables: list.variables)
    var nodes: [NodeID: NodeID] = [:]
    for row in list.rows {
      let adjoint = reverse.adjoint(of: row.node, in: &graph)
      nodes[row.node] = adjoint
      want(adjoint)
    }
    return nodes
  }

  private mutating func tangentNodes() -> [NodeID: NodeID] {
    guard let directions = request.tangents else { return [:] }
    var seeds: [NodeID: NodeID] = [:]
    for (variable, direction) in directions { seeds[variable] = graph.constant(direction) }
    let forward = ForwardMode(&graph, seeds: seeds, outputs: list.rows.map(\.node))
    for node in forward.tangents.values { want(node) }
    return forward.tangents
  }

  private mutating func partialNodes(
    of row: NodeID, _ parent: NodeID, _ parents: [NodeID], _ map: JacobianFormula
  ) -> PartialNodes {
    let output = graph.shape(of: row), input = graph.shape(of: parent)
    if output.isScalar {
      let reverse = ReverseMode(&graph, output: row, variables: parents)
      let node = reverse.adjoint(of: parent, in: &graph)
      want(node)
      return input.isScalar ? .scalar(node) : .rows([node])
    }
    if map.isDiagonal {
      return .diagonal(pushed(Array(repeating: 1, count: input.count), row, parent, parents))
    }
    guard output.count <= Self.jacobianLimit.entries / max(1, input.count),
      min(output.count, input.count) <= Self.jacobianLimit.sweeps
    else { return .omitted }
    if input.count <= output.count {
      return .columns(
        (0..<input.count).map { pushed(unit($0, of: input.count), row, parent, parents) })
    }
    var sweeps: [NodeID] = []
    for entry in 0..<output.count {
      let seed = graph.constant(Tensor(output, unit(entry, of: output.count)))
      let reverse = ReverseMode(&graph, output: row, seed: seed, variables: parents)
      let node = reverse.adjoint(of: parent, in: &graph)
      want(node)
      sweeps.append(node)
    }
    return .rows(sweeps)
  }

  /// The row's tangent when the parent alone moves in a direction.
  private mutating func pushed(
    _ direction: [Double], _ row: NodeID, _ parent: NodeID, _ parents: [NodeID]
  ) -> NodeID {
    let seed = graph.constant(Tensor(graph.shape(of: parent), direction))
    var seeds = [parent: seed]
    for other in parents where other != parent {
      seeds[other] = graph.filled(0, graph.shape(of: other))
    }
    let forward = ForwardMode(&graph, seeds: seeds, outputs: [row])
    let node = forward.tangents[row] ?? graph.filled(0, graph.shape(of: row))
    want(node)
    return node
  }

  private func unit(_ position: Int, of count: Int) -> [Double] {
    (0..<count).map { $0 == position ? 1 : 0 }
  }

  private func partialValue(_ nodes: PartialNodes, _ row: NodeID, _ parent: NodeID)
    -> Trace.PartialValue
  {
    let m = graph.shape(of: row).count, n = graph.shape(of: parent).count
    switch nodes {
    case .scalar(let node): return .jacobian(value(node))
    case .diagonal(let node): return .diagonal(value(node))
    case .omitted: return .omitted(rows: m, columns: n)
    case .rows(let sweeps):
      let elements = sweeps.flatMap { value($0).elements }
      return .jacobian(Tensor(m == 1 ? .row(n) : .matrix(m, n), elements))
    case .columns(let sweeps):
      if n == 1 { return .jacobian(Tensor(.vector(m), value(sweeps[0]).elements)) }
      let columns = sweeps.map { value($0).elements }
      return .jacobian(
        Tensor(.matrix(m, n), (0..<m).flatMap { row in columns.map { $0[row] } }))
    }
  }
}
