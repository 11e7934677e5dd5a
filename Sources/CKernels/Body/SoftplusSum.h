/// Σ log(1 + e^x), with the derivatives of its terms for little more.
///
/// The terms are max(x, 0) + log(1 + e) with e = e^-|x|, and the logarithms add up to that of
/// Π (1 + e) = 1 + q: one logarithm for all of them. Each entry makes q (1 + e) + e of q, in which
/// nothing cancels, so that q keeps its digits however small it is; of 512 entries 1 + q is at most
/// 2^512. Entry i belongs to sum and product i mod 8.

#define TERM_VECTORS SHORT_ACCUMULATORS

/// (1 + a) (1 + b) - 1.
static inline V joined(V a, V b) { return multiply_add(a, b, a + b); }

/// The products of all lanes joined into one, in the order of `sum_of_lanes`.
static inline __attribute__((always_inline)) double joined_lanes(V *q) {
  for (int j = TERM_VECTORS / 2; j >= 1; j /= 2)
    for (int k = 0; k < j; k++) q[k] = joined(q[k], q[k + j]);
  V x = q[0];
  IF_EIGHT_LANES(x = joined(x, SWAPPED_4(x));)
  IF_FOUR_LANES(x = joined(x, SWAPPED_2(x));)
  return joined(x, SWAPPED_1(x))[0];
}

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
  double total = sum_of_lanes(gathered_short_sum(positive));
  return total + log1p_one(joined_lanes(q));
}

static double softplus_sum(double *sigmoid, const double *x, long n) {
  return sigmoid ? softplus_sum_with(sigmoid, x, n) : softplus_sum_with(0, x, n);
}
