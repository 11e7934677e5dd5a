/// Sums and extremes over an array. Entry i belongs to accumulator i mod 32 whatever the number of
/// lanes, so every set adds in the same order.

#define ACCUMULATORS (32 / LANES)

/// The accumulators, combined by halves into one number.
#define FOLDED(accumulators, combined)                                              \
  _Pragma("clang loop unroll(full)") for (int half = ACCUMULATORS / 2; half >= 1; half /= 2) \
    _Pragma("clang loop unroll(full)") for (int j = 0; j < half; j++)                \
      accumulators[j] = combined(accumulators[j], accumulators[j + half]);          \
  double lane[LANES];                                                               \
  store(lane, accumulators[0]);                                                     \
  _Pragma("clang loop unroll(full)") for (int half = LANES / 2; half >= 1; half /= 2) \
    _Pragma("clang loop unroll(full)") for (int j = 0; j < half; j++)                \
      lane[j] = combined##_one_lane(lane[j], lane[j + half]);                       \
  return lane[0];

#define PLUS(a, b) ((a) + (b))
#define PLUS_one_lane PLUS

#define REDUCTION(name, start, padding, step, combined)                       \
  static double name(const double *x, long n) {                              \
    V total[ACCUMULATORS];                                                   \
    for (int j = 0; j < ACCUMULATORS; j++) total[j] = start;                 \
    long i = 0;                                                              \
    for (; i + 32 <= n; i += 32)                                             \
      _Pragma("clang loop unroll(full)") for (int j = 0; j < ACCUMULATORS; j++) { \
        V a = load(x + i + j * LANES);                                       \
        total[j] = step(total[j], a);                                        \
      }                                                                      \
    _Pragma("clang loop unroll(full)") for (int j = 0; j < ACCUMULATORS; j++) { \
      long left = n - i - j * LANES;                                         \
      if (left <= 0) break;                                                  \
      const double *p = x + i + j * LANES;                                   \
      V a = left >= LANES ? load(p) : load_part(p, left, padding);           \
      total[j] = step(total[j], a);                                          \
    }                                                                        \
    FOLDED(total, combined)                                                  \
  }

static inline V plus_square(V total, V a) { return multiply_add(a, a, total); }
static inline double max_of_one_lane(double a, double b) { return a != a ? a : a > b ? a : b; }
static inline double min_of_one_lane(double a, double b) { return a != a ? a : a < b ? a : b; }

REDUCTION(reduce_sum, 0, 0, PLUS, PLUS)
REDUCTION(reduce_sum_squares, 0, 0, plus_square, PLUS)
REDUCTION(reduce_maximum, -INFINITY, -INFINITY, max_of, max_of)
REDUCTION(reduce_minimum, INFINITY, INFINITY, min_of, min_of)

static double reduce_dot(const double *a, const double *b, long n) {
  V total[ACCUMULATORS];
  for (int j = 0; j < ACCUMULATORS; j++) total[j] = 0;
  long i = 0;
  for (; i + 32 <= n; i += 32)
    _Pragma("clang loop unroll(full)") for (int j = 0; j < ACCUMULATORS; j++) total[j] =
      multiply_add(load(a + i + j * LANES), load(b + i + j * LANES), total[j]);
  _Pragma("clang loop unroll(full)") for (int j = 0; j < ACCUMULATORS; j++) {
    long at = i + j * LANES, left = n - at;
    if (left <= 0) break;
    V x = left >= LANES ? load(a + at) : load_part(a + at, left, 0);
    V y = left >= LANES ? load(b + at) : load_part(b + at, left, 0);
    total[j] = multiply_add(x, y, total[j]);
  }
  FOLDED(total, PLUS)
}
