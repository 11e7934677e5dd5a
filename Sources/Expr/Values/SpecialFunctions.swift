import RealModule

/// 0 below 0, 1 above and ½ at 0; nan stays nan.
package func heaviside(_ x: Double) -> Double {
  if x.isNaN { return x }
  return x == 0 ? 0.5 : (x > 0 ? 1 : 0)
}

/// The remainder of x/y with the sign of y, in [0, y) or (y, 0], as Python and Julia define it.
///
/// `y = 0` and infinite `x` give nan. A tiny `x` of the other sign rounds to `y` itself, and for an
/// infinite `y` of the other sign the result is `y`.
package func modulo(_ x: Double, _ y: Double) -> Double {
  let remainder = x.truncatingRemainder(dividingBy: y)  // exact, with the sign of x
  if remainder == 0 { return Double(signOf: y, magnitudeOf: 0) }
  return (remainder < 0) == (y < 0) ? remainder : remainder + y
}

/// x Φ(x), where Φ is the distribution function of the standard normal distribution.
///
/// - Source: Hendrycks & Gimpel 2016, "Gaussian Error Linear Units"; Φ(x) = erfc(-x/√2)/2 is
///   DLMF 7.20.1.
package func gelu(_ x: Double) -> Double {
  if x.isInfinite { return x > 0 ? x : 0 }
  // Far to the left the rounding error δ of t = -x/√2 grows to a relative 2tδ in erfc, 1e-13 at
  // x = -37: so t is kept in two parts and erfc(t + δ) = erfc(t) - 2/√π exp(-t²) δ.
  let t = -x * rootHalf
  let lost = (-t).addingProduct(-x, rootHalf) - x * rootHalfTail
  let tail = Double.erfc(t) - 2 / Double.pi.squareRoot() * Double.exp(-t * t) * lost
  return x / 2 * tail
}

/// √½ in two parts: the nearest double and what it misses.
private let rootHalf = 0.707106781186547524400844
private let rootHalfTail = -4.833646656726457e-17
