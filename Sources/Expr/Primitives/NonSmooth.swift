import RealModule

extension Primitive {
  /// Kinks and steps. At a kink the rule gives the element of least norm of the subdifferential over
  /// the operands that vary: abs'(0) = 0; of `max(x, y)` at a tie ½ each, of `max(x, 0)` 0.
  static let nonSmooth: [Primitive] = [
    .elementwise(
      "abs", "absolute value", value: { Swift.abs($0) }, partial: .f("sign", .x),
      samples: [-2, 0.4], edges: [0],
      kink: Kink(
        .zeroOperand, slopes: -1...1, convention: "abs'(0) = 0", smooth: "sqrt(x^2 + 1e-12)")),
    .elementwise(
      "sign", "-1, 0 or 1", value: { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }, partial: nil,
      samples: [-2, 0.4], edges: [0]),
    .elementwise(
      "heaviside", "0 below 0, 1 above, 1/2 at 0", value: heaviside, partial: nil,
      samples: [-2, 0.4], edges: [0]),
    .elementwise(
      "floor", "greatest whole number not above x", value: { $0.rounded(.down) }, partial: nil,
      samples: [-2.3, 0.4], edges: [1]),
    .elementwise(
      "ceil", "least whole number not below x", value: { $0.rounded(.up) }, partial: nil,
      samples: [-2.3, 0.4], edges: [1]),
    .elementwise(
      "round", "nearest whole number, halves to even",
      value: { $0.rounded(.toNearestOrEven) }, partial: nil, samples: [-2.3, 0.4], edges: [0.5]),
    .elementwise(
      "stop", "x itself, but no gradient flows through it", value: { $0 }, partial: nil,
      samples: [0.4]),
    .elementwise(
      "maximum", "the larger of two, entry by entry", aliases: ["max"], shown: "max",
      value: { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) },
      partials: [share(of: .y, below: .x), share(of: .x, below: .y)],
      alone: [.f("less", .y, .x), .f("less", .x, .y)],
      samples: [[1.5, -0.3], [-1, 2]], edges: [0], kink: tie),
    .elementwise(
      "minimum", "the smaller of two, entry by entry", aliases: ["min"], shown: "min",
      value: { $0.isNaN || $1.isNaN ? .nan : Swift.min($0, $1) },
      partials: [share(of: .x, below: .y), share(of: .y, below: .x)],
      alone: [.f("less", .x, .y), .f("less", .y, .x)],
      samples: [[1.5, -0.3], [-1, 2]], edges: [0], kink: tie),
    .elementwise(
      "hypot", "sqrt(x^2 + y^2) without overflow", value: { Double.hypot($0, $1) },
      partials: [.f("strongDivide", .x, .result), .f("strongDivide", .y, .result)],
      samples: [[1.5, -0.3], [3, 4]], edges: [0],
      kink: Kink(
        .zeroResult, slopes: -1...1, convention: "hypot has gradient 0 at (0, 0)",
        smooth: "sqrt(x^2 + y^2 + 1e-12)")),
  ]

  private static let tie = Kink(
    .tie, slopes: 0...1,
    convention: "at a tie each gets 1/2 if both vary, else the least slope is taken")

  /// 1 where a < b, ½ at a tie, else 0.
  private static func share(of a: Formula, below b: Formula) -> Formula {
    (.f("less", a, b) + .f("lessOrEqual", a, b)) / 2
  }
}
