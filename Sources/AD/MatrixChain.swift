import Expr

/// What a product of matrices A0 A1 … costs in multiplications, in the two orders of automatic
/// differentiation and in the best one.
///
/// - Source: Cormen, Leiserson, Rivest, Stein, Introduction to Algorithms, section 15.2.
public struct MatrixChain: Sendable {
  /// n_0 … n_R: the matrix A_r is n_r × n_{r+1}.
  public let sizes: [Int]
  /// From the left, as forward mode multiplies Jacobians: Σ n_0 n_r n_{r+1}.
  public let forward: Int
  /// From the right, as reverse mode does: Σ n_{r-1} n_r n_R.
  public let backward: Int
  public let optimal: Int
  /// Where the product of the matrices i … j is cut in the best order, at `i * count + j`.
  private let cuts: [Int]

  /// The most matrices for which the best order is looked for.
  public static let limit = 300

  public var count: Int { sizes.count - 1 }

  /// Cost: O(R³) for R matrices.
  ///
  /// - Parameter sizes: one more than there are matrices, at least two.
  /// - Throws: where a cost is more than an `Int` holds, or the matrices are too many.
  public init(sizes: [Int]) throws(Diagnostic) {
    let count = sizes.count - 1
    guard count <= Self.limit else {
      throw Diagnostic("a chain of more than \(Self.limit) matrices is too long")
    }
    self.sizes = sizes
    var forward = 0, backward = 0
    for r in 1..<max(1, count) {
      forward = try Self.sum(forward, sizes[0], sizes[r], sizes[r + 1])
      backward = try Self.sum(backward, sizes[r - 1], sizes[r], sizes[count])
    }
    self.forward = forward
    self.backward = backward
    var costs = Array(repeating: 0, count: count * count)
    var cuts = costs
    for length in 1..<max(1, count) {
      for first in 0..<count - length {
        let last = first + length
        var best = Int.max
        for cut in first..<last {
          let parts = costs[first * count + cut].addingReportingOverflow(
            costs[(cut + 1) * count + last])
          guard !parts.overflow else { throw Self.tooLarge }
          let cost = try Self.sum(
            parts.partialValue, sizes[first], sizes[cut + 1], sizes[last + 1])
          if cost < best { (best, cuts[first * count + last]) = (cost, cut) }
        }
        costs[first * count + last] = best
      }
    }
    optimal = count == 0 ? 0 : costs[count - 1]
    self.cuts = cuts
  }

  private static let tooLarge = Diagnostic("this costs more multiplications than can be counted")

  /// total + a b c.
  private static func sum(_ total: Int, _ a: Int, _ b: Int, _ c: Int) throws(Diagnostic) -> Int {
    let (ab, first) = a.multipliedReportingOverflow(by: b)
    let (abc, second) = ab.multipliedReportingOverflow(by: c)
    let (sum, third) = total.addingReportingOverflow(abc)
    guard !first, !second, !third else { throw tooLarge }
    return sum
  }

  // MARK: Orders in words

  /// `((A0 A1) A2)`: what the best order multiplies first.
  public func bestOrder(_ names: [String]) -> String { order(0, count - 1, names) }

  public func forwardOrder(_ names: [String]) -> String {
    names.dropFirst().reduce(names[0]) { "(\($0) \($1))" }
  }

  public func backwardOrder(_ names: [String]) -> String {
    names.dropLast().reversed().reduce(names[names.count - 1]) { "(\($1) \($0))" }
  }

  /// Nested at most as deep as the limit of matrices.
  private func order(_ first: Int, _ last: Int, _ names: [String]) -> String {
    if first == last { return names[first] }
    let cut = cuts[first * count + last]
    return "(\(order(first, cut, names)) \(order(cut + 1, last, names)))"
  }
}
