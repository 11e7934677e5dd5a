import Expr

/// A method of minimisation: what it is, and its update.
///
/// One file a method, and one row in `OptimiserTable`; the command, its help and its page, completion
/// and error messages read the table.
public protocol Optimiser: SendableMetatype {
  static var about: OptimiserDescription { get }

  /// - Throws: what the method cannot do for this many parameters.
  init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic)

  /// Whether a step leaves value and gradient evaluated at the new point; if not, it only moves the
  /// point, and needs nothing but the gradient where it stood.
  var evaluates: Bool { get }

  /// The penalty that is added to E; nil for none.
  var penalty: Proximal? { get }

  /// Whether the step rule looks at τ instead of ‖Δw‖, for a method that may rest in between.
  var restsBetweenSteps: Bool { get }

  /// τ of a method that is w ← w - τ∇E and nothing else.
  var plainStep: Double? { get }

  /// Makes step number `k`, from 1. The objective is marked and evaluated where it starts.
  mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome
}

extension Optimiser {
  public var evaluates: Bool { false }
  public var penalty: Proximal? { nil }
  public var restsBetweenSteps: Bool { false }
  public var plainStep: Double? { nil }
}

/// What came of a step.
public struct StepOutcome {
  /// τ.
  public var size: Double
  /// Why there was no step; nil if there was one.
  public var stop: StopReason?
  /// ‖Δw‖, where the step found it on its way.
  var length: Double?

  init(size: Double, length: Double? = nil) {
    self.size = size
    self.length = length
  }

  init(stop: StopReason) {
    size = 0
    self.stop = stop
  }
}

/// What people read about a method.
public struct OptimiserDescription: Sendable {
  public struct Constant: Sendable {
    /// As the option is typed, `momentum`.
    public let name: String
    public let value: Double
    /// What it may be, half-open where it must be less than 1.
    public let range: Range<Double>

    public init(_ name: String, _ value: Double, in range: Range<Double>) {
      self.name = name
      self.value = value
      self.range = range
    }
  }

  public let name: String
  /// One line.
  public let summary: String
  /// The update, as on the slides.
  public let formula: String
  public let source: String
  public let constants: [Constant]
  /// The rules of `step=` it can follow, the default first.
  public let steps: [StepRule.Kind]
  /// The τ of a method whose default is a number.
  public let defaultStep: Double?
  /// Takes `prox=`.
  public let takesPenalty: Bool

  public init(
    _ name: String, _ summary: String, formula: String, source: String,
    constants: [Constant] = [], steps: [StepRule.Kind], defaultStep: Double? = nil,
    takesPenalty: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.formula = formula
    self.source = source
    self.constants = constants
    self.steps = steps
    self.defaultStep = defaultStep
    self.takesPenalty = takesPenalty
  }
}

/// What the user asked of a method.
public struct OptimiserSettings {
  /// nil: the method's own.
  public var step: StepRule?
  /// Those that differ from the defaults, by name.
  public var constants: [String: Double]
  public var penalty: Proximal?

  public init(
    step: StepRule? = nil, constants: [String: Double] = [:], penalty: Proximal? = nil
  ) {
    self.step = step
    self.constants = constants
    self.penalty = penalty
  }

  /// A constant, by default the method's own.
  func constant(_ name: String, of method: any Optimiser.Type) -> Double {
    if let value = constants[name] { return value }
    guard let own = method.about.constants.first(where: { $0.name == name }) else {
      preconditionFailure("\(method.about.name) declares no constant \(name)")
    }
    return own.value
  }

  /// The rule to follow: the one asked for, or the method's default.
  func rule(of method: any Optimiser.Type) -> StepRule {
    if let step { return step }
    switch method.about.steps[0] {
    case .number, .schedule: return .fixed(method.about.defaultStep ?? 0.01)
    case .optimal: return .optimal
    case .backtracking: return .backtracking
    case .wolfe: return .wolfe
    }
  }
}

/// All methods, in the order of help.
public enum OptimiserTable {
  public static let all: [any Optimiser.Type] = [
    GradientDescent.self, HeavyBall.self, Nesterov.self, StochasticGradient.self, Adam.self,
    RMSProp.self, AdaGrad.self, RProp.self, ConjugateGradients.self, Newton.self, BFGS.self,
    LimitedMemoryBFGS.self, ProximalGradient.self, AcceleratedProximalGradient.self,
  ]

  public static let names: [String] = {
    var names: [String] = []
    for method in all { names.append(method.about.name) }
    return names
  }()

  public static func named(_ name: String) -> (any Optimiser.Type)? {
    all.first { $0.about.name == name }
  }
}
