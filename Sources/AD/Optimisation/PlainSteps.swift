import Expr

/// A stretch of gradient descent with a fixed step, in which nothing is to be decided: each step lowers
/// E, is longer than η, and leads to where the gradient has a norm. What a loop over all methods looks
/// at between steps takes as long as half the gradient of a small function, of one whose evaluation is
/// one call; of others it does not matter.
struct PlainSteps {
  /// τ.
  let size: Double
  /// η.
  let tolerance: Double

  /// Beyond, what the loop looks at takes no time against the step itself.
  static let mostParameters = 1024
  /// How many are made at a time; where one has failed, as many go by before the next attempt.
  static let length = 64

  /// - Returns: nil where there are too many parameters.
  init?(_ size: Double, longerThan tolerance: Double, dimension: Int) {
    guard 1...Self.mostParameters ~= dimension else { return nil }
    self.size = size
    self.tolerance = tolerance
  }
}

extension Objective {
  /// Makes plain steps from where it is, and is left at the last of them. One that would be none is
  /// taken back.
  ///
  /// - Parameters:
  ///   - limit: the most steps.
  ///   - iteration: that of the point it starts from, the best so far.
  ///   - records: takes a record of each step.
  ///   - points: takes the points they lead to.
  /// - Returns: how many were made.
  func make(
    _ steps: PlainSteps, atMost limit: Int, from iteration: Int,
    _ records: UnsafeMutablePointer<IterationRecord>, _ points: UnsafeMutablePointer<Double>
  ) -> Int {
    // Looked for here only: a stretch of calls is short.
    if interruptionRequested.load(ordering: .relaxed) { return 0 }
    guard let route = wholeRoute, let routine = route.routine,
      let slopes = route.gradients[0].baseAddress
    else { return 0 }
    let w = point.entries, g = gradient.entries, start = origin.entries, count = point.count
    let size = steps.size, move = Kernels.move, copySquared = Kernels.copySquared
    var least = value, norm = gradientNorm
    var made = 0
    while made < limit {
      let moved = move(w, -size, g, start, points + made * count, count)
      let length = moved.squareRoot()
      guard moved.isNormal, length > steps.tolerance else {
        w.copyShort(start, count)
        break
      }
      routine.run()
      let value = route.value
      guard value < least, value.isFinite else {
        w.copyShort(start, count)
        break
      }
      let squared = copySquared(g, slopes, count)
      guard squared.isNormal else {
        w.copyShort(start, count)
        routine.run()
        _ = copySquared(g, slopes, count)
        break
      }
      least = value
      norm = squared.squareRoot()
      (records + made).initialize(
        to: IterationRecord(
          iteration: iteration + made + 1, value: value, gradientNorm: norm, stepNorm: length,
          stepSize: size))
      made += 1
    }
    cameTo(value: least, gradientNorm: norm, evaluations: made)
    return made
  }
}

extension DescentLoop {
  func plainSteps(_ size: Double) -> PlainSteps? {
    PlainSteps(size, longerThan: plan.tolerance, dimension: objective.dimension)
  }

  /// Makes plain steps from the best point so far.
  ///
  /// - Returns: whether they came to their end, and not to something that is to be decided.
  mutating func make(_ steps: PlainSteps, _ iteration: inout Int, _ norm: inout Double) -> Bool {
    let wanted = min(PlainSteps.length, plan.iterations - iteration)
    let objective = self.objective, start = iteration
    let made = history.append(atMost: wanted) {
      objective.make(steps, atMost: wanted, from: start, $0, $1)
    }
    if made > 0 {
      iteration += made
      norm = objective.gradientNorm
      isNowBest(iteration, objective.value, norm)
    }
    return made == wanted
  }
}
