import Expr
import RealModule

/// Maps the values of an axis to 0…1, and knows round numbers to write beside it.
struct PlotScale: Sendable {
  let lower: Double
  let upper: Double
  let isLogarithmic: Bool

  /// - Parameter values: finite, and above 0 for a logarithmic axis; may be empty.
  init(of values: [Double], _ axis: Plot.Axis) {
    isLogarithmic = axis.isLogarithmic
    var (low, high) = (values.min() ?? 0, values.max() ?? 1)
    if values.isEmpty, isLogarithmic { (low, high) = (0.1, 1) }
    if axis.ignoresPeaks, values.count >= 20, !isLogarithmic {
      let sorted = values.sorted()
      let (few, most) = (sorted[values.count / 20], sorted[values.count - 1 - values.count / 20])
      let width = most - few
      if width > 0, high - low > 6 * width {
        low = max(low, few - width / 2)
        high = min(high, most + width / 2)
      }
    }
    if isLogarithmic {
      // What is smaller is rounding.
      low = max(low, high * 1e-17)
      if low == high { (low, high) = (low / 10, high * 10) }
    } else if low == high {
      let room = low == 0 ? 1 : abs(low) / 2
      (low, high) = (low - room, high + room)
    }
    lower = low
    upper = high
  }

  /// Where a value lies, 0 at the lower end and 1 at the upper; nan outside the domain.
  func position(of value: Double) -> Double {
    if isLogarithmic {
      guard value > 0 else { return .nan }
      return (Double.log(value) - Double.log(lower)) / (Double.log(upper) - Double.log(lower))
    }
    // Halves, as the width of the range itself may overflow.
    return (value / 2 - lower / 2) / (upper / 2 - lower / 2)
  }

  /// Round numbers in the range, at most about `count`: multiples of 1, 2 or 5 times a power of ten,
  /// for a logarithmic axis powers of ten.
  func ticks(_ count: Int) -> [Double] {
    let count = max(2, count)
    guard isLogarithmic, upper / lower >= 10 else { return linearTicks(count) }
    let first = (Double.log10(lower) - 1e-9).rounded(.up)
    let last = (Double.log10(upper) + 1e-9).rounded(.down)
    let stride = max(1, ((last - first) / Double(count - 1)).rounded(.up))
    var ticks: [Double] = []
    var exponent = (first / stride).rounded(.up) * stride
    while exponent <= last {
      ticks.append(Double.exp10(exponent))
      exponent += stride
    }
    return ticks
  }

  /// What to write beside ticks: as many digits as it takes to tell them apart.
  static func labels(of ticks: [Double]) -> [String] {
    let distinct = Set(ticks).count
    var labels: [String] = []
    for digits in 4...17 {
      labels = ticks.map { NumberFormat(digits: digits).string($0) }
      if Set(labels).count == distinct { break }
    }
    return labels
  }

  private func linearTicks(_ count: Int) -> [Double] {
    let rough = (upper / Double(count) - lower / Double(count))
    guard rough > 0, rough.isFinite else { return [lower, upper] }
    let power = Double.exp10(Double.log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    let first = (lower / step - 1e-9).rounded(.up), last = (upper / step + 1e-9).rounded(.down)
    guard first <= last, last - first < 1000 else { return [lower, upper] }
    var ticks: [Double] = []
    var multiple = first
    while multiple <= last {
      ticks.append(multiple == 0 ? 0 : multiple * step)
      multiple += 1
    }
    return ticks
  }
}
