import CKernels
import Testing

@Suite("Functions of one argument") struct FunctionTests {
  @Test("within 2 ulp of the true value", arguments: KernelSet.all, RealFunction.all)
  func accuracy(set: KernelSet, function: RealFunction) {
    let x = function.arguments(20_000)
    var worst = (error: 0.0, at: 0.0)
    for (x, y) in zip(x, set.map(function.kernel, x)) {
      let error = ulps(y, from: function.reference(Wide(x)))
      if !(error <= worst.error) { worst = (error, x) }
    }
    #expect(worst.error <= function.mostError + referenceError, "at \(worst.at)")
  }

  @Test("one lane gives the bits of the vector", arguments: KernelSet.all, RealFunction.all)
  func oneLane(set: KernelSet, function: RealFunction) {
    let x = function.arguments(1000) + [0, -0.0, .infinity, -.infinity, .nan]
    let oneLane = function.oneLane(set.kernels)
    for (x, y) in zip(x, set.map(function.kernel, x)) {
      #expect(isSame(oneLane(x), y), "at \(x)")
    }
  }

  @Test("lengths 0 to 40 touch nothing else", arguments: KernelSet.all, RealFunction.all)
  func tails(set: KernelSet, function: RealFunction) {
    let x = function.arguments(120).shuffled(seed: 3)
    let all = set.map(function.kernel, x)
    for length in 0...40 {
      var out = [Double](repeating: -7, count: 48)
      function.kernel(set.kernels)(&out, x, length)
      #expect(out[..<length].elementsEqual(all[..<length], by: isSame), "length \(length)")
      #expect(out[length...].allSatisfy { $0 == -7 }, "length \(length)")
      var inPlace = x
      inPlace.withUnsafeMutableBufferPointer {
        function.kernel(set.kernels)($0.baseAddress!, $0.baseAddress!, length)
      }
      #expect(inPlace[..<length].elementsEqual(all[..<length], by: isSame), "length \(length)")
    }
  }

  @Test("the sets agree within 2 ulp", arguments: RealFunction.all)
  func agreement(function: RealFunction) {
    let x = function.arguments(1000)
    let first = KernelSet.all[0].map(function.kernel, x)
    for set in KernelSet.all.dropFirst() {
      for (x, (a, b)) in zip(x, zip(first, set.map(function.kernel, x))) {
        #expect(isSame(a, b) || (a - b).magnitude <= 2 * a.ulp, "\(set.name) at \(x)")
      }
    }
  }

  /// Long values: DLMF 4.2, 4.23, 4.35; each rounded to double by the compiler.
  static let constants: [(String, UnaryKernel, Double, Double)] = [
    ("exp", { $0.exp }, 0, 1),
    ("exp", { $0.exp }, 1, 2.71828182845904523536028747135266249776),
    ("exp", { $0.exp }, 2, 7.38905609893065022723042746057500781318),
    ("exp", { $0.exp }, -1, 0.36787944117144232159552377016146086745),
    ("exp", { $0.exp }, 10, 22026.4657948067165169579006452842443663535),
    ("expm1", { $0.expm1 }, 1, 1.71828182845904523536028747135266249776),
    ("expm1", { $0.expm1 }, -1, -0.63212055882855767840447622983853913255),
    ("log", { $0.log }, 1, 0),
    ("log", { $0.log }, 2, 0.69314718055994530941723212145817656808),
    ("log", { $0.log }, 3, 1.09861228866810969139524523692252570465),
    ("log", { $0.log }, 5, 1.60943791243410037460075933322618763953),
    ("log", { $0.log }, 10, 2.30258509299404568401799145468436420760),
    ("log1p", { $0.log1p }, 1, 0.69314718055994530941723212145817656808),
    ("tanh", { $0.tanh }, 1, 0.76159415595576488811945828260479359041),
    ("tanh", { $0.tanh }, 0.5, 0.46211715726000975850231848364367254873),
    ("sigmoid", { $0.sigmoid }, 0, 0.5),
    ("sigmoid", { $0.sigmoid }, 1, 0.73105857863000487925115924182183627437),
    ("softplus", { $0.softplus }, 0, 0.69314718055994530941723212145817656808),
    ("softplus", { $0.softplus }, 1, 1.31326168751822283404899549496785564191),
    ("sin", { $0.sin }, 1, 0.84147098480789650665250232163029899962),
    ("sin", { $0.sin }, 3.141592653589793, 1.22464679914735317722606593227500105208e-16),
    ("sin", { $0.sin }, 1e22, -0.85220084976718880177270589375302936826),
    ("cos", { $0.cos }, 0, 1),
    ("cos", { $0.cos }, 1, 0.54030230586813971740093660744297660373),
  ]

  @Test("rounded correctly at familiar arguments", arguments: KernelSet.all)
  func familiar(set: KernelSet) {
    for (name, kernel, x, expected) in Self.constants {
      // Without a fused operation the quotient keeps some of its error.
      let slack = name == "sigmoid" && set.name == "baseline" ? expected.ulp : 0
      #expect((set.map(kernel, [x])[0] - expected).magnitude <= slack, "\(name)(\(x))")
    }
  }
}

extension [Double] {
  /// In another order, the same for the same seed.
  func shuffled(seed: UInt64) -> [Double] {
    var source = NumberSource(seed: seed)
    return shuffled(using: &source)
  }
}
