/// Kernels that treat each entry alone. In the last, partial vector the lanes without an entry hold
/// 1, which no function takes a slow path for.

#define MAP_UNARY(name, unrolled, expression)                        \
  static void name(double *out, const double *x, long n) {           \
    long i = 0;                                                      \
    _Pragma(unrolled) for (; i + LANES <= n; i += LANES) {           \
      V a = load(x + i);                                             \
      store(out + i, expression);                                    \
    }                                                                \
    if (i < n) {                                                     \
      V a = load_part(x + i, n - i, 1);                              \
      store_part(out + i, expression, n - i);                        \
    }                                                                \
  }

/// A function that is one long chain of operations. Two vectors go side by side through the main
/// loop: a processor that looks a few hundred instructions ahead then always finds work.
#if PAIRED_LANES
#define W JOINED(doubles, PAIRED_LANES)
typedef W unaligned_pair __attribute__((aligned(8)));
#define PAIRED(statements)                                   \
  for (; i + PAIRED_LANES <= n; i += PAIRED_LANES) {         \
    W a = *(const unaligned_pair *)(x + i);                  \
    statements                                               \
  }
#define STORE_PAIR(p, y) *(unaligned_pair *)(p) = (y)
#else
#define W V
#define PAIRED(statements)
#endif

#define MAP_FUNCTION(name, function)                                             \
  static void name(double *out, const double *x, long n) {                       \
    long i = 0;                                                                  \
    PAIRED(STORE_PAIR(out + i, function(a));)                                    \
    _Pragma(ROLLED) for (; i + LANES <= n; i += LANES)                           \
      store(out + i, function(load(x + i)));                                     \
    if (i < n) store_part(out + i, function(load_part(x + i, n - i, 1)), n - i); \
  }

/// Two functions of one argument.
#define MAP_TWO_FUNCTIONS(name, function)                                      \
  static void name(double *first, double *second, const double *x, long n) {   \
    long i = 0;                                                                \
    PAIRED(W f; W g; function(a, &f, &g); STORE_PAIR(first + i, f);            \
           STORE_PAIR(second + i, g);)                                         \
    V f, g;                                                                    \
    _Pragma(ROLLED) for (; i + LANES <= n; i += LANES) {                       \
      function(load(x + i), &f, &g);                                           \
      store(first + i, f);                                                     \
      store(second + i, g);                                                    \
    }                                                                          \
    if (i < n) {                                                               \
      function(load_part(x + i, n - i, 1), &f, &g);                            \
      store_part(first + i, f, n - i);                                         \
      store_part(second + i, g, n - i);                                        \
    }                                                                          \
  }

#define MAP_BINARY(name, unrolled, expression)                               \
  static void name(double *out, const double *x, const double *y, long n) {  \
    long i = 0;                                                              \
    _Pragma(unrolled) for (; i + LANES <= n; i += LANES) {                   \
      V a = load(x + i), b = load(y + i);                                    \
      store(out + i, expression);                                            \
    }                                                                        \
    if (i < n) {                                                             \
      V a = load_part(x + i, n - i, 1), b = load_part(y + i, n - i, 1);      \
      store_part(out + i, expression, n - i);                                \
    }                                                                        \
  }

#define MAP_TERNARY(name, expression)                                                       \
  static void name(double *out, const double *x, const double *y, const double *z, long n) { \
    long i = 0;                                                                             \
    _Pragma(UNROLLED) for (; i + LANES <= n; i += LANES) {                                  \
      V a = load(x + i), b = load(y + i), c = load(z + i);                                  \
      store(out + i, expression);                                                           \
    }                                                                                       \
    if (i < n) {                                                                            \
      V a = load_part(x + i, n - i, 1), b = load_part(y + i, n - i, 1);                     \
      V c = load_part(z + i, n - i, 1);                                                     \
      store_part(out + i, expression, n - i);                                               \
    }                                                                                       \
  }

#define UNROLLED "clang loop unroll_count(4)"
#define ROLLED "clang loop unroll(disable)"

MAP_FUNCTION(map_exp, exp_of)
MAP_FUNCTION(map_expm1, expm1_of)
MAP_FUNCTION(map_log, log_of)
MAP_FUNCTION(map_log1p, log1p_of)
MAP_FUNCTION(map_sigmoid, sigmoid_of)
MAP_FUNCTION(map_softplus, softplus_of)
MAP_FUNCTION(map_sin, sin_of)
MAP_FUNCTION(map_cos, cos_of)
MAP_BINARY(map_pow, ROLLED, pow_of(a, b))
MAP_TWO_FUNCTIONS(map_sincos, sincos_of)
MAP_TWO_FUNCTIONS(map_softplus_sigmoid, softplus_sigmoid_of)

#define KEPT 128
#define HYPERBOLIC JOINED(hyperbolic_parts, LANES)

/// tanh and sech, or one of them where the other is null, in two steps of a loop each: half the chain
/// in a loop leaves room for twice the vectors in what a processor looks ahead. Same bits as
/// `tanh_sech_of`.
static inline __attribute__((always_inline)) void map_hyperbolic(
  double *tanh, double *sech, const double *x, long n
) {
  double e[KEPT] __attribute__((aligned(64))), e_low[KEPT] __attribute__((aligned(64)));
  long whole = n - n % LANES;
  for (long start = 0, end; start < whole; start = end) {
    end = whole - start < KEPT ? whole : start + KEPT;
    _Pragma(ROLLED) for (long i = start; i < end; i += LANES) {
      V low, high = exp_of_distance(load(x + i), &low);
      store(e + i - start, high);
      store(e_low + i - start, low);
    }
    _Pragma(ROLLED) for (long i = start; i < end; i += LANES) {
      V a = load(x + i);
      HYPERBOLIC h = hyperbolic_parted(load(e + i - start), load(e_low + i - start));
      V f = tanh ? tanh_from(a, h) : a, g = sech ? sech_from(a, h) : a;
      if (tanh) store(tanh + i, f);
      if (sech) store(sech + i, g);
    }
  }
  if (whole < n) {
    V f, g;
    tanh_sech_of(load_part(x + whole, n - whole, 1), &f, &g);
    if (tanh) store_part(tanh + whole, f, n - whole);
    if (sech) store_part(sech + whole, g, n - whole);
  }
}

static void map_tanh(double *out, const double *x, long n) { map_hyperbolic(out, 0, x, n); }
static void map_sech(double *out, const double *x, long n) { map_hyperbolic(0, out, x, n); }
static void map_tanh_sech(double *tanh, double *sech, const double *x, long n) {
  map_hyperbolic(tanh, sech, x, n);
}

/// 1 where the mask is set, else 0.
static inline V truth(L mask) { return number(mask & bits((V)1.0)); }

/// x rounded to a whole number, halves to even. Adding and subtracting 2^52 does it for numbers
/// below that; larger ones are whole.
static inline V nearest_whole(V x) {
#if SET_AVX512 || SET_AVX2 || defined(__aarch64__)
  return __builtin_elementwise_roundeven(x);
#else
  V distance = magnitude(x);
  return signed_like(choose(distance < 0x1p52, (distance + 0x1p52) - 0x1p52, distance), x);
#endif
}

static inline V floor_of(V x) {
  V whole = nearest_whole(x);
  return whole - truth(whole > x);
}
static inline V ceil_of(V x) {
  V whole = nearest_whole(x);
  return signed_like(whole + truth(whole < x), x);
}
static inline V max_of(V a, V b) { return choose(a != a, a, choose(a > b, a, b)); }
static inline V min_of(V a, V b) { return choose(a != a, a, choose(a < b, a, b)); }
static inline V strong_product(V a, V b) { return choose(a == 0, 0, a * b); }

MAP_UNARY(map_sqrt, UNROLLED, __builtin_elementwise_sqrt(a))
MAP_UNARY(map_abs, UNROLLED, magnitude(a))
MAP_UNARY(map_negate, UNROLLED, -a)
MAP_UNARY(map_square, UNROLLED, a *a)
MAP_UNARY(map_reciprocal, UNROLLED, 1 / a)
MAP_UNARY(map_floor, UNROLLED, floor_of(a))
MAP_UNARY(map_ceil, UNROLLED, ceil_of(a))
MAP_UNARY(map_round, UNROLLED, nearest_whole(a))
MAP_UNARY(map_sign, UNROLLED, choose(a > 0, 1, choose(a < 0, -1, a)))
MAP_UNARY(map_relu, UNROLLED, choose(a < 0, 0, a))
MAP_UNARY(map_heaviside, UNROLLED, choose(a == 0, 0.5, choose(a != a, a, truth(a > 0))))
MAP_UNARY(map_not, UNROLLED, truth(a == 0))
MAP_UNARY(map_copy, UNROLLED, a)

MAP_BINARY(map_add, UNROLLED, a + b)
MAP_BINARY(map_sub, UNROLLED, a - b)
MAP_BINARY(map_mul, UNROLLED, a *b)
MAP_BINARY(map_div, UNROLLED, a / b)
MAP_BINARY(map_strong_mul, UNROLLED, strong_product(a, b))
MAP_BINARY(map_max, UNROLLED, max_of(a, b))
MAP_BINARY(map_min, UNROLLED, min_of(a, b))
MAP_BINARY(map_less, UNROLLED, truth(a < b))
MAP_BINARY(map_less_equal, UNROLLED, truth(a <= b))
MAP_BINARY(map_equal, UNROLLED, truth(a == b))
MAP_BINARY(map_not_equal, UNROLLED, truth(a != b))
MAP_BINARY(map_and, UNROLLED, truth((a != 0) & (b != 0)))
MAP_BINARY(map_or, UNROLLED, truth((a != 0) | (b != 0)))

// Rounded twice: they stand for two instructions.
MAP_TERNARY(map_mul_add, a *b + c)
MAP_TERNARY(map_mul_sub, a *b - c)
MAP_TERNARY(map_neg_mul_add, c - a * b)
MAP_TERNARY(map_strong_mul_add, strong_product(a, b) + c)
MAP_TERNARY(map_select, choose(a != 0, b, c))

static void fill_splat(double *out, double value, long n) {
  long i = 0;
  for (; i + LANES <= n; i += LANES) store(out + i, value);
  if (i < n) store_part(out + i, value, n - i);
}

static void fill_gather(double *out, const double *base, const long *index, long n) {
  for (long i = 0; i < n; i++) out[i] = base[index[i]];
}

static void add_multiple(double *y, double factor, const double *x, long n) {
  long i = 0;
  V a = factor;
  _Pragma(UNROLLED) for (; i + LANES <= n; i += LANES)
    store(y + i, multiply_add(a, load(x + i), load(y + i)));
  if (i < n) {
    V sum = multiply_add(a, load_part(x + i, n - i, 1), load_part(y + i, n - i, 1));
    store_part(y + i, sum, n - i);
  }
}
