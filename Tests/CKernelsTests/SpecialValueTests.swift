import CKernels
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite("Special values") struct SpecialValueTests {
  static let inf = Double.infinity
  static let tiny = Double.leastNonzeroMagnitude
  static let largest = Double.greatestFiniteMagnitude

  static let table: [(String, UnaryKernel, [(Double, Double)])] = [
    (
      "exp", { $0.exp },
      [
        (0, 1), (-0.0, 1), (inf, inf), (-inf, 0), (tiny, 1),
        (709.782712893384, 0x1.fffffffffff2ap1023),
        (709.7827128933841, inf), (1e300, inf), (-745.1332191019411, tiny), (-745.1332191019412, 0),
        (-1e300, 0), (.nan, .nan),
      ]
    ),
    (
      "expm1", { $0.expm1 },
      [
        (0, 0), (-0.0, -0.0), (inf, inf), (-inf, -1), (tiny, tiny), (-tiny, -tiny), (1000, inf),
        (-1000, -1), (1e-20, 1e-20), (.nan, .nan),
      ]
    ),
    (
      "log", { $0.log },
      [
        (1, 0), (0, -inf), (-0.0, -inf), (-1, .nan), (-tiny, .nan), (-inf, .nan), (inf, inf),
        (tiny, -744.4400719213812), (largest, 709.782712893384), (.nan, .nan),
      ]
    ),
    (
      "log1p", { $0.log1p },
      [
        (0, 0), (-0.0, -0.0), (-1, -inf), (-1.5, .nan), (-inf, .nan), (inf, inf), (tiny, tiny),
        (-tiny, -tiny), (largest, 709.782712893384), (1e-20, 1e-20), (.nan, .nan),
      ]
    ),
    (
      "tanh", { $0.tanh },
      [
        (0, 0), (-0.0, -0.0), (inf, 1), (-inf, -1), (25, 1), (-1e300, -1), (tiny, tiny),
        (-tiny, -tiny), (.nan, .nan),
      ]
    ),
    (
      "sigmoid", { $0.sigmoid },
      [
        (inf, 1), (-inf, 0), (800, 1), (-800, 0), (-745, tiny), (-0.0, 0.5), (.nan, .nan),
      ]
    ),
    (
      "softplus", { $0.softplus },
      [
        (inf, inf), (-inf, 0), (800, 800), (-800, 0), (-745, tiny), (1e300, 1e300), (.nan, .nan),
      ]
    ),
    (
      "sin", { $0.sin },
      [
        (0, 0), (-0.0, -0.0), (tiny, tiny), (-tiny, -tiny), (inf, .nan), (-inf, .nan), (.nan, .nan),
      ]
    ),
    ("cos", { $0.cos }, [(0, 1), (-0.0, 1), (tiny, 1), (inf, .nan), (-inf, .nan), (.nan, .nan)]),
    ("sqrt", { $0.sqrt }, [(4, 2), (-0.0, -0.0), (-1, .nan), (inf, inf), (tiny, 0x1p-537)]),
    ("abs", { $0.abs }, [(-2, 2), (-0.0, 0), (-inf, inf), (.nan, .nan)]),
    ("negate", { $0.negate }, [(2, -2), (0, -0.0), (-0.0, 0)]),
    ("square", { $0.square }, [(-3, 9), (1e200, inf), (-0.0, 0)]),
    ("reciprocal", { $0.reciprocal }, [(4, 0.25), (0, inf), (-0.0, -inf), (-inf, -0.0)]),
    (
      "floor", { $0.floor },
      [
        (2.5, 2), (-2.5, -3), (-0.0, -0.0), (0.3, 0), (-0.3, -1), (1e300, 1e300), (-inf, -inf),
        (0x1.fffffffffffffp51, 0x1.ffffffffffffep51), (.nan, .nan),
      ]
    ),
    (
      "ceil", { $0.ceil },
      [
        (2.5, 3), (-2.5, -2), (-0.0, -0.0), (0.3, 1), (-0.3, -0.0), (-1e300, -1e300), (inf, inf),
        (0x1.fffffffffffffp51, 0x1p52), (.nan, .nan),
      ]
    ),
    (
      "round", { $0.round },
      [
        (2.5, 2), (3.5, 4), (-2.5, -2), (-0.0, -0.0), (-0.3, -0.0), (0.5, 0), (1.5, 2),
        (0x1.fffffffffffffp51, 0x1p52), (inf, inf), (.nan, .nan),
      ]
    ),
    ("sign", { $0.sign }, [(3, 1), (-3, -1), (0, 0), (-0.0, -0.0), (inf, 1), (.nan, .nan)]),
    ("relu", { $0.relu }, [(3, 3), (-3, 0), (0, 0), (-inf, 0), (.nan, .nan)]),
    ("heaviside", { $0.heaviside }, [(3, 1), (-3, 0), (0, 0.5), (-0.0, 0.5), (.nan, .nan)]),
    ("not", { $0.logical_not }, [(3, 0), (0, 1), (-0.0, 1), (.nan, 0)]),
    ("copy", { $0.copy }, [(3, 3), (-0.0, -0.0), (.nan, .nan)]),
  ]

  @Test("of one argument", arguments: KernelSet.all)
  func unary(set: KernelSet) {
    for (name, kernel, pairs) in Self.table {
      // Among ordinary lanes, so that those must not change either.
      for (x, expected) in pairs {
        let x = [0.5, x, 1.5] + [Double](repeating: 0.75, count: 8)
        let y = set.map(kernel, x)
        #expect(isSame(y[1], expected), "\(name)(\(x[1])) = \(y[1])")
        #expect(isSame(y[0], set.map(kernel, [0.5])[0]), "\(name)(0.5) beside \(x[1])")
      }
    }
  }

  static let twoFunctions: [(first: String, second: String, PairKernel, ScalarPairKernel)] = [
    ("sin", "cos", { $0.sincos }, { $0.sincos_one }),
    ("softplus", "sigmoid", { $0.softplus_sigmoid }, { $0.softplus_sigmoid_one }),
    ("tanh", "sech", { $0.tanh_sech }, { $0.tanh_sech_one }),
  ]

  @Test("two functions together are both apart", arguments: KernelSet.all, twoFunctions)
  func together(
    set: KernelSet, pair: (first: String, second: String, PairKernel, ScalarPairKernel)
  ) {
    let first = RealFunction.all.first { $0.name == pair.first }!
    let second = RealFunction.all.first { $0.name == pair.second }!
    let x = first.arguments(500) + [0, -0.0, .infinity, -.infinity, .nan, 1e22, 710, -730]
    for count in Array(0...40) + [x.count] {
      var f = Array(x[..<count])
      var g = [Double](repeating: -7, count: count + 1)
      f.withUnsafeMutableBufferPointer {
        guard let base = $0.baseAddress else { return }
        pair.2(set.kernels)(base, &g, base, count)
      }
      #expect(zip(f, set.map(first.kernel, Array(x[..<count]))).allSatisfy(isSame))
      #expect(zip(g, set.map(second.kernel, Array(x[..<count]))).allSatisfy(isSame))
      #expect(g[count] == -7)
    }
    for x in x {
      var other = 0.0
      #expect(isSame(pair.3(set.kernels)(x, &other), first.oneLane(set.kernels)(x)), "at \(x)")
      #expect(isSame(other, second.oneLane(set.kernels)(x)), "at \(x)")
    }
  }

  @Test("powers: the special cases of C99", arguments: KernelSet.all)
  func powers(set: KernelSet) {
    let bases = [
      0, -0.0, 1, -1, 2, -2, 0.5, -0.5, Self.inf, -Self.inf, .nan, Self.tiny, -Self.tiny,
      Self.largest,
    ]
    let exponents = bases + [3, -3, 4, 0.3, -0.3, 1e300, -1e300, 1023, -1074, 1024]
    for base in bases {
      for exponent in exponents {
        let expected = pow(base, exponent)
        let result = set.map({ $0.pow }, [base], [exponent])[0]
        let isClose = (result - expected).magnitude <= expected.ulp
        #expect(isSame(result, expected) || isClose, "\(base)^\(exponent)")
        #expect(isSame(set.kernels.pow_one(base, exponent), result), "\(base)^\(exponent)")
      }
    }
  }

  @Test("powers within 2 ulp", arguments: KernelSet.all)
  func powerAccuracy(set: KernelSet) {
    var source = NumberSource(seed: 5)
    let bases =
      source.numbers(500, in: 0...10) + source.numbers(500, in: 0.999...1.001)
      + source.scattered(500, from: -1000, to: 1000).map(\.magnitude)
    let exponents =
      source.numbers(500, in: -10...10) + source.numbers(500, in: -1e5...1e5)
      + source.numbers(500, in: -1...1)
    let results = set.map({ $0.pow }, bases, exponents)
    for i in bases.indices {
      let error = ulps(results[i], from: pow(Wide(bases[i]), Wide(exponents[i])))
      #expect(error <= 1 + referenceError, "\(bases[i])^\(exponents[i])")
      #expect(isSame(set.kernels.pow_one(bases[i], exponents[i]), results[i]))
    }
  }

  @Test("whole powers are exact", arguments: KernelSet.all)
  func wholePowers(set: KernelSet) {
    #expect(
      set.map({ $0.pow }, [3, 10, 2, 5, 7, 9], [2, 2, 10, 3, 1, 0.5]) == [9, 100, 1024, 125, 7, 3])
  }
}
