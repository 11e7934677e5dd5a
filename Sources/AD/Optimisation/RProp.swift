import Expr

/// Rprop: only the sign of each slope counts; each entry has a step of its own, longer while the sign
/// stays and shorter when it turns.
///
/// - Source: Riedmiller & Braun, IEEE International Conference on Neural Networks 1993, in the form of
///   PyTorch and R torch: a slope that has turned is taken for 0 once.
public struct RProp: Optimiser {
  public static let about = OptimiserDescription(
    "rprop", "the signs of the gradient, with a step for each entry",
    formula: "δ ← up·δ where the sign stays, down·δ where it turns;  w ← w - δ sign(g)",
    source: "Riedmiller & Braun 1993",
    constants: [
      .init("up", 1.2, in: 1..<Double.infinity), .init("down", 0.5, in: 0..<1),
      .init("min", 1e-6, in: 0..<Double.infinity), .init("max", 50, in: 0..<Double.infinity),
    ], steps: [.number], defaultStep: 0.01)

  private let up: Double, down: Double, least: Double, greatest: Double
  private let sizes: FlatVector
  private let previous: FlatVector

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    up = settings.constant("up", of: Self.self)
    down = settings.constant("down", of: Self.self)
    least = settings.constant("min", of: Self.self)
    greatest = settings.constant("max", of: Self.self)
    guard least <= greatest else {
      let format = NumberFormat()
      throw Diagnostic(
        "rprop needs min ≤ max, not \(format.string(least)) and \(format.string(greatest))")
    }
    let first = try settings.rule(of: Self.self).length(at: 1) ?? 0.01
    sizes = FlatVector(dimension, repeating: first)
    previous = FlatVector(dimension)
  }

  /// Where all slopes turn at once nothing moves, far from any minimum.
  public var restsBetweenSteps: Bool { true }

  /// τ is the longest δ of the entries that have a slope.
  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    let w = objective.point.entries, g = objective.gradient.entries
    let sizes = self.sizes.entries, previous = self.previous.entries
    var longest = 0.0
    for i in 0..<self.sizes.count {
      var slope = g[i]
      // The signs, as the product of two small slopes may vanish.
      let agreement = sign(slope) * sign(previous[i])
      if agreement > 0 {
        sizes[i] = min(sizes[i] * up, greatest)
      } else if agreement < 0 {
        sizes[i] = max(sizes[i] * down, least)
        slope = 0
      }
      w[i] -= sizes[i] * sign(slope)
      if g[i] != 0 { longest = max(longest, sizes[i]) }
      previous[i] = slope
    }
    return StepOutcome(size: longest)
  }

  private func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }
}
