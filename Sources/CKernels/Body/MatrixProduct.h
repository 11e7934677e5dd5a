/// C = A B, or C += A B. Every entry of C is one chain of multiply-adds over ascending k, whatever
/// the tile it falls in, whether operands are packed, and however rows are parted among calls. So
/// the choice of path below is free, and is made for speed alone.

/// Depth, rows and columns of what is packed at a time: a strip of A stays in the first-level
/// cache, a block of A in the second, a block of B in the third.
#define BLOCK_DEPTH 128
#define BLOCK_ROWS 192
#define BLOCK_COLUMNS (1008 / TILE_COLUMNS * TILE_COLUMNS)

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
