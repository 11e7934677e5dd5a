import RealModule

/// Divided differences (g(x) - g(y))/(x - y), g'(x) where x = y, and their partial derivatives: what is
/// exact where the quotient as typed cancels or divides 0 by 0.
extension TaylorFunction {
  /// Terms of the series about the middle of the two points.
  private static let termLimit = 56

  /// ∂ⁿ/∂xⁿ ∂ᵐ/∂yᵐ of the divided difference: n! m! g[x, … x, y, … y] with x n + 1 times and y m + 1
  /// times.
  ///
  /// Near points by the series about their middle, distant ones by the recurrence of divided
  /// differences. Cost: about `termLimit` terms.
  ///
  /// - Parameter gap: g(x) - g(y) for distant points.
  /// - Source: DLMF 3.3.34, and 3.3 (iii) for coinciding points.
  func slope(
    _ n: Int, _ m: Int, _ x: Double, _ y: Double, gap: (Double, Double) -> Double
  ) -> Double {
    guard isDefined(x), isDefined(y) else { return .nan }
    let value = series(n + 1, m + 1, x, y) ?? recurrence(n + 1, m + 1, x, y, gap)
    return value * Self.factorial(n) * Self.factorial(m)
  }

  private func isDefined(_ x: Double) -> Bool { !coefficients(x, 1)[0].isNaN }

  /// g[x (i times), y (j times)] as Σ aₖ Hₖ about the middle c, Hₖ the complete symmetric polynomials in
  /// the distances from c; nil where that does not converge.
  private func series(_ i: Int, _ j: Int, _ x: Double, _ y: Double) -> Double? {
    let middle = x == y ? x : y + (x - y) / 2
    let (right, left) = (x - middle, y - middle)
    let first = i + j - 1
    let terms = coefficients(middle, first + Self.termLimit)
    guard terms.count > first, terms[first].isFinite else { return nil }
    if x == y { return terms[first] }
    // 1/((1 - right z)^i (1 - left z)^j), one factor after the other.
    var symmetric = Array(repeating: 0.0, count: Self.termLimit)
    symmetric[0] = 1
    for distance in Array(repeating: right, count: i) + Array(repeating: left, count: j) {
      for degree in 1..<Self.termLimit {
        symmetric[degree] += distance * symmetric[degree - 1]
      }
    }
    var total = 0.0, negligible = 0
    for (degree, polynomial) in symmetric.enumerated() {
      let term = terms[first + degree] * polynomial
      guard term.isFinite else { return nil }
      total += term
      negligible = term.magnitude <= 1e-18 * total.magnitude ? negligible + 1 : 0
      // Even and odd functions have every other term 0.
      if negligible == 4 { return total }
    }
    return nil
  }

  /// g[xⁱ, yʲ] = (g[xⁱ, yʲ⁻¹] - g[xⁱ⁻¹, yʲ])/(x - y) from the Taylor coefficients at both ends.
  private func recurrence(
    _ i: Int, _ j: Int, _ x: Double, _ y: Double, _ gap: (Double, Double) -> Double
  ) -> Double {
    let above = coefficients(x, i), below = coefficients(y, j)
    var row = [0.0] + below.prefix(j)
    for a in 1...i {
      var next = [above[a - 1]]
      for b in 1...j {
        let difference = a == 1 && b == 1 ? gap(x, y) : next[b - 1] - row[b]
        next.append(difference / (x - y))
      }
      row = next
    }
    return row[j]
  }
}

/// Functions that have divided differences but no quotient with a removable point at 0.
extension TaylorFunction {
  /// log|x|: two points of one sign have a divided difference.
  static let logarithm = TaylorFunction("log", radius: 0) { x, count in
    var terms = [Double.log(x.magnitude)]
    var power = -1.0
    for n in 1..<max(2, count) {
      power *= -1 / x
      terms.append(power / Double(n))
    }
    return Array(terms.prefix(count))
  }
  static let sigmoid = TaylorFunction("sigmoid", radius: 0) { x, count in
    sigmoidSeries(at: x, count)
  }
  static let softplus = TaylorFunction("softplus", radius: 0) { x, count in
    integral(from: Kernels.softplus(x), of: sigmoidSeries(at: x, max(2, count)))
  }
  static let logGamma = TaylorFunction("lgamma", radius: 0) { x, count in
    var terms = [Double.logGamma(x)]
    var factorial = 1.0
    for n in 1..<max(2, count) {
      factorial *= Double(n)
      terms.append(polygamma(n - 1, x) / factorial)
    }
    return Array(terms.prefix(count))
  }
  static let logHyperbolicCosine = TaylorFunction("logcosh", radius: 0.5) { x, count in
    let size = x.magnitude, half = Double.sinh(x / 2)
    let value =
      size < 1
      ? Double.log(onePlus: 2 * half * half)
      : size + Double.log(onePlus: Double.exp(-2 * size)) - 0.6931471805599453
    return integral(from: value, of: hyperbolicTangent.coefficients(x, max(2, count)))
  }

  /// σ and its complement τ = 1 - σ: σ' = στ = -τ'.
  private static func sigmoidSeries(at x: Double, _ count: Int) -> [Double] {
    var value = [Kernels.sigmoid(x)], rest = [Kernels.sigmoid(-x)]
    for n in 0..<max(0, count - 1) {
      var product = 0.0
      for j in 0...n { product += value[j] * rest[n - j] }
      value.append(product / Double(n + 1))
      rest.append(-product / Double(n + 1))
    }
    return value
  }
}
