extension Primitive {
  /// Even functions of a length, in the square of that length: cos r, sin r/r and their kin are smooth
  /// where r itself has a kink.
  ///
  /// As with the quotients of `seriesTails`, the first operand says how many terms of the function are
  /// left out and divided by, the second how often it is differentiated.
  static let evenFunctions: [Primitive] = functions.filter(\.hasParity).map { series in
    let first = series.isOdd ? 1.0 : 0
    return ofSeries(
      rootName(series.name),
      "the n-th derivative by x of (\(series.name)(√x) - terms below x^(m/2))/x^(m/2)",
      derivatives: 12, samples: [[first, 0, 0.09], [first, 1, 0.5], [first, 0, 0]]
    ) { series.root($0, derivative: $1, at: $2) }
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
