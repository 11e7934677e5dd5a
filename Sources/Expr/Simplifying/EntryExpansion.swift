/// Arrays of few entries written out: every entry a number of a graph of its own, so that the proof of an
/// identity of numbers is one of arrays of these shapes.
///
/// What linear and bilinear operations do is read off their kernels, by trying them on units: where an
/// entry goes stands nowhere a second time.
struct EntryExpansion {
  /// Where the entries stand.
  var graph = Graph(foldsConstants: false)
  private let source: Graph
  private var known: [NodeID: [NodeID]] = [:]

  /// Arrays of more entries are not written out, nor are formulas of more nodes.
  private static let entryLimit = 36
  private static let nodeLimit = 5_000
  /// Pairs of entries that a bilinear operation is tried on.
  private static let pairLimit = 400

  init(_ source: Graph) { self.source = source }

  /// The entries of a node, row by row; nil where an array is large or an operation is not of those
  /// that can be written out.
  mutating func entries(of root: NodeID) -> [NodeID]? {
    let isNeeded = source.ancestors(of: [root])
    for index in 0...root.index where isNeeded[index] {
      let node = NodeID(index)
      if known[node] != nil { continue }
      guard source.shape(of: node).count <= Self.entryLimit, graph.count < Self.nodeLimit,
        let entries = read(node)
      else { return nil }
      known[node] = entries
    }
    return known[root]
  }

  private mutating func read(_ node: NodeID) -> [NodeID]? {
    let shape = source.shape(of: node)
    switch source.kind(of: node) {
    case .leaf(let leaf):
      if shape.isScalar { return [graph.leaf(leaf, shape: .scalar)] }
      return (0..<shape.count).map {
        graph.placeholder(.scalar, named: Name("\(leaf.name)[\($0)]"))
      }
    case .constant(let tensor): return tensor.elements.map { graph.constant($0) }
    case .operation(let primitive):
      let nodes = Array(source.operands(of: node))
      let operands = nodes.compactMap { known[$0] }
      guard operands.count == nodes.count else { return nil }
      return operation(primitive, node, nodes, operands)
    }
  }

  private mutating func operation(
    _ primitive: Primitive, _ node: NodeID, _ nodes: [NodeID], _ operands: [[NodeID]]
  ) -> [NodeID]? {
    let shape = source.shape(of: node), attribute = source.attribute(of: node)
    let shapes = nodes.map { source.shape(of: $0) }
    switch primitive.evaluation {
    case .unary, .binary, .ternary:
      return elementwise(primitive, shape, shapes, operands, attribute)
    case .kernel, .loop: break
    }
    switch primitive.name {
    case "variable": return operands[0]
    case "transpose", "broadcast", "sumTo", "reshape", "index", "scatter", "stack", "trace",
      "flatten",
      "diag", "hcat", "vcat", "sum", "cumsum", "cumsumReversed", "replace":
      return linear(primitive, shapes, operands, attribute)
    case "product", "strongProduct", "dot", "outer":
      return bilinear(primitive, shapes, operands, attribute)
    case "mean", "prod", "max", "min", "norm", "logsumexp":
      return groups(shapes[0], attribute)?.map {
        reduced($0.map { operands[0][$0] }, by: primitive.name)
      }
    case "softmax":
      guard let groups = groups(shapes[0], attribute) else { return nil }
      var result = operands[0]
      for group in groups {
        let powers = group.map { graph.apply(Primitive.required("exp"), [operands[0][$0]]) }
        let total = sum(powers)
        for (place, power) in zip(group, powers) {
          result[place] = graph.apply(.divide, power, total)
        }
      }
      return result
    case "det", "cofactors", "inv", "logdet", "solve", "strongSolve":
      return matrix(primitive.name, shapes, operands)
    default: return nil
    }
  }

  private mutating func elementwise(
    _ primitive: Primitive, _ shape: Shape, _ shapes: [Shape], _ operands: [[NodeID]],
    _ attribute: Attribute
  ) -> [NodeID]? {
    var spread: [[NodeID]] = []
    for (source, entries) in zip(shapes, operands) {
      if source == shape {
        spread.append(entries)
      } else if entries.count == 1 {
        spread.append(Array(repeating: entries[0], count: shape.count))
      } else if let moved = linear(Primitive[.broadcast], [source], [entries], .shape(shape)) {
        spread.append(moved)
      } else {
        return nil
      }
    }
    return (0..<shape.count).map { entry in
      graph.apply(primitive, spread.map { $0[entry] }, attribute)
    }
  }

  // MARK: Sums

  /// The sum of terms, 0 of none.
  mutating func sum(_ terms: [NodeID]) -> NodeID {
    guard let first = terms.first else { return graph.constant(0) }
    return terms.dropFirst().reduce(first) { graph.apply(.add, $0, $1) }
  }

  /// Sums of terms, each times 1 or -1; nil where an operation has other coefficients.
  private mutating func combination(_ coefficients: [[Double]], _ terms: [NodeID]) -> [NodeID]? {
    var result: [NodeID] = []
    for row in coefficients {
      var parts: [NodeID] = []
      for (coefficient, term) in zip(row, terms) where coefficient != 0 {
        guard coefficient.magnitude == 1 else { return nil }
        parts.append(coefficient == 1 ? term : graph.apply(.negate, term))
      }
      result.append(sum(parts))
    }
    return result
  }

  /// An operation that is linear in all its operands together.
  private mutating func linear(
    _ primitive: Primitive, _ shapes: [Shape], _ operands: [[NodeID]], _ attribute: Attribute
  ) -> [NodeID]? {
    guard let columns = Self.units(of: shapes, { $0.apply(primitive, $1, attribute) }) else {
      return nil
    }
    return combination(Self.transposed(columns), operands.flatMap { $0 })
  }

  /// An operation that is linear in each of two operands.
  private mutating func bilinear(
    _ primitive: Primitive, _ shapes: [Shape], _ operands: [[NodeID]], _ attribute: Attribute
  ) -> [NodeID]? {
    guard operands[0].count * operands[1].count <= Self.pairLimit else { return nil }
    var probe = Graph()
    var results: [NodeID] = []
    var products: [NodeID] = []
    for (i, a) in operands[0].enumerated() {
      for (j, b) in operands[1].enumerated() {
        let first = probe.constant(Self.unit(i, shapes[0]))
        let second = probe.constant(Self.unit(j, shapes[1]))
        results.append(probe.apply(primitive, [first, second], attribute))
        products.append(graph.apply(.multiply, a, b))
      }
    }
    guard let columns = Self.values(results, of: probe) else { return nil }
    return combination(Self.transposed(columns), products)
  }

  /// The places of the entries that each entry of a reduction is made of.
  private func groups(_ shape: Shape, _ attribute: Attribute) -> [[Int]]? {
    let sums = Self.units(of: [shape]) { $0.apply(Primitive[.sum], $1, attribute) }
    return sums.map { columns in
      Self.transposed(columns).map { row in row.indices.filter { row[$0] != 0 } }
    }
  }

  private mutating func reduced(_ entries: [NodeID], by name: String) -> NodeID {
    func folded(_ operation: String) -> NodeID {
      entries.dropFirst().reduce(entries[0]) {
        graph.apply(Primitive.required(operation), [$0, $1])
      }
    }
    guard !entries.isEmpty else { return graph.constant(name == "prod" ? 1 : .nan) }
    switch name {
    case "mean":
      let total = sum(entries)
      return graph.apply(.divide, total, graph.constant(Double(entries.count)))
    case "prod": return folded("multiply")
    case "max": return folded("maximum")
    case "min": return folded("minimum")
    case "norm":
      let two = graph.constant(2)
      let total = sum(entries.map { graph.apply(.power, $0, two) })
      return graph.apply(Primitive.required("sqrt"), [total])
    default:
      let total = sum(entries.map { graph.apply(Primitive.required("exp"), [$0]) })
      return graph.apply(Primitive.required("log"), [total])
    }
  }

  // MARK: Trying kernels

  private static func unit(_ entry: Int, _ shape: Shape) -> Tensor {
    Tensor(shape, (0..<shape.count).map { $0 == entry ? 1 : 0 })
  }

  /// The results of an operation for each unit of its operands, the others 0.
  private static func units(
    of shapes: [Shape], _ apply: (inout Graph, [NodeID]) -> NodeID
  ) -> [[Double]]? {
    var probe = Graph()
    var results: [NodeID] = []
    for (position, shape) in shapes.enumerated() {
      for entry in 0..<shape.count {
        var operands = shapes.map { probe.constant(unit(-1, $0)) }
        operands[position] = probe.constant(unit(entry, shape))
        results.append(apply(&probe, operands))
      }
    }
    return values(results, of: probe)
  }

  private static func values(_ nodes: [NodeID], of graph: Graph) -> [[Double]]? {
    guard !nodes.isEmpty, let program = try? Program(graph, outputs: nodes),
      (try? program.run()) != nil
    else { return nil }
    return nodes.indices.map { program.value(ofOutput: $0).elements }
  }

  private static func transposed(_ columns: [[Double]]) -> [[Double]] {
    (columns.first ?? []).indices.map { row in columns.map { $0[row] } }
  }
}

extension Graph {
  /// Whether two nodes are equal entry by entry wherever both are defined, as far as rewriting tells
  /// for arrays of few entries: of these shapes only. False says only that this was not found.
  public func provesEntries(of left: NodeID, equal right: NodeID) -> Bool {
    var expansion = EntryExpansion(self)
    guard let first = expansion.entries(of: left), let second = expansion.entries(of: right),
      first.count == second.count || first.count == 1 || second.count == 1
    else { return false }
    var reader = ProofReader(expansion.graph)
    return (0..<max(first.count, second.count)).allSatisfy {
      reader.proves(first[first.count == 1 ? 0 : $0], equals: second[second.count == 1 ? 0 : $0])
    }
  }
}
