extension Primitive {
  /// Even functions of a length, in the square of that length: cos r, sin r/r and their kin are smooth
  /// where r itself has a kink.
  ///
  /// As with the quotients of `seriesTails`, the first operand says how many terms of the function are
  /// left out and divided by, the second how often it is differentiated.
  static let evenFunctions: [Primitive] = functions.filter(\.hasParity).map { series in
    let name = rootName(series.name)
    let partial: [Formula] = [
      .number(.nan), .number(.nan),
      .f(name, .operand(0), .operand(1) + 1, .operand(2)),
    ]
    let first = series.isOdd ? 1.0 : 0
    return Primitive(
      name, "the n-th derivative by x of (\(series.name)(√x) - terms below x^(m/2))/x^(m/2)",
      isFunction: false, arity: 3...3, shape: ShapeRules.elementwise,
      evaluation: .ternary { order, n, x in
        guard let derivative = Int(exactly: n), (0..<12).contains(derivative),
          let first = Int(exactly: order), (0..<16).contains(first)
        else { return .nan }
        return series.root(first, derivative: derivative, at: x)
      }, derivative: .elementwise(partial),
      samples: [[first, 0, 0.09], [first, 1, 0.5], [first, 0, 0]], edges: [])
  }

  /// The name of an even function in the square of its argument.
  static func rootName(_ function: String) -> String { "\(function)Root" }
}

extension TaylorFunction {
  var isOdd: Bool { atZero[1] != 0 }
  /// Whether the function is even or odd.
  var hasParity: Bool {
    (0..<12).allSatisfy { $0 % 2 == (isOdd ? 1 : 0) || atZero[$0] == 0 }
  }
}
