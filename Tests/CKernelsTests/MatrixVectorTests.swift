import CKernels
import Testing

@Suite("Matrix times vector, and rank-one updates") struct MatrixVectorTests {
  @Test("small sizes in every layout", arguments: KernelSet.all, Layout.allCases)
  func products(set: KernelSet, layout: Layout) {
    var source = NumberSource(seed: 51)
    let entries = source.numbers(2 * 40 * 90, in: -1...1)
    let (x, before) = (source.numbers(80, in: -1...1), source.numbers(40, in: -1...1))
    for m in [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33] {
      for n in [0, 1, 2, 5, 8, 9, 20, 31, 32, 33, 70] {
        let a = layout.strides(m, n)
        for accumulates in [false, true] {
          var y = before
          set.kernels.gemv(m, n, entries, a.row, a.column, x, &y, accumulates ? 1 : 0)
          for i in 0..<m {
            let terms = (0..<n).map { entries[i * a.row + $0 * a.column] * x[$0] }
            let expected = ReductionTests.compensatedSum(terms + [accumulates ? before[i] : 0])
            #expect((y[i] - expected).magnitude < 1e-14, "\(m)×\(n), row \(i)")
          }
          #expect(y[m...] == before[m...])
        }
      }
    }
  }

  @Test("contiguous rows give the bits of dot", arguments: KernelSet.all)
  func rowsAreDots(set: KernelSet) {
    var source = NumberSource(seed: 52)
    for (m, n) in [(1, 100), (4, 33), (7, 20), (9, 257)] {
      let (a, x) = (source.numbers(m * n, in: -1...1), source.numbers(n, in: -1...1))
      var y = [Double](repeating: 0, count: m)
      set.kernels.gemv(m, n, a, n, 1, x, &y, 0)
      for i in 0..<m {
        #expect(y[i] == set.kernels.dot(Array(a[(i * n)..<((i + 1) * n)]), x, n), "\(m)×\(n)")
      }
    }
  }

  @Test("strong products leave out what has no weight", arguments: KernelSet.all)
  func strongProducts(set: KernelSet) {
    var source = NumberSource(seed: 57)
    for (m, n) in [(1, 1), (3, 7), (20, 100), (28, 9), (33, 40), (5, 1)] {
      var (a, x) = (source.numbers(m * n, in: -1...1), source.numbers(n, in: -1...1))
      let before = source.numbers(m, in: -1...1)
      for hasHole in [false, true] {
        // A column that counts for nothing, whatever is in it.
        let hole = n / 2
        if hasHole {
          x[hole] = 0
          a[hole * m] = .infinity
          a[hole * m + m - 1] = .nan
        }
        var room = [Double](repeating: 0, count: m), y = before, alone = room, plain = room
        set.kernels.strong_gemv(m, n, a, m, x, &y, &room)
        set.kernels.strong_gemv(m, n, a, m, x, &alone, nil)
        set.kernels.gemv(m, n, a, 1, m, x, &plain, 0)
        for i in 0..<m {
          let columns = (0..<n).filter { x[$0] != 0 }
          let terms = columns.map { a[$0 * m + i] * x[$0] }
          let sum = ReductionTests.compensatedSum(terms)
          #expect((alone[i] - sum).magnitude < 1e-14, "\(m)×\(n), row \(i)")
          #expect((y[i] - sum - before[i]).magnitude < 1e-14, "\(m)×\(n), row \(i)")
          if !hasHole { #expect(alone[i].bitPattern == plain[i].bitPattern) }
        }
      }
    }
  }

  @Test("a weight of 0 alone does not hide what is not a number", arguments: KernelSet.all)
  func strongProductsOfNaN(set: KernelSet) {
    let a: [Double] = [1, .nan, 2, 3], x: [Double] = [1, 0]
    var y: [Double] = [0, 0]
    set.kernels.strong_gemv(2, 2, a, 2, x, &y, nil)
    #expect(y[0] == 1 && y[1].isNaN)
  }

  @Test("so do short rows of every length, -0 included", arguments: KernelSet.all)
  func shortRowsAreDots(set: KernelSet) {
    var source = NumberSource(seed: 56)
    for n in 1...32 {
      let m = 13
      // Products that underflow leave a zero with the sign of the product.
      for scale in [1, 1e-170] {
        let a = source.numbers(m * n, in: -1...1).map { $0 < 0 || scale == 1 ? $0 : 0 }
        let x = source.numbers(n, in: 0...1).map { $0 * scale * scale }
        var y = [Double](repeating: 0, count: m), more = Array(repeating: -0.0, count: m)
        set.kernels.gemv(m, n, a, n, 1, x, &y, 0)
        set.kernels.gemv(m, n, a, n, 1, x, &more, 1)
        for i in 0..<m {
          let dot = set.kernels.dot(Array(a[(i * n)..<((i + 1) * n)]), x, n)
          #expect(y[i].bitPattern == dot.bitPattern, "row \(i) of \(n) entries")
          #expect(more[i].bitPattern == (-0.0 + dot).bitPattern, "row \(i) of \(n) entries")
        }
      }
    }
  }

  @Test("contiguous columns are chains, also past one stretch of rows", arguments: KernelSet.all)
  func columnsAreChains(set: KernelSet) {
    let (m, n) = (530, 11)
    var source = NumberSource(seed: 53)
    let (a, x) = (source.numbers(m * n, in: -1...1), source.numbers(n, in: -1...1))
    var y = [Double](repeating: 0, count: m)
    set.kernels.gemv(m, n, a, 1, m, x, &y, 0)
    for i in 0..<m {
      #expect(y[i] == (0..<n).reduce(0) { set.kernels.mul_add_one(a[i + $1 * m], x[$1], $0) })
    }
  }

  @Test("short contiguous columns are four chains", arguments: KernelSet.all)
  func shortColumnsAreFourChains(set: KernelSet) {
    var source = NumberSource(seed: 55)
    let (a, x) = (source.numbers(32 * 23, in: -1...1), source.numbers(23, in: -1...1))
    let before = source.numbers(32, in: -1...1)
    for (m, n) in (2...32).map({ ($0, 23 - $0 % 4) }) + [(7, 4), (31, 3)] {
      var y = before
      set.kernels.gemv(m, n, a, 1, m, x, &y, 1)
      for i in 0..<m {
        var chains = [before[i], 0, 0, 0]
        for j in 0..<n {
          chains[j % 4] = set.kernels.mul_add_one(a[i + j * m], x[j], chains[j % 4])
        }
        #expect(y[i] == (chains[0] + chains[1]) + (chains[2] + chains[3]), "\(m)×\(n), row \(i)")
      }
      #expect(y[m...] == before[m...])
    }
  }

  @Test("rank-one updates", arguments: KernelSet.all)
  func outerProducts(set: KernelSet) {
    var source = NumberSource(seed: 54)
    for (m, n) in [(0, 3), (3, 0), (1, 1), (2, 9), (5, 33)] {
      let (x, y) = (source.numbers(m, in: -1...1), source.numbers(n, in: -1...1))
      let before = source.numbers(max(m * (n + 2), 1), in: -1...1)
      var a = before
      set.kernels.ger(m, n, &a, n + 2, x, y)
      for at in 0..<(m * (n + 2)) {
        let (i, j) = (at / (n + 2), at % (n + 2))
        #expect(a[at] == (j < n ? set.kernels.mul_add_one(x[i], y[j], before[at]) : before[at]))
      }
    }
  }
}
