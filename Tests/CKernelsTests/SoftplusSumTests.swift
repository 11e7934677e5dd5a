import CKernels
import Testing

@Suite("Sums of log(1 + e^x)") struct SoftplusSumTests {
  private static let lengths = Array(0...40) + [100, 255, 256, 511, 512]

  private static let ranges: [ClosedRange<Double>] = [
    -1...1, -30...30, -744 ... -700, -60 ... -40, 300...700, 0...0,
  ]

  @Test("close to the true sum, however small or large", arguments: KernelSet.all)
  func sums(set: KernelSet) {
    for (seed, range) in Self.ranges.enumerated() {
      var source = NumberSource(seed: UInt64(31 + seed))
      let all = source.numbers(512, in: range)
      for n in Self.lengths {
        let x = Array(all[..<n]), truth = x.reduce(0) { $0 + softplus(Wide($1)) }
        let error = ulps(set.kernels.softplus_sum(nil, x, n), from: truth)
        #expect(error <= Double(n / 8 + 6) + referenceError, "\(range), length \(n)")
      }
    }
  }

  @Test("the derivatives are those of the kernel and lie at their places", arguments: KernelSet.all)
  func slopes(set: KernelSet) {
    var source = NumberSource(seed: 41)
    let all = source.numbers(512, in: -40...40)
    for n in Self.lengths {
      let x = Array(all[..<n])
      var out = [Double](repeating: -7, count: n + 8), inPlace = x
      let sum = set.kernels.softplus_sum(&out, x, n)
      #expect(sum == set.kernels.softplus_sum(nil, x, n), "length \(n)")
      #expect(out[..<n].elementsEqual(set.map({ $0.sigmoid }, x)), "length \(n)")
      #expect(out[n...].allSatisfy { $0 == -7 }, "length \(n)")
      inPlace.withUnsafeMutableBufferPointer {
        _ = set.kernels.softplus_sum($0.baseAddress, $0.baseAddress!, n)
      }
      #expect(inPlace.elementsEqual(out[..<n]), "length \(n)")
    }
  }

  @Test("what is not finite shows at every place", arguments: KernelSet.all)
  func specials(set: KernelSet) {
    for n in 1...33 {
      for place in [0, n / 2, n - 1] {
        func sum(_ special: Double) -> Double {
          var x = [Double](repeating: 0.5, count: n)
          x[place] = special
          return set.kernels.softplus_sum(nil, x, n)
        }
        #expect(sum(.nan).isNaN)
        #expect(sum(.infinity) == .infinity)
        #expect(sum(-.infinity) == sum(-1000))
        #expect(sum(1e300) == 1e300)
      }
    }
  }
}
