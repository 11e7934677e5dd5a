extension Graph {
  /// Checks what every pass relies on: operands before their nodes, and no two equal operations.
  ///
  /// - Returns: the first violation in words, nil if all is well.
  public func checkInvariants() -> String? {
    struct Key: Hashable {
      let name: String
      let operands: [NodeID]
      let attribute: Attribute
    }
    var seen: Set<Key> = []
    for index in 0..<count {
      let id = NodeID(index)
      guard let primitive = primitive(of: id) else { continue }
      let operands = Array(operands(of: id))
      if let late = operands.first(where: { $0 >= id }) {
        return "node \(index) comes before its operand \(late.rawValue)"
      }
      let key = Key(name: primitive.name, operands: operands, attribute: attribute(of: id))
      if !seen.insert(key).inserted { return "node \(index) is there twice" }
    }
    return nil
  }
}
