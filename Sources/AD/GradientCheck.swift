import Expr

/// A gradient held against everything that could contradict it: the other mode, differences of every
/// width, a complex step, and Taylor's remainder.
///
/// - Source: Higham, Accuracy and Stability of Numerical Algorithms, section 1.14; Squire & Trapp 1998
///   for the complex step; Griewank & Walther chapter 1 for the remainder.
public struct GradientCheck: Sendable {
  /// Errors of the slope along the direction at one width, nan outside the domain.
  public struct Width: Sendable {
    public let delta: Double
    /// |(f(x+δv) - f(x))/δ - ∇f·v|.
    public let forward: Double
    /// |(f(x+δv) - f(x-δv))/(2δ) - ∇f·v|.
    public let central: Double
    /// |f(x+δv) - f(x) - δ ∇f·v|.
    public let remainder: Double
  }

  public let value: Double
  /// The gradient by reverse mode, by forward mode and by central differences, one for each variable.
  public let reverse: [Tensor]
  public let forward: [Tensor]
  public let finite: [Tensor]
  /// ∇f·v.
  public let slope: Double
  /// From 1e-1 down to 1e-15.
  public let widths: [Width]
  /// Where the errors should be least, from the second and third derivative along v: 2√(ε|f/f''|) and
  /// ∛(3ε|f/f'''|); nil where these vanish.
  public let predictedForward: Double?
  public let predictedCentral: Double?
  /// The slope by a complex step of 1e-20; nil where an operation is not analytic.
  public let complexStep: Double?
  /// The power of δ with which the remainder falls, 2 if the gradient is right; nil where the remainder
  /// is nothing but rounding.
  public let order: Double?

  /// The most numbers whose gradient is also found entry by entry.
  public static let entryLimit = 500
  /// Half a unit in the last place of 1.
  public static let roundoff = 0x1p-53

  /// - Parameter direction: v, in the shape of each variable.
  public init(
    _ graph: Graph, output: NodeID, variables: [NodeID], direction: [Tensor],
    environment: Environment
  ) throws(Diagnostic) {
    var function = try PerturbedFunction(
      graph, output: output, variables: variables, direction: direction, environment: environment)
    let known = try function.derivatives()
    (value, reverse, slope) = (known.value, known.gradient, known.slope)
    forward = try function.forwardGradient()
    finite = try function.centralGradient(near: known.gradient)
    let (f, g) = (known.value, known.slope)
    var widths: [Width] = []
    for exponent in 1...15 {
      let delta = Double("1e-\(exponent)") ?? 0
      let ahead = try function.value(at: delta), behind = try function.value(at: -delta)
      widths.append(
        Width(
          delta: delta, forward: abs((ahead - f) / delta - g),
          central: abs((ahead - behind) / (2 * delta) - g), remainder: abs(ahead - f - delta * g)))
    }
    self.widths = widths
    func width(_ ratio: Double, _ law: (Double) -> Double) -> Double? {
      let best = law(Self.roundoff * abs(ratio))
      return best.isFinite && best > 0 ? best : nil
    }
    predictedForward = width(f / known.second) { 2 * $0.squareRoot() }
    predictedCentral = width(3 * f / known.third) { Double.cubeRoot($0) }
    complexStep = try function.complexSlope()
    order = Self.order(of: widths, noise: 8 * Self.roundoff * abs(f))
  }

  /// The mean slope of the remainders that stand well above rounding, on a log-log scale, over the
  /// three smallest such widths: that is where Taylor's law holds.
  private static func order(of widths: [Width], noise: Double) -> Double? {
    let clear = widths.filter { $0.remainder.isFinite && $0.remainder > 300 * noise }.suffix(3)
    guard clear.count > 1, let first = clear.first, let last = clear.last else { return nil }
    return (Double.log(first.remainder) - Double.log(last.remainder))
      / (Double.log(first.delta) - Double.log(last.delta))
  }

  // MARK: Verdicts

  /// Reverse and forward mode agree to rounding.
  public var modesAgree: Bool {
    gap(reverse, forward) <= 1e-10
  }

  /// The largest difference between the gradient and central differences, relative to its size.
  public var largestError: Double { gap(reverse, finite) }

  private func gap(_ a: [Tensor], _ b: [Tensor]) -> Double {
    let first = a.flatMap(\.elements), second = b.flatMap(\.elements)
    let scale = max(first.reduce(0) { max($0, abs($1)) }, Double.leastNormalMagnitude)
    var worst = 0.0
    for (x, y) in zip(first, second) where x != y {
      let error = abs(x - y) / max(scale, abs(value) * 1e-3)
      worst = error.isNaN || worst.isNaN ? .nan : max(worst, error)
    }
    return worst
  }

  public var bestForward: Width? { best(\.forward) }
  public var bestCentral: Width? { best(\.central) }

  private func best(_ error: (Width) -> Double) -> Width? {
    widths.filter { error($0).isFinite }.min { error($0) < error($1) }
  }

  /// The gradient stands: both modes agree, differences come close to it, and the remainder falls
  /// faster than δ.
  public var passed: Bool {
    let scale = max(abs(slope), abs(value) * 1e-3)
    let nearest = min(bestForward?.forward ?? .infinity, bestCentral?.central ?? .infinity)
    return modesAgree && nearest <= 1e-5 * scale + 1e-9 * abs(value) && (order ?? 2) > 1.5
  }
}
