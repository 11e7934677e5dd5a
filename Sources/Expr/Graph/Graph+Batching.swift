/// Turns the body of a loop without carries, built once on placeholders, into one computation on all
/// entries at a time.
///
/// A placeholder of shape s becomes an array whose first axis runs over the entries: a number a
/// vector, a vector or a row the rows of a matrix. Each primitive carries the axis along by one of
/// the rules below; a body with any other is not batched.
struct Batching {
  var graph: Graph
  /// The batched form of each node that depends on a placeholder.
  var batched: [NodeID: NodeID]
  let count: Int
  /// The leaves whose values decided something.
  var leavesRead: Set<Leaf.ID>
  /// The numbers of an index, all entries at a time.
  private let evaluate: (Graph, NodeID) throws(Diagnostic) -> [Double]
  /// Those found already: the entries of a matrix ask for the same few.
  private var evaluated: [NodeID: [Double]] = [:]
  private(set) var root: NodeID?

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
  mutating func numbers(_ node: NodeID) throws(Diagnostic) -> [Double] {
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
