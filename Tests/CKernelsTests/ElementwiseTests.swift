import CKernels
import Testing

@Suite("Elementwise kernels of several arguments") struct ElementwiseTests {
  static let numbers: [Double] = [
    0, -0.0, 1, -1, 2.5, -3, 1e308, .leastNonzeroMagnitude, .infinity, -.infinity, .nan,
  ]
  static let pairs = numbers.flatMap { a in numbers.map { (a, $0) } }

  static let binary: [(String, BinaryKernel, @Sendable (Double, Double) -> Double)] = [
    ("add", { $0.add }, { $0 + $1 }),
    ("sub", { $0.sub }, { $0 - $1 }),
    ("mul", { $0.mul }, { $0 * $1 }),
    ("div", { $0.div }, { $0 / $1 }),
    ("strong_mul", { $0.strong_mul }, { $0 == 0 ? 0 : $0 * $1 }),
    ("less", { $0.less }, { $0 < $1 ? 1 : 0 }),
    ("less_equal", { $0.less_equal }, { $0 <= $1 ? 1 : 0 }),
    ("equal", { $0.equal }, { $0 == $1 ? 1 : 0 }),
    ("not_equal", { $0.not_equal }, { $0 != $1 ? 1 : 0 }),
    ("and", { $0.logical_and }, { $0 != 0 && $1 != 0 ? 1 : 0 }),
    ("or", { $0.logical_or }, { $0 != 0 || $1 != 0 ? 1 : 0 }),
  ]

  @Test("two arguments", arguments: KernelSet.all)
  func binary(set: KernelSet) {
    for (name, kernel, expected) in Self.binary {
      let results = set.map(kernel, Self.pairs.map(\.0), Self.pairs.map(\.1))
      for ((a, b), result) in zip(Self.pairs, results) {
        #expect(isSame(result, expected(a, b)), "\(name)(\(a), \(b))")
      }
    }
  }

  @Test("the larger and the smaller, NaN if one is NaN", arguments: KernelSet.all)
  func extremes(set: KernelSet) {
    let (a, b) = (Self.pairs.map(\.0), Self.pairs.map(\.1))
    let (larger, smaller) = (set.map({ $0.max }, a, b), set.map({ $0.min }, a, b))
    for i in a.indices {
      let isNaN = a[i].isNaN || b[i].isNaN
      #expect(isNaN ? larger[i].isNaN : larger[i] == max(a[i], b[i]), "\(a[i]), \(b[i])")
      #expect(isNaN ? smaller[i].isNaN : smaller[i] == min(a[i], b[i]), "\(a[i]), \(b[i])")
    }
  }

  @Test("three arguments", arguments: KernelSet.all)
  func ternary(set: KernelSet) {
    let (a, b) = (Self.pairs.map(\.0), Self.pairs.map(\.1))
    for third in Self.numbers {
      let c = [Double](repeating: third, count: a.count)
      let added = set.map({ $0.mul_add }, a, b, c)
      let subtracted = set.map({ $0.mul_sub }, a, b, c)
      let negated = set.map({ $0.neg_mul_add }, a, b, c)
      let strong = set.map({ $0.strong_mul_add }, a, b, c)
      let selected = set.map({ $0.select }, a, b, c)
      for i in a.indices {
        let place: Comment = "\(a[i]), \(b[i]), \(c[i])"
        let product = a[i] * b[i]
        #expect(isSame(added[i], product + c[i]), place)
        #expect(isSame(subtracted[i], product - c[i]), place)
        #expect(isSame(negated[i], c[i] - product), place)
        #expect(isSame(strong[i], a[i] == 0 ? c[i] + 0.0 : added[i]), place)
        #expect(isSame(selected[i], a[i] != 0 ? b[i] : c[i]), place)
      }
    }
  }

  @Test("multiply-adds are rounded once where the set has fused ones", arguments: KernelSet.all)
  func fused(set: KernelSet) {
    let a = 1 + 0x1p-30
    let once = (-1 - 0x1p-29).addingProduct(a, a)
    #expect(once == 0x1p-60)
    #expect(set.kernels.mul_add_one(a, a, -1 - 0x1p-29) == (set.name == "baseline" ? 0 : once))
  }

  @Test("lengths 0 to 40 touch nothing else", arguments: KernelSet.all)
  func tails(set: KernelSet) {
    var source = NumberSource(seed: 11)
    let (a, b) = (source.numbers(48, in: -2...2), source.numbers(48, in: -2...2))
    let c = source.numbers(48, in: -2...2)
    for length in 0...40 {
      var product = [Double](repeating: -7, count: 48)
      var fused = product
      var multiple = c
      var filled = product
      set.kernels.mul(&product, a, b, length)
      set.kernels.mul_add(&fused, a, b, c, length)
      set.kernels.axpy(&multiple, 1.5, a, length)
      set.kernels.splat(&filled, 2.5, length)
      for i in 0..<48 {
        #expect(product[i] == (i < length ? a[i] * b[i] : -7))
        #expect(fused[i] == (i < length ? product[i] + c[i] : -7))
        #expect(multiple[i] == (i < length ? set.kernels.mul_add_one(1.5, a[i], c[i]) : c[i]))
        #expect(filled[i] == (i < length ? 2.5 : -7))
      }
    }
  }

  @Test("gathering follows the index", arguments: KernelSet.all)
  func gather(set: KernelSet) {
    let index = [4, 0, 0, 2, 3, 1, 4, 4, 2, 1, 0]
    var out = [Double](repeating: 0, count: index.count)
    set.kernels.gather(&out, [10, 11, 12, 13, 14], index, index.count)
    #expect(out == index.map { 10 + Double($0) })
  }
}
