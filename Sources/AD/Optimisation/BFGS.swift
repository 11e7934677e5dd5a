import Expr

/// The quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno: an inverse Hessian B built from
/// the changes of the gradient.
///
/// - Source: Nocedal & Wright, algorithm 6.1 with the first scaling (6.20).
public struct BFGS: Optimiser {
  public static let about = OptimiserDescription(
    "bfgs", "quasi-Newton method",
    formula: "p = -Bg,  w ← w + τp,  B ← (I - ρsyᵀ)B(I - ρysᵀ) + ρssᵀ,  ρ = 1/yᵀs",
    source: "Broyden, Fletcher, Goldfarb, Shanno 1970", steps: [.wolfe, .optimal])

  private var search: LineSearch
  private let inverse: FlatVector
  private let direction: FlatVector
  private let change: FlatVector
  private let product: FlatVector
  private var isFresh = true

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    try requireRoom(dimension, for: "bfgs", instead: "lbfgs")
    search = LineSearch(settings.rule(of: Self.self))
    inverse = FlatVector(dimension * dimension)
    direction = FlatVector(dimension)
    change = FlatVector(dimension)
    product = FlatVector(dimension)
  }

  public var evaluates: Bool { true }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    let gradient = objective.originGradient
    if !isFresh { aim(gradient) }
    if isFresh || gradient.dot(direction) >= 0 { restart(gradient) }
    let first = isFresh ? min(1, 1 / objective.originNorm) : 1
    var outcome = try search.run(objective, along: direction, first: first, k)
    if outcome.stop == .lineSearch, !isFresh {
      restart(gradient)
      outcome = try search.run(
        objective, along: direction, first: min(1, 1 / objective.originNorm), k)
    }
    if outcome.stop == nil, objective.isFinite { update(objective) }
    return outcome
  }

  private mutating func restart(_ gradient: FlatVector) {
    isFresh = true
    direction.copy(gradient)
    direction.scale(-1)
  }

  /// p = -Bg.
  private func aim(_ gradient: FlatVector) {
    let n = gradient.count, b = inverse.entries, g = gradient.entries
    for i in 0..<n {
      var sum = 0.0
      for j in 0..<n { sum += b[i * n + j] * g[j] }
      direction[i] = -sum
    }
  }

  private mutating func update(_ objective: Objective) {
    let n = direction.count, b = inverse.entries
    // s in `direction`, y in `change`.
    direction.set(objective.point, plus: -1, objective.origin)
    change.set(objective.gradient, plus: -1, objective.originGradient)
    let curvature = direction.dot(change)
    // Rounding must not spoil B: a pair without curvature is left out.
    guard curvature > 1e-14 * direction.norm * change.norm, curvature.isNormal else { return }
    if isFresh {
      inverse.fill(0)
      let scale = curvature / change.dot(change)
      for i in 0..<n { b[i * n + i] = scale }
      isFresh = false
    }
    let s = direction.entries, y = change.entries, by = product.entries
    for i in 0..<n {
      var sum = 0.0
      for j in 0..<n { sum += b[i * n + j] * y[j] }
      by[i] = sum
    }
    let factor = (1 + change.dot(product) / curvature) / curvature
    for i in 0..<n {
      for j in 0..<n {
        b[i * n + j] += factor * s[i] * s[j] - (by[i] * s[j] + s[i] * by[j]) / curvature
      }
    }
  }
}
