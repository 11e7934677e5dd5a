/// Σ log(1 + e^x), with the derivatives of its terms for little more.
///
/// The terms are max(x, 0) + log(1 + e) with e = e^-|x|, and the logarithms add up to that of
/// Π (1 + e) = 1 + q: one logarithm for many of them. Each entry makes q (1 + e) + e of q, in which
/// nothing cancels, so that q keeps its digits however small it is. Entry i belongs to sum and product
/// i mod 8; of 8 · 512 entries a product is at most 2^512.

#define TERM_VECTORS SHORT_ACCUMULATORS

static inline __attribute__((always_inline)) double softplus_sum_with(
  double *sigmoid, const double *x, long n
) {
  V positive[TERM_VECTORS], q[TERM_VECTORS];
  for (int j = 0; j < TERM_VECTORS; j++) positive[j] = q[j] = 0;
  long i = 0;
  _Pragma(ROLLED) for (; i + 8 <= n; i += 8)
    _Pragma("clang loop unroll(full)") for (int j = 0; j < TERM_VECTORS; j++) {
      V a = load(x + i + j * LANES), e = exp_of(-magnitude(a));
      positive[j] += choose(a > 0, a, 0);
      q[j] = multiply_add(q[j], 1 + e, e);
      if (sigmoid) store(sigmoid + i + j * LANES, sigmoid_from(a, e));
    }
  _Pragma("clang loop unroll(full)") for (int j = 0; j < TERM_VECTORS; j++) {
    long at = i + j * LANES, count = n - at < LANES ? n - at : LANES;
    if (count <= 0) break;
    V a = load_part(x + at, count, 0), e = exp_of(-magnitude(a));
    positive[j] += choose(a > 0, a, 0);
    V known = first_part(e, count);
    q[j] = multiply_add(q[j], 1 + known, known);
    if (!sigmoid) continue;
    if (count < LANES) store_part(sigmoid + at, sigmoid_from(a, e), count);
    else store(sigmoid + at, sigmoid_from(a, e));
  }
  for (int j = 0; j < TERM_VECTORS; j++) positive[j] += log1p_of(q[j]);
  return sum_of_lanes(gathered_short_sum(positive));
}

static double softplus_sum(double *sigmoid, const double *x, long n) {
  return sigmoid ? softplus_sum_with(sigmoid, x, n) : softplus_sum_with(0, x, n);
}
