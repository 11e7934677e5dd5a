import Expr

/// The reverse of one loop while it is put together.
struct LoopReversal {
  private let body: LoopBody
  private var draft: LoopDraft
  /// For each input whether its adjoint is wanted, and whether it is needed for one that is.
  private let isWanted: [Bool]
  private let isActive: [Bool]
  /// The adjoint of each carry after the last step, outside.
  private var finals: [NodeID?]
  /// Adjoints of nodes of the body.
  private var seeds: [NodeID: NodeID] = [:]
  /// Results of the loop to be.
  private var outputs: [LoopOutput] = []
  private var firstCarry: Int { body.captured.count + body.mapped.count }

  /// The adjoint of an operand in terms of `outputs`, by their positions.
  private struct Adjoint {
    var sum: Int?
    /// Σ aₜ bₜᵀ, of which the loop keeps the vectors: one product of matrices is faster than as many
    /// sums as there are steps.
    var outerProducts: [(left: Int, right: Int, attribute: Attribute)] = []
  }

  init(_ body: LoopBody, _ operands: [NodeID], _ isActive: [Bool]) {
    self.body = body
    isWanted = isActive
    self.isActive = body.activeInputs(isActive)
    draft = LoopDraft(body, operands, isBackward: !body.isBackward)
    finals = body.carries.map { _ in nil }
  }

  /// Enters the adjoint of a result.
  mutating func add(_ adjoint: NodeID, of output: LoopOutput) {
    switch output {
    case .final(let position): finals[position] = adjoint
    case .stacked(let node):
      let input = draft.graph.placeholder(body.graph.shape(of: node))
      draft.mapped.append(.init(input, adjoint))
      seeds[node] = input
    }
  }

  /// Adds the reversed loop; returns the adjoint of each operand of the loop, nil where it is zero.
  mutating func adjoints(of loop: NodeID, in graph: inout Graph) -> [NodeID?] {
    let parts = differentiateStep(carryAdjoints(), in: &graph)
    readTrajectories(of: loop, in: &graph)
    let results = graph.loop(draft, outputs: outputs)
    return parts.map { part in
      guard let part else { return nil }
      var total = part.sum.map { results[$0] }
      for (left, right, attribute) in part.outerProducts {
        let turned = graph.apply(.transpose, results[left])
        let product = graph.apply(.product, turned, results[right], attribute: attribute)
        total = graph.sum(total, product)
      }
      return total
    }
  }

  /// Gives an adjoint to each carry that depends on something active and that a result depends on;
  /// returns what stands for it in the step.
  private mutating func carryAdjoints() -> [Int: NodeID] {
    var inputs: [Int: NodeID] = [:]
    let known = finals.indices.filter { finals[$0] != nil }
    let results = seeds.keys.map { LoopOutput.stacked($0) } + known.map { .final($0) }
    for position in body.liveCarries(for: results) where isActive[firstCarry + position] {
      let next = body.carries[position].next
      let input = draft.graph.placeholder(body.graph.shape(of: next))
      inputs[position] = input
      seeds[next] = draft.graph.accumulated(input, seeds[next])
    }
    return inputs
  }

  /// One step of reverse mode, and how the adjoints of all steps make up those of the operands.
  private mutating func differentiateStep(
    _ carried: [Int: NodeID], in graph: inout Graph
  ) -> [Adjoint?] {
    let active = zip(body.inputs, isActive).filter(\.1).map(\.0)
    let reverse = ReverseMode(&draft.graph, seeds: seeds, variables: active)
    var parts: [Adjoint?] = []
    for (position, input) in body.inputs.enumerated() {
      let shape = body.graph.shape(of: input)
      let adjoint = isActive[position] ? reverse.adjoints[input] : nil
      if position >= firstCarry {
        guard let lambda = carried[position - firstCarry] else {
          parts.append(nil)
          continue
        }
        let last = finals[position - firstCarry] ?? graph.filled(0, shape)
        let next = adjoint ?? draft.graph.filled(0, shape)
        let output = carry(lambda, from: last, to: next, isWanted: isWanted[position])
        parts.append(Adjoint(sum: output))
      } else if let adjoint {
        parts.append(
          position < body.captured.count
            ? total(of: adjoint, in: &graph) : Adjoint(sum: keep(adjoint)))
      } else {
        parts.append(nil)
      }
    }
    return parts
  }

  /// The sum over all steps.
  private mutating func total(of adjoint: NodeID, in graph: inout Graph) -> Adjoint {
    var result = Adjoint()
    var rest: NodeID?
    for term in draft.graph.terms(of: adjoint) {
      if let (left, right) = draft.graph.outerProduct(term) {
        let attribute = draft.graph.attribute(of: term)
        result.outerProducts.append((keep(left), keep(right), attribute))
      } else {
        rest = draft.graph.accumulated(rest, term)
      }
    }
    if let rest {
      let shape = draft.graph.shape(of: rest)
      let before = draft.graph.placeholder(shape)
      let after = draft.graph.accumulated(before, rest) ?? rest
      result.sum = carry(before, from: graph.filled(0, shape), to: after, isWanted: true)
    }
    return result
  }

  private mutating func keep(_ node: NodeID) -> Int {
    outputs.append(.stacked(node))
    return outputs.count - 1
  }

  private mutating func carry(
    _ input: NodeID, from start: NodeID, to next: NodeID, isWanted: Bool
  ) -> Int? {
    draft.carries.append(.init(input: input, start: start, next: next))
    guard isWanted else { return nil }
    outputs.append(.final(draft.carries.count - 1))
    return outputs.count - 1
  }

  /// Makes what the loop computed in each step an input: the values of the carries, and others that
  /// would cost more to compute again than to keep.
  private mutating func readTrajectories(of loop: NodeID, in graph: inout Graph) {
    var known = body.carries.map(\.input)
    known += draft.graph.costlyValues(
      below: body.graph.count, inputs: draft.varying + known,
      roots: draft.carries.map(\.next)
        + outputs.compactMap { output in
          if case .stacked(let node) = output { node } else { nil }
        })
    for node in known {
      draft.mapped.append(.init(node, graph.projection(.stacked(node), of: loop)))
    }
  }
}

extension Graph {
  /// The terms of a sum, itself if it is none.
  fileprivate mutating func terms(of node: NodeID) -> [NodeID] {
    var terms: [NodeID] = []
    var pending = [node]
    while let node = pending.popLast() {
      if symbol(of: node) == .addAt {
        let operands = Array(operands(of: node))
        pending.append(apply(Primitive[.place], Array(operands.dropFirst()), attribute(of: node)))
        pending.append(operands[0])
      } else if symbol(of: node) == .add,
        operands(of: node).allSatisfy({ shape(of: $0) == shape(of: node) })
      {
        pending += operands(of: node).reversed()
      } else {
        terms.append(node)
      }
    }
    return terms
  }

  /// The vectors of a product column times row that is a matrix of some size.
  fileprivate func outerProduct(_ node: NodeID) -> (NodeID, NodeID)? {
    guard symbol(of: node) == .product, let column = operands(of: node).first,
      let row = operands(of: node).last, shape(of: column).isVector, shape(of: row).isRow,
      shape(of: node).dimensions.allSatisfy({ $0 >= 4 })
    else { return nil }
    // What the row is the transpose of is often an input, of which all values are there already.
    if symbol(of: row) == .transpose, let vector = operands(of: row).first {
      return (column, vector)
    }
    return (column, row)
  }

  /// Operations among the first `count` nodes that later ones use and that stand on products,
  /// reductions or loops; what is cheap is computed again instead.
  fileprivate func costlyValues(below count: Int, inputs: [NodeID], roots: [NodeID]) -> [NodeID] {
    let varies = descendants(of: inputs)
    let needed = ancestors(of: roots, stoppingAt: inputs)
    var isInput = Array(repeating: false, count: self.count)
    for input in inputs { isInput[input.index] = true }
    var isCostly = Array(repeating: false, count: count)
    for index in 0..<count where needed[index] && varies[index] && !isInput[index] {
      let node = NodeID(rawValue: Int32(index))
      // What is picked from an array that changes is kept, else the array would be in every step.
      let isPicked =
        symbol(of: node) == .pick
        && operands(of: node).first.map { varies[$0.index] }
          ?? false
      isCostly[index] =
        isPicked || isCostlyOperation(node) || operands(of: node).contains { isCostly[$0.index] }
    }
    var isUsed = Array(repeating: false, count: count)
    for root in roots where root.index < count { isUsed[root.index] = true }
    for index in count..<self.count where needed[index] {
      for operand in operands(of: NodeID(rawValue: Int32(index))) where operand.index < count {
        isUsed[operand.index] = true
      }
    }
    return (0..<count).filter { isUsed[$0] && isCostly[$0] }.map { NodeID(rawValue: Int32($0)) }
      .filter { isWorthKeeping($0) }
  }

  /// Whether an operation takes longer than reading its result would: all that are not entry by entry
  /// and do not only move entries, outer products apart.
  private func isCostlyOperation(_ node: NodeID) -> Bool {
    guard let primitive = primitive(of: node) else { return false }
    switch primitive.evaluation {
    case .loop: return true
    case .kernel: break
    default: return false
    }
    switch primitive.symbol {
    case .transpose, .broadcast, .reshape, .select, .index, .scatter, .stack, .range, .pick, .place,
      .replace, .replaceAt, .addAt, .diag, .outer, .hcat, .vcat:
      return false
    case .product: return operands(of: node).first.map { !shape(of: $0).isVector } ?? true
    default: return true
    }
  }

  /// Neither a loop itself nor all steps of an inner one: kept for every step of the outer one they
  /// would take the memory of both.
  private func isWorthKeeping(_ node: NodeID) -> Bool {
    if loopBody(of: node) != nil { return false }
    if case .stacked? = loopOutput(of: node) { return false }
    return true
  }
}
