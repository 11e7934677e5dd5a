/// y = A x, or y += A x, and A += x yᵀ.

/// Rows taken at a time, so that loads of x are shared.
#define ROWS_AT_ONCE (LANES == 8 ? 4 : 1)
/// Columns taken at a time, and rows of one pass: a stretch of y stays in the first-level cache.
#define COLUMNS_AT_ONCE 8
#define STRETCH 512
/// Vectors of y in each chain of additions over short columns.
#define VECTORS_IN_CHAINS (LANES == 8 ? 4 : 2)

/// The sums of four rows' accumulators, added in the order of `folded_sum`, four at a time.
static inline __attribute__((always_inline)) void fold_four(double *out, V total[][ACCUMULATORS]) {
#if LANES == 8
  V a = gathered_sum(total[0]), b = gathered_sum(total[1]);
  V c = gathered_sum(total[2]), d = gathered_sum(total[3]);
  V ab = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
    + __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
  V cd = __builtin_shufflevector(c, d, 0, 1, 2, 3, 8, 9, 10, 11)
    + __builtin_shufflevector(c, d, 4, 5, 6, 7, 12, 13, 14, 15);
  V pairs = __builtin_shufflevector(ab, cd, 0, 1, 4, 5, 8, 9, 12, 13)
    + __builtin_shufflevector(ab, cd, 2, 3, 6, 7, 10, 11, 14, 15);
  doubles4 sums = __builtin_shufflevector(pairs, pairs, 0, 2, 4, 6)
    + __builtin_shufflevector(pairs, pairs, 1, 3, 5, 7);
  for (int r = 0; r < 4; r++) out[r] = sums[r];
#else
  for (int r = 0; r < 4; r++) out[r] = folded_sum(total[r]);
#endif
}

/// The sums of `rows` rows times x, each with the bits of `dot`.
static inline __attribute__((always_inline)) void row_dots(
  int rows, double *out, const double *a, long a_row, const double *x, long n
) {
  V total[ROWS_AT_ONCE][ACCUMULATORS];
  for (int r = 0; r < rows; r++)
    for (int j = 0; j < ACCUMULATORS; j++) total[r][j] = 0;
  long i = 0;
  for (; i + 32 <= n; i += 32)
    _Pragma("clang loop unroll(full)") for (int j = 0; j < ACCUMULATORS; j++) {
      V factor = load(x + i + j * LANES);
      _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)
        total[r][j] = multiply_add(load(a + r * a_row + i + j * LANES), factor, total[r][j]);
    }
  _Pragma("clang loop unroll(full)") for (int j = 0; j < ACCUMULATORS; j++) {
    long at = i + j * LANES, left = n - at;
    if (left <= 0) break;
    long part = left < LANES ? left : 0;
    V factor = part ? load_part(x + at, part, 0) : load(x + at);
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
      const double *p = a + r * a_row + at;
      total[r][j] = multiply_add(part ? load_part(p, part, 0) : load(p), factor, total[r][j]);
    }
  }
  if (rows == 4) {
    fold_four(out, total);
  } else {
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) out[r] = folded_sum(total[r]);
  }
}

/// Rows of 1 to 32 entries, as many as are taken at a time; how many that were.
static inline long short_row_blocks(
  long m, long n, const double *a, long a_row, const double *x, double *y, int accumulate
) {
#if SET_AVX512 || SET_AVX2
  BY_HALVES(half_row_products, n, m, a, a_row, x, y, accumulate)
  return m / 4 * 4;
#else
  return 0;
#endif
}

/// Rows contiguous.
static void row_products(
  long m, long n, const double *a, long a_row, const double *x, double *y, int accumulate
) {
  double sums[ROWS_AT_ONCE];
  long i = 0;
  if (n <= 32) {
    if (n > 0) i = short_row_blocks(m, n, a, a_row, x, y, accumulate);
    for (; i < m; i++) {
      double sum = short_dot(a + i * a_row, x, n);
      y[i] = accumulate ? y[i] + sum : sum;
    }
    return;
  }
  for (; i + ROWS_AT_ONCE <= m; i += ROWS_AT_ONCE) {
    row_dots(ROWS_AT_ONCE, sums, a + i * a_row, a_row, x, n);
    for (int r = 0; r < ROWS_AT_ONCE; r++) y[i + r] = accumulate ? y[i + r] + sums[r] : sums[r];
  }
  for (; i < m; i++) {
    row_dots(1, sums, a + i * a_row, a_row, x, n);
    y[i] = accumulate ? y[i] + sums[0] : sums[0];
  }
}

/// y += x[0] column 0 + … of a constant number of columns, in this order.
static inline __attribute__((always_inline)) void add_columns(
  int columns, double *y, const double *a, long a_column, const double *x, long m
) {
  V factor[COLUMNS_AT_ONCE];
  _Pragma("clang loop unroll(full)") for (int j = 0; j < columns; j++) factor[j] = x[j];
  long i = 0;
  for (; i + LANES <= m; i += LANES) {
    V sum = load(y + i);
    _Pragma("clang loop unroll(full)") for (int j = 0; j < columns; j++)
      sum = multiply_add(load(a + j * a_column + i), factor[j], sum);
    store(y + i, sum);
  }
  if (i < m) {
    V sum = load_part(y + i, m - i, 0);
    _Pragma("clang loop unroll(full)") for (int j = 0; j < columns; j++)
      sum = multiply_add(load_part(a + j * a_column + i, m - i, 0), factor[j], sum);
    store_part(y + i, sum, m - i);
  }
}

/// Columns of `vectors` vectors, so that y stays in registers; the last vector has `part` entries if that
/// is not 0. Column j belongs to chain j mod 4: one chain would wait for its own last sum.
static inline __attribute__((always_inline)) void add_short_columns(
  int vectors, long part, double *y, const double *a, long a_column, const double *x, long n,
  int accumulate
) {
  V sum[CHAINS][VECTORS_IN_CHAINS];
  _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) {
    sum[0][v] = accumulate ? tile_load(y + v * LANES, v == vectors - 1 ? part : 0) : (V)0.0;
    for (int chain = 1; chain < CHAINS; chain++) sum[chain][v] = 0;
  }
#define ADD_COLUMN(chain, j)                                                             \
  _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) sum[chain][v] =   \
    multiply_add(                                                                        \
      tile_load(a + (j) * a_column + v * LANES, v == vectors - 1 ? part : 0), x[j], sum[chain][v]);
  long j = 0;
  for (; j + CHAINS <= n; j += CHAINS)
    _Pragma("clang loop unroll(full)") for (int chain = 0; chain < CHAINS; chain++)
      ADD_COLUMN(chain, j + chain)
  _Pragma("clang loop unroll(full)") for (int chain = 0; chain < CHAINS - 1; chain++)
    if (j + chain < n) ADD_COLUMN(chain, j + chain)
  _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++)
    tile_store(
      y + v * LANES, (sum[0][v] + sum[1][v]) + (sum[2][v] + sum[3][v]),
      v == vectors - 1 ? part : 0);
}

#if SET_AVX512
/// Columns that go by halves; whether there is a NaN in y then, which costs less to see than to find.
static int half_column_products(
  long m, long n, const double *a, long a_column, const double *x, double *y, int accumulate
) {
  if (m > 28) __builtin_unreachable();
  int has_nan = 0;
#define ADD_HALF_COLUMNS(...) has_nan = add_half_columns(__VA_ARGS__)
  BY_HALVES(ADD_HALF_COLUMNS, m, y, a, a_column, x, n, accumulate)
  return has_nan;
}
#endif

/// Columns of at most 32 entries, as many vectors at a time as there are registers for.
static void short_column_products(
  long m, long n, const double *a, long a_column, const double *x, double *y, int accumulate
) {
#if SET_AVX512
  if (columns_go_by_halves(m)) {
    half_column_products(m, n, a, a_column, x, y, accumulate);
    return;
  }
#endif
#define ADD_SHORT_COLUMNS(vectors, part) \
  add_short_columns(vectors, part, y + i, a + i, a_column, x, n, accumulate)
  for (long i = 0; i < m; i += VECTORS_IN_CHAINS * LANES) {
    long entries = least(m - i, VECTORS_IN_CHAINS * LANES), part = entries % LANES;
    switch ((entries - 1) / LANES) {
    case 0: if (part) ADD_SHORT_COLUMNS(1, part); else ADD_SHORT_COLUMNS(1, 0); break;
    case 1: if (part) ADD_SHORT_COLUMNS(2, part); else ADD_SHORT_COLUMNS(2, 0); break;
#if VECTORS_IN_CHAINS > 2
    case 2: if (part) ADD_SHORT_COLUMNS(3, part); else ADD_SHORT_COLUMNS(3, 0); break;
    default: if (part) ADD_SHORT_COLUMNS(4, part); else ADD_SHORT_COLUMNS(4, 0); break;
#endif
    }
  }
}

/// Columns contiguous.
static void column_products(
  long m, long n, const double *a, long a_column, const double *x, double *y, int accumulate
) {
  if (m <= 32) {
    short_column_products(m, n, a, a_column, x, y, accumulate);
    return;
  }
  for (long i = 0; i < m; i += STRETCH) {
    long rows = least(m - i, STRETCH), j = 0;
    if (!accumulate) fill_splat(y + i, 0, rows);
    for (; j + COLUMNS_AT_ONCE <= n; j += COLUMNS_AT_ONCE)
      add_columns(COLUMNS_AT_ONCE, y + i, a + i + j * a_column, a_column, x + j, rows);
    for (; j < n; j++) add_columns(1, y + i, a + i + j * a_column, a_column, x + j, rows);
  }
}

static void matrix_vector(
  long m, long n, const double *a, long a_row, long a_column, const double *x, double *y,
  int accumulate
) {
  if (a_column == 1 || n == 1) {
    row_products(m, n, a, a_row, x, y, accumulate);
  } else if (a_row == 1) {
    column_products(m, n, a, a_column, x, y, accumulate);
  } else {
    for (long i = 0; i < m; i++) {
      double sum = accumulate ? y[i] : 0;
      for (long j = 0; j < n; j++) sum = mul_add_one(a[i * a_row + j * a_column], x[j], sum);
      y[i] = sum;
    }
  }
}

/// Whether an entry is NaN.
static int has_nan(const double *x, long n) {
  L found = 0;
  long i = 0;
  for (; i + LANES <= n; i += LANES) {
    V a = load(x + i);
    found |= a != a;
  }
  if (i < n) {
    V a = load_part(x + i, n - i, 0);
    found |= a != a;
  }
  return any(found);
}

/// Columns contiguous, of which those whose x is 0 do not count, whatever is in them. 0·inf and 0·nan
/// show as NaN: only then they are left out, in stretches between them.
static void strong_matrix_vector(
  long m, long n, const double *a, long a_column, const double *x, double *y, double *before
) {
  if (before) map_copy(before, y, m);
#if SET_AVX512
  // Where `matrix_vector` would come to the same columns.
  if (columns_go_by_halves(m) && n > 1 && a_column > 1) {
    if (!half_column_products(m, n, a, a_column, x, y, before != 0)) return;
  } else
#endif
  {
    matrix_vector(m, n, a, 1, a_column, x, y, before != 0);
    if (!has_nan(y, m)) return;
  }
  if (before) map_copy(y, before, m);
  else fill_splat(y, 0, m);
  for (long j = 0, first = 0; j <= n; j++) {
    if (j < n && x[j] != 0) continue;
    if (j > first) matrix_vector(m, j - first, a + first * a_column, 1, a_column, x + first, y, 1);
    first = j + 1;
  }
}

static void add_outer_product(
  long m, long n, double *a, long a_row, const double *x, const double *y
) {
  for (long i = 0; i < m; i++) add_multiple(a + i * a_row, x[i], y, n);
}
