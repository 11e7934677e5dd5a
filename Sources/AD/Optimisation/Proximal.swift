/// A penalty R(w) that is added to E and known by its proximal operator,
/// prox_τR(v) = argmin ½‖w - v‖² + τR(w).
///
/// - Source: Parikh & Boyd, Proximal Algorithms, Foundations and Trends in Optimization 1 (2014).
public enum Proximal: Sendable, Equatable {
  /// μ‖w‖₁: soft thresholds, exact zeros.
  case l1(Double)
  /// μ/2 ‖w‖₂²: shrinks.
  case l2(Double)
  /// a ≤ w ≤ b, entry by entry.
  case box(Double, Double)
  /// w ≥ 0.
  case nonnegative

  /// R(w); 0 inside constraints, where the steps always end.
  public func value(at w: FlatVector) -> Double {
    var sum = 0.0
    switch self {
    case .l1(let weight):
      for i in 0..<w.count { sum += abs(w[i]) }
      return weight * sum
    case .l2(let weight): return weight / 2 * w.dot(w)
    case .box, .nonnegative: return 0
    }
  }

  /// result ← prox_τR(from - τ·slope).
  func move(_ result: FlatVector, from: FlatVector, _ size: Double, against slope: FlatVector) {
    let w = result.entries, v = from.entries, g = slope.entries
    for i in 0..<result.count { w[i] = entry(v[i] - size * g[i], size) }
  }

  private func entry(_ v: Double, _ size: Double) -> Double {
    switch self {
    case .l1(let weight):
      let threshold = size * weight
      return v > threshold ? v - threshold : v < -threshold ? v + threshold : v.isNaN ? v : 0
    case .l2(let weight): return v / (1 + size * weight)
    case .box(let low, let high): return v < low ? low : v > high ? high : v
    case .nonnegative: return v < 0 ? 0 : v
    }
  }
}
