import RealModule

/// The digamma function ψ(x) = Γ'(x)/Γ(x).
///
/// nan at the negative integers; ∓inf at ±0, the limit from that side.
///
/// - Source: DLMF 5.5.2 (recurrence), 5.5.4 (reflection), 5.11.2 (asymptotic series).
package func digamma(_ x: Double) -> Double {
  if x.isNaN || x == .infinity { return x }
  if x == 0 { return -1 / x }
  if x < 0 {
    if x == x.rounded() { return .nan }
    return digamma(1 - x) - Double.pi * cotangentOfPi(x)
  }
  // The recurrence cancels beside the zero: there a power series about it keeps every digit.
  if (x - DigammaZero.head).magnitude < 0.26 { return DigammaZero.series(at: x) }
  let steps = max(0, Int((10 - min(x, 10)).rounded(.up)))
  let far = x + Double(steps)
  var sum = digammaAsymptotically(far)
  // From the small terms to the large ones, 1/x last.
  for k in stride(from: steps - 1, through: 0, by: -1) { sum -= 1 / (x + Double(k)) }
  return sum
}

/// The n-th derivative of the digamma function, for every real x that is no pole.
///
/// At the poles 0, -1, -2, … odd orders give inf; even ones change sign there and give nan, but the
/// limit from its side at ±0. Orders outside 0…100 give nan.
///
/// - Source: DLMF 25.11.12: ψ⁽ⁿ⁾(x) = (-1)ⁿ⁺¹ n! Σ 1/(x+k)ⁿ⁺¹ over k ≥ 0.
package func polygamma(_ order: Int, _ x: Double) -> Double {
  if order == 0 { return digamma(x) }
  guard (1...100).contains(order), !x.isNaN, x > -.infinity else { return .nan }
  let isOdd = order % 2 == 1
  if x == 0 { return isOdd ? .infinity : -1 / x }
  if x > 0 { return (isOdd ? 1 : -1) * scaledZeta(order, x) }
  if x == x.rounded() { return isOdd ? .infinity : .nan }
  // The reflection DLMF 5.15.6: the sum over all integers k without the terms k < 0.
  return (isOdd ? 1 : -1) * bilateralSum(order, x) - scaledZeta(order, 1 - x)
}

/// B₂, B₄, …, B₂₀ (DLMF 24.2(iv)).
private let bernoulliNumbers: [Double] = [
  1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798,
  -174611 / 330,
]

/// log x - 1/(2x) - Σ B₂ₖ/(2k x²ᵏ), for x ≥ 10: the first term left out is below 1e-17.
private func digammaAsymptotically(_ x: Double) -> Double {
  let inverseSquare = 1 / (x * x)
  var series = 0.0
  for k in stride(from: 8, through: 1, by: -1) {
    series = (series + bernoulliNumbers[k - 1] / Double(2 * k)) * inverseSquare
  }
  return Double.log(x) - (0.5 / x + series)
}

/// n! ζ(n+1, x) = n! Σ 1/(x+k)ⁿ⁺¹ over k ≥ 0, for x > 0 and n ≥ 1: all terms positive.
///
/// - Source: DLMF 25.11.43, the Euler–Maclaurin sum of the terms from x + k ≥ n + 10 on.
private func scaledZeta(_ order: Int, _ x: Double) -> Double {
  let n = Double(order)
  let steps = max(0, Int((n + 10 - min(x, n + 10)).rounded(.up)))
  let far = x + Double(steps)
  // Factored as (n-1)!/farⁿ · (1 + n/(2 far) + Σ B₂ₖ n (n+1)…(n+2k-1)/(2k)! / far²ᵏ).
  let inverseSquare = 1 / (far * far)
  var factor = n * (n + 1) / 2 * inverseSquare
  var series = 0.0
  for k in 1...bernoulliNumbers.count {
    series += bernoulliNumbers[k - 1] * factor
    let m = Double(2 * k)
    factor *= (n + m) * (n + m + 1) / ((m + 1) * (m + 2)) * inverseSquare
  }
  // The power in two halves, the factorial between them: far⁻ⁿ alone may underflow.
  let half = order / 2
  let head = factorial(order - 1) * Double.pow(far, -half) * Double.pow(far, half - order)
  var sum = head * (1 + (0.5 * n / far + series))
  let scale = factorial(order)
  for k in stride(from: steps - 1, through: 0, by: -1) {
    sum += scale * Double.pow(x + Double(k), -(order + 1))
  }
  return sum
}

/// n! Σ 1/(x+k)ⁿ⁺¹ over all integers k, which is (-1)ⁿ π dⁿ/dxⁿ cot(πx).
private func bilateralSum(_ order: Int, _ x: Double) -> Double {
  let r = x.remainder(dividingBy: 1)  // exact, in [-½, ½]
  let sign: Double = order % 2 == 1 ? 1 : -1
  if r.magnitude < 0.25 {
    // The nearest pole alone carries most of the sum, and its term costs no digits.
    let pole = factorial(order) * Double.pow(r, -(order + 1))
    return pole + (scaledZeta(order, 1 + r) + sign * scaledZeta(order, 1 - r))
  }
  // With c = cot(πx), d/dx cⁱ = -π i cⁱ⁻¹ (1 + c²). But for a common sign the coefficients of the
  // polynomial in c are positive and of one parity: nothing cancels.
  var coefficients = [0.0, 1.0]
  for _ in 0..<order {
    var next = [Double](repeating: 0, count: coefficients.count + 1)
    for i in 1..<coefficients.count {
      next[i - 1] += Double(i) * coefficients[i]
      next[i + 1] += Double(i) * coefficients[i]
    }
    coefficients = next
  }
  let c = cotangentOfPi(x)
  let value = coefficients.reversed().reduce(0) { $0 * c + $1 }
  return Double.pow(Double.pi, order + 1) * value
}

/// cot(πx) for x that is no integer, with every digit near its zeros and its poles.
private func cotangentOfPi(_ x: Double) -> Double {
  let r = x.remainder(dividingBy: 1)
  if r.magnitude <= 0.25 { return 1 / Double.tan(Double.pi * r) }
  let value = Double.tan(Double.pi * (0.5 - r.magnitude))
  return r < 0 ? -value : value
}

private func factorial(_ n: Int) -> Double {
  n < 2 ? 1 : (2...n).reduce(1) { $0 * Double($1) }
}

/// The zero of the digamma function on the positive axis and its Taylor series there.
private enum DigammaZero {
  /// The zero is `head + tail`, to 32 digits.
  static let head = 1.4616321449683622
  static let tail = 9.549995429965697e-17

  /// ψ⁽ⁿ⁾(x₀)/n! for n = 1, 2, …; the series converges for |x - x₀| < x₀.
  static let coefficients: [Double] = [
    0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652,
    0.10782405069126237, -0.07219956125645471, 0.04880428816414311, -0.03316112647484736,
    0.022597648232218104, -0.01542476590494896, 0.010538791616612175, -0.007204534386356869,
    0.004926781395729853, -0.003369801655439328, 0.002305126326734928, -0.0015769367714301972,
    0.0010788252019162967, -0.0007380709389960052, 0.000504953265834602, -0.0003454680251063077,
    0.00023635601564027053,
  ]

  static func series(at x: Double) -> Double {
    let distance = (x - head) - tail
    return coefficients.reversed().reduce(0) { $0 * distance + $1 } * distance
  }
}
