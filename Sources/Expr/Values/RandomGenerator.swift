import RealModule

/// The generator behind `rand` and its kin: xoshiro256++ seeded through SplitMix64, so that a seed
/// gives the same numbers on every platform.
///
/// A value: a definition keeps the state it was entered with, and draws the same numbers whenever it
/// is elaborated again.
///
/// - Source: Blackman & Vigna, Scrambled Linear Pseudorandom Number Generators, ACM TOMS 47 (2021).
public struct RandomGenerator: Sendable, Equatable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  public init(seed: UInt64) {
    var mixed = seed
    func next(_ mixed: inout UInt64) -> UInt64 {
      mixed &+= 0x9E37_79B9_7F4A_7C15
      var word = mixed
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      return word ^ (word >> 31)
    }
    state = (next(&mixed), next(&mixed), next(&mixed), next(&mixed))
  }

  public static func == (a: RandomGenerator, b: RandomGenerator) -> Bool { a.state == b.state }

  /// 64 random bits.
  public mutating func nextBits() -> UInt64 {
    func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 {
      (word << count) | (word >> (64 - count))
    }
    let result = rotated(state.0 &+ state.3, 23) &+ state.0
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, 45)
    return result
  }

  /// Uniform in the open interval (0, 1), on a grid of 2⁻⁵³.
  public mutating func uniform() -> Double { (Double(nextBits() >> 11) + 0.5) * 0x1p-53 }

  /// Standard normal: the quantile of a uniform number.
  public mutating func normal() -> Double { Self.normalQuantile(uniform()) }

  /// Uniform among `low...high`, without bias.
  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    let span = UInt64(range.upperBound - range.lowerBound) &+ 1
    guard span > 0 else { return Int(truncatingIfNeeded: nextBits()) }
    // Lemire, Fast Random Integer Generation in an Interval (2019).
    while true {
      let product = nextBits().multipliedFullWidth(by: span)
      if product.low >= (0 &- span) % span { return range.lowerBound + Int(product.high) }
    }
  }

  /// A permutation of 1…count, uniform (Fisher–Yates); when Ctrl-C stops it, one not yet shuffled.
  public mutating func permutation(_ count: Int) -> [Int] {
    var items: [Int] = []
    items.reserveCapacity(count)
    let isStopped = stretches(count) { for position in $0 { items.append(position + 1) } }
    if isStopped { return items }
    _ = stretches(max(0, count - 1)) { steps in
      for step in steps {
        let last = count - 1 - step
        items.swapAt(last, integer(in: 0...last))
      }
    }
    return items
  }

  /// Φ⁻¹ to about 10⁻¹⁶ relative.
  ///
  /// - Source: Wichura, Algorithm AS 241, Applied Statistics 37 (1988), PPND16.
  static func normalQuantile(_ p: Double) -> Double {
    let q = p - 0.5
    if abs(q) <= 0.425 {
      let r = 0.180625 - q * q
      return q * ratio(central, r)
    }
    let tail = (-Double.log(min(p, 1 - p))).squareRoot()
    let size = tail <= 5 ? ratio(middle, tail - 1.6) : ratio(far, tail - 5)
    return q < 0 ? -size : size
  }

  private static func ratio(_ table: (above: [Double], below: [Double]), _ r: Double) -> Double {
    func polynomial(_ coefficients: [Double]) -> Double {
      coefficients.reversed().reduce(0) { $0 * r + $1 }
    }
    return polynomial(table.above) / polynomial(table.below)
  }

  private static let central: (above: [Double], below: [Double]) = (
    [
      3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3,
      1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
      3.3430575583588128105e4, 2.5090809287301226727e3,
    ],
    [
      1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
      5.2264952788528545610e3,
    ]
  )

  private static let middle: (above: [Double], below: [Double]) = (
    [
      1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
      3.64784832476320460504, 1.27045825245236838258, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ],
    [
      1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9,
    ]
  )

  private static let far: (above: [Double], below: [Double]) = (
    [
      6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ],
    [
      1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15,
    ]
  )
}
