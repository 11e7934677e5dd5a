/// Copies of operands in the order in which tiles read them.

static inline long least(long a, long b) { return a < b ? a : b; }

/// Copies `count` ≤ `width` entries by `depth`: entry (t, k), which lies at
/// start[t * along + k * across], goes to out[k * width + t]. Whole vectors of `LANES` neighbours are
/// moved at once where either stride is 1.
static inline __attribute__((always_inline)) void pack_group(
  double *out, int width, const double *start, long along, long across, long count, long depth
) {
  long t = 0;
  if (along == 1) {
    for (; t + LANES <= count; t += LANES)
      for (long k = 0; k < depth; k++) store(out + k * width + t, load(start + k * across + t));
  } else if (across == 1) {
    for (; t + LANES <= count; t += LANES)
      transpose_rows(out + t, width, start + t * along, along, depth);
  }
  for (; t < count; t++)
    _Pragma("clang loop vectorize(disable)") for (long k = 0; k < depth; k++)
      out[k * width + t] = start[t * along + k * across];
}

/// Rows of A in groups of `TILE_ROWS`, each group by ascending k. The last group may be short; its
/// missing rows are neither written nor read.
static void pack_left(double *out, matrix a, long rows, long depth) {
  for (long i = 0; i < rows; i += TILE_ROWS, out += TILE_ROWS * depth)
    pack_group(
      out, TILE_ROWS, a.start + i * a.row, a.row, a.column, least(rows - i, TILE_ROWS), depth);
}

/// Columns of B in groups of `TILE_COLUMNS`, each group by ascending k. Missing columns of the last
/// group are neither written nor read.
static void pack_right(double *out, matrix b, long depth, long columns) {
  for (long j = 0; j < columns; j += TILE_COLUMNS, out += TILE_COLUMNS * depth)
    pack_group(
      out, TILE_COLUMNS, b.start + j * b.column, b.column, b.row, least(columns - j, TILE_COLUMNS),
      depth);
}
