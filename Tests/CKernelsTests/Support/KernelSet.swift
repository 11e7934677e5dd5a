import CKernels
import Testing

/// One instruction set that this machine can run.
struct KernelSet: Sendable, CustomTestStringConvertible {
  let name: String

  static let all = ["avx512", "avx2", "neon", "baseline"].filter { (name: String) in
    ck_named(name) != nil
  }
  .map(KernelSet.init)

  var testDescription: String { name }

  /// The table of functions.
  var kernels: ck_kernels { ck_named(name)!.pointee }

  /// f(x) by a kernel of one argument.
  func map(_ kernel: UnaryKernel, _ x: [Double]) -> [Double] {
    var out = [Double](repeating: .nan, count: x.count)
    kernel(kernels)(&out, x, x.count)
    return out
  }

  /// f(a, b) by a kernel of two arguments.
  func map(_ kernel: BinaryKernel, _ a: [Double], _ b: [Double]) -> [Double] {
    var out = [Double](repeating: .nan, count: a.count)
    kernel(kernels)(&out, a, b, a.count)
    return out
  }

  /// f(a, b, c) by a kernel of three arguments.
  func map(_ kernel: TernaryKernel, _ a: [Double], _ b: [Double], _ c: [Double]) -> [Double] {
    var out = [Double](repeating: .nan, count: a.count)
    kernel(kernels)(&out, a, b, c, a.count)
    return out
  }
}

typealias UnaryKernel =
  @Sendable (ck_kernels) -> (UnsafeMutablePointer<Double>, UnsafePointer<Double>, Int) -> Void
typealias PairKernel =
  @Sendable (ck_kernels) -> (
    UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UnsafePointer<Double>, Int
  ) -> Void
typealias ScalarPairKernel =
  @Sendable (ck_kernels) -> (Double, UnsafeMutablePointer<Double>) -> Double
typealias BinaryKernel =
  @Sendable (ck_kernels) -> (
    UnsafeMutablePointer<Double>, UnsafePointer<Double>, UnsafePointer<Double>, Int
  ) -> Void
typealias TernaryKernel =
  @Sendable (ck_kernels) -> (
    UnsafeMutablePointer<Double>, UnsafePointer<Double>, UnsafePointer<Double>,
    UnsafePointer<Double>, Int
  ) -> Void
typealias ScalarKernel = @Sendable (ck_kernels) -> (Double) -> Double

/// Equal bits, or NaN both.
func isSame(_ a: Double, _ b: Double) -> Bool {
  a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
}

/// Repeatable numbers (xorshift).
struct NumberSource: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// Numbers spread evenly over a range.
  mutating func numbers(_ count: Int, in range: ClosedRange<Double>) -> [Double] {
    (0..<count).map { _ in Double.random(in: range, using: &self) }
  }

  /// Numbers with exponents spread evenly from 2^`low` up to 2^`high`, of both signs.
  mutating func scattered(_ count: Int, from low: Int, to high: Int) -> [Double] {
    (0..<count).map { _ in
      let significand = Double.random(in: 1..<2, using: &self)
      let exponent = Int.random(in: low..<high, using: &self)
      return Double(
        sign: next() & 1 == 0 ? .plus : .minus, exponent: exponent, significand: significand)
    }
  }
}
