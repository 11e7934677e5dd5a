/// Tiles of a matrix product, as many entries as registers hold. Every entry is one chain of
/// multiply-adds over ascending k, whatever the tile it falls in.

#define TILE_VECTORS 3
#define TILE_COLUMNS (TILE_VECTORS * LANES)

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

/// A tile of `rows` × `vectors` vectors, the last with `part` entries. `rows`, `vectors` and
/// whether `part` is 0 must be constants where it is inlined. Columns of B and C are
/// contiguous.
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

/// A strip of any number of rows and at most `TILE_COLUMNS` columns, unpacked or the edge of a
/// packed block.
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
