import Expr

/// Why a run of an optimiser ended.
public enum StopReason: String, Sendable {
  /// ‖w_{t+1} - w_t‖ ≤ η.
  case step
  /// The iterations were used up.
  case iterations
  /// The gradient is exactly zero: no step moves.
  case stationary
  /// The value became nan or infinite; the last finite point is kept.
  case nonfinite
  /// No step length decreased the value.
  case lineSearch
  case interrupted
}

/// One row of the table of iterations. Row 0 is the start.
public struct IterationRecord: Sendable {
  public let iteration: Int
  public let value: Double
  public let gradientNorm: Double
  /// ‖w_k - w_{k-1}‖ and the τ that made it; nil for the start.
  public let stepNorm: Double?
  public let stepSize: Double?
}

/// How long a step of gradient descent is.
public enum StepRule: Sendable {
  case fixed(Double)
  /// τ is halved until E falls by at least 10⁻⁴ τ‖∇E‖² (Armijo 1966), and doubled after a success.
  case backtracking
}

/// Gradient descent w ← w - τ∇E(w), on one program of value and gradient and one flat vector.
public struct GradientDescent {
  public var step: StepRule
  public var iterations: Int
  /// η: stops once no step is longer. 0 never stops by this rule.
  public var tolerance: Double

  public struct Result: Sendable {
    public let reason: StopReason
    /// One for each iteration, the start first.
    public let records: [IterationRecord]
    /// The final point, variable by variable.
    public let point: [[Double]]
    public var last: IterationRecord { records[records.count - 1] }
  }

  public init(step: StepRule, iterations: Int, tolerance: Double) {
    self.step = step
    self.iterations = iterations
    self.tolerance = tolerance
  }

  /// - Parameters:
  ///   - program: its outputs are the value and the gradient in each of `variables`, in order; every
  ///     leaf is set.
  ///   - variables: leaves whose buffers in the program are moved.
  /// - Throws: what the program throws, interruptions apart: these end the run and keep its point.
  public func run(_ program: Program, variables: [Leaf.ID]) throws(Diagnostic) -> Result {
    var state = State(program, variables)
    guard try state.evaluate() else {
      return Result(reason: .interrupted, records: [state.record(0)], point: state.point)
    }
    var records = [state.record(0)]
    guard state.isFinite else {
      return Result(reason: .nonfinite, records: records, point: state.point)
    }
    var reason = StopReason.iterations
    var size = 1.0
    for iteration in 0..<iterations {
      if state.gradientNorm == 0 {
        reason = .stationary
        break
      }
      let outcome: State.Outcome
      switch step {
      case .fixed(let length): outcome = try state.move(length)
      case .backtracking: outcome = try state.search(from: &size)
      }
      if let stopped = outcome.reason {
        reason = stopped
        break
      }
      records.append(state.record(iteration + 1, stepNorm: outcome.norm, stepSize: outcome.size))
      if tolerance > 0, outcome.norm <= tolerance {
        reason = .step
        break
      }
    }
    return Result(reason: reason, records: records, point: state.point)
  }
}

/// The moving point and what is known of it.
private struct State {
  struct Outcome {
    var norm = 0.0
    var size = 0.0
    var reason: StopReason?
  }

  private let program: Program
  private let buffers: [UnsafeMutableBufferPointer<Double>]
  private let gradients: [UnsafeBufferPointer<Double>]
  private var value = Double.nan
  private(set) var gradientNorm = Double.nan
  /// The point before the last step, and its gradient.
  private var origin: [Double]
  private var slope: [Double]

  init(_ program: Program, _ variables: [Leaf.ID]) {
    self.program = program
    buffers = variables.compactMap { program.buffer(of: $0) }
    gradients = variables.indices.map { program.buffer(ofOutput: $0 + 1) }
    let count = buffers.reduce(0) { $0 + $1.count }
    origin = Array(repeating: 0, count: count)
    slope = origin
  }

  var point: [[Double]] { buffers.map { Array($0) } }
  var isFinite: Bool { value.isFinite && gradientNorm.isFinite }

  func record(_ iteration: Int, stepNorm: Double? = nil, stepSize: Double? = nil) -> IterationRecord
  {
    IterationRecord(
      iteration: iteration, value: value, gradientNorm: gradientNorm, stepNorm: stepNorm,
      stepSize: stepSize)
  }

  /// Runs the program at the point; false if Ctrl-C was pressed.
  mutating func evaluate() throws(Diagnostic) -> Bool {
    if interruptionRequested.load(ordering: .relaxed) { return false }
    do {
      try program.run()
    } catch {
      if interruptionRequested.load(ordering: .relaxed) { return false }
      throw error
    }
    value = program.buffer(ofOutput: 0)[0]
    var sum = 0.0
    for gradient in gradients { for entry in gradient { sum += entry * entry } }
    gradientNorm = sum.squareRoot()
    return true
  }

  /// One step of a fixed length. A step to where nothing is finite is taken back.
  mutating func move(_ size: Double) throws(Diagnostic) -> Outcome {
    keep()
    let norm = step(size)
    guard try evaluate() else { return try goBack(.interrupted) }
    guard isFinite else { return try goBack(.nonfinite) }
    return Outcome(norm: norm, size: size)
  }

  /// One step whose length is halved until the value falls enough.
  mutating func search(from size: inout Double) throws(Diagnostic) -> Outcome {
    keep()
    let start = value, decrease = 1e-4 * gradientNorm * gradientNorm
    for _ in 0..<80 {
      let norm = step(size)
      guard try evaluate() else { return try goBack(.interrupted) }
      if isFinite, value <= start - size * decrease {
        let used = size
        size *= 2
        return Outcome(norm: norm, size: used)
      }
      size /= 2
    }
    return try goBack(.lineSearch)
  }

  private mutating func keep() {
    var position = 0
    for (buffer, gradient) in zip(buffers, gradients) {
      for entry in buffer.indices {
        origin[position] = buffer[entry]
        slope[position] = gradient[entry]
        position += 1
      }
    }
  }

  /// Sets the point to origin - size·slope and returns how far it moved.
  private mutating func step(_ size: Double) -> Double {
    var sum = 0.0
    var position = 0
    for buffer in buffers {
      for entry in buffer.indices {
        let moved = origin[position] - size * slope[position]
        let difference = moved - origin[position]
        buffer[entry] = moved
        sum += difference * difference
        position += 1
      }
    }
    return sum.squareRoot()
  }

  private mutating func goBack(_ reason: StopReason) throws(Diagnostic) -> Outcome {
    _ = step(0)
    return Outcome(reason: reason)
  }
}
