import AD

@testable import Expr

/// A random graph over leaves of many shapes with one number at its end, for comparing ways to
/// evaluate it.
struct RandomGraph {
  private(set) var graph = Graph()
  private(set) var leaves: [(node: NodeID, leaf: Leaf.ID, value: Tensor)] = []
  private(set) var output = NodeID(rawValue: 0)
  private var random: RandomGenerator
  private var nodes: [NodeID] = []
  private let mostEntries: Int

  private static let unary = [
    "sin", "cos", "tanh", "sigmoid", "softplus", "negate", "abs", "relu", "sech", "atan", "floor",
  ]
  private static let binary = ["add", "subtract", "multiply", "maximum", "hypot", "less"]
  private static let reductions = ["sum", "mean", "max", "logsumexp", "norm", "softmax", "cumsum"]

  /// - Parameters:
  ///   - seed: the same gives the same graph.
  ///   - isLarge: whether most of its loops are large enough for several threads.
  init(seed: UInt64, isLarge: Bool = false) {
    random = RandomGenerator(seed: seed)
    mostEntries = isLarge ? 100_000 : 20_000
    // Lengths around that of a block, so that last blocks of every kind are met.
    let isWide = random.uniform() < 0.2
    var rows = pick(isWide ? [1, 3] : [1, 2, 5, 17, 256, 300])
    var columns = pick(isWide ? [257, 300, 600] : [1, 2, 7, 40])
    if isLarge {
      rows = pick(isWide ? [30, 101] : [20_001, 30_000])
      columns = pick(isWide ? [300, 777] : [1, 2, 3])
    }
    for shape in [
      Shape.scalar, .scalar, .vector(rows), .vector(rows), .vector(columns), .row(columns),
      .matrix(rows, columns), .matrix(rows, columns), .matrix(min(rows, 20), min(rows, 20)),
    ] {
      enter(shape)
    }
    for _ in 0..<pick([4, 10, 25]) { grow() }
    finish()
  }

  private mutating func pick<T>(_ choices: [T]) -> T {
    choices[random.integer(in: 0...choices.count - 1)]
  }

  private mutating func enter(_ shape: Shape) {
    var elements: [Double] = []
    for _ in 0..<shape.count { elements.append(4 * random.uniform() - 2) }
    let id = Leaf.ID(order: leaves.count)
    let leaf = Leaf(id: id, name: Name("x\(leaves.count)"), isData: false)
    let node = graph.leaf(leaf, shape: shape)
    leaves.append((node, id, Tensor(shape, elements)))
    nodes.append(node)
  }

  /// Adds one operation; none if the shapes that came up do not fit.
  private mutating func grow() {
    let a = pick(nodes), b = pick(nodes)
    let shape = graph.shape(of: a)
    switch random.integer(in: 0...11) {
    case 0...2: add(pick(Self.unary), [a])
    case 3...5: add(pick(Self.binary), [a, b])
    case 6:
      let axis: Attribute = shape.isMatrix ? pick([.none, .axis(0), .axis(1)]) : .none
      if shape.count > 0, !shape.isScalar { add(pick(Self.reductions), [a], axis) }
    case 7: if !shape.isScalar, !graph.shape(of: b).isScalar { add("product", [a, b]) }
    case 8: add("transpose", [a])
    case 9:
      if !shape.isScalar { add("reshape", [a], .shape(.vector(shape.count))) }
    case 10: slice(a)
    default: add("select", [a, b, pick(nodes)])
    }
  }

  /// Neighbouring or scattered entries.
  private mutating func slice(_ node: NodeID) {
    let shape = graph.shape(of: node)
    guard shape.isVector || shape.isMatrix else { return }
    let axes = shape.dimensions.map { size in
      let start = random.integer(in: 0...size - 1), end = random.integer(in: start...size - 1)
      let positions = random.uniform() < 0.7 ? Array(start...end) : [end, start, end]
      return Selection.Axis(positions: positions, isSingle: false)
    }
    add("index", [node], .selection(Selection(axes: axes, source: shape)))
  }

  private mutating func add(
    _ name: String, _ operands: [NodeID], _ attribute: Attribute = .none
  ) {
    let primitive = Primitive.required(name)
    let shapes = operands.map { graph.shape(of: $0) }
    guard let shape = try? primitive.shapeRule(shapes, attribute), shape.count <= mostEntries else {
      return
    }
    nodes.append(graph.apply(primitive, operands, attribute))
  }

  /// Bounded, so that no sum of everything drowns the rest: tanh of a mean.
  private mutating func finish() {
    var total = graph.constant(0)
    for node in nodes.suffix(6) {
      let mean = graph.apply(
        Primitive.required("mean"), [graph.apply(Primitive.required("sin"), [node])])
      total = graph.apply(.add, total, graph.shaped(mean, to: .scalar))
    }
    output = total
  }

  /// The number and its gradient in every leaf.
  mutating func valueWithGradient() -> [NodeID] {
    [output] + gradient(of: output, variables: leaves.map(\.node), in: &graph)
  }

  /// The values of some nodes, one operation after the other and nothing else.
  func naiveValues(of outputs: [NodeID]) -> [Tensor] {
    let needed = graph.ancestors(of: outputs)
    var values: [NodeID: Tensor] = [:]
    for (node, _, value) in leaves { values[node] = value }
    for index in 0..<graph.count where needed[index] {
      let node = NodeID(rawValue: Int32(index))
      if let constant = graph.constant(of: node) { values[node] = constant }
      guard let primitive = graph.primitive(of: node) else { continue }
      values[node] = primitive.value(
        of: graph.operands(of: node).map { values[$0]! }, graph.attribute(of: node),
        graph.shape(of: node))
    }
    return outputs.map { values[$0]! }
  }

  func programValues(
    of outputs: [NodeID], isFused: Bool = true, threads: Int = 1,
    vectors: VectorShape? = VectorShape.own
  ) throws -> [Tensor] {
    let program = try Program(
      graph, outputs: outputs, borrowed: [], exchanged: 0,
      memoryLimit: Program.defaultMemoryLimit, isFused: isFused, threads: threads,
      vectors: vectors)
    for (_, leaf, value) in leaves { program.set(leaf, to: value) }
    // Twice: what a run leaves behind must not matter.
    try program.run()
    program.writeMachineCode()
    try program.run()
    return outputs.indices.map { program.value(ofOutput: $0) }
  }
}
