/// y = A x, or y += A x, and A += x yᵀ.

/// Rows taken at a time, so that loads of x are shared.
#define ROWS_AT_ONCE (LANES == 8 ? 4 : 1)
/// Columns taken at a time, and rows of one pass: a stretch of y stays in the first-level cache.
#define COLUMNS_AT_ONCE 8
#define STRETCH 512

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

/// The sums over each of `LANES` vectors, in lane r that of the r-th, with the bits of `folded_sum`:
/// halves are added as there, of several vectors at a time.
static inline __attribute__((always_inline)) V sums_across(V *row) {
#define HALVES_ADDED(step)                                                         \
  _Pragma("clang loop unroll(full)") for (int r = 0; r < step; r++) row[r] =       \
    LOW_##step(row[r], row[r + step]) + HIGH_##step(row[r], row[r + step]);
#if LANES >= 8
  HALVES_ADDED(4)
#endif
#if LANES >= 4
  HALVES_ADDED(2)
#endif
  HALVES_ADDED(1)
  return row[0];
}

/// As many rows of at most 32 entries as are a multiple of `LANES`; x stays in `vectors` registers, the
/// last with `part` > 0 entries.
static inline __attribute__((always_inline)) void short_row_products(
  int vectors, long part, long m, const double *a, long a_row, const double *x, double *y,
  int accumulate
) {
  V factor[ACCUMULATORS];
  _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors; j++)
    factor[j] = j < vectors - 1 ? load(x + j * LANES) : load_part(x + j * LANES, part, 0);
  for (long i = 0; i + LANES <= m; i += LANES, a += LANES * a_row) {
    V sum[LANES];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < LANES; r++) {
      const double *line = a + r * a_row;
      V total[ACCUMULATORS];
      _Pragma("clang loop unroll(full)") for (int j = 0; j < ACCUMULATORS; j++) total[j] = 0;
      _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors; j++) {
        const double *at = line + j * LANES;
        V entries = j < vectors - 1 ? load(at) : load_part(at, part, 0);
        total[j] = multiply_add(entries, factor[j], total[j]);
      }
      sum[r] = gathered_sum(total);
    }
    V sums = sums_across(sum);
    store(y + i, accumulate ? load(y + i) + sums : sums);
  }
}

/// Rows contiguous.
static void row_products(
  long m, long n, const double *a, long a_row, const double *x, double *y, int accumulate
) {
  double sums[ROWS_AT_ONCE];
  long i = 0;
#if LANES == 8
  if (n > 0 && n <= 32) {
    long vectors = (n + LANES - 1) / LANES, part = n - (vectors - 1) * LANES;
    if (vectors == 1) short_row_products(1, part, m, a, a_row, x, y, accumulate);
    else if (vectors == 2) short_row_products(2, part, m, a, a_row, x, y, accumulate);
    else if (vectors == 3) short_row_products(3, part, m, a, a_row, x, y, accumulate);
    else short_row_products(4, part, m, a, a_row, x, y, accumulate);
    i = m / LANES * LANES;
  }
#endif
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

/// Columns of at most four vectors, so that y stays in registers; the last vector has `part` entries
/// if that is not 0.
static inline __attribute__((always_inline)) void add_short_columns(
  int vectors, long part, double *y, const double *a, long a_column, const double *x, long n,
  int accumulate
) {
  V sum[4];
  _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++)
    sum[v] = accumulate ? tile_load(y + v * LANES, v == vectors - 1 ? part : 0) : (V)0.0;
  _Pragma("clang loop unroll_count(4)") for (long j = 0; j < n; j++)
    _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++)
      sum[v] = multiply_add(
        tile_load(a + j * a_column + v * LANES, v == vectors - 1 ? part : 0), x[j], sum[v]);
  _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++)
    tile_store(y + v * LANES, sum[v], v == vectors - 1 ? part : 0);
}

/// Columns contiguous.
static void column_products(
  long m, long n, const double *a, long a_column, const double *x, double *y, int accumulate
) {
  if (m > 0 && m <= 4 * LANES) {
    long vectors = (m + LANES - 1) / LANES, part = m % LANES;
    if (part) {
      if (vectors == 1) add_short_columns(1, part, y, a, a_column, x, n, accumulate);
      else if (vectors == 2) add_short_columns(2, part, y, a, a_column, x, n, accumulate);
      else if (vectors == 3) add_short_columns(3, part, y, a, a_column, x, n, accumulate);
      else add_short_columns(4, part, y, a, a_column, x, n, accumulate);
    } else {
      if (vectors == 1) add_short_columns(1, 0, y, a, a_column, x, n, accumulate);
      else if (vectors == 2) add_short_columns(2, 0, y, a, a_column, x, n, accumulate);
      else if (vectors == 3) add_short_columns(3, 0, y, a, a_column, x, n, accumulate);
      else add_short_columns(4, 0, y, a, a_column, x, n, accumulate);
    }
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

static void add_outer_product(
  long m, long n, double *a, long a_row, const double *x, const double *y
) {
  for (long i = 0; i < m; i++) add_multiple(a + i * a_row, x[i], y, n);
}
