import RealModule

extension Primitive {
  /// Circular functions; angles in radians.
  static let trigonometric: [Primitive] = [
    .elementwise(
      "sin", "sine", value: { Kernels.sin($0) }, partial: .f("cos", .x), samples: [-2, 0.4],
      edges: [0, .infinity]),
    .elementwise(
      "cos", "cosine", value: { Kernels.cos($0) }, partial: -.f("sin", .x), samples: [-2, 0.4],
      edges: [0, .infinity]),
    .elementwise(
      "tan", "tangent", value: { Double.tan($0) }, partial: 1 + .square(.result),
      samples: [-1.2, 0.4], edges: [0]),
    // (1-x)(1+x) and not 1-x²: no digit is lost near ±1.
    .elementwise(
      "asin", "arc sine", value: { Double.asin($0) },
      partial: 1 / .f("sqrt", (1 - .x) * (1 + .x)), samples: [-0.7, 0.4], edges: [0, 1, 2],
      domain: Domain("-1 <= x <= 1", inside: "asin(max(-1, min(1, x)))")),
    .elementwise(
      "acos", "arc cosine", value: { Double.acos($0) },
      partial: -1 / .f("sqrt", (1 - .x) * (1 + .x)), samples: [-0.7, 0.4], edges: [0, 1, 2],
      domain: Domain("-1 <= x <= 1", inside: "acos(max(-1, min(1, x)))")),
    .elementwise(
      "atan", "arc tangent", value: { Double.atan($0) }, partial: 1 / (1 + .square(.x)),
      samples: [-2, 0.4], edges: [0, .infinity]),
    .elementwise(
      "atan2", "angle of the point (x, y), written atan2(y, x)",
      value: { Double.atan2(y: $0, x: $1) },
      // 0 at the origin, where it jumps: a quotient of zeros would be nan.
      partials: [
        .f("strongDivide", .y, .square(.x) + .square(.y)),
        -.f("strongDivide", .x, .square(.x) + .square(.y)),
      ], samples: [[1.5, -0.3], [-0.2, 0.7]], edges: [0]),
  ]
}
