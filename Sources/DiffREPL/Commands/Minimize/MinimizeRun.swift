import AD
import Expr

/// What a method made of the function.
struct MinimizeRun {
  let method: any Optimiser.Type
  let settings: OptimiserSettings
  let result: Descent.Result
  let findings: [RunFinding]
  let point: [Double]
  /// Whether the step rule looked at τ.
  let rests: Bool

  /// Whether it ended lower; what is not finite never did.
  func isBetter(than other: MinimizeRun) -> Bool {
    guard result.reason != .nonfinite else { return false }
    return other.result.reason == .nonfinite || result.value < other.result.value
  }

  /// The final values of the names that were varied.
  func values(of target: Target) -> [(name: Name, value: Value)] {
    var rest = point[...]
    let tensors = target.variables.map { variable -> Tensor in
      let shape = target.graph.shape(of: variable.node)
      defer { rest = rest.dropFirst(shape.count) }
      return Tensor(shape, Array(rest.prefix(shape.count)))
    }
    return target.grouped(tensors)
  }
}

/// What expressions can read after a run: `losses`, E before each step and at the end, and `path`, the
/// point at each, a row for each.
struct RunArrays: Sendable {
  static let losses = Name("losses")
  static let path = Name("path")
  /// As many as a plot of the path shows at most.
  static let namedEntries = 8

  let values: [(name: Name, value: Tensor)]
  /// What was minimised, and the first entries of its variables, for titles.
  let target: String
  let entryNames: [String]
  let dimension: Int
  /// The iterations of the rows of `path`.
  let iterations: [Int]

  init(_ run: MinimizeRun, _ target: Target) {
    let history = run.result.history
    let rows = history.pathIterations.count
    values = [
      (Self.losses, Tensor(.vector(history.records.count), history.records.map(\.value))),
      (Self.path, Tensor(.matrix(rows, history.dimension), history.path)),
    ]
    self.target = target.functionName
    entryNames = target.entryNames(first: Self.namedEntries)
    dimension = history.dimension
    iterations = history.pathIterations
  }

  /// Names that the user has given to something else; the arrays of an earlier run may go.
  func clashes(in session: Session) -> [Name] {
    values.map(\.name).filter { name in
      guard let entry = session.environment[name] else { return false }
      guard case .leaf(_, .tensor(let tensor), _) = entry.binding else { return true }
      return session.lastRun?.values.contains { $0.name == name && $0.value == tensor } != true
    }
  }

  func store(in environment: inout Environment, except clashes: [Name]) {
    for (name, value) in values where !clashes.contains(name) {
      environment.setLeaf(name, to: .tensor(value), isData: true)
    }
  }
}
