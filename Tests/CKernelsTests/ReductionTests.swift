import CKernels
import Testing

@Suite("Reductions") struct ReductionTests {
  /// A sum with a running compensation, close to exact (Neumaier, 1974).
  static func compensatedSum(_ terms: [Double]) -> Double {
    var sum = 0.0
    var rest = 0.0
    for term in terms {
      let next = sum + term
      rest += sum.magnitude >= term.magnitude ? (sum - next) + term : (term - next) + sum
      sum = next
    }
    return sum + rest
  }

  static let lengths = Array(0...130) + [255, 256, 257, 511, 512, 777, 1000]

  @Test("close to exact sums at every length", arguments: KernelSet.all)
  func sums(set: KernelSet) {
    var source = NumberSource(seed: 21)
    let (a, b) = (source.numbers(1000, in: -1...1), source.numbers(1000, in: -1...1))
    for n in Self.lengths {
      let (x, y) = (Array(a[..<n]), Array(b[..<n]))
      // At most n/32 + 6 roundings, each of at most the sum of magnitudes.
      let slack = Double(n / 32 + 8) * .ulpOfOne
      for (result, terms) in [
        (set.kernels.sum(x, n), x),
        (set.kernels.sum_squares(x, n), x.map { $0 * $0 }),
        (set.kernels.dot(x, y, n), zip(x, y).map(*)),
      ] {
        let size: Double = terms.reduce(0) { $0 + $1.magnitude }
        #expect((result - Self.compensatedSum(terms)).magnitude <= slack * size, "length \(n)")
      }
    }
  }

  @Test("sums have the same bits in every set, and follow the documented order")
  func order() {
    var source = NumberSource(seed: 22)
    let x = source.scattered(1000, from: -20, to: 20)
    for n in Self.lengths {
      var accumulators = [Double](repeating: 0, count: 32)
      for i in 0..<n { accumulators[i % 32] += x[i] }
      for half in [16, 8, 4, 2, 1] {
        for j in 0..<half { accumulators[j] += accumulators[j + half] }
      }
      for set in KernelSet.all {
        #expect(set.kernels.sum(x, n) == accumulators[0], "\(set.name), length \(n)")
      }
    }
  }

  @Test("products of up to 32 entries are summed in eight chains", arguments: KernelSet.all)
  func shortDots(set: KernelSet) {
    var source = NumberSource(seed: 26)
    let (x, y) = (source.numbers(32, in: -1...1), source.numbers(32, in: -1...1))
    for n in 0...32 {
      var chains = [Double](repeating: 0, count: 8)
      for i in 0..<n { chains[i % 8] = set.kernels.mul_add_one(x[i], y[i], chains[i % 8]) }
      for half in [4, 2, 1] {
        for j in 0..<half { chains[j] += chains[j + half] }
      }
      #expect(set.kernels.dot(x, y, n) == chains[0], "length \(n)")
    }
  }

  @Test("extremes at every place", arguments: KernelSet.all)
  func extremes(set: KernelSet) {
    var source = NumberSource(seed: 23)
    for n in 1...100 {
      var x = source.numbers(n, in: -1...1)
      #expect(set.kernels.maximum(x, n) == x.max()!)
      #expect(set.kernels.minimum(x, n) == x.min()!)
      x[n / 3] = .nan
      #expect(set.kernels.maximum(x, n).isNaN)
      #expect(set.kernels.minimum(x, n).isNaN)
    }
    #expect(set.kernels.maximum([], 0) == -.infinity)
    #expect(set.kernels.minimum([], 0) == .infinity)
  }

  @Test("infinities and NaN come through", arguments: KernelSet.all)
  func special(set: KernelSet) {
    for place in 0..<40 {
      var x = [Double](repeating: 1, count: 40)
      x[place] = .infinity
      #expect(set.kernels.sum(x, 40) == .infinity)
      #expect(set.kernels.dot(x, x, 40) == .infinity)
      x[place] = .nan
      #expect(set.kernels.sum(x, 40).isNaN)
      #expect(set.kernels.sum_squares(x, 40).isNaN)
    }
  }
}
