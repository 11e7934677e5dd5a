import RealModule

extension Primitive {
  /// 1/(1 + x²) and its kin without the overflow of x², each with a derivative made of the others.
  static let cauchy: [Primitive] = [
    .elementwise(
      "cauchy", "1/(1 + x²), without overflow in its slope", isFunction: false,
      value: { 1 / (1 + $0 * $0) }, partial: -2 * .f("lorentz", .x) * .result,
      samples: [-2, 0.4, 30], edges: [0, 1e200]),
    // (1 - x²)/(1 + x²)² as two factors, neither of which overflows.
    .elementwise(
      "lorentz", "x/(1 + x²), without overflow", isFunction: false,
      value: { x in x.magnitude < 1 ? x / (1 + x * x) : 1 / (x + 1 / x) },
      partial: (1 - .x) * .f("cauchy", .x) * ((1 + .x) * .f("cauchy", .x)),
      samples: [-2, 0.4, 30], edges: [0, 1e200]),
    .elementwise(
      "log1pSquare", "log(1 + x²), without overflow", isFunction: false,
      value: { x in
        x.magnitude < 1e8 ? Double.log(onePlus: x * x) : 2 * Double.log(x.magnitude)
      }, partial: 2 * .f("lorentz", .x), samples: [-2, 0.4, 30], edges: [0, 1e200]),
  ]
}
