import Expr

/// Newton's method: w ← w - τ H⁻¹∇E(w), with the Hessian by forward over reverse mode.
///
/// With a line search a Hessian that is not positive definite is modified until it is, so that every
/// step goes down; with a number for `step=` it is used as it is, and the run may end at a saddle.
///
/// - Source: Nocedal & Wright, section 3.4; Gill & Murray 1974 for the modification.
public struct Newton: Optimiser {
  public static let about = OptimiserDescription(
    "newton", "Newton's method with the exact Hessian",
    formula: "w ← w - τ H⁻¹∇E(w),  H = ∇²E(w), made positive definite unless step=1",
    source: "Gill & Murray 1974", steps: [.backtracking, .number, .schedule, .optimal, .wolfe])

  private let rule: StepRule
  private var search: LineSearch
  private let hessian: FlatVector
  private let direction: FlatVector
  private var cholesky: ModifiedCholesky

  public init(_ settings: OptimiserSettings, dimension: Int) throws(Diagnostic) {
    try requireRoom(dimension, for: "newton", instead: "lbfgs")
    rule = settings.rule(of: Self.self)
    search = LineSearch(rule)
    hessian = FlatVector(dimension * dimension)
    direction = FlatVector(dimension)
    cholesky = ModifiedCholesky(dimension)
  }

  public var evaluates: Bool { true }

  public mutating func step(_ objective: Objective, _ k: Int) throws(Diagnostic) -> StepOutcome {
    try objective.curvature().fill(hessian, at: objective.point)
    direction.copy(objective.originGradient)
    direction.scale(-1)
    if !evaluatesWith(rule) {
      try solveAsItIs()
    } else {
      cholesky.factor(hessian)
      cholesky.solve(direction)
    }
    return try search.run(objective, along: direction, first: 1, k)
  }

  /// direction ← H⁻¹direction by elimination with exchanges of rows.
  ///
  /// - Throws: where H is singular.
  private func solveAsItIs() throws(Diagnostic) {
    let n = direction.count, a = hessian.entries, x = direction.entries
    for column in 0..<n {
      var pivot = column
      for row in column..<n where abs(a[row * n + column]) > abs(a[pivot * n + column]) {
        pivot = row
      }
      guard a[pivot * n + column] != 0, a[pivot * n + column].isFinite else {
        throw Diagnostic(
          "the Hessian is singular: the pure Newton step does not exist",
          hint: "without step= the Hessian is modified where it has to be")
      }
      if pivot != column {
        for j in 0..<n {
          (a[pivot * n + j], a[column * n + j]) = (a[column * n + j], a[pivot * n + j])
        }
        (x[pivot], x[column]) = (x[column], x[pivot])
      }
      for row in (column + 1)..<max(column + 1, n) {
        let factor = a[row * n + column] / a[column * n + column]
        if factor == 0 { continue }
        for j in column..<n { a[row * n + j] -= factor * a[column * n + j] }
        x[row] -= factor * x[column]
      }
    }
    for row in (0..<n).reversed() {
      for j in (row + 1)..<max(row + 1, n) { x[row] -= a[row * n + j] * x[j] }
      x[row] /= a[row * n + row]
    }
  }
}

/// - Throws: when a few n×n matrices do not fit into the memory.
func requireRoom(
  _ dimension: Int, for method: String, instead: String
) throws(Diagnostic) {
  let (entries, overflow) = dimension.multipliedReportingOverflow(by: dimension)
  guard overflow || entries > Program.defaultMemoryLimit / 32 else { return }
  throw Diagnostic(
    "\(method) needs a \(dimension)×\(dimension) matrix, which does not fit into the memory",
    hint: "method=\(instead) keeps a few vectors instead")
}
