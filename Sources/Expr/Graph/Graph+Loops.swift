/// What a caller of `Graph.loop` gets.
public struct LoopResult: Sendable {
  /// The values of the carries after the last step.
  public let carries: [NodeID]
  /// What was asked to be kept of each step: numbers as a vector, vectors as the rows of a matrix.
  public let stacked: [NodeID]
}

extension Graph {
  // MARK: Reading

  /// The body of a loop node; nil for all others.
  public func loopBody(of node: NodeID) -> LoopBody? {
    guard symbol(of: node) == .loop,
      case .loop(let body) = attribute(of: node)
    else { return nil }
    return body
  }

  /// Which result of its operand a projection reads; nil for all other nodes.
  public func loopOutput(of node: NodeID) -> LoopOutput? {
    guard symbol(of: node) == .projection,
      case .output(let output, _) = attribute(of: node)
    else { return nil }
    return output
  }

  /// The projections of all loops, by loop. One pass.
  public func loopProjections() -> [NodeID: [NodeID]] {
    var found: [NodeID: [NodeID]] = [:]
    for index in 0..<count where loopOutput(of: NodeID(index)) != nil {
      if let loop = operands(of: NodeID(index)).first {
        found[loop, default: []].append(NodeID(index))
      }
    }
    return found
  }

  /// Whether a projection reads truth values.
  func isBoolean(_ output: LoopOutput, of loop: NodeID) -> Bool {
    guard let body = loopBody(of: loop) else { return false }
    switch output {
    case .stacked(let node): return body.graph.isBoolean(node)
    case .final(let position):
      let start = body.captured.count + body.mapped.count + position
      return body.graph.isBoolean(body.carries[position].next)
        && isBoolean(operands(of: loop)[operands(of: loop).startIndex + start])
    }
  }

  // MARK: Building

  /// A leaf that stands for a value not known yet: an input of a loop while its body is built.
  public mutating func placeholder(_ shape: Shape, named name: Name = Name("t")) -> NodeID {
    // Far below the identities of the session's leaves, and no two of one graph are equal.
    leaf(Leaf(id: Leaf.ID(order: .min + count), name: name, isData: false), shape: shape)
  }

  /// The first carry whose shape would change in a step, by its position; nil if the loop can be made.
  public func changingCarry(_ carries: [LoopBody.Carry]) -> Int? {
    carries.firstIndex { shape(of: $0.input) != shape(of: $0.next) }
  }

  /// A loop whose body was built in this graph, on placeholders.
  ///
  /// What depends on a placeholder goes into the body, the rest is computed once and captured. The
  /// placeholders and what is left of the body here are of no use afterwards.
  ///
  /// - Parameters:
  ///   - mapped: placeholders for one entry of a vector or one row of a matrix, and the whole.
  ///   - carries: placeholder, start value and value after the step of what is handed on.
  ///   - stacked: nodes whose values in all steps are wanted.
  /// - Precondition: `changingCarry` finds none, start values have the shapes of their
  ///   placeholders, and what is mapped has `steps` entries of the shape of its placeholder.
  public mutating func loop(
    steps: Int, isBackward: Bool = false, mapped: [(input: NodeID, source: NodeID)] = [],
    carries: [(input: NodeID, start: NodeID, next: NodeID)], stacked: [NodeID] = []
  ) -> LoopResult {
    let pairs = carries.map { LoopBody.Carry(input: $0.input, next: $0.next) }
    precondition(changingCarry(pairs) == nil, "a carry keeps its shape")
    for carry in carries {
      precondition(shape(of: carry.start) == shape(of: carry.input), "a carry keeps its shape")
    }
    let mapped =
      mapped
      + pickedEntries(
        steps: steps, mapped: mapped, carries: pairs.map(\.input),
        roots: pairs.map(\.next) + stacked)
    let cut = cutLoopBody(
      steps: steps, isBackward: isBackward, mapped: mapped.map(\.input), carries: pairs,
      stacked: stacked)
    let node = loop(cut.body, cut.captured + mapped.map(\.source) + carries.map(\.start))
    var finals: [NodeID] = []
    for position in carries.indices { finals.append(projection(.final(position), of: node)) }
    var arrays: [NodeID] = []
    for result in cut.stacked { arrays.append(projection(.stacked(result), of: node)) }
    return LoopResult(carries: finals, stacked: arrays)
  }

  /// The node of a loop over operands in the order of `LoopBody.inputs`.
  mutating func loop(_ body: LoopBody, _ operands: [NodeID]) -> NodeID {
    precondition(operands.count == body.inputs.count, "a loop has one operand for each input")
    for (input, source) in zip(body.mapped, operands.dropFirst(body.captured.count)) {
      precondition(
        shape(of: source) == body.graph.shape(of: input).stacked(body.steps),
        "what is mapped has an entry for each step")
    }
    return apply(Primitive[.loop], operands, .loop(body))
  }

  /// A result of a loop; for those known without running it the node they equal.
  public mutating func projection(_ output: LoopOutput, of loop: NodeID) -> NodeID {
    guard let body = loopBody(of: loop) else { preconditionFailure("only loops have projections") }
    let operands = Array(self.operands(of: loop))
    switch output {
    case .final(let position):
      let carry = body.carries[position]
      if body.steps == 0 || carry.next == carry.input {
        return operands[body.captured.count + body.mapped.count + position]
      }
      return read(output, of: loop, body.graph.shape(of: carry.input))
    case .stacked(let node):
      let shape = body.graph.shape(of: node).stacked(body.steps)
      if body.steps == 0 { return constant(Tensor(shape, [])) }
      if let position = body.mapped.firstIndex(of: node) {
        return operands[body.captured.count + position]
      }
      if let position = body.captured.firstIndex(of: node) {
        return repeated(operands[position], to: shape)
      }
      if let value = body.graph.constant(of: node) { return repeated(constant(value), to: shape) }
      return read(output, of: loop, shape)
    }
  }

  private mutating func read(_ output: LoopOutput, of loop: NodeID, _ shape: Shape) -> NodeID {
    apply(Primitive[.projection], [loop], .output(output, shape))
  }

  private mutating func repeated(_ node: NodeID, to shape: Shape) -> NodeID {
    let value = self.shape(of: node)
    return broadcast(value.isScalar ? node : shaped(node, to: .row(value.count)), to: shape)
  }
}
