import Synchronization

extension Kernels {
  /// Computes the entries of a product again that are nan, leaving out the terms whose weight is 0:
  /// 0·inf and 0·nan show nowhere else.
  ///
  /// - Parameters:
  ///   - rsa: how far the rows of the first factor lie apart, `csa` its columns, and so on.
  ///   - weight: 0 or 1, the factor that is the weight.
  static func repairProduct(
    rows: Int, inner: Int, columns: Int, _ a: Block, _ rsa: Int, _ csa: Int, _ b: Block, _ rsb: Int,
    _ csb: Int, weight: Int, _ target: Block
  ) {
    guard sum(target, rows * columns).isNaN else { return }
    for row in 0..<rows {
      if interruptionRequested.load(ordering: .relaxed) { return }
      for column in 0..<columns where target[row * columns + column].isNaN {
        var sum = 0.0
        for k in 0..<inner {
          let x = a[row * rsa + k * csa], y = b[k * rsb + column * csb]
          if (weight == 0 ? x : y) != 0 { sum += x * y }
        }
        target[row * columns + column] = sum
      }
    }
  }
}
