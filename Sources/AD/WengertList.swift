import Expr

/// How the operations of a graph are grouped into the rows of a trace.
public enum StepMode: String, CaseIterable, Sendable {
  /// As on the slides: `1 + exp(v_1)` and `-3.5 v_0` are one step each.
  case slide
  /// One primitive operation a row.
  case fine
  /// One row for each definition of the user.
  case named
}

/// The evaluation trace: variables, then steps, each computed from rows before it.
///
/// Tables, pictures, paths and exports all read these rows.
///
/// - Source: Griewank & Walther, Evaluating Derivatives, section 2.2 (after R. E. Wengert, 1964).
public struct WengertList: Sendable {
  public struct Row: Sendable {
    /// The node whose value the row has.
    public let node: NodeID
    /// The rows it is computed from, in order.
    public let parents: [Int]
    public let isVariable: Bool
  }

  public let rows: [Row]
  /// For each row the rows computed from it, in order.
  public let children: [[Int]]
  public let variables: [NodeID]
  public let output: NodeID
  private let rowOfNode: [NodeID: Int]

  /// - Parameter names: the nodes of the user's definitions; only `named` reads them.
  public init(
    _ graph: Graph, output: NodeID, variables: [NodeID], mode: StepMode, names: Set<NodeID> = []
  ) {
    let isActive = graph.descendants(of: variables)
    let isNeeded = graph.ancestors(of: [output])
    let grouping = StepGrouping(
      graph, output: output, variables: variables,
      isActive: zip(isActive, isNeeded).map { $0 && $1 })
    let heads = grouping.heads(mode, names: names)
    let used = variables.filter { isNeeded[$0.index] }
    var order = used
    for index in heads.indices where heads[index] {
      let node = NodeID(rawValue: Int32(index))
      if !variables.contains(node) { order.append(node) }
    }
    var position: [NodeID: Int] = [:]
    for (row, node) in order.enumerated() { position[node] = row }
    var rows: [Row] = []
    var children: [[Int]] = Array(repeating: [], count: order.count)
    for (index, node) in order.enumerated() {
      let isVariable = index < used.count
      let parents =
        isVariable
        ? [] : grouping.inputs(of: node, heads: heads).compactMap { position[$0] }.sorted()
      for parent in parents { children[parent].append(index) }
      rows.append(Row(node: node, parents: parents, isVariable: isVariable))
    }
    self.rows = rows
    self.children = children
    self.variables = used
    self.output = output
    self.rowOfNode = position
  }

  public func row(of node: NodeID) -> Int? { rowOfNode[node] }

  /// For each row the number of steps on the longest way from it to the output.
  public var heights: [Int] {
    var heights = Array(repeating: 0, count: rows.count)
    for row in rows.indices.reversed() {
      for child in children[row] { heights[row] = max(heights[row], heights[child] + 1) }
    }
    return heights
  }

  /// Whether each step is computed from the row before it alone: the table is a chain.
  public var isChain: Bool {
    variables.count == 1 && rows.indices.dropFirst().allSatisfy { rows[$0].parents == [$0 - 1] }
  }
}

/// Decides which operations head a row; the others are folded into the row that uses them.
private struct StepGrouping {
  let graph: Graph
  let output: NodeID
  let variables: Set<NodeID>
  let isActive: [Bool]
  /// How often each active node is used by active nodes, and the last that does.
  private var uses: [Int]
  private var user: [NodeID?]

  init(_ graph: Graph, output: NodeID, variables: [NodeID], isActive: [Bool]) {
    self.graph = graph
    self.output = output
    self.variables = Set(variables)
    self.isActive = isActive
    uses = Array(repeating: 0, count: graph.count)
    user = Array(repeating: nil, count: graph.count)
    for index in isActive.indices where isActive[index] {
      let node = NodeID(rawValue: Int32(index))
      guard !self.variables.contains(node) else { continue }
      for operand in graph.operands(of: node) where isActive[operand.index] {
        uses[operand.index] += 1
        user[operand.index] = node
      }
    }
  }

  func heads(_ mode: StepMode, names: Set<NodeID>) -> [Bool] {
    var heads = isActive
    for index in heads.indices where heads[index] {
      let node = NodeID(rawValue: Int32(index))
      if node == output || variables.contains(node) { continue }
      switch mode {
      case .fine: heads[index] = !isTransparent(node)
      case .named: heads[index] = names.contains(node)
      case .slide: heads[index] = !isFolded(node, names: names)
      }
    }
    return heads
  }

  /// The rows a row is computed from, going down through the operations folded into it.
  func inputs(of head: NodeID, heads: [Bool]) -> [NodeID] {
    var found: [NodeID] = []
    var visited: Set<NodeID> = []
    var stack = Array(graph.operands(of: head).reversed())
    while let node = stack.popLast() {
      guard isActive[node.index], visited.insert(node).inserted else { continue }
      if heads[node.index] {
        found.append(node)
      } else {
        stack += graph.operands(of: node).reversed()
      }
    }
    return found
  }

  private func activeOperands(_ node: NodeID) -> [NodeID] {
    graph.operands(of: node).filter { isActive[$0.index] }
  }

  private func isTransparent(_ node: NodeID) -> Bool {
    if case .transparent? = graph.primitive(of: node)?.notation { true } else { false }
  }

  /// The rules of the slides. A node that several others use is never folded.
  private func isFolded(_ node: NodeID, names: Set<NodeID>) -> Bool {
    guard uses[node.index] == 1, let user = user[node.index] else { return false }
    if isTransparent(node) { return true }
    // Constants multiply in one step: -y ⊙ (X w).
    if isConstantProduct(node) && isConstantProduct(user) { return true }
    // 1 + exp(v): the function that an added constant is added to.
    if isFunction(node) && isAddedConstant(user) { return true }
    // (1 - v)^2: an added constant that no function made joins the function that takes it.
    return isAddedConstant(node) && !addsToFunction(node) && isFunction(user)
  }

  private func addsToFunction(_ node: NodeID) -> Bool {
    guard let operand = activeOperands(node).first else { return false }
    return uses[operand.index] == 1 && !variables.contains(operand) && isFunction(operand)
  }

  private func isAddedConstant(_ node: NodeID) -> Bool {
    switch graph.symbol(of: node) {
    case .add, .subtract: activeOperands(node).count == 1
    default: false
    }
  }

  /// A sign, a product with data or numbers, a division by them.
  private func isConstantProduct(_ node: NodeID) -> Bool {
    guard activeOperands(node).count == 1, let first = graph.operands(of: node).first else {
      return false
    }
    return switch graph.symbol(of: node) {
    case .negate, .multiply, .product: true
    case .divide: isActive[first.index]
    default: false
    }
  }

  /// A function of one varying argument: exp(v), sum(v), v^2, 1/v.
  private func isFunction(_ node: NodeID) -> Bool {
    let operands = activeOperands(node)
    guard operands.count == 1, graph.operands(of: node).filter({ $0 == operands[0] }).count == 1
    else { return false }
    return switch graph.primitive(of: node)?.notation {
    case .call: true
    case .infix(.power): true
    case .infix(.divide): !isActive[graph.operands(of: node).first!.index]
    default: false
    }
  }
}
