import Expr

/// Steepest descent, w ← w - τ∇E(w).
///
/// - Source: Cauchy, Comptes rendus 25 (1847); the step rules in Nocedal & Wright, chapter 3.
public struct GradientDescent: Optimiser {
  public static let about = OptimiserDescription(
    "gd", "gradient descent", formula: "w ← w - τ ∇E(w)", source: "Cauchy 1847",
    steps: [.backtracking, .number, .schedule, .optimal, .wolfe])

  private let rule: StepRule
  private var search: LineSearch
  private let direction: FlatVector

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    rule = settings.rule(of: Self.self)
    search = LineSearch(rule, grows: true, curvatureFraction: 0.1)
    direction = FlatVector(evaluatesWith(rule) ? dimension : 0)
  }

  public var evaluates: Bool { evaluatesWith(rule) }

  public var plainStep: Double? { if case .fixed(let size) = rule { size } else { nil } }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    if let size = try rule.length(at: k) {
      return StepOutcome(
        size: size, length: objective.step(-size, along: objective.gradient))
    }
    direction.copy(objective.gradient)
    direction.scale(-1)
    return try search.run(objective, along: direction, first: 1, k)
  }
}

/// Whether a rule has to look at E to find the step.
func evaluatesWith(_ rule: StepRule) -> Bool {
  switch rule {
  case .fixed, .schedule: false
  case .optimal, .backtracking, .wolfe: true
  }
}
