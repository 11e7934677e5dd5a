/// Σ log(1 + e^x), with the derivatives of its terms for little more.
///
/// The terms are max(x, 0) + log(1 + e) with e = e^-|x|, and the logarithms add up to that of
/// Π (1 + e) = 1 + q: one logarithm for many of them. Each entry makes q (1 + e) + e of q, in which
/// nothing cancels, so that q keeps its digits however small it is. Entry i belongs to sum and product
/// i mod 8; of 8 · 512 entries a product is at most 2^512.

#define TERM_VECTORS SHORT_ACCUMULATORS

/// The sums of max(x, 0), and q.
typedef struct {
  V positive[TERM_VECTORS], q[TERM_VECTORS];
} softplus_terms;

static inline __attribute__((always_inline)) softplus_terms softplus_terms_of(
  double *sigmoid, const double *x, long n
) {
  softplus_terms t;
  for (int j = 0; j < TERM_VECTORS; j++) t.positive[j] = t.q[j] = 0;
  long i = 0;
#if PAIRED_LANES == 16
  PAIRED(
    W e = exp_of(-magnitude(a)); W d = 1 + e; W p = choose(a > 0, a, 0);
    t.positive[0] = (t.positive[0] + p.lo) + p.hi;
    t.q[0] = multiply_add(multiply_add(t.q[0], d.lo, e.lo), d.hi, e.hi);
    if (sigmoid) STORE_PAIR(sigmoid + i, sigmoid_from(a, e));)
#endif
  _Pragma(ROLLED) for (; i + 8 <= n; i += 8)
    _Pragma("clang loop unroll(full)") for (int j = 0; j < TERM_VECTORS; j++) {
      V a = load(x + i + j * LANES), e = exp_of(-magnitude(a));
      t.positive[j] += choose(a > 0, a, 0);
      t.q[j] = multiply_add(t.q[j], 1 + e, e);
      if (sigmoid) store(sigmoid + i + j * LANES, sigmoid_from(a, e));
    }
  _Pragma("clang loop unroll(full)") for (int j = 0; j < TERM_VECTORS; j++) {
    long at = i + j * LANES, count = n - at < LANES ? n - at : LANES;
    if (count <= 0) break;
    V a = load_part(x + at, count, 0), e = exp_of(-magnitude(a));
    t.positive[j] += choose(a > 0, a, 0);
    V known = first_part(e, count);
    t.q[j] = multiply_add(t.q[j], 1 + known, known);
    if (!sigmoid) continue;
    if (count < LANES) store_part(sigmoid + at, sigmoid_from(a, e), count);
    else store(sigmoid + at, sigmoid_from(a, e));
  }
  return t;
}

static inline __attribute__((always_inline)) double softplus_total_of(softplus_terms t) {
  for (int j = 0; j < TERM_VECTORS; j++) t.positive[j] += log1p_of(t.q[j]);
  return sum_of_lanes(gathered_short_sum(t.positive));
}

static void softplus_terms_to(double *terms, double *sigmoid, const double *x, long n) {
  softplus_terms t = sigmoid ? softplus_terms_of(sigmoid, x, n) : softplus_terms_of(0, x, n);
  for (int j = 0; j < TERM_VECTORS; j++) {
    store(terms + j * LANES, t.positive[j]);
    store(terms + 8 + j * LANES, t.q[j]);
  }
}

static double softplus_total(const double *terms) {
  softplus_terms t;
  for (int j = 0; j < TERM_VECTORS; j++) {
    t.positive[j] = load(terms + j * LANES);
    t.q[j] = load(terms + 8 + j * LANES);
  }
  return softplus_total_of(t);
}

static double softplus_sum(double *sigmoid, const double *x, long n) {
  double terms[16];
  softplus_terms_to(terms, sigmoid, x, n);
  return softplus_total(terms);
}
