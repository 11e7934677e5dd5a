extension Graph {
  /// Entries `y[t + c]` and rows `X[t + c,:]` that a loop over t = a, a + 1, … picks of arrays from
  /// outside: they can be walked like what the loop is over, without an index.
  ///
  /// - Returns: the nodes that pick, each with what is walked in their place.
  mutating func pickedEntries(
    steps: Int, mapped: [(input: NodeID, source: NodeID)], carries: [NodeID], roots: [NodeID]
  ) -> [(input: NodeID, source: NodeID)] {
    var first: [NodeID: Int] = [:]
    for (input, source) in mapped {
      guard case .progression(let start, 1, _) = attribute(of: source),
        let whole = Int(exactly: start), abs(whole) < 1 << 52
      else { continue }
      first[input] = whole
    }
    guard !first.isEmpty, steps > 0 else { return [] }
    let inputs = mapped.map(\.input) + carries
    let varies = descendants(of: inputs)
    let needed = ancestors(of: roots, stoppingAt: inputs)
    var found: [(input: NodeID, source: NodeID)] = []
    for index in needed.indices where needed[index] && varies[index] {
      let node = NodeID(index)
      guard let (array, start) = pickedRun(node, first), !varies[array.index],
        let source = rows(of: array, start - 1, steps)
      else { continue }
      found.append((node, source))
    }
    return found
  }

  /// The array that a node picks from along its first dimension, and the first position, from 1.
  private func pickedRun(
    _ node: NodeID, _ first: [NodeID: Int]
  ) -> (array: NodeID, start: Int)? {
    guard symbol(of: node) == .pick, case .picking(let picking) = attribute(of: node),
      picking.axes == [.operand] || picking.axes == [.operand, .whole]
    else { return nil }
    let operands = Array(operands(of: node))
    return position(operands[1], first).map { (operands[0], $0) }
  }

  /// What `t + c` is in the first step.
  private func position(_ index: NodeID, _ first: [NodeID: Int]) -> Int? {
    if let start = first[index] { return start }
    guard let symbol = symbol(of: index), symbol == .add || symbol == .subtract else {
      return nil
    }
    let operands = Array(operands(of: index))
    for (series, other) in symbol == .add ? [(0, 1), (1, 0)] : [(0, 1)] {
      guard let start = first[operands[series]], let number = scalarConstant(of: operands[other]),
        let shift = Int(exactly: number), abs(shift) < 1 << 52
      else { continue }
      return symbol == .add ? start + shift : start - shift
    }
    return nil
  }

  /// Some neighbouring entries of a vector or rows of a matrix; nil if they are not all there.
  private mutating func rows(of array: NodeID, _ start: Int, _ count: Int) -> NodeID? {
    let shape = shape(of: array)
    guard shape.isVector || shape.isMatrix, start >= 0, start + count <= shape.dimensions[0] else {
      return nil
    }
    if start == 0 && count == shape.dimensions[0] { return array }
    var axes = [Selection.Axis(positions: start..<start + count, isSingle: false)]
    if shape.isMatrix { axes.append(.init(positions: 0..<shape.dimensions[1], isSingle: false)) }
    return apply(
      .index, array, attribute: .selection(Selection(axes: axes, source: shape)))
  }
}
