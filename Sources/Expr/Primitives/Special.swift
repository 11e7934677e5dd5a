import RealModule

extension Primitive {
  /// Error functions and the gamma family.
  static let special: [Primitive] = [
    .elementwise(
      "erf", "error function", value: { Double.erf($0) },
      partial: .f("exp", -.square(.x)) * .number(2 / Double.pi.squareRoot()), samples: [-1.3, 0.4],
      edges: [0, 30]),
    .elementwise(
      "erfc", "1 - erf(x), exact for large x", value: { Double.erfc($0) },
      partial: .f("exp", -.square(.x)) * .number(-2 / Double.pi.squareRoot()),
      samples: [-1.3, 0.4, 5], edges: [0, 30]),
    .elementwise(
      "gamma", "gamma function", value: { Double.gamma($0) },
      partial: .result * .f("digamma", .x), samples: [0.4, 3.2, -1.5], edges: [0, -1, 200],
      domain: Domain("x other than 0, -1, -2, …")),
    .elementwise(
      "lgamma", "logarithm of |gamma(x)|", value: { Double.logGamma($0) },
      partial: .f("digamma", .x), samples: [0.4, 3.2, -1.5], edges: [0, 1, 2],
      domain: Domain("x other than 0, -1, -2, …")),
    .elementwise(
      "digamma", "derivative of lgamma", value: { digamma($0) },
      partial: .f("polygamma", 1, .x), samples: [0.4, 3.2, -1.5], edges: [0, -1],
      domain: Domain("x other than 0, -1, -2, …")),
    // The order n is a whole number: there is no derivative in it, which nan says.
    .elementwise(
      "polygamma", "n-th derivative of digamma, polygamma(n, x)", value: polygammaOfNumber,
      partials: [.number(.nan), .f("polygamma", .x + 1, .y)], samples: [[1, 0.4], [2, 3.2]],
      edges: [0],
      domain: Domain("whole x >= 0 and y other than 0, -1, -2, …")),
  ]

  private static let polygammaOfNumber: @Sendable (Double, Double) -> Double = { order, x in
    guard let whole = Int(exactly: order), whole >= 0 else { return .nan }
    return polygamma(whole, x)
  }
}
