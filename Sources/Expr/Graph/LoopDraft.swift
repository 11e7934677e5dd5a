/// A loop while a transformation puts it together: a scratch graph, which of its nodes are inputs,
/// and the nodes of the graph outside that supply them.
public struct LoopDraft {
  public struct Input {
    /// In the scratch graph. Any node will do: it is then read and no longer computed.
    public let node: NodeID
    /// In the graph that the loop will be in.
    public let value: NodeID

    public init(_ node: NodeID, _ value: NodeID) {
      self.node = node
      self.value = value
    }
  }

  public struct Carry {
    public let input: NodeID
    public let start: NodeID
    public let next: NodeID

    public init(input: NodeID, start: NodeID, next: NodeID) {
      self.input = input
      self.start = start
      self.next = next
    }
  }

  /// Nodes may be added to it as one likes: only what the outputs need goes into the loop.
  public var graph: Graph
  public let steps: Int
  public let isBackward: Bool
  public var captured: [Input]
  public var mapped: [Input]
  public var carries: [Carry] = []

  /// A draft with the body, the captured values and the mapped inputs of a loop, and no carries yet.
  ///
  /// - Parameter operands: of the loop node.
  public init(_ body: LoopBody, _ operands: [NodeID], isBackward: Bool) {
    graph = body.graph
    steps = body.steps
    self.isBackward = isBackward
    captured = zip(body.captured, operands).map { Input($0, $1) }
    mapped = zip(body.mapped, operands.dropFirst(body.captured.count)).map { Input($0, $1) }
  }

  /// Inputs that may change from step to step.
  public var varying: [NodeID] { mapped.map(\.node) + carries.map(\.input) }
}

extension Graph {
  /// Adds the loop of a draft, as small as `outputs` allow: what they do not need is left out, what
  /// no step changes is computed once, outside.
  ///
  /// - Parameter outputs: carries by their position in the draft, nodes in its graph.
  /// - Returns: the nodes of the outputs.
  public mutating func loop(_ draft: LoopDraft, outputs: [LoopOutput]) -> [NodeID] {
    let scratch = draft.graph
    // A carry that no step changes is captured.
    let moving = draft.carries.indices.filter { draft.carries[$0].input != draft.carries[$0].next }
    let pairs = moving.map {
      LoopBody.Carry(input: draft.carries[$0].input, next: draft.carries[$0].next)
    }
    var captured = draft.captured
    for carry in draft.carries where carry.input == carry.next {
      captured.append(LoopDraft.Input(carry.input, carry.start))
    }
    let stacked = outputs.compactMap { output in
      if case .stacked(let node) = output { node } else { nil }
    }
    let wanted = outputs.compactMap { output -> LoopOutput? in
      guard case .final(let position) = output else { return output }
      return moving.firstIndex(of: position).map { .final($0) }
    }
    let entries = draft.mapped.map(\.node)
    let live = scratch.liveCarries(pairs, mapped: entries, for: wanted)
    let kept = live.map { pairs[$0] }
    let needed = scratch.ancestors(
      of: kept.map(\.next) + stacked, stoppingAt: entries + kept.map(\.input))
    let mapped = draft.mapped.filter { needed[$0.node.index] }
    let cut = scratch.cutLoopBody(
      steps: draft.steps, isBackward: draft.isBackward, mapped: mapped.map(\.node), carries: kept,
      stacked: stacked)

    var map: [NodeID?] = Array(repeating: nil, count: scratch.count)
    for input in captured { map[input.node.index] = input.value }
    copy(cut.captured, from: scratch, map: &map)
    let starts = live.map { draft.carries[moving[$0]].start }
    let node = loop(
      cut.body, cut.captured.compactMap { map[$0.index] } + mapped.map(\.value) + starts)

    var arrays = cut.stacked.makeIterator()
    var results: [NodeID] = []
    for output in outputs {
      switch output {
      case .final(let position):
        let place = moving.firstIndex(of: position).flatMap { live.firstIndex(of: $0) }
        results.append(
          place.map { projection(.final($0), of: node) } ?? draft.carries[position].start)
      case .stacked:
        guard let array = arrays.next() else { preconditionFailure("one array for each output") }
        results.append(projection(.stacked(array), of: node))
      }
    }
    return results
  }

  /// Cuts the body of a loop out of this graph: what lies between its inputs and its results.
  ///
  /// - Returns: the body, the nodes here that it captures in the order of its captured inputs, and
  ///   its nodes for `stacked`.
  func cutLoopBody(
    steps: Int, isBackward: Bool, mapped: [NodeID], carries: [LoopBody.Carry], stacked: [NodeID]
  ) -> (body: LoopBody, captured: [NodeID], stacked: [NodeID]) {
    let inputs = mapped + carries.map(\.input)
    let roots = carries.map(\.next) + stacked
    let varies = descendants(of: inputs)
    let needed = ancestors(of: roots, stoppingAt: inputs)
    var body = Graph(recordsOrigins: recordsOrigins)
    var map: [NodeID?] = Array(repeating: nil, count: count)
    var captured: [NodeID] = []
    var capturedInputs: [NodeID] = []
    func enter(_ node: NodeID) -> NodeID {
      let input = body.placeholder(shape(of: node), named: leaf(of: node)?.name ?? Name("t"))
      map[node.index] = input
      return input
    }
    func capture(_ node: NodeID) {
      if map[node.index] != nil { return }
      if let value = constant(of: node), value.elements.count <= Self.sharedConstantLimit {
        map[node.index] = body.constant(value)
      } else {
        captured.append(node)
        capturedInputs.append(enter(node))
      }
    }
    let mappedInputs = mapped.map { enter($0) }
    let carryInputs = carries.map { enter($0.input) }
    for index in 0..<count where needed[index] && varies[index] && map[index] == nil {
      for operand in operands(of: NodeID(index)) where !varies[operand.index] { capture(operand) }
      map[index] = body.copy(NodeID(index), from: self, map: map)
    }
    for root in roots where !varies[root.index] { capture(root) }
    func copied(_ node: NodeID) -> NodeID {
      guard let result = map[node.index] else { preconditionFailure("a result was left out") }
      return result
    }
    let result = LoopBody(
      body, steps: steps, isBackward: isBackward, captured: capturedInputs, mapped: mappedInputs,
      carries: zip(carryInputs, carries).map { .init(input: $0, next: copied($1.next)) })
    return (result, captured, stacked.map(copied))
  }
}
