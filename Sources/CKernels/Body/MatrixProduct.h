/// C = A B, or C += A B. Every entry of C is one chain of multiply-adds over ascending k, whatever
/// the tile it falls in, whether operands are packed, and however rows are parted among calls. So
/// the choice of path below is free, and is made for speed alone.

#define TILE_VECTORS 3
#define TILE_COLUMNS (TILE_VECTORS * LANES)

/// Depth, rows and columns of what is packed at a time: a strip of A stays in the first-level cache,
/// a block of A in the second, a block of B in the third.
#define BLOCK_DEPTH 256
#define BLOCK_ROWS 96
#define BLOCK_COLUMNS (1008 / TILE_COLUMNS * TILE_COLUMNS)

/// An operand: entry (i, j) at start[i * row + j * column].
typedef struct {
  const double *start;
  long row, column;
} matrix;

static inline matrix offset_matrix(matrix a, long i, long j) {
  return (matrix){a.start + i * a.row + j * a.column, a.row, a.column};
}

static inline matrix transposed(matrix a) { return (matrix){a.start, a.column, a.row}; }

/// A vector that holds `part` entries, or all if `part` is 0.
static inline __attribute__((always_inline)) V tile_load(const double *p, long part) {
  return part ? load_part(p, part, 0) : load(p);
}

static inline __attribute__((always_inline)) void tile_store(double *p, V x, long part) {
  if (part) store_part(p, x, part); else store(p, x);
}

/// A tile of `rows` × `vectors` vectors, the last with `part` entries. `rows`, `vectors` and whether
/// `part` is 0 must be constants where it is inlined. Columns of B and C are contiguous.
static inline __attribute__((always_inline)) void tile(
  int rows, int vectors, long part, long depth, matrix a, matrix b, double *c, long c_row,
  int starts_from_c
) {
  V sum[TILE_ROWS][TILE_VECTORS];
  _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++)
    _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors; j++)
      sum[i][j] = starts_from_c
        ? tile_load(c + i * c_row + j * LANES, j == vectors - 1 ? part : 0) : (V)0.0;
  for (long k = 0; k < depth; k++) {
    V b_row[TILE_VECTORS];
    _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors; j++)
      b_row[j] = tile_load(b.start + k * b.row + j * LANES, j == vectors - 1 ? part : 0);
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++) {
      V factor = a.start[i * a.row + k * a.column];
      _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors; j++)
        sum[i][j] = multiply_add(factor, b_row[j], sum[i][j]);
    }
  }
  _Pragma("clang loop unroll(full)") for (int i = 0; i < rows; i++)
    _Pragma("clang loop unroll(full)") for (int j = 0; j < vectors; j++)
      tile_store(c + i * c_row + j * LANES, sum[i][j], j == vectors - 1 ? part : 0);
}

/// A tile of up to `TILE_COLUMNS` columns and a constant number of rows.
static inline __attribute__((always_inline)) void tile_of_width(
  int rows, long columns, long depth, matrix a, matrix b, double *c, long c_row, int starts_from_c
) {
  long vectors = (columns + LANES - 1) / LANES, part = columns % LANES;
  if (vectors == 3 && !part) tile(rows, 3, 0, depth, a, b, c, c_row, starts_from_c);
  else if (vectors == 3) tile(rows, 3, part, depth, a, b, c, c_row, starts_from_c);
  else if (vectors == 2 && !part) tile(rows, 2, 0, depth, a, b, c, c_row, starts_from_c);
  else if (vectors == 2) tile(rows, 2, part, depth, a, b, c, c_row, starts_from_c);
  else if (!part) tile(rows, 1, 0, depth, a, b, c, c_row, starts_from_c);
  else tile(rows, 1, part, depth, a, b, c, c_row, starts_from_c);
}

#define TILE_OF_ROWS(rows)                                                                   \
  static void tile_of_rows_##rows(                                                           \
    long columns, long depth, matrix a, matrix b, double *c, long c_row, int starts_from_c   \
  ) {                                                                                        \
    tile_of_width(rows, columns, depth, a, b, c, c_row, starts_from_c);                      \
  }

#if TILE_ROWS == 8
TILE_OF_ROWS(8)
#endif
TILE_OF_ROWS(4)
TILE_OF_ROWS(2)
TILE_OF_ROWS(1)

/// A strip of any number of rows and at most `TILE_COLUMNS` columns, unpacked or the edge of a packed
/// block.
static void strip(
  long rows, long columns, long depth, matrix a, matrix b, double *c, long c_row, int starts_from_c
) {
  long i = 0;
#if TILE_ROWS == 8
  for (; i + 8 <= rows; i += 8)
    tile_of_rows_8(columns, depth, offset_matrix(a, i, 0), b, c + i * c_row, c_row, starts_from_c);
#endif
  for (; i + 4 <= rows; i += 4)
    tile_of_rows_4(columns, depth, offset_matrix(a, i, 0), b, c + i * c_row, c_row, starts_from_c);
  if (rows - i >= 2) {
    tile_of_rows_2(columns, depth, offset_matrix(a, i, 0), b, c + i * c_row, c_row, starts_from_c);
    i += 2;
  }
  if (i < rows)
    tile_of_rows_1(columns, depth, offset_matrix(a, i, 0), b, c + i * c_row, c_row, starts_from_c);
}

/// A full tile of packed operands, with constant strides.
static void packed_tile(
  long depth, const double *a, const double *b, double *c, long c_row, int starts_from_c
) {
  matrix left = {a, 1, TILE_ROWS}, right = {b, TILE_COLUMNS, 1};
  tile(TILE_ROWS, TILE_VECTORS, 0, depth, left, right, c, c_row, starts_from_c);
}

/// Rows of A in groups of `TILE_ROWS`, each group by ascending k. The last group may be short; its
/// missing rows are neither written nor read.
static void pack_left(double *out, matrix a, long rows, long depth) {
  for (long i = 0; i < rows; i += TILE_ROWS, out += TILE_ROWS * depth) {
    long count = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
    matrix group = offset_matrix(a, i, 0);
    if (group.row == 1 && count == TILE_ROWS) {
      for (long k = 0; k < depth; k++)
        for (int r = 0; r < TILE_ROWS; r++) out[k * TILE_ROWS + r] = group.start[k * group.column + r];
    } else {
      for (long r = 0; r < count; r++)
        for (long k = 0; k < depth; k++)
          out[k * TILE_ROWS + r] = group.start[r * group.row + k * group.column];
    }
  }
}

/// Columns of B in groups of `TILE_COLUMNS`, each group by ascending k. Missing columns of the last
/// group are neither written nor read.
static void pack_right(double *out, matrix b, long depth, long columns) {
  for (long j = 0; j < columns; j += TILE_COLUMNS, out += TILE_COLUMNS * depth) {
    long count = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
    matrix group = offset_matrix(b, 0, j);
    if (group.column == 1 && count == TILE_COLUMNS) {
      for (long k = 0; k < depth; k++)
        for (int v = 0; v < TILE_VECTORS; v++)
          store(out + k * TILE_COLUMNS + v * LANES, load(group.start + k * group.row + v * LANES));
    } else if (group.column == 1) {
      for (long k = 0; k < depth; k++)
        for (long t = 0; t < count; t++) out[k * TILE_COLUMNS + t] = group.start[k * group.row + t];
    } else {
      for (long t = 0; t < count; t++)
        for (long k = 0; k < depth; k++)
          out[k * TILE_COLUMNS + t] = group.start[k * group.row + t * group.column];
    }
  }
}

/// The product of a packed block of A and a packed block of B.
static void packed_block(
  long rows, long columns, long depth, const double *left, const double *right, double *c,
  long c_row, int starts_from_c
) {
  for (long j = 0; j < columns; j += TILE_COLUMNS) {
    long width = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
    matrix b = {right + j * depth, TILE_COLUMNS, 1};
    for (long i = 0; i < rows; i += TILE_ROWS) {
      long height = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
      matrix a = {left + i * depth, 1, TILE_ROWS};
      double *at = c + i * c_row + j;
      if (height == TILE_ROWS && width == TILE_COLUMNS)
        packed_tile(depth, a.start, b.start, at, c_row, starts_from_c);
      else
        strip(height, width, depth, a, b, at, c_row, starts_from_c);
    }
  }
}

static inline long least(long a, long b) { return a < b ? a : b; }

/// Both operands packed, block by block.
static void packed_product(
  long m, long n, long k, matrix a, matrix b, double *c, long c_row, int accumulate,
  double *workspace
) {
  double *left = workspace, *right = workspace + BLOCK_ROWS * BLOCK_DEPTH;
  for (long j = 0; j < n; j += BLOCK_COLUMNS) {
    long columns = least(n - j, BLOCK_COLUMNS);
    for (long p = 0; p < k; p += BLOCK_DEPTH) {
      long depth = least(k - p, BLOCK_DEPTH);
      pack_right(right, offset_matrix(b, p, j), depth, columns);
      for (long i = 0; i < m; i += BLOCK_ROWS) {
        long rows = least(m - i, BLOCK_ROWS);
        pack_left(left, offset_matrix(a, i, p), rows, depth);
        packed_block(
          rows, columns, depth, left, right, c + i * c_row + j, c_row, accumulate || p > 0);
      }
    }
  }
}

/// Room for one block of each operand, and for a block of C that is not contiguous.
static long matrix_workspace(long m, long n, long k) {
  if (m <= 0 || n <= 0 || k <= 0) return 0;
  return BLOCK_DEPTH * (BLOCK_ROWS + BLOCK_COLUMNS);
}

/// Entries of C apart in both directions: each is its own chain. Rare, so it is plain.
static void scattered_product(
  long m, long n, long k, matrix a, matrix b, double *c, long c_row, long c_column, int accumulate
) {
  for (long i = 0; i < m; i++)
    for (long j = 0; j < n; j++) {
      double *at = c + i * c_row + j * c_column, sum = accumulate ? *at : 0;
      for (long p = 0; p < k; p++)
        sum = mul_add_one(
          a.start[i * a.row + p * a.column], b.start[p * b.row + j * b.column], sum);
      *at = sum;
    }
}

static void matrix_product(
  long m, long n, long k, const double *a, long a_row, long a_column, const double *b, long b_row,
  long b_column, double *c, long c_row, long c_column, int accumulate, double *workspace
) {
  if (m <= 0 || n <= 0) return;
  matrix left = {a, a_row, a_column}, right = {b, b_row, b_column};
  if (c_column != 1 && n > 1) {
    if (c_row == 1 || m == 1) {
      matrix_product(
        n, m, k, b, b_column, b_row, a, a_column, a_row, c, c_column, 1, accumulate, workspace);
    } else {
      scattered_product(m, n, k, left, right, c, c_row, c_column, accumulate);
    }
    return;
  }
  // Packing B pays when it is read often and does not fit the first-level cache as it is.
  int is_contiguous = b_column == 1 || n == 1;
  if (k <= 0 || (is_contiguous && (m <= 2 * TILE_ROWS || k * n <= 2048))) {
    for (long j = 0; j < n; j += TILE_COLUMNS)
      strip(
        m, least(n - j, TILE_COLUMNS), k, left, offset_matrix(right, 0, j), c + j, c_row,
        accumulate);
  } else {
    packed_product(m, n, k, left, right, c, c_row, accumulate, workspace);
  }
}
