extension Elaborator {
  /// `x[i]`, `A[i,:]`, `x[2:end]`: indices are known while elaborating and start at 1.
  mutating func index(
    _ base: SyntaxID, _ items: [SyntaxID], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    let value = try node(base, tree)
    let selection = try selection(from: graph.shape(of: value), items, id, tree)
    return graph.apply(Primitive[.index], [value], .selection(selection))
  }

  /// The entries that index items take from a shape.
  mutating func selection(
    from shape: Shape, _ items: [SyntaxID], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Selection {
    guard !shape.isScalar else {
      throw Diagnostic("a number has no entries to index", at: tree.span(of: id))
    }
    // A row is indexed by one number, like the vector it is the transpose of.
    let isFlatRow = shape.isRow && items.count == 1
    guard items.count == shape.rank || isFlatRow else {
      throw Diagnostic(
        "a \(shape) takes \(shape.rank == 1 ? "one index" : "\(shape.rank) indices"), not \(items.count)",
        at: tree.span(of: id),
        hint: shape.rank == 2 ? "A[i,j] is an entry, A[i,:] a row, A[:,j] a column" : nil)
    }
    var axes: [Selection.Axis] = []
    for (position, item) in items.enumerated() {
      let size = shape.dimensions[isFlatRow ? 1 : position]
      axes.append(try axis(item, size: size, tree))
    }
    if isFlatRow { axes.insert(.init(positions: [0], isSingle: axes[0].isSingle), at: 0) }
    return Selection(axes: axes, source: shape)
  }

  /// The row-by-row positions, from 0, of the entries that index items name: for changing them.
  public mutating func positions(
    in shape: Shape, _ items: [SyntaxID], _ id: SyntaxID, of tree: SyntaxTree
  ) throws(Diagnostic) -> [Int] {
    for item in items {
      try elaborateDefinitions(under: tree.freeNames(of: item), at: tree.span(of: id))
    }
    var positions: [Int] = []
    try selection(from: shape, items, id, tree).forEachOffset { positions.append($0) }
    return positions
  }

  private mutating func axis(
    _ item: SyntaxID, size: Int, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Selection.Axis {
    if case .wholeDimension = tree[item] {
      return Selection.Axis(positions: Array(0..<size), isSingle: false)
    }
    endValues.append(size)
    defer { endValues.removeLast() }
    let index = try staticValue(of: node(item, tree))
    guard index.shape.rank <= 1, !index.isBoolean else {
      throw Diagnostic(
        "an index is a whole number or a vector of them", at: tree.span(of: item))
    }
    var positions: [Int] = []
    for number in index.elements {
      guard let whole = Int(exactly: number) else {
        throw Diagnostic(
          "\(NumberFormat().string(number)) is no index: indices are whole numbers",
          at: tree.span(of: item))
      }
      guard whole >= 1, whole <= size else {
        throw Diagnostic(
          "the index \(whole) is outside 1…\(size)", at: tree.span(of: item),
          hint: whole == 0 ? "indices start at 1" : nil)
      }
      positions.append(whole - 1)
    }
    return Selection.Axis(positions: positions, isSingle: index.shape.isScalar)
  }
}
