/// Replaces what loses digits by what does not: one pass over the arena, operands first, each node
/// against the rewrites that begin with its operation. Nodes are only added; the forms that the user
/// typed stay in the graph beside their replacements.
struct Rewriter {
  var graph: Graph
  /// Definitions taken as variables: nothing is matched through them.
  private var opaque: Set<NodeID>
  /// The rewrites that replaced each node, the innermost first.
  private(set) var applied: [NodeID: [Int]] = [:]
  private var current: [Int] = []
  /// What the nodes of the bodies of loops became.
  private var bodies: [NodeID: [NodeID: NodeID]] = [:]
  private var depth = 0
  /// Whether the rules that come last apply.
  var isFinal = false
  /// Whether there is a root, a size or a norm, which those are about.
  private var meetsLength = false
  /// For each node whether it is a sum in which no rule found anything; beyond the end none is.
  private var settled: [Bool] = []
  let index = RewriteIndex.shared
  /// How many terms the sum has that is being matched.
  var termCount = 0

  /// Replacements within replacements; more than any chain of rules takes.
  private static let depthLimit = 40

  init(_ graph: consuming Graph, cuts: [NodeID]) {
    self.graph = graph
    opaque = Set(cuts.filter { graph.primitive(of: $0) != nil })
  }

  /// The stable form of some nodes.
  mutating func replacements(of roots: [NodeID]) -> [NodeID] {
    let first = pass(over: roots)
    guard meetsLength else { return roots.map { first[$0] ?? $0 } }
    isFinal = true
    let early = applied
    applied = [:]
    let second = pass(over: roots.map { first[$0] ?? $0 })
    let late = applied
    applied = early
    // The nodes typed, by what the first pass made of them.
    let origins = Dictionary(first.map { ($0.value, $0.key) }) { one, _ in one }
    for (node, rules) in late { applied[origins[node] ?? node, default: []] += rules }
    return roots.map { root in
      let moved = first[root] ?? root
      return second[moved] ?? moved
    }
  }

  /// One pass; yields what became of the nodes that changed. What `floor` holds has had it.
  private mutating func pass(
    over roots: [NodeID], above floor: Set<NodeID> = []
  ) -> [NodeID: NodeID] {
    let needed = graph.ancestors(of: roots, stoppingAt: Array(opaque.union(floor)))
    let projections = graph.loopProjections()
    var map: [NodeID?] = Array(repeating: nil, count: needed.count)
    var isReplaced: Set<NodeID> = []
    for index in needed.indices where needed[index] {
      let node = NodeID(index)
      guard let primitive = graph.primitive(of: node), !opaque.contains(node),
        !floor.contains(node), !isReplaced.contains(node)
      else { continue }
      graph.origin = graph.origin(of: node)
      let operands = graph.operands(of: node)
      var attribute = graph.attribute(of: node)
      var changes = false
      if isFinal {
        // Bodies of loops have had both passes.
      } else if case .loop(let body) = attribute {
        let stable = stable(body, of: node, read: projections[node] ?? [])
        let read = (projections[node] ?? []).filter { needed[$0.index] && !opaque.contains($0) }
        if let results = hoistingProducts(
          of: stable, operands.map { map[$0.index] ?? $0 },
          outputs: read.map { output(of: $0, in: node) })
        {
          for (projection, result) in zip(read, results) { map[projection.index] = result }
          isReplaced.formUnion(read)
          continue
        }
        attribute = .loop(stable)
        changes = true
      } else if case .output(.stacked(let inner), let shape) = attribute,
        let moved = bodies[operands[operands.startIndex]]?[inner]
      {
        attribute = .output(.stacked(moved), shape)
        changes = true
      }
      for operand in operands where map[operand.index] != nil { changes = true }
      var moved = node
      if changes {
        moved = graph.apply(primitive, operands.map { map[$0.index] ?? $0 }, attribute)
      }
      if case .solver(let body) = attribute {
        let result = stable(body, of: moved)
        if result != node { map[index] = result }
        continue
      }
      current = []
      let result = rewritten(moved)
      if !current.isEmpty { applied[node] = current }
      if result != node { map[index] = result }
    }
    var changed: [NodeID: NodeID] = [:]
    for (index, result) in map.enumerated() where result != nil { changed[NodeID(index)] = result }
    return changed
  }

  /// The body of a loop with rewrites of its own.
  private mutating func stable(
    _ body: LoopBody, of loop: NodeID, read projections: [NodeID]
  ) -> LoopBody {
    var outputs = body.carries.map(\.next)
    for projection in projections {
      if case .output(.stacked(let inner), _) = graph.attribute(of: projection) {
        outputs.append(inner)
      }
    }
    var inner = body.graph
    let moved = inner.stabilised(outputs)
    guard moved != outputs else { return body }
    bodies[loop] = Dictionary(zip(outputs, moved)) { first, _ in first }
    let carries = zip(body.carries, moved).map { LoopBody.Carry(input: $0.input, next: $1) }
    return LoopBody(
      inner, steps: body.steps, isBackward: body.isBackward, captured: body.captured,
      mapped: body.mapped, carries: carries)
  }

  /// What a projection reads of a loop whose body has been rewritten.
  private func output(of projection: NodeID, in loop: NodeID) -> LoopOutput {
    guard let output = graph.loopOutput(of: projection) else {
      preconditionFailure("a projection reads an output")
    }
    guard case .stacked(let inner) = output else { return output }
    return .stacked(bodies[loop]?[inner] ?? inner)
  }

  /// A solution with its equation in stable form, which is written out here for that: its terms and
  /// what it captures may make one form together.
  private mutating func stable(_ body: SolverBody, of solution: NodeID) -> NodeID {
    let operands = Array(graph.operands(of: solution))
    let captured = Array(operands.dropLast())
    let unknown = graph.placeholder(graph.shape(of: solution))
    guard let equation = graph.equation(of: body, unknown: unknown, captured: captured),
      let stable = pass(over: [equation], above: Set(captured))[equation]
    else { return solution }
    return graph.solution(
      body.kind, of: stable, unknown: unknown, start: operands[captured.count],
      cuts: Array(opaque), derivatives: body.derivatives)
  }

  // MARK: Building

  /// A node with the rewrites applied to it.
  mutating func make(
    _ operation: Operation, _ operands: NodeID..., attribute: Attribute = .none
  ) -> NodeID {
    rewritten(graph.apply(operation.primitive, operands, attribute))
  }

  mutating func number(_ value: Double) -> NodeID { graph.constant(value) }

  private mutating func rewritten(_ node: NodeID) -> NodeID {
    let primitive = graph.nodes[node.index].primitive, symbol = graph.symbol(of: node)
    guard primitive >= 0, depth < Self.depthLimit else { return node }
    if index.isLength[Int(primitive)] { meetsLength = true }
    depth += 1
    defer { depth -= 1 }
    if isFinal { return finallyRewritten(node) }
    let isSum = symbol == .add || symbol == .subtract || symbol == .negate
    // Pairs of terms first: what sums do as a whole would hide them.
    if isSum, let (result, rule) = rewrittenSum(node) { return accepted(result, rule, for: node) }
    for (rule, body) in index.nodes[Int(primitive)] {
      if let result = body(&self, node) { return accepted(result, rule, for: node) }
    }
    if symbol == .multiply || symbol == .divide || symbol == .power {
      if let (result, rule) = rewrittenProduct(node, by: index.factors) {
        return accepted(result, rule, for: node)
      }
    }
    if isSum { settle(node) }
    return node
  }

  private mutating func settle(_ node: NodeID) {
    while settled.count <= node.index { settled.append(false) }
    settled[node.index] = true
  }

  func isSettled(_ node: NodeID) -> Bool { node.index < settled.count && settled[node.index] }

  private mutating func finallyRewritten(_ node: NodeID) -> NodeID {
    let primitive = Int(graph.nodes[node.index].primitive)
    for (rule, body) in index.finalNodes[primitive] {
      if let result = body(&self, node) { return accepted(result, rule, for: node) }
    }
    if let symbol = graph.symbol(of: node), Factors.roots.contains(symbol),
      let (result, rule) = rewrittenProduct(node, by: index.finalFactors)
    {
      return accepted(result, rule, for: node)
    }
    return node
  }

  /// A replacement in the shape of what it replaces; not a boolean for a number.
  private mutating func accepted(_ result: NodeID, _ rule: Int, for node: NodeID) -> NodeID {
    guard result != node, !graph.isBoolean(result) || graph.isBoolean(node) else { return node }
    current.append(rule)
    return graph.broadcast(result, to: graph.shape(of: node))
  }

  // MARK: Matching

  /// The index of a node's primitive; below 0 for leaves, constants and cuts.
  func operation(of node: NodeID) -> Int16 {
    let index = graph.nodes[node.index].primitive
    return index >= 0 && !opaque.isEmpty && opaque.contains(node) ? Node.leaf : index
  }

  /// What code calls a node's operation; nil for leaves, constants, cuts and those without such a name.
  func symbol(of node: NodeID) -> Primitive.Symbol? {
    !opaque.isEmpty && opaque.contains(node) ? nil : graph.symbol(of: node)
  }

  func isOperation(_ node: NodeID, _ operation: Operation) -> Bool {
    self.operation(of: node) == operation.index
  }

  func operand(_ node: NodeID, _ position: Int = 0) -> NodeID { graph.operand(of: node, position) }

  /// The first operand of a node with this operation.
  func argument(_ node: NodeID, of operation: Operation) -> NodeID? {
    isOperation(node, operation) ? operand(node) : nil
  }

  func constant(_ node: NodeID) -> Double? { graph.scalarConstant(of: node) }

  /// x and n of x^n with a number n; x·x counts as x².
  func power(_ node: NodeID) -> (base: NodeID, exponent: Double)? {
    if isOperation(node, .power), let exponent = constant(operand(node, 1)) {
      return (operand(node), exponent)
    }
    if isOperation(node, .multiply), operand(node) == operand(node, 1) { return (operand(node), 2) }
    return nil
  }

  /// The base of a square.
  func square(_ node: NodeID) -> NodeID? {
    guard let (base, exponent) = power(node), exponent == 2 else { return nil }
    return base
  }

  /// Whether a node is above 0 wherever it has a value (or underflows to 0).
  func isPositive(_ node: NodeID, depth: Int = 4) -> Bool {
    if let value = constant(node) { return value > 0 }
    guard depth > 0 else { return false }
    switch operation(of: node) {
    case Operation.exp.index, Operation.sigmoid.index, Operation.softplus.index,
      Operation.cosh.index, Operation.sech.index, Operation.erfc.index, Operation.softmax.index:
      return true
    case .add, .multiply, .divide:
      return isPositive(operand(node), depth: depth - 1)
        && isPositive(operand(node, 1), depth: depth - 1)
    default: return false
    }
  }

  /// Whether a node cannot be below 0.
  func isNonNegative(_ node: NodeID, depth: Int = 4) -> Bool {
    if let value = constant(node) { return value >= 0 }
    if let (_, exponent) = power(node), exponent.truncatingRemainder(dividingBy: 2) == 0 {
      return true
    }
    guard depth > 0 else { return false }
    switch operation(of: node) {
    case Operation.abs.index, Operation.sqrt.index, Operation.hypot.index, Operation.norm.index,
      Operation.relu.index, Operation.versin.index, Operation.coshm1.index:
      return true
    case .add, .multiply, .divide:
      return isNonNegative(operand(node), depth: depth - 1)
        && isNonNegative(operand(node, 1), depth: depth - 1)
    case Operation.sum.index: return isNonNegative(operand(node), depth: depth - 1)
    default: return isPositive(node, depth: depth)
    }
  }

  /// Whether a node has a finite value for all finite leaves, overflow apart.
  func isTotal(_ node: NodeID, depth: Int = 6) -> Bool {
    let index = operation(of: node)
    guard index >= 0 else { return true }
    guard depth > 0 else { return false }
    if let (base, exponent) = power(node) {
      return exponent >= 0 && exponent == exponent.rounded() && isTotal(base, depth: depth - 1)
    }
    guard Operation.total.contains(index) else { return false }
    return graph.operands(of: node).allSatisfy { isTotal($0, depth: depth - 1) }
  }

  /// `node` where the guard is at least 0 (above 0 if strict), nan elsewhere: keeps the domain of
  /// the form replaced.
  mutating func guarded(_ node: NodeID, by guardNode: NodeID, strictly: Bool = false) -> NodeID {
    if strictly ? isPositive(guardNode) : isNonNegative(guardNode) { return node }
    let zero = number(0)
    let isInside = graph.apply(strictly ? .less : .lessOrEqual, zero, guardNode)
    let nan = number(.nan)
    return graph.apply(.select, isInside, node, nan)
  }
}

extension Int16 {
  static let add = Primitive[.add].index
  static let subtract = Primitive[.subtract].index
  static let negate = Primitive[.negate].index
  static let multiply = Primitive[.multiply].index
  static let divide = Primitive[.divide].index
}
