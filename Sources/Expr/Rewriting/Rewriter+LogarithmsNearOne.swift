extension Rewriter {
  /// The functions of quotients that are 1 at 0, by the quotient's operation.
  private static let quotients: [Int16: TaylorFunction] = Dictionary(
    uniqueKeysWithValues: Primitive.functions.map { (Operation.tail($0.name).index, $0) })

  /// log T(x) with T(x) = (g(x) - terms below x^m)/x^m = 1 + x^k·(g(x) - terms below x^(m + k))/x^(m + k)
  /// as log1p of what comes after the 1, for |x| < 1.
  mutating func logOfQuotientNearOne(_ node: NodeID) -> NodeID? {
    let quotient = operand(node)
    guard let series = Self.quotients[operation(of: quotient)],
      let first = constant(operand(quotient)).flatMap({ Int(exactly: $0) }),
      constant(operand(quotient, 1)) == 0, (0..<10).contains(first), series.atZero[first] == 1,
      let next = (first + 1..<first + 4).first(where: { series.atZero[$0] != 0 })
    else { return nil }
    let x = operand(quotient, 2)
    let order = number(Double(next)), none = number(0), exponent = number(Double(next - first))
    let rest = graph(.tail(series.name), order, none, x)
    let power = next - first == 1 ? x : graph(.power, x, exponent)
    let excess = graph(.multiply, power, rest)
    let inside = graph(.log1p, excess)
    return near(x, inside, else: node)
  }
}
