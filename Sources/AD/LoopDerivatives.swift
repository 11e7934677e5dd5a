import Expr

/// Derivatives of loops are loops: they differentiate again, to any order.
extension Graph {
  /// Forward mode: a loop that carries values and tangents.
  ///
  /// - Parameters:
  ///   - tangents: of the operands of the loop; nil stands for zeros.
  ///   - projections: the results whose tangents are wanted.
  /// - Returns: a tangent for each projection, nil where it is zero.
  mutating func pushforward(
    loop: NodeID, tangents: [NodeID?], to projections: [NodeID]
  ) -> [NodeID?] {
    guard let body = loopBody(of: loop) else { return projections.map { _ in nil } }
    let operands = Array(self.operands(of: loop))
    let isActive = body.activeInputs(tangents.map { $0 != nil })
    var draft = LoopDraft(body, operands, isBackward: body.isBackward)
    let firstCarry = body.captured.count + body.mapped.count
    for (carry, start) in zip(body.carries, operands.dropFirst(firstCarry)) {
      draft.carries.append(.init(input: carry.input, start: start, next: carry.next))
    }
    var seeds: [NodeID: NodeID] = [:]
    for (position, input) in body.inputs.enumerated() where isActive[position] {
      let tangent = draft.graph.placeholder(body.graph.shape(of: input))
      seeds[input] = tangent
      guard position < firstCarry, let value = tangents[position] else { continue }
      if position < body.captured.count {
        draft.captured.append(.init(tangent, value))
      } else {
        draft.mapped.append(.init(tangent, value))
      }
    }
    let stacked = projections.compactMap { projection in
      if case .stacked(let node)? = loopOutput(of: projection) { node } else { nil }
    }
    let forward = ForwardMode(
      &draft.graph, seeds: seeds, outputs: body.carries.map(\.next) + stacked)
    var places: [Int: Int] = [:]
    for (position, carry) in body.carries.enumerated() {
      let shape = body.graph.shape(of: carry.input)
      guard let input = seeds[carry.input] else { continue }
      places[position] = draft.carries.count
      draft.carries.append(
        .init(
          input: input, start: tangents[firstCarry + position] ?? filled(0, shape),
          next: forward.tangents[carry.next] ?? draft.graph.filled(0, shape)))
    }
    let wanted = projections.map { projection -> LoopOutput? in
      switch loopOutput(of: projection) {
      case .final(let position)?: places[position].map { .final($0) }
      case .stacked(let node)?: forward.tangents[node].map { .stacked($0) }
      case nil: nil
      }
    }
    var results = self.loop(draft, outputs: wanted.compactMap { $0 }).makeIterator()
    return wanted.map { $0 == nil ? nil : results.next() }
  }

  /// Reverse mode: a loop that runs the other way over the values the carries had, and carries their
  /// adjoints λ; those of captured values are summed in carries, those of mapped entries stacked.
  ///
  /// - Parameters:
  ///   - adjoints: of the projections that the output depends on.
  ///   - isActive: for each operand of the loop whether its adjoint is wanted.
  mutating func pullback(
    loop: NodeID, adjoints: [(projection: NodeID, adjoint: NodeID)], isActive: [Bool]
  ) -> [NodeID?] {
    guard let body = loopBody(of: loop) else { return isActive.map { _ in nil } }
    var reversal = LoopReversal(body, Array(operands(of: loop)), isActive)
    for (projection, adjoint) in adjoints {
      if let output = loopOutput(of: projection) { reversal.add(adjoint, of: output) }
    }
    return reversal.adjoints(of: loop, in: &self)
  }
}

extension LoopBody {
  /// For each input whether it may carry a derivative, from the operands that do: a carry does if its
  /// value after a step depends on an input that does.
  func activeInputs(_ operands: [Bool]) -> [Bool] {
    var isActive = operands
    let inputs = self.inputs
    let firstCarry = captured.count + mapped.count
    var hasGrown = true
    while hasGrown {
      hasGrown = false
      let reached = graph.descendants(of: inputs.indices.filter { isActive[$0] }.map { inputs[$0] })
      for (position, carry) in carries.enumerated()
      where !isActive[firstCarry + position] && reached[carry.next.index] {
        isActive[firstCarry + position] = true
        hasGrown = true
      }
    }
    return isActive
  }
}
