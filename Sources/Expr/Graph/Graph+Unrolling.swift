extension Graph {
  /// A copy of what `roots` need in which every step of every loop is written out, for traces.
  ///
  /// - Returns: the copy, and for each node here its node there, nil where it is not needed or a loop
  ///   itself; nil if the copy would have more than `limit` nodes.
  public func unrolled(
    _ roots: [NodeID], limit: Int = 10_000
  ) -> (graph: Graph, nodes: [NodeID?])? {
    var result = Graph(foldsConstants: foldsConstants, recordsOrigins: recordsOrigins)
    var map: [NodeID?] = Array(repeating: nil, count: count)
    let needed = ancestors(of: roots)
    let projections = loopProjections()
    for index in 0..<count where needed[index] {
      let node = NodeID(index)
      if let body = loopBody(of: node) {
        let wanted = (projections[node] ?? []).filter { needed[$0.index] }
        let operands = self.operands(of: node).compactMap { map[$0.index] }
        guard
          let values = result.inline(
            body, operands, outputs: wanted.compactMap { loopOutput(of: $0) }, limit: limit)
        else { return nil }
        for (projection, value) in zip(wanted, values) { map[projection.index] = value }
      } else if loopOutput(of: node) == nil {
        map[index] = result.copy(node, from: self, map: map)
        if let origin = origin(of: node), let copied = map[index] {
          result.record(origin, of: copied)
        }
      }
      if result.count > limit { return nil }
    }
    return (result, map)
  }

  /// Writes the steps of a loop out; returns the nodes of its outputs, nil beyond `limit` nodes.
  private mutating func inline(
    _ body: LoopBody, _ operands: [NodeID], outputs: [LoopOutput], limit: Int
  ) -> [NodeID]? {
    let live = body.liveCarries(for: outputs).map { body.carries[$0] }
    let stacked = outputs.compactMap { output in
      if case .stacked(let node) = output { node } else { nil }
    }
    let results = live.map(\.next) + stacked
    guard let (flat, nodes) = body.graph.unrolled(results + body.inputs, limit: limit) else {
      return nil
    }
    func place(_ node: NodeID) -> NodeID {
      guard let known = nodes[node.index] else { preconditionFailure("a result was left out") }
      return known
    }
    var map: [NodeID?] = Array(repeating: nil, count: flat.count)
    for (input, value) in zip(body.inputs, operands) { map[place(input).index] = value }
    let mapped = Array(zip(body.mapped, operands.dropFirst(body.captured.count)))
    var kept: [[NodeID]] = stacked.map { _ in [] }
    for step in 0..<body.steps {
      let position = body.isBackward ? body.steps - 1 - step : step
      var values = map
      for (input, source) in mapped {
        values[place(input).index] = row(position, of: source, as: body.graph.shape(of: input))
      }
      copy(results.map(place), from: flat, map: &values)
      for (number, node) in stacked.enumerated() {
        kept[number] += values[place(node).index].map { [$0] } ?? []
      }
      for carry in live { map[place(carry.input).index] = values[place(carry.next).index] }
      if count > limit { return nil }
    }
    var arrays = kept.makeIterator()
    return outputs.compactMap { output in
      switch output {
      case .final(let position): map[place(body.carries[position].input).index]
      case .stacked:
        arrays.next().map { stacking(body.isBackward ? $0.reversed() : $0) }
      }
    }
  }

  /// One entry of what a loop is mapped over.
  private mutating func row(_ position: Int, of source: NodeID, as shape: Shape) -> NodeID {
    if case .progression(let start, let step, _) = attribute(of: source) {
      return constant(start + Double(position) * step)
    }
    let whole = self.shape(of: source)
    var axes = [Selection.Axis(positions: [position], isSingle: true)]
    if whole.rank == 2 {
      axes.append(.init(positions: Array(0..<whole.dimensions[1]), isSingle: false))
    }
    let selection = Selection(axes: axes, source: whole)
    return shaped(apply(.index, source, attribute: .selection(selection)), to: shape)
  }

  /// The values of all steps as one array.
  private mutating func stacking(_ values: [NodeID]) -> NodeID {
    var entries: [NodeID] = []
    for value in values {
      let shape = self.shape(of: value)
      for position in 0..<shape.count { entries.append(entry(position, of: value, shape: shape)) }
    }
    let shape = self.shape(of: values[0]).stacked(values.count)
    if entries.isEmpty { return constant(Tensor(shape, [])) }
    return apply(Primitive[.stack], entries, .shape(shape))
  }
}
