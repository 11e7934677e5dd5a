/// Replaces what loses digits by what does not: one pass over the arena, operands first, each node
/// against the rewrites that begin with its operation. Nodes are only added; the forms that the user
/// typed stay in the graph beside their replacements.
struct Rewriter {
  var graph: Graph
  /// Definitions taken as variables: nothing is matched through them.
  private(set) var opaque: Set<NodeID>
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

  /// Whether forms found before are taken and those found are kept.
  private let usesKnownForms: Bool
  /// Whether a loop or an equation is met.
  private var meetsBody = false
  /// The nodes that the last pass went over.
  private var visited: [Bool] = []

  /// - Parameter usesKnownForms: without it everything is matched anew, to tell what was replaced.
  init(_ graph: consuming Graph, cuts: [NodeID], usesKnownForms: Bool = false) {
    self.graph = graph
    opaque = Set(cuts.filter { graph.primitive(of: $0) != nil })
    self.usesKnownForms = usesKnownForms && opaque.isEmpty
    if self.usesKnownForms { meetsLength = self.graph.stableForms.meetsLength }
  }

  /// The stable form of some nodes.
  mutating func replacements(of roots: [NodeID]) -> [NodeID] {
    let first = pass(over: roots)
    let wasVisited = visited
    guard meetsLength else {
      keepForms(of: wasVisited, first) { _ in nil }
      return roots.map { first[$0] ?? $0 }
    }
    isFinal = true
    let early = applied
    applied = [:]
    let second = pass(over: roots.map { first[$0] ?? $0 })
    let late = applied
    applied = early
    // The nodes typed, by what the first pass made of them.
    let origins = Dictionary(first.map { ($0.value, $0.key) }) { one, _ in one }
    for (node, rules) in late { applied[origins[node] ?? node, default: []] += rules }
    let isLast = visited
    keepForms(of: wasVisited, first) { moved in
      moved.index < isLast.count && isLast[moved.index] ? second[moved] ?? moved : nil
    }
    return roots.map { root in
      let moved = first[root] ?? root
      return second[moved] ?? moved
    }
  }

  /// Keeps what became of the nodes that the first pass went over.
  ///
  /// - Parameter last: what the last rules made of what the first pass had made.
  private mutating func keepForms(
    of nodes: [Bool], _ first: [NodeID: NodeID], _ last: (NodeID) -> NodeID?
  ) {
    guard usesKnownForms, !meetsBody else { return }
    for index in nodes.indices where nodes[index] {
      let moved = first[NodeID(index)] ?? NodeID(index)
      graph.stableForms.enter(
        NodeID(index), first: moved, last: last(moved), meetsLength: meetsLength)
    }
  }

  /// One pass; yields what became of the nodes that changed. What `floor` holds has had it.
  private mutating func pass(
    over roots: [NodeID], above floor: Set<NodeID> = []
  ) -> [NodeID: NodeID] {
    let known = usesKnownForms ? graph.stableForms : StableForms()
    let needed = graph.ancestors(
      of: roots, stoppingAt: Array(opaque.union(floor)) + known.nodes(isFinal: isFinal))
    visited = needed
    let projections = graph.loopProjections()
    var map: [NodeID?] = Array(repeating: nil, count: needed.count)
    var isReplaced: Set<NodeID> = []
    for index in needed.indices where needed[index] {
      let node = NodeID(index)
      if let form = known.form(of: node, isFinal: isFinal) {
        if form != node { map[index] = form }
        continue
      }
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
        meetsBody = true
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
        meetsBody = true
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
}

extension Int16 {
  static let add = Primitive[.add].index
  static let subtract = Primitive[.subtract].index
  static let negate = Primitive[.negate].index
  static let multiply = Primitive[.multiply].index
  static let divide = Primitive[.divide].index
}
