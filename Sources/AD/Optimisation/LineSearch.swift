import Expr

/// Finds how far to go along a direction of descent.
///
/// Each search ends with the objective evaluated at the point it accepts, or back at the origin.
struct LineSearch {
  var rule: StepRule
  /// The slope at the end must have fallen to this part of the one at the start (Wolfe).
  var curvatureFraction = 0.9
  /// Steps in a row that did not lower E: there the gradient alone leads on, but not for ever.
  private var stalls = 0
  private static let stallLimit = 10
  /// τ of the last step that backtracking took.
  private var lastSize = 1.0
  /// The next trial of backtracking is twice the last step; methods with a natural length start from 1.
  private let grows: Bool

  private static let decreaseFraction = 1e-4
  private static let trialLimit = 80

  /// - Parameter grows: whether backtracking starts from twice the last step instead of `first`.
  init(_ rule: StepRule, grows: Bool = false, curvatureFraction: Double = 0.9) {
    self.rule = rule
    self.grows = grows
    self.curvatureFraction = curvatureFraction
  }

  /// - Parameter first: the first length to try.
  mutating func run(
    _ objective: Objective, along direction: FlatVector, first: Double, _ k: Int
  ) throws(Diagnostic) -> StepOutcome {
    if let size = try rule.length(at: k) {
      _ = try objective.trial(size, along: direction)
      return StepOutcome(size: size)
    }
    let start = Trial(
      size: 0, value: objective.originValue, slope: objective.originGradient.dot(direction))
    guard start.slope < 0 else { return StepOutcome(stop: .lineSearch) }
    let trial = grows ? 2 * lastSize : first
    let found: Trial?
    switch rule {
    case .optimal: found = try Self.exact(objective, direction, start, grows ? lastSize : first)
    case .wolfe: found = try wolfe(objective, direction, start, trial)
    default: found = try backtracking(objective, direction, start, k == 1 ? first : trial)
    }
    guard let found else {
      let isRounding = try isRounding(objective, direction, start, grows ? lastSize : first)
      objective.restore()
      return StepOutcome(stop: isRounding ? .precision : .lineSearch)
    }
    stalls = found.value < start.value ? 0 : stalls + 1
    guard stalls <= Self.stallLimit else {
      objective.restore()
      return StepOutcome(stop: .precision)
    }
    lastSize = found.size
    return StepOutcome(size: found.size)
  }

  /// Whether what is left to gain along the direction, E'²/(2E'') by one more trial, is lost in the
  /// rounding of E, or the way there, E'/E'', in that of w.
  private func isRounding(
    _ objective: Objective, _ direction: FlatVector, _ start: Trial, _ size: Double
  ) throws(Diagnostic) -> Bool {
    let trial = try objective.trial(size, along: direction)
    let bend = (trial.slope - start.slope) / size
    let length = bend > 0 ? min(size, -start.slope / bend) : size
    return -start.slope * length <= 1e-13 * abs(start.value)
      || length * direction.norm <= 1e-12 * objective.origin.norm
  }

  // MARK: Backtracking

  private func backtracking(
    _ objective: Objective, _ direction: FlatVector, _ start: Trial, _ first: Double
  ) throws(Diagnostic) -> Trial? {
    var size = first
    for _ in 0..<Self.trialLimit {
      let trial = try objective.trial(size, along: direction)
      if trial.isFinite, fallsEnough(trial, start) { return trial }
      size /= 2
    }
    return nil
  }

  /// Armijo's condition, or, where E no longer tells points apart, that the slope says the same.
  ///
  /// - Source: the second is the approximate Wolfe condition of Hager & Zhang, SIAM Journal on
  ///   Optimization 16 (2005).
  private func fallsEnough(_ trial: Trial, _ start: Trial) -> Bool {
    let promised = Self.decreaseFraction * trial.size * start.slope
    if trial.value <= start.value + promised { return trial.value < start.value || promised == 0 }
    return trial.value <= start.value + 1e-14 * abs(start.value)
      && trial.slope <= (2 * Self.decreaseFraction - 1) * start.slope
      && abs(trial.slope) < abs(start.slope)
  }

  // MARK: Strong Wolfe conditions

  /// Brackets a point where E has fallen enough and the slope is small, then closes in on it.
  ///
  /// - Source: Nocedal & Wright, Numerical Optimization, algorithms 3.5 and 3.6.
  private func wolfe(
    _ objective: Objective, _ direction: FlatVector, _ start: Trial, _ first: Double
  ) throws(Diagnostic) -> Trial? {
    var last = start
    var size = first
    for round in 0..<Self.trialLimit {
      let trial = try objective.trial(size, along: direction)
      guard trial.isFinite else {
        return try zoom(objective, direction, start, low: last, high: trial)
      }
      if isFlatEnough(trial, start), fallsEnough(trial, start) { return trial }
      if !fallsEnough(trial, start) || (round > 0 && trial.value >= last.value) {
        return try zoom(objective, direction, start, low: last, high: trial)
      }
      if trial.slope >= 0 {
        return try zoom(objective, direction, start, low: trial, high: last)
      }
      last = trial
      size *= round < 3 ? 2 : 4
      guard size < 1e30 else { return trial }
    }
    return last.size > 0 ? last : nil
  }

  private func isFlatEnough(_ trial: Trial, _ start: Trial) -> Bool {
    abs(trial.slope) <= curvatureFraction * abs(start.slope)
  }

  /// `low` has the least value seen that fell enough; a point that fits lies between it and `high`.
  private func zoom(
    _ objective: Objective, _ direction: FlatVector, _ start: Trial, low: Trial, high: Trial
  ) throws(Diagnostic) -> Trial? {
    var (low, high) = (low, high)
    for _ in 0..<Self.trialLimit {
      let size = Self.between(low, high)
      guard size != low.size, size != high.size else { break }
      let trial = try objective.trial(size, along: direction)
      if !trial.isFinite || !fallsEnough(trial, start) || trial.value > low.value {
        high = trial
      } else {
        if isFlatEnough(trial, start) { return trial }
        if trial.slope * (high.size - low.size) >= 0 { high = low }
        low = trial
      }
      if abs(high.size - low.size) <= 1e-15 * low.size { break }
    }
    // No point meets both conditions within rounding: one that fell is good enough.
    guard low.size > 0 else { return nil }
    return try objective.trial(low.size, along: direction)
  }

  /// The minimum of the cubic through two values and slopes, kept a tenth away from both ends; the
  /// middle where there is no such cubic.
  private static func between(_ a: Trial, _ b: Trial) -> Double {
    let width = b.size - a.size
    let middle = a.size + width / 2
    guard a.isFinite, b.isFinite else { return middle }
    let d = a.slope + b.slope - 3 * (a.value - b.value) / (a.size - b.size)
    let squared = d * d - a.slope * b.slope
    guard squared >= 0 else { return middle }
    let root = width > 0 ? squared.squareRoot() : -squared.squareRoot()
    let size = b.size - width * (b.slope + root - d) / (b.slope - a.slope + 2 * root)
    guard size.isFinite else { return middle }
    let ends = [a.size + width / 10, b.size - width / 10].sorted()
    return min(max(size, ends[0]), ends[1])
  }

  // MARK: Exact

  /// The first zero of the slope, by secants kept inside a bracket (the Illinois rule): for a
  /// quadratic two evaluations.
  private static func exact(
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
          if size > 1e30 { return nil }
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
