/// What a loop walks over.
indirect enum Walk {
  /// The entries of a vector or a row, the rows of a matrix.
  case tensor(NodeID, count: Int)
  /// The parts of a tuple.
  case parts([Elaborated])
  /// Several side by side.
  case zipped([Walk])

  var count: Int {
    switch self {
    case .tensor(_, let count): count
    case .parts(let parts): parts.count
    case .zipped(let sequences): sequences.map(\.count).min() ?? 0
    }
  }
}

extension Elaborator {
  /// The sequence that a generator or a fold names; `zip(a, b)` walks over pairs.
  mutating func sequence(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Walk {
    if case .call(let callee, let arguments) = tree[id], case .name(let name) = tree[callee],
      name.key == "zip", locals[name.key] == nil, environment[name] == nil
    {
      var sequences: [Walk] = []
      for argument in arguments { sequences.append(try sequence(argument.value, tree)) }
      guard let first = sequences.first, sequences.allSatisfy({ $0.count == first.count }) else {
        throw Diagnostic("zip takes sequences of one length", at: tree.span(of: id))
      }
      return .zipped(sequences)
    }
    // In two steps: the second reads the graph that the first extends.
    let walked = try value(id, tree)
    return try sequence(of: walked, at: tree.span(of: id))
  }

  /// The most tuples that `zip` makes where no loop takes them one by one.
  private static let zipLimit = 10_000

  /// `zip(s, t)` as a value: a tuple of tuples.
  mutating func zipped(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Elaborated {
    let sequence = try sequence(id, tree)
    guard sequence.count <= Self.zipLimit else {
      throw Diagnostic(
        "zip would make a tuple of \(sequence.count)", at: tree.span(of: id),
        hint: "for (a, b) in zip(s, t) takes them one by one")
    }
    var tuples: [Elaborated] = []
    for position in 0..<sequence.count { tuples.append(entry(position, of: sequence)) }
    return .tuple(tuples)
  }

  func sequence(of value: Elaborated, at span: SourceSpan) throws(Diagnostic) -> Walk {
    if case .tuple(let parts) = value { return .parts(parts) }
    let node = try value.tensor(at: span)
    let shape = graph.shape(of: node)
    guard shape.rank == 1 || shape.rank == 2 else {
      throw Diagnostic("a loop walks over an array or a range, not a \(shape)", at: span)
    }
    return .tensor(node, count: shape.isRow ? shape.dimensions[1] : shape.dimensions[0])
  }

  /// One entry: a number, a row of a matrix as a vector, a part of a tuple.
  mutating func entry(_ position: Int, of sequence: Walk) -> Elaborated {
    switch sequence {
    case .parts(let parts): return parts[position]
    case .zipped(let sequences):
      var parts: [Elaborated] = []
      for sequence in sequences { parts.append(entry(position, of: sequence)) }
      return .tuple(parts)
    case .tensor(let node, _):
      if case .progression(let start, let step, _) = graph.attribute(of: node),
        graph.symbol(of: node) == .range
      {
        return .tensor(graph.constant(start + Double(position) * step))
      }
      return .tensor(entries([position], isSingle: true, of: node))
    }
  }

  /// Some entries of a sequence, all at a time.
  mutating func entries(_ positions: [Int], isSingle: Bool = false, of node: NodeID) -> NodeID {
    let shape = graph.shape(of: node)
    let axis = Selection.Axis(positions: positions, isSingle: isSingle)
    let whole = shape.rank == 2 && !shape.isRow
    let axes: [Selection.Axis] =
      shape.isRow
      ? [.init(positions: [0], isSingle: true), axis]
      : whole
        ? [axis, .init(positions: Array(0..<shape.dimensions[1]), isSingle: false)] : [axis]
    return graph.apply(Primitive[.index], [node], .selection(Selection(axes: axes, source: shape)))
  }

  /// A placeholder for the entry of a sequence that a loop has reached, and what all of them are at a
  /// time; nil for the parts of a tuple, which may differ in shape.
  mutating func placeholder(
    for sequence: Walk
  ) -> (value: Elaborated, all: [NodeID: NodeID])? {
    switch sequence {
    case .parts: return nil
    case .zipped(let sequences):
      var parts: [Elaborated] = []
      var all: [NodeID: NodeID] = [:]
      for sequence in sequences {
        guard let part = placeholder(for: sequence) else { return nil }
        parts.append(part.value)
        all.merge(part.all) { first, _ in first }
      }
      return (.tuple(parts), all)
    case .tensor(let node, _):
      let shape = graph.shape(of: node)
      let isMatrix = shape.rank == 2 && !shape.isRow
      let stand = newPlaceholder(isMatrix ? .vector(shape.dimensions[1]) : .scalar)
      let column = shape.isRow ? graph.apply(.transpose, node) : node
      return (.tensor(stand), [stand: column])
    }
  }

  /// A leaf of its own that stands for a value not known yet.
  mutating func newPlaceholder(_ shape: Shape) -> NodeID {
    placeholderCount += 1
    let name = Name(key: "entry \(placeholderCount)", spelling: "i")
    let leaf = Leaf(id: Leaf.ID(order: -placeholderCount), name: name, isData: true)
    return graph.leaf(leaf, shape: shape)
  }
}
