/// Copies of operands in the order in which tiles read them.

/// Rows of A in groups of `TILE_ROWS`, each group by ascending k. The last group may be short; its
/// missing rows are neither written nor read.
static void pack_left(double *out, matrix a, long rows, long depth) {
  for (long i = 0; i < rows; i += TILE_ROWS, out += TILE_ROWS * depth) {
    long count = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
    matrix group = offset_matrix(a, i, 0);
    if (group.row == 1 && count == TILE_ROWS) {
      for (long k = 0; k < depth; k++)
        for (int r = 0; r < TILE_ROWS; r++)
          out[k * TILE_ROWS + r] = group.start[k * group.column + r];
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
