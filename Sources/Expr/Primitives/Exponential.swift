#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import RealModule

extension Primitive {
  /// Exponentials, logarithms and roots. √ and ∛ have slope inf at 0.
  static let exponential: [Primitive] = [
    .elementwise(
      "exp", "exponential", value: { Kernels.exp($0) }, partial: .result, samples: [-2, 0.4, 3],
      edges: [0, 710, -746]),
    .elementwise(
      "log", "natural logarithm", aliases: ["ln"], value: { Kernels.log($0) }, partial: 1 / .x,
      samples: [0.2, 3], edges: [0, -1],
      domain: Domain("x > 0")),
    .elementwise(
      "log2", "logarithm to base 2", value: { Double.log2($0) },
      partial: 1 / (.x * .number(Double.log(2))), samples: [0.2, 3], edges: [0, -1],
      domain: Domain("x > 0")),
    .elementwise(
      "log10", "logarithm to base 10", value: { Double.log10($0) },
      partial: 1 / (.x * .number(Double.log(10))), samples: [0.2, 3], edges: [0, -1],
      domain: Domain("x > 0")),
    .elementwise(
      "log1p", "log(1 + x), exact near 0", value: { Kernels.log1p($0) },
      partial: 1 / (1 + .x),
      samples: [-0.5, 1e-8, 3], edges: [0, -1],
      domain: Domain("x > -1")),
    .elementwise(
      "expm1", "exp(x) - 1, exact near 0", value: { Kernels.expm1($0) },
      partial: .f("exp", .x), samples: [-2, 1e-8, 3], edges: [0, 710]),
    .elementwise(
      "sqrt", "square root", value: { $0.squareRoot() }, partial: 1 / (2 * .result),
      samples: [0.3, 4], edges: [0, -1],
      domain: Domain(
        "x >= 0", convention: "sqrt'(0) = inf", inside: "sqrt(abs(x))", rounded: "sqrt(x + 1e-12)")),
    .elementwise(
      "cbrt", "cube root", value: { cbrt($0) }, partial: 1 / (3 * .square(.result)),
      samples: [-2, 0.3, 4], edges: [0],
      domain: Domain(nil, convention: "cbrt'(0) = inf")),
  ]
}
