/// What the Jacobian at the estimates says of them: errors, correlations, and which parameters it cannot
/// tell apart.
///
/// With J D⁻¹ P = Q R the covariance is σ² (JᵀJ)⁻¹ = σ² D⁻¹P R⁻¹R⁻ᵀ PᵀD⁻¹, and the normal equations are
/// never formed.
///
/// - Source: Seber & Wild, Nonlinear Regression (1989), chapter 5.
public struct FitStatistics: Sendable {
  /// Σ r², weighted where there are weights; 0 or infinite where that is no double.
  public var squares: Double { scaledSquares / unit / unit }
  /// √Σr².
  public var norm: Double { scaledSquares.squareRoot() / unit }
  /// Residuals that count less the parameters, or combinations of them, that they determine.
  public let degreesOfFreedom: Int
  /// One for each parameter; nan for one at a bound, and for all where nothing is left over.
  public let errors: [Double]
  /// n×n; the rows and columns of parameters without an error are nan.
  public let correlations: [Double]
  /// Parameters not held by a bound.
  public let free: [Int]
  /// Sets of parameters whose effects on the residuals are linearly dependent.
  public let dependences: [Dependence]
  private let factors: HouseholderQR?
  /// Σ r² in the unit of a `ResidualSystem`.
  private let scaledSquares: Double
  private let unit: Double

  /// √(Σr²/(m - n)): the standard deviation of a residual; nan if there is no degree of freedom.
  public var deviation: Double {
    degreesOfFreedom > 0
      ? (scaledSquares / Double(degreesOfFreedom)).squareRoot() / unit : .nan
  }

  /// - Parameters:
  ///   - scales: of the columns, in the same unit.
  ///   - squares: Σ r², in that unit.
  init(
    _ factors: HouseholderQR, scales: [Double], free: [Int], count: Int, squares: Double,
    observations: Int, unit: Double
  ) {
    self.factors = factors
    scaledSquares = squares
    self.unit = unit
    self.free = free
    degreesOfFreedom = observations - factors.rank
    dependences = Self.dependences(factors, free)
    var errors = Array(repeating: Double.nan, count: count)
    var correlations = Array(repeating: Double.nan, count: count * count)
    if dependences.isEmpty {
      let size = free.count, inverse = factors.inverseUpper
      let rows = (0..<size).map { Array(inverse[$0 * size..<($0 + 1) * size]) }
      let norms = rows.map(\.norm)
      let freedom = observations - size
      let deviation = freedom > 0 ? (squares / Double(freedom)).squareRoot() : .nan
      for (row, place) in factors.permutation.enumerated() {
        let parameter = free[place]
        errors[parameter] = deviation * norms[row] / scales[parameter]
        for (column, other) in factors.permutation.enumerated() {
          let product = zip(rows[row], rows[column]).reduce(0) { $0 + $1.0 * $1.1 }
          correlations[parameter * count + free[other]] =
            row == column ? 1 : min(max(product / norms[row] / norms[column], -1), 1)
        }
      }
    }
    self.errors = errors
    self.correlations = correlations
  }

  /// Those of a fit that was interrupted: errors belong to a minimum.
  init(
    interruptedAt squares: Double, free: [Int], count: Int, observations: Int, unit: Double
  ) {
    factors = nil
    scaledSquares = squares
    self.unit = unit
    self.free = free
    degreesOfFreedom = observations - free.count
    dependences = []
    errors = Array(repeating: .nan, count: count)
    correlations = Array(repeating: .nan, count: count * count)
  }

  /// Whether a vector as long as the residuals is a combination of the Jacobian's columns.
  public func spans(_ vector: [Double]) -> Bool {
    guard let factors else { return false }
    return Array(factors.rotated(vector)[factors.rank...]).norm <= 1e-8 * vector.norm
  }

  /// Parameters that cannot be told apart; one alone has no effect.
  public struct Dependence: Sendable {
    public var parameters: [Int]
    /// How many combinations of them the residuals determine.
    public var rank: Int
  }

  /// Each column beyond the rank with the earlier ones it is a combination of, what overlaps together.
  private static func dependences(_ factors: HouseholderQR, _ free: [Int]) -> [Dependence] {
    let rank = factors.rank
    var found: [Dependence] = []
    for column in rank..<max(rank, factors.columns) {
      let weights = factors.solved((0..<rank).map { factors.upper($0, column) }, count: rank)
      let limit = 1e-6 * max(1, weights.map { abs($0) }.max() ?? 0)
      var own = Set((0..<rank).filter { abs(weights[$0]) > limit } + [column])
      var missing = 1
      found.removeAll { other in
        let places = Set(other.parameters)
        guard !places.isDisjoint(with: own) else { return false }
        own.formUnion(places)
        missing += places.count - other.rank
        return true
      }
      found.append(Dependence(parameters: Array(own), rank: own.count - missing))
    }
    return found.map { dependence in
      Dependence(
        parameters: dependence.parameters.map { free[factors.permutation[$0]] }.sorted(),
        rank: dependence.rank)
    }
  }
}
