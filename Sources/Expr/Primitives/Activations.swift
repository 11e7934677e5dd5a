import RealModule

extension Primitive {
  /// Activations of neural networks. At the kink of relu the slope is 0, of leakyrelu 0.01: the
  /// elements of least norm of their subdifferentials.
  static let activations: [Primitive] = [
    .elementwise(
      "sigmoid", "1/(1 + exp(-x))", value: { Kernels.sigmoid($0) },
      partial: .result * .f("sigmoid", -.x),
      samples: [-2, 0.4], edges: [0, 800, -800]),
    .elementwise(
      "softplus", "log(1 + exp(x)) without overflow", value: { Kernels.softplus($0) },
      partial: .f("sigmoid", .x), samples: [-2, 0.4], edges: [0, 800, -800]),
    .elementwise(
      "relu", "max(x, 0)", value: { $0.isNaN ? $0 : Swift.max($0, 0) },
      partial: .f("less", 0, .x), samples: [-2, 0.4], edges: [0],
      kink: Kink(
        .zeroOperand, slopes: 0...1, convention: "relu'(0) = 0", smooth: "softplus(x)")),
    .elementwise(
      "leakyrelu", "x where x > 0, else 0.01 x", value: { $0 > 0 ? $0 : 0.01 * $0 },
      partial: .f("select", .f("less", 0, .x), 1, 0.01), samples: [-2, 0.4], edges: [0],
      kink: Kink(
        .zeroOperand, slopes: 0.01...1, convention: "leakyrelu'(0) = 0.01",
        smooth: "0.01*x + 0.99*softplus(x)")),
    .elementwise(
      "elu", "x where x > 0, else exp(x) - 1", value: { $0 > 0 ? $0 : Double.expMinusOne($0) },
      partial: .f("select", .f("less", 0, .x), 1, .f("exp", .x)), samples: [-2, 0.4],
      edges: [0, 800]),
    .elementwise(
      "gelu", "x times the normal distribution function of x", value: gelu,
      partial: .f("erfc", -.x * .number(0.5.squareRoot())) / 2 + .x
        * .f("exp", -.square(.x) / 2) * .number(1 / (2 * Double.pi).squareRoot()),
      samples: [-2, 0.4], edges: [0, -40]),
  ]
}
