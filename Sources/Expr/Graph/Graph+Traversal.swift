extension Graph {
  /// For each node whether one of `roots` depends on it (or is it). One pass, backwards.
  ///
  /// - Parameter stops: nodes that are reached and not gone through.
  public func ancestors(of roots: [NodeID], stoppingAt stops: [NodeID] = []) -> [Bool] {
    var reached = Array(repeating: false, count: count)
    var isStop = stops.isEmpty ? [] : reached
    for stop in stops { isStop[stop.index] = true }
    for root in roots { reached[root.index] = true }
    for index in (0..<count).reversed() where reached[index] {
      if !isStop.isEmpty && isStop[index] { continue }
      forEachOperand(of: NodeID(index)) { reached[$0.index] = true }
    }
    return reached
  }

  /// For each node whether it depends on (or is) one of `sources`. One pass, forwards; nothing behind
  /// a source counts, so that a definition taken as a variable cuts the graph.
  public func descendants(of sources: [NodeID]) -> [Bool] {
    var reached = Array(repeating: false, count: count)
    for source in sources { reached[source.index] = true }
    for index in 0..<count where !reached[index] {
      forEachOperand(of: NodeID(index)) { if reached[$0.index] { reached[index] = true } }
    }
    return reached
  }

  /// The leaves under some roots, in the order of their definition.
  public func leaves(under roots: [NodeID]) -> [(node: NodeID, leaf: Leaf)] {
    let reached = ancestors(of: roots)
    var found: [(node: NodeID, leaf: Leaf)] = []
    for index in 0..<count where reached[index] {
      if let leaf = leaf(of: NodeID(index)) { found.append((NodeID(index), leaf)) }
    }
    return found.sorted { $0.leaf.id < $1.leaf.id }
  }
}
