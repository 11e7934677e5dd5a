import Expr

extension LineSearch {
  /// The first zero of the slope, by secants kept inside a bracket (the Illinois rule): for a
  /// quadratic two evaluations.
  static func exact(
    _ objective: Objective, _ direction: FlatVector, _ start: Trial, _ first: Double
  ) throws(Diagnostic) -> Trial? {
    var low = start
    var high: Trial?
    var (lowSlope, highSlope) = (start.slope, 0.0)
    var movedLow: Bool?
    var size = first
    for _ in 0..<trialLimit {
      let trial = try objective.trial(size, along: direction)
      if trial.isFinite, abs(trial.slope) <= 1e-14 * abs(start.slope) { return trial }
      if trial.isFinite, trial.slope < 0 {
        let before = low
        if movedLow == true { highSlope /= 2 }
        (low, lowSlope, movedLow) = (trial, trial.slope, true)
        if high == nil {
          // Still falling: as far as the secant says, at most a thousand times as far.
          let bend = (trial.slope - before.slope) / (trial.size - before.size)
          size = bend > 0 ? trial.size - trial.slope / bend : 4 * trial.size
          size = min(max(size, 1.01 * trial.size), 1000 * trial.size)
          if isTooLong(size, objective, direction) { return trial }
          continue
        }
      } else {
        if movedLow == false { lowSlope /= 2 }
        (high, highSlope, movedLow) = (trial, trial.slope, false)
      }
      guard let high else { continue }
      size = secant(low.size, lowSlope, high.size, highSlope)
      if high.size - low.size <= 1e-15 * high.size || size == low.size || size == high.size {
        break
      }
    }
    guard low.size > 0 else { return nil }
    return try objective.trial(low.size, along: direction)
  }

  private static func secant(_ a: Double, _ left: Double, _ b: Double, _ right: Double) -> Double {
    let size = a - left * (b - a) / (right - left)
    return size > a && size < b ? size : a + (b - a) / 2
  }
}
