/// A point on the line of a step: τ, E and the slope dE/dτ.
struct Trial {
  var size: Double
  var value: Double
  var slope: Double

  var isFinite: Bool { value.isFinite && slope.isFinite }

  /// By how much a step grows that showed nothing.
  static let lengthening = 10.0

  /// What differences of E may be made of.
  static func rounding(_ start: Trial) -> Double { 1e-14 * abs(start.value) }

  /// Whether E is a straight line from the start to here: the slope is the same to a thousandth, so
  /// that a minimum is about a thousand times as far, and E falls as it says, up to rounding. A step
  /// this short says nothing of where the minimum is.
  func isStraight(from start: Trial) -> Bool {
    isFinite && abs(slope - start.slope) <= 1e-3 * abs(start.slope)
      && value <= start.value + 0.5 * size * start.slope + Self.rounding(start)
  }

  /// Whether E has not come down as far as it can tell, though its slope is as steep as at the start.
  func showsNothing(since start: Trial) -> Bool {
    isFinite && value >= start.value && value <= start.value + Self.rounding(start)
      && slope <= (1 - 1e-3) * start.slope
  }
}

extension LineSearch {
  /// Whether a step along a direction is 10³⁰ times as long as the point is far from 0, or as 1 is. A
  /// function that still falls there has no minimum that doubles could hold.
  static func isTooLong(
    _ size: Double, _ objective: Objective, _ direction: FlatVector
  ) -> Bool {
    size * direction.norm > 1e30 * max(1, objective.origin.norm)
  }
}
