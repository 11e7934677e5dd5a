import CKernels
import Testing

/// How a matrix lies in memory.
enum Layout: CaseIterable, Sendable {
  case rows, columns, apart

  /// Row and column stride, with gaps.
  func strides(_ rows: Int, _ columns: Int) -> (row: Int, column: Int) {
    switch self {
    case .rows: (columns + 3, 1)
    case .columns: (1, rows + 2)
    case .apart: (2 * columns + 5, 2)
    }
  }
}

@Suite("Matrix products") struct MatrixProductTests {
  /// The bits that every entry must have: one chain over ascending k.
  static func chain(
    _ set: KernelSet, _ a: [Double], _ b: [Double], count: Int, from: Int, step: Int,
    other: Int, otherStep: Int, start: Double
  ) -> Double {
    let fused = set.kernels.mul_add_one
    return (0..<count).reduce(start) { fused(a[from + $1 * step], b[other + $1 * otherStep], $0) }
  }

  static func expectProduct(
    _ set: KernelSet, _ m: Int, _ n: Int, _ k: Int, _ layouts: (Layout, Layout, Layout),
    accumulates: Bool
  ) {
    var source = NumberSource(seed: UInt64(m * 10_000 + n * 100 + k))
    let (a, b, c) =
      (layouts.0.strides(m, k), layouts.1.strides(k, n), layouts.2.strides(m, n))
    let left = source.numbers(2 * (m + 5) * (k + 5), in: -1...1)
    let right = source.numbers(2 * (k + 5) * (n + 5), in: -1...1)
    let before = source.numbers(2 * (m + 5) * (n + 5), in: -1...1)
    var expected = before
    for i in 0..<m {
      for j in 0..<n {
        let at = i * c.row + j * c.column
        expected[at] = chain(
          set, left, right, count: k, from: i * a.row, step: a.column, other: j * b.column,
          otherStep: b.row, start: accumulates ? before[at] : 0)
      }
    }
    var result = before
    var workspace = [Double](repeating: .nan, count: set.kernels.gemm_workspace(m, n, k))
    set.kernels.gemm(
      m, n, k, left, a.row, a.column, right, b.row, b.column, &result, c.row, c.column,
      accumulates ? 1 : 0, &workspace)
    #expect(
      result.elementsEqual(expected, by: isSame),
      "\(m)×\(k) by \(k)×\(n), \(layouts), \(accumulates)")
  }

  @Test("small sizes in every layout, each entry one chain", arguments: KernelSet.all)
  func small(set: KernelSet) {
    for (m, n, k) in [
      (0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 1, 1), (2, 3, 4), (3, 1, 5), (1, 7, 3), (5, 4, 1),
      (8, 8, 8),
      (9, 13, 6), (7, 25, 3), (17, 5, 9), (4, 24, 2), (11, 12, 10),
    ] {
      for a in Layout.allCases {
        for b in Layout.allCases {
          for c in Layout.allCases {
            Self.expectProduct(set, m, n, k, (a, b, c), accumulates: false)
            Self.expectProduct(set, m, n, k, (a, b, c), accumulates: true)
          }
        }
      }
    }
  }

  @Test("past one block in each direction", arguments: KernelSet.all)
  func large(set: KernelSet) {
    Self.expectProduct(set, 33, 30, 260, (.rows, .rows, .rows), accumulates: false)
    Self.expectProduct(set, 101, 27, 20, (.columns, .columns, .rows), accumulates: true)
    Self.expectProduct(set, 18, 1015, 4, (.rows, .columns, .rows), accumulates: false)
  }

  @Test("rows apart have the bits of rows together", arguments: KernelSet.all)
  func rowsApart(set: KernelSet) {
    let (m, n, k) = (40, 50, 70)
    var source = NumberSource(seed: 41)
    let (a, b) = (source.numbers(m * k, in: -1...1), source.numbers(k * n, in: -1...1))
    var workspace = [Double](repeating: 0, count: set.kernels.gemm_workspace(m, n, k))
    var together = [Double](repeating: 0, count: m * n)
    set.kernels.gemm(m, n, k, a, k, 1, b, n, 1, &together, n, 1, 0, &workspace)
    for parts in [2, 3, 40] {
      var apart = [Double](repeating: 0, count: m * n)
      for part in 0..<parts {
        let (first, last) = (part * m / parts, (part + 1) * m / parts)
        a.withUnsafeBufferPointer { a in
          apart.withUnsafeMutableBufferPointer { c in
            set.kernels.gemm(
              last - first, n, k, a.baseAddress! + first * k, k, 1, b, n, 1,
              c.baseAddress! + first * n, n, 1, 0, &workspace)
          }
        }
      }
      #expect(apart == together, "\(parts) parts")
    }
  }
}
