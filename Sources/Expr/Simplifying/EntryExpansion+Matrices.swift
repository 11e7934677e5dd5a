extension EntryExpansion {
  /// Determinants and inverses of square matrices up to 3×3, by cofactors; nil of larger ones.
  mutating func matrix(
    _ name: String, _ shapes: [Shape], _ operands: [[NodeID]]
  ) -> [NodeID]? {
    guard shapes[0].rank == 2, let size = shapes[0].dimensions.first, (1...3).contains(size),
      shapes[0].count == size * size
    else { return nil }
    let a = operands[0]
    var cofactors: [NodeID] = []
    for row in 0..<size {
      for column in 0..<size {
        let minor = (0..<size * size).filter { $0 / size != row && $0 % size != column }
        let value = determinant(minor.map { a[$0] }, size - 1)
        cofactors.append((row + column) % 2 == 0 ? value : graph.apply(.negate, value))
      }
    }
    if name == "cofactors" { return cofactors }
    let total = determinant(a, size)
    switch name {
    case "det": return [total]
    case "logdet": return [graph.apply(Primitive.required("log"), [total])]
    default: break
    }
    let inverse = (0..<size * size).map { place in
      graph.apply(.divide, cofactors[place % size * size + place / size], total)
    }
    if name == "inv" { return inverse }
    let columns = operands[1].count / size
    return (0..<operands[1].count).map { place in
      let (row, column) = (place / columns, place % columns)
      return sum(
        (0..<size).map {
          graph.apply(.multiply, inverse[row * size + $0], operands[1][$0 * columns + column])
        })
    }
  }

  /// Along the first row.
  private mutating func determinant(_ a: [NodeID], _ size: Int) -> NodeID {
    if size == 0 { return graph.constant(1) }
    if size == 1 { return a[0] }
    var terms: [NodeID] = []
    for column in 0..<size {
      let rest = (size..<size * size).filter { $0 % size != column }.map { a[$0] }
      let minor = determinant(rest, size - 1)
      let product = graph.apply(.multiply, a[column], minor)
      terms.append(column % 2 == 0 ? product : graph.apply(.negate, product))
    }
    return sum(terms)
  }
}
