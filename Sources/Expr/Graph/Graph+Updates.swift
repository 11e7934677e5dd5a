extension Graph {
  /// The arrays in whose place an entry can be changed: each operation that changes entries, with
  /// the array it changes where nobody reads that array afterwards.
  ///
  /// - Parameters:
  ///   - needed: the nodes of the program.
  ///   - updatable: leaves that may be written over.
  func updatesInPlace(
    _ needed: [Bool], outputs: [NodeID], updatable: Set<NodeID>
  ) -> [NodeID: NodeID] {
    var updates: [NodeID] = []
    var lastUse: [NodeID: (user: Int, count: Int)] = [:]
    for index in 0..<count where needed[index] {
      let symbol = primitive(of: NodeID(index))?.symbol
      if symbol == .replaceAt || symbol == .addAt { updates.append(NodeID(index)) }
    }
    if updates.isEmpty { return [:] }
    for index in 0..<count where needed[index] {
      for operand in operands(of: NodeID(index)) {
        let same = lastUse[operand].map { $0.user == index ? $0.count : 0 } ?? 0
        lastUse[operand] = (index, same + 1)
      }
    }
    let kept = Set(outputs).subtracting(updatable)
    var places: [NodeID: NodeID] = [:]
    for update in updates {
      guard let array = operands(of: update).first, let use = lastUse[array],
        use.user == update.index, use.count == 1, !kept.contains(array),
        primitive(of: array) != nil || updatable.contains(array), loopOutput(of: array) == nil
      else { continue }
      places[update] = array
    }
    return places
  }

  /// The inputs of carries that a step may write over: those that end up as the next value of their
  /// own carry at most, since the memory of a carry goes from step to step.
  func updatableInputs(_ carries: [LoopBody.Carry], keeping kept: [NodeID]) -> Set<NodeID> {
    var inputs = Set(carries.map(\.input)).subtracting(kept)
    for carry in carries {
      var array = carry.next
      while let symbol = primitive(of: array)?.symbol, symbol == .replaceAt || symbol == .addAt,
        let changed = operands(of: array).first
      {
        array = changed
      }
      if array != carry.input { inputs.remove(array) }
    }
    return inputs
  }
}
