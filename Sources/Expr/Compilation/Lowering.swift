/// Turns a graph into the values a program computes.
///
/// Slices, reshapes, transposes of lines and repeated entries become views of other values, and cost
/// nothing; matrices are read turned by the products over them; softmax and its kin are taken apart
/// into loops that fuse; sums of scattered entries are added in place.
///
/// Cost: linear in the nodes.
struct Lowering {
  /// How the entries of a node are found: whole and in order where the extent is the node's own;
  /// else repeated, or a matrix read with rows and columns exchanged.
  struct View {
    var operand: Operand
    var isTurned = false
  }

  let graph: Graph
  var lowered = LoweredGraph()
  private var views: [View?]
  private let scattered: ScatteredSums
  /// exp(x - max x) and its sum, shared by softmax and logsumexp of one operand.
  private var shifted: [ShiftedKey: Shifted] = [:]

  private struct ShiftedKey: Hashable {
    var node: NodeID
    var axis: Int?
  }

  private struct Shifted {
    var greatest: Operand
    var exponentials: Operand
    var total: Operand
  }

  static func lower(_ graph: Graph, outputs: [NodeID]) -> LoweredGraph {
    let needed = graph.ancestors(of: outputs)
    var lowering = Lowering(graph, needed: needed, outputs: outputs)
    for index in 0..<graph.count where needed[index] { lowering.lower(NodeID(index)) }
    for output in outputs {
      let operand = lowering.contiguous(output)
      lowering.lowered.outputs.append(operand)
    }
    return lowering.lowered
  }

  private init(_ graph: Graph, needed: [Bool], outputs: [NodeID]) {
    self.graph = graph
    views = Array(repeating: nil, count: graph.count)
    scattered = ScatteredSums(graph, needed: needed, outputs: outputs)
  }

  // MARK: Reading

  func extent(of node: NodeID) -> Extent { Extent(graph.shape(of: node)) }

  func view(_ node: NodeID) -> View {
    guard let view = views[node.index] else { preconditionFailure("an operand comes first") }
    return view
  }

  /// All entries of a node in order.
  mutating func contiguous(_ node: NodeID) -> Operand {
    let view = view(node), extent = extent(of: node)
    if !view.isTurned && view.operand.extent == extent { return view.operand }
    let copy: Operand
    if view.isTurned {
      copy = lowered.append(.kernel(node), extent, [view.operand])
    } else {
      copy = append(.copy, extent, [view.operand])
    }
    views[node.index] = View(operand: copy)
    return copy
  }

  /// A node as operand of an operation entry by entry: repeated entries stay unrepeated.
  mutating func broadcastable(_ node: NodeID) -> Operand {
    let view = view(node)
    return view.isTurned ? contiguous(node) : view.operand
  }

  private func constant(_ operand: Operand) -> Double? {
    guard operand.extent.isScalar, case .constant(let tensor) = lowered.values[operand.value].kind
    else { return nil }
    return tensor.elements[operand.offset]
  }

  private mutating func number(_ value: Double) -> Operand {
    lowered.append(.constant(Tensor(value)), .scalar, [])
  }

  mutating func append(
    _ opcode: Opcode, _ extent: Extent, _ operands: [Operand], primitive: Int16 = -1
  ) -> Operand {
    lowered.append(.element(opcode, primitive: primitive), extent, operands)
  }

  // MARK: Operations

  private mutating func lower(_ node: NodeID) {
    switch graph.kind(of: node) {
    case .leaf(let leaf): set(node, lowered.append(.input(leaf.id), extent(of: node), []))
    case .constant(let tensor): set(node, lowered.append(.constant(tensor), extent(of: node), []))
    case .operation(let primitive):
      if scattered.isPart[node.index] { return }
      if scattered.isRoot[node.index] {
        set(node, accumulate(node))
      } else if let opcode = Opcode(primitive) {
        lowerElement(node, opcode, primitive)
      } else if !lowerView(node, primitive) && !lowerReduction(node, primitive) {
        lowerOperation(node, primitive)
      }
    }
  }

  mutating func set(_ node: NodeID, _ operand: Operand, isTurned: Bool = false) {
    views[node.index] = View(operand: operand, isTurned: isTurned)
  }

  /// Operations that only look at entries elsewhere.
  private mutating func lowerView(_ node: NodeID, _ primitive: Primitive) -> Bool {
    guard let first = graph.operands(of: node).first else { return false }
    let extent = extent(of: node)
    switch primitive.symbol {
    case .transpose: lowerTranspose(node, first)
    case .reshape:
      if view(first).operand.extent.isScalar {
        views[node.index] = view(first)
      } else {
        var operand = contiguous(first)
        operand.extent = extent
        set(node, operand)
      }
    case .broadcast: set(node, broadcastable(first))
    case .index:
      guard case .selection(let selection) = graph.attribute(of: node) else { return false }
      if view(first).operand.extent.isScalar {
        views[node.index] = view(first)
      } else if let offset = selection.run {
        var operand = contiguous(first)
        operand.offset += offset
        operand.extent = extent
        set(node, operand)
      } else {
        return false
      }
    default: return false
    }
    return true
  }

  private mutating func lowerTranspose(_ node: NodeID, _ operand: NodeID) {
    let seen = view(operand)
    var turned = seen.operand
    if seen.isTurned || turned.extent.isScalar {
      set(node, turned)
    } else if turned.extent.isLine {
      turned.extent = Extent(turned.extent.columns, turned.extent.rows)
      set(node, turned)
    } else {
      set(node, turned, isTurned: true)
    }
  }

  /// An operation entry by entry; one that changes nothing is a view.
  private mutating func lowerElement(_ node: NodeID, _ opcode: Opcode, _ primitive: Primitive) {
    if opcode == .copy {
      set(node, broadcastable(graph.operand(of: node)))
      return
    }
    let operands = graph.operands(of: node)
    let first = broadcastable(operands[operands.startIndex])
    // Mostly there are two: no array is made for them.
    if operands.count == 2 {
      let second = broadcastable(operands[operands.startIndex + 1])
      set(node, element(opcode, first, second, primitive.index))
      return
    }
    var parts = [first]
    for operand in operands.dropFirst() { parts.append(broadcastable(operand)) }
    set(node, element(opcode, parts, primitive.index))
  }

  private mutating func lowerOperation(_ node: NodeID, _ primitive: Primitive) {
    let operands = graph.operands(of: node)
    switch primitive.symbol {
    case .product: lowerProduct(node)
    case .projection:
      guard let output = graph.loopOutput(of: node), let loop = operands.first else { return }
      set(node, lowered.append(.loopResult(output), extent(of: node), [view(loop).operand]))
    case .loop:
      set(node, lowered.append(.loop(node), Extent(0, 1), operands.map { contiguous($0) }))
    default:
      set(node, lowered.append(.kernel(node), extent(of: node), operands.map { contiguous($0) }))
    }
  }

  /// An operation entry by entry on the entries there are: of repeated ones the result is repeated.
  mutating func element(
    _ opcode: Opcode, _ operands: [Operand], _ primitive: Int16 = -1
  ) -> Operand {
    if operands.count == 2 { return element(opcode, operands[0], operands[1], primitive) }
    let extent = operands.reduce(Extent.scalar) { $0.joined(with: $1.extent) }
    return append(opcode, extent, operands, primitive: primitive)
  }

  private mutating func element(
    _ opcode: Opcode, _ first: Operand, _ second: Operand, _ primitive: Int16
  ) -> Operand {
    if let known = simplified(opcode, first, second) { return known }
    return lowered.append(
      .element(opcode, primitive: primitive), first.extent.joined(with: second.extent), first,
      second)
  }

  /// Identities that hold for every value, and that derivatives of sums are full of.
  private mutating func simplified(
    _ opcode: Opcode, _ a: Operand, _ b: Operand
  ) -> Operand? {
    let first = constant(a), second = constant(b)
    switch opcode {
    case .multiply: return first == 1 ? b : second == 1 ? a : nil
    case .strongMultiply:
      guard let first else { return nil }
      if first == 0 { return a }
      return first == 1 ? b : element(.multiply, [b, a])
    case .divide: return second == 1 ? a : nil
    case .add: return first == 0 ? b : second == 0 ? a : nil
    case .power:
      if second == 1 { return a }
      return second == 2 ? element(.square, [a]) : nil
    default: return nil
    }
  }

  // MARK: Sums

  private mutating func lowerReduction(_ node: NodeID, _ primitive: Primitive) -> Bool {
    let operands = Array(graph.operands(of: node))
    guard let first = operands.first else { return false }
    let axis = graph.attribute(of: node).axis, extent = extent(of: node)
    if self.extent(of: first).count == 0 { return false }
    switch primitive.name {
    case "sum", "sumTo": set(node, sum(first, to: extent))
    case "mean":
      let count = Double(self.extent(of: first).count / max(1, extent.count))
      let total = sum(first, to: extent)
      let divisor = number(count)
      set(node, element(.divide, [total, divisor]))
    case "max": set(node, reduce(.maximum, contiguous(first), to: extent))
    case "dot":
      let a = view(first), b = view(operands[1])
      if a.operand.extent.isScalar || b.operand.extent.isScalar { return false }
      set(node, dot(contiguous(first), contiguous(operands[1])))
    case "logsumexp":
      let parts = shiftedExponentials(first, axis, to: extent)
      let logarithm = element(.log, [parts.total])
      set(node, element(.add, [parts.greatest, logarithm]))
    case "softmax":
      var reduced = Extent.scalar
      if let axis { reduced = axis == 0 ? Extent(1, extent.columns) : Extent(extent.rows, 1) }
      let parts = shiftedExponentials(first, axis, to: reduced)
      set(node, element(.divide, [parts.exponentials, parts.total]))
    default: return false
    }
    return true
  }

  private mutating func sum(_ node: NodeID, to extent: Extent) -> Operand {
    let operand = view(node).operand
    if operand.extent.isScalar, !view(node).isTurned {
      let count = self.extent(of: node).count / max(1, extent.count)
      let factor = number(Double(count))
      return element(.multiply, [operand, factor])
    }
    if let product = sumOfProduct(node, to: extent) { return product }
    // The sum over everything does not mind the order of rows and columns.
    let whole = extent.isScalar && operand.extent.count == self.extent(of: node).count
    return reduce(.sum, whole ? operand : contiguous(node), to: extent)
  }

  mutating func reduce(
    _ reduction: LoweredValue.Reduction, _ operand: Operand, to extent: Extent
  ) -> Operand {
    var result = operand
    result.extent = extent
    if operand.extent.count == extent.count { return result }
    if reduction == .sum, extent.isScalar, let exponent = lowered.operandOfSoftplus(operand) {
      return lowered.append(.reduction(.softplusSum), extent, [exponent])
    }
    return lowered.append(.reduction(reduction), extent, [operand])
  }

  mutating func dot(_ a: Operand, _ b: Operand, _ weight: Int? = nil) -> Operand {
    var parts = [a, b]
    if a.extent.isScalar { return multiplied(parts, weight) }
    for index in parts.indices { parts[index].extent = parts[index].extent.domain }
    if weight != nil { return reduce(.sum, multiplied(parts, weight), to: .scalar) }
    return lowered.append(.reduction(.dot), .scalar, parts)
  }

  /// exp(x - m), its sum and m, the greatest entry; 0 in its place where that is infinite.
  private mutating func shiftedExponentials(
    _ node: NodeID, _ axis: Int?, to extent: Extent
  ) -> Shifted {
    let key = ShiftedKey(node: node, axis: axis)
    if let known = shifted[key] { return known }
    let operand = contiguous(node)
    let greatest = reduce(.maximum, operand, to: extent)
    let zero = number(0)
    let difference = element(.subtract, [greatest, greatest])
    let isFinite = element(.equal, [difference, zero])
    let shift = element(.select, [isFinite, greatest, zero])
    let rest = element(.subtract, [operand, shift])
    let exponentials = element(.exp, [rest])
    let total = reduce(.sum, exponentials, to: extent)
    let parts = Shifted(greatest: shift, exponentials: exponentials, total: total)
    shifted[key] = parts
    return parts
  }

  /// Zeros, with what scatters under a sum put there added at its places, and the rest of the sum.
  private mutating func accumulate(_ root: NodeID) -> Operand {
    let terms = scattered.terms(of: root, in: graph)
    var places: [LoweredValue.Place] = []
    var parts: [Operand] = []
    for term in terms.scatters {
      guard case .selection(let selection) = graph.attribute(of: term),
        let operand = graph.operands(of: term).first
      else { continue }
      parts.append(contiguous(operand))
      places.append(selection.run.map { .run(offset: $0) } ?? .selection(selection))
    }
    var total = lowered.append(.accumulation(places), extent(of: root), parts)
    for term in terms.others {
      let part = broadcastable(term)
      total = element(.add, [total, part])
    }
    return total
  }
}
