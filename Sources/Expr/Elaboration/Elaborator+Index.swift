import Synchronization

extension Elaborator {
  /// `x[i]`, `A[i,:]`, `x[2:end]`, `t[1]`: indices start at 1.
  mutating func index(
    _ base: SyntaxID, _ items: [SyntaxID], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let indexed = try value(base, tree)
    if case .tuple(let parts) = indexed { return try part(of: parts, items, id, tree) }
    let node = try indexed.tensor(at: tree.span(of: base))
    let axes = try axes(of: graph.shape(of: node), items, id, tree)
    return .tensor(try taking(axes, from: node, at: place(of: axes, items, id, tree)))
  }

  /// Where an index stands that the program may find outside: the one that is computed, all of it where
  /// there are several.
  func place(
    of axes: [IndexAxis], _ items: [SyntaxID], _ id: SyntaxID, _ tree: SyntaxTree
  ) -> SourceSpan {
    let computed = zip(items, axes.suffix(items.count)).filter {
      if case .dynamic = $0.1 { true } else { false }
    }
    return tree.span(of: computed.count == 1 ? computed[0].0 : id)
  }

  private mutating func part(
    of parts: [Elaborated], _ items: [SyntaxID], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    guard items.count == 1 else {
      throw Diagnostic("a tuple takes one index", at: tree.span(of: id))
    }
    let axis = try knownAxis(items[0], size: parts.count, tree)
    guard axis.isSingle, let position = axis.positions.first else {
      return .tuple(axis.positions.map { parts[$0] })
    }
    return parts[position]
  }

  /// One dimension of an index: entries known now, or one that a loop decides.
  enum IndexAxis {
    case known(Selection.Axis)
    case dynamic(NodeID)
  }

  /// The axes that index items name in a shape; the first of a row is its only line.
  mutating func axes(
    of shape: Shape, _ items: [SyntaxID], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> [IndexAxis] {
    guard !shape.isScalar else {
      throw Diagnostic("a number has no entries to index", at: tree.span(of: id))
    }
    // A row is indexed by one number, like the vector it is the transpose of.
    let isFlatRow = shape.isRow && items.count == 1
    guard items.count == shape.rank || isFlatRow else {
      let wanted = shape.rank == 1 ? "one index" : "\(shape.rank) indices"
      throw Diagnostic(
        "a \(shape) takes \(wanted), not \(items.count)", at: tree.span(of: id),
        hint: shape.rank == 2 ? "A[i,j] is an entry, A[i,:] a row, A[:,j] a column" : nil)
    }
    var axes: [IndexAxis] = []
    for (position, item) in items.enumerated() {
      let size = shape.dimensions[isFlatRow ? 1 : position]
      axes.append(try axis(item, size: size, tree))
    }
    guard isFlatRow else { return axes }
    var isSingle = true
    if case .known(let axis) = axes[0] { isSingle = axis.isSingle }
    return [.known(.init(positions: [0], isSingle: isSingle))] + axes
  }

  private mutating func axis(
    _ item: SyntaxID, size: Int, _ tree: SyntaxTree
  ) throws(Diagnostic) -> IndexAxis {
    if case .wholeDimension = tree[item] {
      return .known(.init(positions: 0..<size, isSingle: false))
    }
    endValues.append(size)
    defer { endValues.removeLast() }
    let number = try node(item, tree)
    if dependsOnPlaceholder(number) {
      guard graph.shape(of: number).isScalar else { throw .notKnownYet(at: tree.span(of: item)) }
      var guarded = number
      for test in branchConditions.reversed() {
        guarded = graph.apply(Primitive[.guardedIndex], [guarded, test])
      }
      return .dynamic(guarded)
    }
    return .known(try axis(number, size: size, at: tree.span(of: item)))
  }

  private mutating func knownAxis(
    _ item: SyntaxID, size: Int, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Selection.Axis {
    switch try axis(item, size: size, tree) {
    case .known(let axis): return axis
    case .dynamic: throw .notKnownYet(at: tree.span(of: item))
    }
  }

  /// Positions from 0 for an index whose value is known; outside of the dimension is an error.
  mutating func axis(
    _ number: NodeID, size: Int, at span: SourceSpan
  ) throws(Diagnostic) -> Selection.Axis {
    let index = try staticValue(of: number, at: span)
    guard index.shape.rank <= 1, !index.isBoolean else {
      throw Diagnostic("an index is a whole number or a vector of them", at: span)
    }
    var positions: [Int] = []
    positions.reserveCapacity(index.elements.count)
    for (place, number) in index.elements.enumerated() {
      if place & 0xFFFF == 0, interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      guard let whole = Int(exactly: number) else {
        throw Diagnostic(
          "\(NumberFormat().string(number)) is no index: indices are whole numbers", at: span,
          isOfValue: true)
      }
      guard whole >= 1, whole <= size else { throw .indexOutside(whole, size, at: span) }
      positions.append(whole - 1)
    }
    return Selection.Axis(positions: positions, isSingle: index.shape.isScalar)
  }

  /// The entries of a node that axes name.
  private mutating func taking(
    _ axes: [IndexAxis], from node: NodeID, at span: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    let shape = graph.shape(of: node)
    var known: [Selection.Axis] = []
    for case .known(let axis) in axes { known.append(axis) }
    if known.count == axes.count {
      let selection = Selection(axes: known, source: shape)
      return graph.apply(Primitive[.index], [node], .selection(selection))
    }
    return try picking(axes, from: node, at: span)
  }

  /// The row-by-row positions, from 0, of the entries that index items name: for changing them.
  public mutating func positions(
    in shape: Shape, _ items: [SyntaxID], _ id: SyntaxID, of tree: SyntaxTree
  ) throws(Diagnostic) -> [Int] {
    for item in items {
      try elaborateDefinitions(under: tree.freeNames(of: item), at: tree.span(of: id))
    }
    var known: [Selection.Axis] = []
    for axis in try axes(of: shape, items, id, tree) {
      guard case .known(let axis) = axis else { throw .notKnownYet(at: tree.span(of: id)) }
      known.append(axis)
    }
    var positions: [Int] = []
    Selection(axes: known, source: shape).forEachOffset { positions.append($0) }
    return positions
  }
}

extension Elaborator {
  /// Entries at positions that a loop decides.
  fileprivate mutating func picking(
    _ axes: [IndexAxis], from node: NodeID, at span: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    let (array, picking, indices) = try picking(axes, node, at: span)
    graph.origin = span
    return graph.apply(Primitive[.pick], [array] + indices, .picking(picking))
  }

  /// An array with entries at positions that a loop decides replaced by others.
  mutating func replacing(
    _ axes: [IndexAxis], of node: NodeID, by entry: NodeID, at span: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    let (array, picking, indices) = try picking(axes, node, at: span)
    let wanted = picking.result, shape = graph.shape(of: entry)
    guard shape.isScalar || shape.count == wanted.count else {
      throw Diagnostic("\(wanted.count) entries cannot take a \(shape)", at: span)
    }
    let fitted = shape.isScalar ? entry : graph.shaped(entry, to: wanted)
    let new = graph.broadcast(fitted, to: wanted)
    graph.origin = span
    let changed = graph.apply(Primitive[.replaceAt], [array, new] + indices, .picking(picking))
    return graph.shape(of: node).isRow ? graph.apply(.transpose, changed) : changed
  }

  /// What to pick from: a row is picked from as the vector it is the transpose of.
  private mutating func picking(
    _ axes: [IndexAxis], _ node: NodeID, at span: SourceSpan
  ) throws(Diagnostic) -> (array: NodeID, picking: Picking, indices: [NodeID]) {
    let isRow = graph.shape(of: node).isRow
    let array = isRow ? graph.apply(.transpose, node) : node
    let shape = graph.shape(of: array)
    var picked: [Picking.Axis] = []
    var indices: [NodeID] = []
    for (axis, size) in zip(isRow ? Array(axes.dropFirst()) : axes, shape.dimensions) {
      switch axis {
      case .dynamic(let index):
        picked.append(.operand)
        indices.append(index)
      case .known(let known) where known.isSingle: picked.append(.fixed(known.positions[0]))
      case .known(let known) where known.positions.range == 0..<size: picked.append(.whole)
      case .known: throw .notKnownYet(at: span)
      }
    }
    return (array, Picking(axes: picked, source: shape), indices)
  }
}
