#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What results are compared with: the C library's functions with eleven more bits where the machine
/// has them, else in double precision, with the tolerance widened by what those may be wrong.
#if arch(x86_64)
typealias Wide = Float80
let referenceError = 0.0
#else
typealias Wide = Double
let referenceError = 1.0
#endif

/// 1/(1 + e^-x).
func sigmoid(_ x: Wide) -> Wide { x > 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)) }

/// log(1 + e^x).
func softplus(_ x: Wide) -> Wide { x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)) }

/// How far a result is from the true value, in units in the last place of the latter.
func ulps(_ result: Double, from truth: Wide) -> Double {
  let nearest = Double(truth)
  if result.isNaN || nearest.isNaN || nearest.isInfinite || result.isInfinite {
    return isSame(result, nearest) ? 0 : .infinity
  }
  return Double((Wide(result) - truth).magnitude / Wide(nearest.ulp))
}
