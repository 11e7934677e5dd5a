import Expr

extension Output {
  /// Marks the digits of the last values that double-double arithmetic does not confirm, and tells the
  /// last object how many stand.
  ///
  /// - Parameter nodes: of the values, in order; there may be more of them than values shown.
  mutating func certify(
    _ nodes: [NodeID], _ graph: Graph, _ environment: Environment, _ settings: SessionSettings
  ) {
    let exact = CertifiedEvaluation(graph, outputs: nodes, in: environment)
    var rest = Array(exact.values)[...]
    var counts: [JSONValue] = []
    for place in blocks.indices.reversed() {
      guard case .value(let name, .tensor(let tensor)) = blocks[place], let entries = rest.popLast()
      else { continue }
      guard let entries else {
        let reason = exact.obstacle.map { ": \($0)" } ?? ""
        blocks.insert(.line(StyledText("  not certified\(reason)", .faint)), at: place + 1)
        counts.append(.null)
        continue
      }
      let digits = zip(tensor.elements, entries).map {
        CertifiedEvaluation.certainDigits(of: $0, against: $1)
      }
      blocks[place] = .certified(name: name, tensor, digits: digits)
      counts.append(.integer(digits.min() ?? 17))
    }
    guard case .object(let members)? = json.last else { return }
    json[json.count - 1] = .object(members + [("certified", .array(counts.reversed()))])
  }
}
