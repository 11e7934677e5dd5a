import RealModule

extension Primitive {
  static let hyperbolic: [Primitive] = [
    .elementwise(
      "sinh", "hyperbolic sine", value: { Double.sinh($0) }, partial: .f("cosh", .x),
      samples: [-2, 0.4], edges: [0, 711]),
    .elementwise(
      "cosh", "hyperbolic cosine", value: { Double.cosh($0) }, partial: .f("sinh", .x),
      samples: [-2, 0.4], edges: [0, 711]),
    // sech² and not 1 - tanh²: that cancels, 1e-8 wrong at x = 10 and wholly so past 20.
    .elementwise(
      "tanh", "hyperbolic tangent", value: { Kernels.tanh($0) }, partial: .square(.f("sech", .x)),
      samples: [-2, 0.4], edges: [0, 18, 1000]),
    .elementwise(
      "sech", "hyperbolic secant, 1/cosh", value: { Kernels.sech($0) },
      partial: -(.f("tanh", .x) * .result),
      samples: [-2, 0.4], edges: [0, 1000]),
    .elementwise(
      "asinh", "inverse hyperbolic sine", value: { Double.asinh($0) },
      partial: 1 / .f("hypot", 1, .x), samples: [-2, 0.4], edges: [0, 1e200]),
    .elementwise(
      "acosh", "inverse hyperbolic cosine", value: { Double.acosh($0) },
      partial: 1 / (.f("sqrt", .x - 1) * .f("sqrt", .x + 1)), samples: [1.3, 4],
      edges: [1, 0.5],
      domain: Domain("x >= 1")),
    .elementwise(
      "atanh", "inverse hyperbolic tangent", value: { Double.atanh($0) },
      partial: 1 / ((1 - .x) * (1 + .x)), samples: [-0.7, 0.4], edges: [0, 1, 2],
      domain: Domain("-1 < x < 1")),
  ]
}
