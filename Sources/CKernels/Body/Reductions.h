/// Sums and extremes over an array. Entry i belongs to accumulator i mod 32 (in a short sum of products
/// mod 8) whatever the number of lanes, so every set adds in the same order.

#define ACCUMULATORS (32 / LANES)

static inline V sum_of(V a, V b) { return a + b; }
static inline V plus_square(V total, V a) { return multiply_add(a, a, total); }

/// x with its lanes moved, so that lane 0 holds what lane `step` held: by half the lanes, a
/// quarter…
#if LANES == 8
#define SWAPPED_4(x) __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3)
#define SWAPPED_2(x) __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5)
#define SWAPPED_1(x) __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6)
#elif LANES == 4
#define SWAPPED_2(x) __builtin_shufflevector(x, x, 2, 3, 0, 1)
#define SWAPPED_1(x) __builtin_shufflevector(x, x, 1, 0, 3, 2)
#else
#define SWAPPED_1(x) __builtin_shufflevector(x, x, 1, 0)
#endif

/// The accumulators combined by halves, down to one vector and then to one number.
#define FOLD(name)                                                                     \
  static inline __attribute__((always_inline)) V gathered_##name(V *total) {           \
    _Pragma("clang loop unroll(full)") for (int j = ACCUMULATORS / 2; j >= 1; j /= 2)  \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < j; i++)                   \
        total[i] = name##_of(total[i], total[i + j]);                                  \
    return total[0];                                                                   \
  }                                                                                    \
  static inline __attribute__((always_inline)) double folded_##name(V *total) {        \
    V x = gathered_##name(total);                                                      \
    IF_EIGHT_LANES(x = name##_of(x, SWAPPED_4(x));)                                    \
    IF_FOUR_LANES(x = name##_of(x, SWAPPED_2(x));)                                     \
    return name##_of(x, SWAPPED_1(x))[0];                                              \
  }

#if LANES == 8
#define IF_EIGHT_LANES(statement) statement
#define IF_FOUR_LANES(statement) statement
#elif LANES == 4
#define IF_EIGHT_LANES(statement)
#define IF_FOUR_LANES(statement) statement
#else
#define IF_EIGHT_LANES(statement)
#define IF_FOUR_LANES(statement)
#endif

FOLD(sum)
FOLD(max)
FOLD(min)

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
    return folded_##combined(total);                                          \
  }

REDUCTION(reduce_sum, 0, 0, sum_of, sum)
REDUCTION(reduce_sum_squares, 0, 0, plus_square, sum)
REDUCTION(reduce_maximum, -INFINITY, -INFINITY, max_of, max)
REDUCTION(reduce_minimum, INFINITY, INFINITY, min_of, min)

/// Of at most 32 products entry i belongs to accumulator i mod 8: so there are fewer to add at the end.
#define SHORT_ACCUMULATORS (8 / LANES)

/// The accumulators of a short sum combined as those of a long one.
static inline __attribute__((always_inline)) V gathered_short_sum(V *total) {
  _Pragma("clang loop unroll(full)") for (int j = SHORT_ACCUMULATORS / 2; j >= 1; j /= 2)
    _Pragma("clang loop unroll(full)") for (int i = 0; i < j; i++) total[i] += total[i + j];
  return total[0];
}

/// One vector to one number, halves added to each other.
static inline __attribute__((always_inline)) double sum_of_lanes(V x) {
  IF_EIGHT_LANES(x += SWAPPED_4(x);)
  IF_FOUR_LANES(x += SWAPPED_2(x);)
  return (x + SWAPPED_1(x))[0];
}

static double short_dot(const double *a, const double *b, long n) {
  V total[SHORT_ACCUMULATORS];
  for (int j = 0; j < SHORT_ACCUMULATORS; j++) total[j] = 0;
  _Pragma("clang loop unroll(full)") for (int j = 0; j < ACCUMULATORS; j++) {
    long at = j * LANES, left = n - at;
    if (left <= 0) break;
    V x = left >= LANES ? load(a + at) : load_part(a + at, left, 0);
    V y = left >= LANES ? load(b + at) : load_part(b + at, left, 0);
    V *sum = &total[j % SHORT_ACCUMULATORS];
    *sum = multiply_add(x, y, *sum);
  }
  return sum_of_lanes(gathered_short_sum(total));
}

static double reduce_dot(const double *a, const double *b, long n) {
  if (n <= 32) return short_dot(a, b, n);
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
  return folded_sum(total);
}
