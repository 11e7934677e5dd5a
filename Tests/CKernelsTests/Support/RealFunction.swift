import CKernels
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A function of one argument: its kernel, its one-lane form, what it should give, and where to look.
struct RealFunction: Sendable, CustomTestStringConvertible {
  let name: String
  let kernel: UnaryKernel
  let oneLane: ScalarKernel
  let reference: @Sendable (Wide) -> Wide
  let ranges: [ClosedRange<Double>]
  /// Powers of two between which magnitudes are spread; both signs.
  let exponents: Range<Int>
  /// How wrong it may be, in ulp.
  var mostError = 1.0

  var testDescription: String { name }

  /// Arguments all over the domain.
  func arguments(_ count: Int) -> [Double] {
    var source = NumberSource(seed: UInt64(name.utf8.reduce(7) { $0 * 31 + Int($1) }))
    let even = ranges.flatMap { source.numbers(count / ranges.count, in: $0) }
    return even + source.scattered(count / 2, from: exponents.lowerBound, to: exponents.upperBound)
  }

  static let all = [
    RealFunction(
      name: "exp", kernel: { $0.exp }, oneLane: { $0.exp_one }, reference: { exp($0) },
      ranges: [-750...712, -1...1], exponents: -1074..<10),
    RealFunction(
      name: "expm1", kernel: { $0.expm1 }, oneLane: { $0.expm1_one }, reference: { expm1($0) },
      ranges: [-50...712, -0.5...0.5], exponents: -1074..<10),
    RealFunction(
      name: "log", kernel: { $0.log }, oneLane: { $0.log_one }, reference: { log($0) },
      ranges: [0.4...3, 0.97...1.06], exponents: -1074..<1024),
    RealFunction(
      name: "log1p", kernel: { $0.log1p }, oneLane: { $0.log1p_one }, reference: { log1p($0) },
      ranges: [-1...3, -0.06...0.06], exponents: -1074..<1024),
    RealFunction(
      name: "tanh", kernel: { $0.tanh }, oneLane: { $0.tanh_one }, reference: { tanh($0) },
      ranges: [-22...22, -0.5...0.5], exponents: -1074..<1024),
    RealFunction(
      name: "sech", kernel: { $0.sech }, oneLane: { $0.sech_one }, reference: { 1 / cosh($0) },
      ranges: [-747...747, -5...5], exponents: -1074..<10, mostError: 2),
    RealFunction(
      name: "sigmoid", kernel: { $0.sigmoid }, oneLane: { $0.sigmoid_one },
      reference: { sigmoid($0) }, ranges: [-750...50, -5...5], exponents: -1074..<10,
      mostError: 2),
    RealFunction(
      name: "softplus", kernel: { $0.softplus }, oneLane: { $0.softplus_one },
      reference: { softplus($0) }, ranges: [-750...750, -5...5], exponents: -1074..<10,
      mostError: 2),
    RealFunction(
      name: "sin", kernel: { $0.sin }, oneLane: { $0.sin_one }, reference: { sin($0) },
      ranges: [-10...10, -1.6e6...1.6e6], exponents: -1074..<60),
    RealFunction(
      name: "cos", kernel: { $0.cos }, oneLane: { $0.cos_one }, reference: { cos($0) },
      ranges: [-10...10, -1.6e6...1.6e6], exponents: -1074..<60),
  ]
}
