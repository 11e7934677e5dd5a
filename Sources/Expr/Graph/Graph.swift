/// An expression graph: an arena of tensor-valued nodes in which equal expressions are one node.
///
/// Goals, in this order: (1) the graph stays what the user typed, so that a trace can show it; only
/// constants are folded and the identities of 0 and 1 used; (2) a node costs tens of nanoseconds;
/// (3) every pass is a loop, since children precede parents and depth has no limit.
public struct Graph: Sendable {
  private(set) var nodes: ContiguousArray<Node> = []
  private var operandPool: [NodeID] = []
  private var shapes: [Shape] = [.scalar]
  private var shapeIndex: [Shape: Int32] = [.scalar: Self.scalarShape]
  private var attributes: [Attribute] = [.none]
  private var attributeIndex: [Attribute: Int32] = [.none: 0]
  private var constants: ContiguousArray<Tensor> = []
  private var leaves: [Leaf] = []
  private var leafNodes: [Leaf.ID: NodeID] = [:]
  /// Where the user wrote nodes: all of them if `recordsOrigins`, else the operations that may fail
  /// when they run.
  private var origins: [NodeID: SourceSpan] = [:]
  /// The place that operations made from now on stem from.
  public var origin: SourceSpan?
  /// Open addressing: node index + 1, 0 for a free place; the size is a power of two.
  private var table: ContiguousArray<Int32> = ContiguousArray(repeating: 0, count: 64)

  /// Whether an operation on small constants becomes a constant. Exact work on formulas wants √2 as it
  /// stands.
  public let foldsConstants: Bool

  /// Whether every node remembers where it was written, for messages about any; it costs a dictionary.
  public let recordsOrigins: Bool

  public init(foldsConstants: Bool = true, recordsOrigins: Bool = false) {
    self.foldsConstants = foldsConstants
    self.recordsOrigins = recordsOrigins
  }

  public var count: Int { nodes.count }

  /// Where the shape of numbers lies: first, so that it is found without looking for it.
  private static let scalarShape: Int32 = 0

  /// Constants of more entries than this are nodes of their own, neither hashed nor folded.
  public static let sharedConstantLimit = 64

  // MARK: Reading

  /// What a node is: the view for pattern matching.
  public enum Kind {
    case leaf(Leaf)
    case constant(Tensor)
    case operation(Primitive)
  }

  public func kind(of id: NodeID) -> Kind {
    let node = nodes[id.index]
    switch node.primitive {
    case Node.leaf: return .leaf(leaves[Int(node.attribute)])
    case Node.constant: return .constant(constants[Int(node.attribute)])
    default: return .operation(Primitive.all[Int(node.primitive)])
    }
  }

  /// The primitive of an operation; nil for leaves and constants.
  public func primitive(of id: NodeID) -> Primitive? {
    let index = nodes[id.index].primitive
    return index < 0 ? nil : Primitive.all[Int(index)]
  }

  /// Which operation a node is; nil for leaves, constants and those that no code builds by name. Cheaper
  /// than its primitive: no references are counted.
  public func symbol(of id: NodeID) -> Primitive.Symbol? { nodes[id.index].symbol }

  /// One operand of a node, without taking hold of all.
  public func operand(of id: NodeID, _ position: Int = 0) -> NodeID {
    operandPool[Int(nodes[id.index].operandStart) + position]
  }

  /// Calls `body` with each operand of a node: for passes over all nodes, where a slice would count
  /// references for each.
  @inline(__always)
  func forEachOperand(of id: NodeID, _ body: (NodeID) -> Void) {
    let start = Int(nodes[id.index].operandStart), count = Int(nodes[id.index].operandCount)
    for position in start..<start + count { body(operandPool[position]) }
  }

  public func operands(of id: NodeID) -> ArraySlice<NodeID> {
    let node = nodes[id.index]
    let start = Int(node.operandStart)
    return operandPool[start..<start + Int(node.operandCount)]
  }

  public func shape(of id: NodeID) -> Shape { shapes[Int(nodes[id.index].shape)] }

  public func isScalar(_ id: NodeID) -> Bool { nodes[id.index].shape == Self.scalarShape }

  public func haveOneShape(_ a: NodeID, _ b: NodeID) -> Bool {
    nodes[a.index].shape == nodes[b.index].shape
  }

  public func isConstant(_ id: NodeID) -> Bool { nodes[id.index].primitive == Node.constant }

  public func attribute(of id: NodeID) -> Attribute {
    nodes[id.index].primitive < 0 ? .none : attributes[Int(nodes[id.index].attribute)]
  }

  public func leaf(of id: NodeID) -> Leaf? {
    if case .leaf(let leaf) = kind(of: id) { leaf } else { nil }
  }

  public func constant(of id: NodeID) -> Tensor? {
    let node = nodes[id.index]
    return node.primitive == Node.constant ? constants[Int(node.attribute)] : nil
  }

  /// The number of a scalar constant.
  public func scalarConstant(of id: NodeID) -> Double? {
    let node = nodes[id.index]
    guard node.primitive == Node.constant, node.shape == Self.scalarShape else { return nil }
    return constants[Int(node.attribute)].elements[0]
  }

  public func isBoolean(_ id: NodeID) -> Bool {
    switch kind(of: id) {
    case .leaf: false
    case .constant(let tensor): tensor.isBoolean
    case .operation(let primitive):
      if let output = loopOutput(of: id), let loop = operands(of: id).first {
        isBoolean(output, of: loop)
      } else {
        primitive.yieldsBoolean
      }
    }
  }

  /// Where the user wrote a node, or the one it derives from; nil if that is not remembered.
  public func origin(of id: NodeID) -> SourceSpan? { origins.isEmpty ? nil : origins[id] }

  /// Remembers a place for a node that has none: the first where an expression stands for it.
  mutating func record(_ span: SourceSpan, of id: NodeID) {
    if recordsOrigins, origins[id] == nil { origins[id] = span }
  }

  /// The node of a leaf, if the graph uses it.
  public func node(of leaf: Leaf.ID) -> NodeID? { leafNodes[leaf] }

  // MARK: Building

  /// The node of a leaf: one, however often it is named.
  public mutating func leaf(_ leaf: Leaf, shape: Shape) -> NodeID {
    if let known = leafNodes[leaf.id] { return known }
    leaves.append(leaf)
    let id = append(
      Node(
        primitive: Node.leaf, shape: intern(shape), attribute: Int32(leaves.count - 1),
        operandStart: 0, operandCount: 0))
    leafNodes[leaf.id] = id
    return id
  }

  public mutating func constant(_ value: Double) -> NodeID {
    var place = Int(truncatingIfNeeded: Self.hash(of: value)) & (table.count - 1)
    while table[place] != 0 {
      let candidate = nodes[Int(table[place]) - 1]
      if candidate.primitive == Node.constant, candidate.shape == Self.scalarShape {
        let known = constants[Int(candidate.attribute)]
        if known.elements[0].bitPattern == value.bitPattern, !known.isBoolean {
          return NodeID(Int(table[place]) - 1)
        }
      }
      place = (place + 1) & (table.count - 1)
    }
    constants.append(Tensor(value))
    let node = Node(
      primitive: Node.constant, shape: Self.scalarShape, attribute: Int32(constants.count - 1),
      operandStart: 0, operandCount: 0)
    return insert(node, at: place)
  }

  /// The hash of a number: that of a constant of one entry.
  private static func hash(of value: Double) -> UInt64 {
    mix(
      mix(UInt64(bitPattern: Int64(Node.constant)), UInt64(UInt32(bitPattern: scalarShape))),
      value.bitPattern)
  }

  /// A constant: small ones with equal bits are one node.
  public mutating func constant(_ tensor: Tensor) -> NodeID {
    let shape = intern(tensor.shape)
    var node = Node(
      primitive: Node.constant, shape: shape, attribute: Int32(constants.count), operandStart: 0,
      operandCount: 0)
    guard tensor.elements.count <= Self.sharedConstantLimit else {
      constants.append(tensor)
      return append(node)
    }
    var hash = Self.mix(UInt64(bitPattern: Int64(Node.constant)), UInt64(UInt32(bitPattern: shape)))
    for element in tensor.elements { hash = Self.mix(hash, element.bitPattern) }
    var place = Int(truncatingIfNeeded: hash) & (table.count - 1)
    while table[place] != 0 {
      let candidate = nodes[Int(table[place]) - 1]
      if candidate.primitive == Node.constant, candidate.shape == shape,
        Self.sameBits(constants[Int(candidate.attribute)], tensor)
      {
        return NodeID(Int(table[place]) - 1)
      }
      place = (place + 1) & (table.count - 1)
    }
    node.attribute = Int32(constants.count)
    constants.append(tensor)
    return insert(node, at: place)
  }

  /// The node of a primitive over operands, folded or simplified where that is plain.
  ///
  /// - Precondition: the shapes fit; callers that handle user input ask `Primitive.shape` first.
  public mutating func apply(
    _ primitive: Primitive, _ operands: [NodeID], _ attribute: Attribute = .none
  ) -> NodeID {
    if let known = simplified(primitive, operands) { return known }
    let shape = resultShape(primitive, operands, attribute)
    if let folded = folded(primitive, operands, attribute, shapes[Int(shape)]) { return folded }
    return intern(primitive, operands, attribute, shape)
  }

  /// Where the shape of a result lies.
  private mutating func resultShape(
    _ primitive: Primitive, _ operands: [NodeID], _ attribute: Attribute
  ) -> Int32 {
    if primitive.isElementwise, let first = operands.first {
      // Entry by entry on operands of one shape: that shape.
      let common = nodes[first.index].shape
      if operands.allSatisfy({ nodes[$0.index].shape == common }) { return common }
    }
    do {
      return intern(try primitive.shapeRule(operands.map { self.shape(of: $0) }, attribute))
    } catch {
      preconditionFailure("\(primitive.name): \(error.message)")
    }
  }

  /// The node of an operation by the name of its primitive.
  public mutating func apply(
    _ name: Primitive.Symbol, _ operands: NodeID..., attribute: Attribute = .none
  ) -> NodeID {
    apply(Primitive[name], operands, attribute)
  }

  private mutating func intern(
    _ primitive: Primitive, _ operands: [NodeID], _ attribute: Attribute, _ shape: Int32
  ) -> NodeID {
    let attributeID = intern(attribute)
    var hash = Self.mix(UInt64(primitive.index), UInt64(UInt32(bitPattern: attributeID)))
    for operand in operands { hash = Self.mix(hash, UInt64(UInt32(bitPattern: operand.rawValue))) }
    var place = Int(truncatingIfNeeded: hash) & (table.count - 1)
    while table[place] != 0 {
      let candidate = nodes[Int(table[place]) - 1]
      if candidate.primitive == primitive.index, candidate.attribute == attributeID,
        Int(candidate.operandCount) == operands.count,
        operandsEqual(candidate, operands)
      {
        return NodeID(Int(table[place]) - 1)
      }
      place = (place + 1) & (table.count - 1)
    }
    let start = Int32(operandPool.count)
    operandPool.append(contentsOf: operands)
    let id = insert(
      Node(
        primitive: primitive.index, symbol: primitive.symbol, shape: shape, attribute: attributeID,
        operandStart: start, operandCount: Int32(operands.count)), at: place)
    if primitive.mayFail || recordsOrigins, let origin { origins[id] = origin }
    return id
  }

  private func operandsEqual(_ node: Node, _ operands: [NodeID]) -> Bool {
    var position = Int(node.operandStart)
    for operand in operands {
      if operandPool[position] != operand { return false }
      position += 1
    }
    return true
  }

  private mutating func append(_ node: Node) -> NodeID {
    nodes.append(node)
    return NodeID(nodes.count - 1)
  }

  private mutating func insert(_ node: Node, at place: Int) -> NodeID {
    let id = append(node)
    table[place] = id.rawValue + 1
    entries += 1
    if entries * 2 > table.count { growTable() }
    return id
  }

  /// Nodes in `table`: all but leaves and large constants.
  private var entries = 0

  private mutating func growTable() {
    let mask = table.count * 2 - 1
    var grown = ContiguousArray<Int32>(repeating: 0, count: mask + 1)
    for entry in table where entry != 0 {
      var place = Int(truncatingIfNeeded: hash(of: Int(entry) - 1)) & mask
      while grown[place] != 0 { place = (place + 1) & mask }
      grown[place] = entry
    }
    table = grown
  }

  private func hash(of index: Int) -> UInt64 {
    let node = nodes[index]
    if node.primitive == Node.constant {
      var hash = Self.mix(
        UInt64(bitPattern: Int64(Node.constant)), UInt64(UInt32(bitPattern: node.shape)))
      for element in constants[Int(node.attribute)].elements {
        hash = Self.mix(hash, element.bitPattern)
      }
      return hash
    }
    var hash = Self.mix(UInt64(node.primitive), UInt64(UInt32(bitPattern: node.attribute)))
    let start = Int(node.operandStart)
    for position in start..<start + Int(node.operandCount) {
      hash = Self.mix(hash, UInt64(UInt32(bitPattern: operandPool[position].rawValue)))
    }
    return hash
  }

  /// One round of a multiplicative hash; the constants are odd 64-bit numbers with mixed bits.
  private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    var mixed = (hash ^ value) &* 0x9E37_79B9_7F4A_7C15
    mixed ^= mixed >> 29
    mixed = mixed &* 0xBF58_476D_1CE4_E5B9
    return mixed ^ (mixed >> 32)
  }

  static func sameBits(_ a: Tensor, _ b: Tensor) -> Bool {
    a.isBoolean == b.isBoolean
      && zip(a.elements, b.elements).allSatisfy { $0.bitPattern == $1.bitPattern }
  }

  private mutating func intern(_ shape: Shape) -> Int32 {
    if let known = shapeIndex[shape] { return known }
    shapes.append(shape)
    shapeIndex[shape] = Int32(shapes.count - 1)
    return Int32(shapes.count - 1)
  }

  private mutating func intern(_ attribute: Attribute) -> Int32 {
    if case .none = attribute { return 0 }
    if let known = attributeIndex[attribute] { return known }
    attributes.append(attribute)
    attributeIndex[attribute] = Int32(attributes.count - 1)
    return Int32(attributes.count - 1)
  }
}
