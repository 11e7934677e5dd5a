extension Graph {
  /// The identities of 0 and 1 that hold for every value, nan and infinities included; nil if none
  /// applies. `0*x` is not among them: it is nan at infinity.
  mutating func simplified(_ primitive: Primitive, _ operands: [NodeID]) -> NodeID? {
    switch primitive.symbol {
    case .add:
      if isScalar(operands[0], 0) { return operands[1] }
      if isScalar(operands[1], 0) { return operands[0] }
    case .subtract:
      if isScalar(operands[1], 0) { return operands[0] }
    case .multiply:
      if isScalar(operands[0], 1) { return operands[1] }
      if isScalar(operands[1], 1) { return operands[0] }
    case .divide, .power:
      if isScalar(operands[1], 1) { return operands[0] }
    case .negate:
      if self.primitive(of: operands[0])?.symbol == .negate {
        return self.operands(of: operands[0]).first
      }
    case .strongMultiply: return simplifiedStrongProduct(operands[0], operands[1])
    default: break
    }
    return nil
  }

  /// λ⊛∂ with one side a known number: where λ cannot be 0 the product is the plain one.
  private mutating func simplifiedStrongProduct(_ weight: NodeID, _ factor: NodeID) -> NodeID? {
    if let known = scalarConstant(of: weight) {
      guard known != 0 else { return nil }
      return apply(.multiply, factor, weight)
    }
    guard let known = scalarConstant(of: factor), known.isFinite else { return nil }
    if known == 1 { return weight }
    if known == -1 { return apply(.negate, weight) }
    return apply(.multiply, factor, weight)
  }

  private func isScalar(_ id: NodeID, _ value: Double) -> Bool { scalarConstant(of: id) == value }

  /// The constant that an operation on small constants yields; nil if it has another operand.
  mutating func folded(
    _ primitive: Primitive, _ operands: [NodeID], _ attribute: Attribute, _ shape: Shape
  ) -> NodeID? {
    guard !operands.isEmpty, primitive.isFoldable, shape.count <= Self.sharedConstantLimit else {
      return nil
    }
    var values: [Tensor] = []
    for operand in operands {
      guard let value = constant(of: operand) else { return nil }
      values.append(value)
    }
    return constant(primitive.value(of: values, attribute, shape))
  }
}
