extension Graph {
  /// The identities of 0 and 1 that hold for every value, nan and infinities included; nil if none
  /// applies. `0*x` is not among them: it is nan at infinity.
  mutating func simplified(_ primitive: Primitive, _ operands: [NodeID]) -> NodeID? {
    let kept: NodeID?
    switch primitive.symbol {
    case .add:
      kept = isScalar(operands[0], 0) ? operands[1] : isScalar(operands[1], 0) ? operands[0] : nil
    case .subtract: kept = isScalar(operands[1], 0) ? operands[0] : nil
    case .multiply:
      kept = isScalar(operands[0], 1) ? operands[1] : isScalar(operands[1], 1) ? operands[0] : nil
    case .divide, .power: kept = isScalar(operands[1], 1) ? operands[0] : nil
    case .negate:
      kept = symbol(of: operands[0]) == .negate ? operand(of: operands[0]) : nil
    case .strongMultiply: return simplifiedStrongProduct(operands[0], operands[1])
    default: kept = nil
    }
    // 1*(x > 0) is a number, the comparison alone is not.
    return kept.flatMap { isBoolean($0) ? nil : $0 }
  }

  /// λ⊛∂ with one side a known number: where λ cannot be 0 the product is the plain one.
  private mutating func simplifiedStrongProduct(_ weight: NodeID, _ factor: NodeID) -> NodeID? {
    if let known = scalarConstant(of: weight) {
      guard known != 0 else { return nil }
      return apply(.multiply, factor, weight)
    }
    guard let known = scalarConstant(of: factor), known.isFinite else { return nil }
    if known == -1 { return apply(.negate, weight) }
    return apply(.multiply, factor, weight)
  }

  private func isScalar(_ id: NodeID, _ value: Double) -> Bool { scalarConstant(of: id) == value }

  /// The constant that an operation on small constants yields; nil if it has another operand.
  mutating func folded(
    _ primitive: Primitive, _ operands: [NodeID], _ attribute: Attribute, _ shape: Shape
  ) -> NodeID? {
    guard foldsConstants, !operands.isEmpty, operands.allSatisfy({ isConstant($0) }),
      primitive.isFoldable, shape.count <= Self.sharedConstantLimit
    else {
      return nil
    }
    var values: [Tensor] = []
    for operand in operands {
      guard let value = constant(of: operand) else { return nil }
      values.append(value)
    }
    return primitive.value(of: values, attribute, shape).map { constant($0) }
  }
}
