import Expr

/// Finds how far to go along a direction of descent.
///
/// Each search ends with the objective evaluated at the point it accepts, or back at the origin.
struct LineSearch {
  var rule: StepRule
  /// The slope at the end must have fallen to this part of the one at the start (Wolfe).
  var curvatureFraction = 0.9
  /// The longest trial of the search: there something was seen of E, if anywhere.
  private var longest = 0.0
  /// Steps in a row that did not lower E: there the gradient alone leads on, but not for ever.
  private var stalls = 0
  private static let stallLimit = 10
  /// τ of the last step that backtracking took.
  private var lastSize = 1.0
  /// The next trial of backtracking is twice the last step; methods with a natural length start from 1.
  private let grows: Bool

  private static let decreaseFraction = 1e-4
  static let trialLimit = 80
  /// Trials after which a search goes faster, for it is far from where it leads.
  private static let patience = 40

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
    longest = grows ? lastSize : first
    let found: Trial?
    switch rule {
    case .optimal: found = try Self.exact(objective, direction, start, longest)
    case .wolfe: found = try wolfe(objective, direction, start, trial)
    default:
      let isFresh = k == 1 || !grows
      found = try backtracking(
        objective, direction, start, k == 1 ? first : trial, isFresh: isFresh)
    }
    stalls = found.map { $0.value < start.value } ?? false ? 0 : stalls + 1
    guard let found, stalls <= Self.stallLimit else {
      let isRounding = try isRounding(objective, direction, start)
      objective.restore()
      return StepOutcome(stop: isRounding ? .precision : .lineSearch)
    }
    // Past the minimum on the line and nearly as high up again, at about 2/L: the next trial is half of
    // this step, or a step like it would be taken again and again.
    lastSize = found.slope > -0.8 * start.slope ? found.size / 4 : found.size
    return StepOutcome(size: found.size)
  }

  /// Whether what is left to gain along the direction, E'²/(2E'') by one more trial, is lost in the
  /// rounding of E, or the way there, E'/E'', in that of w. Where the slope is the same at both ends
  /// nothing is known of what is left.
  private func isRounding(
    _ objective: Objective, _ direction: FlatVector, _ start: Trial
  ) throws(Diagnostic) -> Bool {
    let size = longest
    let trial = try objective.trial(size, along: direction)
    guard !trial.isStraight(from: start) else { return false }
    let bend = (trial.slope - start.slope) / size
    let length = bend > 0 ? min(size, -start.slope / bend) : size
    return -start.slope * length <= 1e-13 * abs(start.value)
      || length * direction.norm <= 1e-12 * objective.origin.norm
  }

  // MARK: Backtracking

  /// - Parameter isFresh: `first` is no length that worked before: where E is a straight line up to
  ///   there, the search begins farther out. Elsewhere only where E does not show the step at all.
  private mutating func backtracking(
    _ objective: Objective, _ direction: FlatVector, _ start: Trial, _ first: Double,
    isFresh: Bool
  ) throws(Diagnostic) -> Trial? {
    var size = first
    var trial = try objective.trial(size, along: direction)
    var hidden: Trial?
    while true {
      let isHidden = trial.showsNothing(since: start)
      guard isHidden || (isFresh && trial.isStraight(from: start)),
        !Self.isTooLong(size, objective, direction)
      else { break }
      hidden = isHidden ? trial : nil
      size *= Trial.lengthening
      trial = try objective.trial(size, along: direction)
    }
    longest = size
    // Halving would lead back to where nothing is seen.
    if let hidden, !isProgress(trial, start) {
      return try zoom(objective, direction, start, low: hidden, high: trial)
    }
    for round in 0..<Self.trialLimit {
      if isProgress(trial, start) { return trial }
      size /= round < Self.patience ? 2 : 1000
      trial = try objective.trial(size, along: direction)
    }
    return nil
  }

  /// Armijo's condition, or, where E no longer tells points apart, that the slope says the same.
  ///
  /// - Source: the second is the approximate Wolfe condition of Hager & Zhang, SIAM Journal on
  ///   Optimization 16 (2005).
  private func fallsEnough(_ trial: Trial, _ start: Trial) -> Bool {
    let promised = Self.decreaseFraction * trial.size * start.slope
    if trial.value < start.value, trial.value <= start.value + promised { return true }
    return trial.value <= start.value + Trial.rounding(start)
      && trial.slope <= (2 * Self.decreaseFraction - 1) * start.slope
  }

  private func isProgress(_ trial: Trial, _ start: Trial) -> Bool {
    trial.isFinite && fallsEnough(trial, start) && moves(trial, start)
  }

  /// Whether a trial lies lower, or its slope is flatter where E does not tell.
  private func moves(_ trial: Trial, _ start: Trial) -> Bool {
    trial.value < start.value || abs(trial.slope) < abs(start.slope)
  }

  // MARK: Strong Wolfe conditions

  /// Brackets a point where E has fallen enough and the slope is small, then closes in on it.
  ///
  /// - Source: Nocedal & Wright, Numerical Optimization, algorithms 3.5 and 3.6.
  private mutating func wolfe(
    _ objective: Objective, _ direction: FlatVector, _ start: Trial, _ first: Double
  ) throws(Diagnostic) -> Trial? {
    var last = start
    var size = first
    for round in 0..<Self.trialLimit {
      let trial = try objective.trial(size, along: direction)
      longest = size
      guard trial.isFinite else {
        return try zoom(objective, direction, start, low: last, high: trial)
      }
      if isFlatEnough(trial, start), fallsEnough(trial, start) { return trial }
      // On a level that E does not tell from the start the slopes lead on.
      if !fallsEnough(trial, start)
        || (round > 0 && trial.value > last.value + Trial.rounding(start))
      {
        return try zoom(objective, direction, start, low: last, high: trial)
      }
      if trial.slope >= 0 {
        return try zoom(objective, direction, start, low: trial, high: last)
      }
      last = trial
      let isStraight = trial.isStraight(from: start) || trial.showsNothing(since: start)
      size *= isStraight ? (round < Self.patience ? Trial.lengthening : 1e4) : round < 3 ? 2 : 4
      guard !Self.isTooLong(size, objective, direction) else { return trial }
    }
    return last.size > 0 && moves(last, start) ? last : nil
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
    guard low.size > 0, moves(low, start) else { return nil }
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
}
