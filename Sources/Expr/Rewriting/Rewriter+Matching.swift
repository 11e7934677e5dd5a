/// What the rules ask of nodes.
extension Rewriter {
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
