/// Turns the body of a loop without carries, built once on placeholders, into one computation on all
/// entries at a time.
///
/// A placeholder of shape s becomes an array whose first axis runs over the entries: a number a
/// vector, a vector or a row the rows of a matrix. Each primitive carries the axis along by one of
/// the rules below; a body with any other is not batched.
struct Batching {
  private(set) var graph: Graph
  /// The batched form of each node that depends on a placeholder.
  private var batched: [NodeID: NodeID]
  private let count: Int
  /// The leaves whose values decided something.
  private(set) var leavesRead: Set<Leaf.ID>
  /// The numbers of an index, all entries at a time.
  private let evaluate: (Graph, NodeID) throws(Diagnostic) -> [Double]
  /// Those found already: the entries of a matrix ask for the same few.
  private var evaluated: [NodeID: [Double]] = [:]
  private var root: NodeID?

  /// - Parameters:
  ///   - placeholders: what each stands for, all entries at a time.
  ///   - leavesRead: the leaves whose values decided something already.
  ///   - numbers: the values of an index, which must be known now.
  init(
    _ graph: Graph, placeholders: [NodeID: NodeID], count: Int, leavesRead: Set<Leaf.ID>,
    numbers: @escaping (Graph, NodeID) throws(Diagnostic) -> [Double]
  ) {
    self.graph = graph
    batched = placeholders
    self.count = count
    evaluate = numbers
    self.leavesRead = leavesRead
  }

  /// The batched form of a node of the body; nil if an operation in it has no rule.
  mutating func batch(_ root: NodeID) throws(Diagnostic) -> NodeID? {
    self.root = root
    let depends = graph.descendants(of: Array(batched.keys))
    let needed = graph.ancestors(of: [root])
    for index in depends.indices where depends[index] && needed[index] {
      let node = NodeID(index)
      if batched[node] != nil { continue }
      guard let primitive = graph.primitive(of: node), let result = try rule(primitive, node) else {
        return nil
      }
      batched[node] = result
    }
    return batched[root] ?? repeated(root)
  }

  /// The numbers of an index or a condition, which must be known now.
  private mutating func numbers(_ node: NodeID) throws(Diagnostic) -> [Double] {
    if let known = evaluated[node] { return known }
    let values = try evaluate(graph, node)
    evaluated[node] = values
    return values
  }

  /// A value that is the same for all entries.
  private mutating func repeated(_ node: NodeID) -> NodeID? {
    let shape = graph.shape(of: node)
    if shape.isScalar { return graph.broadcast(node, to: .vector(count)) }
    guard let row = row(node) else { return nil }
    return graph.broadcast(row, to: .matrix(count, shape.count))
  }

  /// A vector or a row as a row, which goes with every entry.
  private mutating func row(_ node: NodeID) -> NodeID? {
    let shape = graph.shape(of: node)
    if shape.isRow { return node }
    return shape.isVector ? graph.apply(.transpose, node) : nil
  }

  private mutating func rule(
    _ primitive: Primitive, _ node: NodeID
  ) throws(Diagnostic) -> NodeID? {
    let operands = Array(graph.operands(of: node))
    let shape = graph.shape(of: node)
    guard shape.rank < 2 || shape.isRow else { return nil }
    switch primitive.symbol {
    case .product: return product(operands[0], operands[1], graph.attribute(of: node))
    case .dot: return inner(operands[0], operands[1])
    case .transpose: return graph.shape(of: operands[0]).isMatrix ? nil : batched[operands[0]]
    case .index: return index(node, operands[0])
    case .pick: return try pick(node, operands)
    case .select, .strongMultiply: return elementwise(primitive, operands, shape)
    case .broadcast:
      guard graph.shape(of: operands[0]).isScalar, let operand = batched[operands[0]] else {
        return nil
      }
      return graph.broadcast(operand, to: .matrix(count, shape.count))
    case .sumTo:
      guard shape.isScalar, let operand = batched[operands[0]] else { return nil }
      return graph.apply(.sum, operand, attribute: .axis(1))
    case .stack: return stack(operands)
    default: break
    }
    switch primitive.evaluation {
    case .unary, .binary, .ternary: return elementwise(primitive, operands, shape)
    case .kernel: return alongRows(primitive, node, operands)
    case .loop: return nil
    }
  }

  /// Entry by entry: numbers that vary go as a column, arrays that do not vary as a row.
  private mutating func elementwise(
    _ primitive: Primitive, _ operands: [NodeID], _ shape: Shape
  ) -> NodeID? {
    var parts: [NodeID] = []
    for operand in operands {
      if let part = batched[operand] {
        parts.append(part)
      } else if graph.shape(of: operand).isScalar {
        parts.append(operand)
      } else if let part = row(operand) {
        parts.append(part)
      } else {
        return nil
      }
    }
    return graph.apply(primitive, parts)
  }

  /// A reduction of a vector, or an operation along it, works along the rows.
  private mutating func alongRows(
    _ primitive: Primitive, _ node: NodeID, _ operands: [NodeID]
  ) -> NodeID? {
    guard primitive.takesAxis, operands.count == 1, let operand = batched[operands[0]],
      graph.attribute(of: node).axis == nil, !graph.shape(of: operands[0]).isScalar
    else { return nil }
    return graph.apply(primitive, [operand], .axis(1))
  }

  private mutating func product(_ a: NodeID, _ b: NodeID, _ attribute: Attribute) -> NodeID? {
    let first = graph.shape(of: a), second = graph.shape(of: b)
    var turned = attribute
    if case .weight(let operand) = attribute { turned = .weight(1 - operand) }
    switch (batched[a], batched[b]) {
    case (nil, let right?) where (first.isMatrix || first.isRow) && second.isVector:
      return graph.apply(.product, right, graph.apply(.transpose, a), attribute: turned)
    case (let left?, nil) where first.isRow && !second.isRow:
      return graph.apply(.product, left, b, attribute: attribute)
    case (let left?, let right?) where first.isRow && second.isVector:
      return graph.apply(.sum, graph.apply(.multiply, left, right), attribute: .axis(1))
    default: return nil
    }
  }

  private mutating func inner(_ a: NodeID, _ b: NodeID) -> NodeID? {
    // The inner product of numbers is their product: there is nothing to sum.
    if graph.shape(of: a).isScalar { return elementwise(Primitive[.multiply], [a, b], .scalar) }
    switch (batched[a], batched[b]) {
    case (let left?, let right?):
      return graph.apply(.sum, graph.apply(.multiply, left, right), attribute: .axis(1))
    case (let one?, nil): return column(b).map { graph.apply(.product, one, $0) }
    case (nil, let one?): return column(a).map { graph.apply(.product, one, $0) }
    case (nil, nil): return nil
    }
  }

  private mutating func column(_ node: NodeID) -> NodeID? {
    let shape = graph.shape(of: node)
    if shape.isVector { return node }
    return shape.isRow ? graph.apply(.transpose, node) : nil
  }

  /// A fixed index of something that varies: the same entries of each row.
  private mutating func index(_ node: NodeID, _ operand: NodeID) -> NodeID? {
    guard case .selection(let selection) = graph.attribute(of: node), let part = batched[operand],
      let last = selection.axes.last
    else { return nil }
    let all = Selection.Axis(positions: 0..<count, isSingle: false)
    let rows = Selection(axes: [all, last], source: graph.shape(of: part))
    return graph.apply(.index, part, attribute: .selection(rows))
  }

  /// An index that varies: its positions are known now for all entries, so it is a gather. nil where
  /// one is outside, which the loop reports when it gets there.
  private mutating func pick(_ node: NodeID, _ operands: [NodeID]) throws(Diagnostic) -> NodeID? {
    guard case .picking(let picking) = graph.attribute(of: node) else { return nil }
    if let line = try pickLine(node, operands, picking) { return line }
    var taken: [Selection.Positions?] = []
    var next = 1
    for (axis, size) in zip(picking.axes, picking.source.dimensions) {
      switch axis {
      case .operand:
        let index = unguarded(operands[next])
        guard let found = try positions(index, size: size, for: node) else { return nil }
        taken.append(found)
        next += 1
      case .fixed(let position):
        taken.append(Selection.Positions(Array(repeating: position, count: count)))
      case .whole: taken.append(nil)
      }
    }
    if let base = batched[operands[0]] { return pickRows(base, picking, taken) }
    let base = operands[0], source = picking.source
    switch (source.rank, taken.count == 2 ? taken[0] : nil, taken[taken.count - 1]) {
    case (1, _, let entries?):
      let axis = Selection.Axis(positions: entries, isSingle: false)
      return gather(base, [axis], source)
    case (2, let rows?, nil):
      let axes = [Selection.Axis(positions: rows, isSingle: false), whole(source.dimensions[1])]
      return gather(base, axes, source)
    case (2, nil, let columns?):
      let axes = [whole(source.dimensions[0]), Selection.Axis(positions: columns, isSingle: false)]
      return graph.apply(.transpose, gather(base, axes, source))
    case (2, let rows?, let columns?):
      let width = source.dimensions[1]
      return flat(base, source.count, zip(rows, columns).map { $0 * width + $1 })
    default: return nil
    }
  }

  /// Entries of the row, or the column, that an outer loop has reached: the line is picked when that
  /// loop runs, its entries are known now. nil for all other indices.
  private mutating func pickLine(
    _ node: NodeID, _ operands: [NodeID], _ picking: Picking
  ) throws(Diagnostic) -> NodeID? {
    guard operands.count == 3, batched[operands[0]] == nil else { return nil }
    for (outer, inner) in [(0, 1), (1, 0)] {
      let index = unguarded(operands[outer + 1]), entry = unguarded(operands[inner + 1])
      let isOpen = graph.leaves(under: [index]).contains { $0.leaf.id.order < 0 }
      guard isOpen, batched[index] == nil, batched[entry] != nil,
        let reached = try guardedForAll(operands[outer + 1])
      else { continue }
      let size = picking.source.dimensions[inner]
      guard let entries = try positions(entry, size: size, for: node) else { return nil }
      var axes = [Picking.Axis.operand, .operand]
      axes[inner] = .whole
      let part = Picking(axes: axes, source: picking.source)
      graph.origin = graph.origin(of: node)
      let line = graph.apply(Primitive[.pick], [operands[0], reached], .picking(part))
      return gather(line, [.init(positions: entries, isSingle: false)], .vector(size))
    }
    return nil
  }

  /// An index that is one for all entries, with the conditions of its branches that are. Those that
  /// differ from entry to entry decide whether any of them asks for it; nil if none does.
  ///
  /// - Throws: when it depends on the loop around which entries these are.
  private mutating func guardedForAll(_ index: NodeID) throws(Diagnostic) -> NodeID? {
    var inner = index
    var common: [NodeID] = []
    var isWanted = Array(repeating: true, count: count)
    while graph.symbol(of: inner) == .guardedIndex {
      let operands = Array(graph.operands(of: inner))
      if let test = batched[operands[1]] {
        for (_, leaf) in graph.leaves(under: [test]) { leavesRead.insert(leaf.id) }
        let holds = try numbers(test)
        for entry in isWanted.indices where holds[entry] == 0 { isWanted[entry] = false }
      } else {
        common.append(operands[1])
      }
      inner = operands[0]
    }
    guard isWanted.contains(true) else { return nil }
    return common.reversed().reduce(inner) { graph.apply(Primitive[.guardedIndex], [$0, $1]) }
  }

  /// An index without the conditions of its branches: which entries are asked for is known otherwise.
  private func unguarded(_ index: NodeID) -> NodeID {
    var index = index
    while graph.symbol(of: index) == .guardedIndex,
      let inner = graph.operands(of: index).first
    {
      index = inner
    }
    return index
  }

  /// The positions, from 0, of an index in a dimension; where nobody asks for the entry any will do.
  private mutating func positions(
    _ index: NodeID, size: Int, for node: NodeID
  ) throws(Diagnostic) -> Selection.Positions? {
    let known = batched[index] ?? index
    if let range = graph.wholeNumbers(in: known), 1 <= range.lowerBound,
      range.upperBound <= size + 1
    {
      return Selection.Positions(range.lowerBound - 1..<range.upperBound - 1)
    }
    for (_, leaf) in graph.leaves(under: [known]) { leavesRead.insert(leaf.id) }
    let values = try numbers(known)
    var wanted: [Bool]?
    var positions: [Int] = []
    positions.reserveCapacity(count)
    for entry in 0..<count {
      let number = values[values.count == 1 ? 0 : entry]
      if let whole = Int(exactly: number), whole >= 1, whole <= size {
        positions.append(whole - 1)
        continue
      }
      if wanted == nil { wanted = try demand(for: node) }
      if wanted?[entry] ?? true { return nil }
      positions.append(0)
    }
    return size > 0 ? Selection.Positions(positions) : nil
  }

  /// For which entries the value of a node of the body is asked for: conditions that are known now
  /// leave out the branch that is not taken. Cost: O(entries) for each node of the body.
  private mutating func demand(for node: NodeID) throws(Diagnostic) -> [Bool] {
    guard let root else { return [] }
    let needed = graph.ancestors(of: [root])
    var demands: [NodeID: [Bool]] = [root: Array(repeating: true, count: count)]
    for index in (node.index...max(node.index, root.index)).reversed() where needed[index] {
      guard let wanted = demands[NodeID(index)], index > node.index else { continue }
      let operands = Array(graph.operands(of: NodeID(index)))
      var parts = operands.map { _ in wanted }
      if graph.symbol(of: NodeID(index)) == .select,
        graph.shape(of: operands[0]).isScalar, let test = batched[operands[0]],
        graph.leaves(under: [test]).allSatisfy({ leavesRead.contains($0.leaf.id) })
      {
        let holds = try numbers(test)
        parts[1] = zip(wanted, holds).map { $0 && $1 != 0 }
        parts[2] = zip(wanted, holds).map { $0 && $1 == 0 }
      }
      for (operand, part) in zip(operands, parts) {
        demands[operand] = demands[operand].map { zip($0, part).map { $0 || $1 } } ?? part
      }
    }
    return demands[node] ?? Array(repeating: false, count: count)
  }

  /// Entry positions[k] of row k.
  private mutating func pickRows(
    _ base: NodeID, _ picking: Picking, _ taken: [Selection.Positions?]
  ) -> NodeID? {
    guard let last = taken.last, let entries = last,
      picking.source.rank == 1 || picking.source.isRow
    else { return nil }
    let width = picking.source.count
    return flat(base, count * width, entries.enumerated().map { $0 * width + $1 })
  }

  private mutating func flat(_ base: NodeID, _ size: Int, _ positions: [Int]) -> NodeID {
    let vector = graph.shaped(base, to: .vector(size))
    return gather(vector, [.init(positions: positions, isSingle: false)], .vector(size))
  }

  private mutating func gather(
    _ base: NodeID, _ axes: [Selection.Axis], _ source: Shape
  ) -> NodeID {
    graph.apply(.index, base, attribute: .selection(Selection(axes: axes, source: source)))
  }

  private func whole(_ count: Int) -> Selection.Axis {
    Selection.Axis(positions: 0..<count, isSingle: false)
  }

  /// Numbers side by side: column j of the result is entry j of each.
  private mutating func stack(_ operands: [NodeID]) -> NodeID? {
    var total: NodeID?
    for (position, operand) in operands.enumerated() {
      let column = batched[operand] ?? graph.broadcast(operand, to: .vector(count))
      var unit = Array(repeating: 0.0, count: operands.count)
      unit[position] = 1
      let row = graph.apply(.transpose, graph.constant(Tensor(.vector(operands.count), unit)))
      total = graph.sum(total, graph.apply(.product, column, row))
    }
    return total
  }
}

extension Graph {
  /// The numbers of `i + c`, where i runs through whole numbers one by one and c is a constant, without
  /// evaluating them; nil for all else.
  fileprivate func wholeNumbers(in node: NodeID) -> Range<Int>? {
    switch symbol(of: node) {
    case .range:
      guard case .progression(let start, 1, let count) = attribute(of: node),
        let first = Int(exactly: start), abs(first) < 1 << 52
      else { return nil }
      return first..<first + count
    case .add, .subtract:
      let operands = Array(operands(of: node))
      let isSum = symbol(of: node) == .add
      for (series, other) in isSum ? [(0, 1), (1, 0)] : [(0, 1)] {
        guard let numbers = wholeNumbers(in: operands[series]),
          let constant = scalarConstant(of: operands[other]), let shift = Int(exactly: constant),
          abs(shift) < 1 << 52
        else { continue }
        let moved = isSum ? shift : -shift
        return numbers.lowerBound + moved..<numbers.upperBound + moved
      }
      return nil
    default: return nil
    }
  }
}
