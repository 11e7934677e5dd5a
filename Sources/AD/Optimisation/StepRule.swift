import Expr

/// How long a step is.
public enum StepRule {
  case fixed(Double)
  /// An expression in the iteration k, which counts from 1.
  case schedule(StepSchedule)
  /// The first minimum of E along the direction.
  case optimal
  /// τ is halved until E falls by at least 10⁻⁴ of what the slope promises.
  ///
  /// - Source: Armijo, Pacific Journal of Mathematics 16 (1966).
  case backtracking
  /// Strong Wolfe conditions.
  case wolfe

  /// The kinds, by the words that name them.
  public enum Kind: String, Sendable, CaseIterable {
    case number, schedule, optimal, backtracking, wolfe
  }

  public var kind: Kind {
    switch self {
    case .fixed: .number
    case .schedule: .schedule
    case .optimal: .optimal
    case .backtracking: .backtracking
    case .wolfe: .wolfe
    }
  }

  /// The step of iteration `k` where the rule says it without looking at E.
  ///
  /// - Throws: a schedule that is no number of at least 0 at `k`.
  func length(at k: Int) throws(Diagnostic) -> Double? {
    switch self {
    case .fixed(let size): return size
    case .schedule(let schedule): return try schedule.length(at: k)
    case .optimal, .backtracking, .wolfe: return nil
    }
  }
}

/// A step size as an expression in k, compiled once.
public final class StepSchedule {
  public let text: String
  private let program: Program
  private let counter: UnsafeMutableBufferPointer<Double>?

  /// - Parameters:
  ///   - program: its output is a scalar; leaves other than `counter` are set.
  ///   - counter: the leaf that stands for k.
  public init(_ text: String, _ program: Program, counter: Leaf.ID) {
    self.text = text
    self.program = program
    self.counter = program.buffer(of: counter)
  }

  /// - Throws: where the step is negative, infinite or nan.
  public func length(at k: Int) throws(Diagnostic) -> Double {
    counter?[0] = Double(k)
    try program.run()
    let size = program.buffer(ofOutput: 0)[0]
    guard size >= 0, size.isFinite else {
      throw Diagnostic(
        "step=\(text) is \(NumberFormat().string(size)) at k = \(k): a step is a number above 0")
    }
    return size
  }
}
