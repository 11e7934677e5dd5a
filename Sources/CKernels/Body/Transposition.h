/// Square blocks of `LANES` rows turned in registers.

/// Pairs of entries of a and b: the first of every `step`-sized pair of runs, or the second.
#if LANES == 8
#define LOW_1(a, b) __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define HIGH_1(a, b) __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#define LOW_2(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HIGH_2(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define LOW_4(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define HIGH_4(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#elif LANES == 4
#define LOW_1(a, b) __builtin_shufflevector(a, b, 0, 4, 2, 6)
#define HIGH_1(a, b) __builtin_shufflevector(a, b, 1, 5, 3, 7)
#define LOW_2(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define HIGH_2(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#else
#define LOW_1(a, b) __builtin_shufflevector(a, b, 0, 2)
#define HIGH_1(a, b) __builtin_shufflevector(a, b, 1, 3)
#endif

/// Exchanges the runs of `step` entries off the diagonal of each block of 2·step rows.
#define EXCHANGED(step)                                                                  \
  _Pragma("clang loop unroll(full)") for (int r = 0; r < LANES; r++) if (!(r & step)) { \
    V a = row[r], b = row[r + step];                                                     \
    row[r] = LOW_##step(a, b);                                                           \
    row[r + step] = HIGH_##step(a, b);                                                   \
  }

/// row[i][j] becomes row[j][i].
static inline __attribute__((always_inline)) void transpose_square(V *row) {
#if LANES >= 8
  EXCHANGED(4)
#endif
#if LANES >= 4
  EXCHANGED(2)
#endif
  EXCHANGED(1)
}

/// out[j * out_row + i] = x[i * x_row + j] for i < `LANES` and j < n.
static inline __attribute__((always_inline)) void transpose_rows(
  double *out, long out_row, const double *x, long x_row, long n
) {
  long j = 0;
  for (; j + LANES <= n; j += LANES) {
    V row[LANES];
    _Pragma("clang loop unroll(full)") for (int i = 0; i < LANES; i++)
      row[i] = load(x + i * x_row + j);
    transpose_square(row);
    _Pragma("clang loop unroll(full)") for (int i = 0; i < LANES; i++)
      store(out + (j + i) * out_row, row[i]);
  }
  _Pragma("clang loop vectorize(disable)") for (; j < n; j++)
    for (int i = 0; i < LANES; i++) out[j * out_row + i] = x[i * x_row + j];
}
