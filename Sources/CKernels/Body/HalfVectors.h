/// Short lines by four entries at a time: half a vector, in a set whose vectors have eight lanes.

/// Chains of additions side by side over short columns.
#define CHAINS 4

#if SET_AVX512 || SET_AVX2

/// Four entries. Lines of at most 32 entries go by fours: little is read in vain, where they begin at
/// multiples of 32 bytes no load crosses from one line of the cache into the next, which takes as long as
/// two loads, and the sums of four rows are put together by fewer steps than those of eight.
typedef doubles4 H;
typedef H unaligned_half __attribute__((aligned(8)));

/// The first `count` entries, 0 < count ≤ 4, and zeros.
static inline __attribute__((always_inline)) H load_half(const double *p, long count) {
  if (count == 4) return *(const unaligned_half *)p;
#if SET_AVX512
  return (H)_mm256_maskz_loadu_pd((__mmask8)((1 << count) - 1), p);
#else
  return load_part(p, count, 0);
#endif
}

/// The same in two loads: what was stored in two parts just before is not there for one load until it
/// has come to the cache.
static inline __attribute__((always_inline)) H load_pairs(const double *p, long count) {
  if (count < 4) return load_half(p, count);
  return (H)_mm256_loadu2_m128d(p + 2, p);
}

static inline __attribute__((always_inline)) void store_half(double *p, H x, long count) {
  if (count == 4) *(unaligned_half *)p = x;
#if SET_AVX512
  else _mm256_mask_storeu_pd(p, (__mmask8)((1 << count) - 1), (__m256d)x);
#else
  else store_part(p, x, count);
#endif
}

/// Calls a function on lines of `n` entries, 0 < n ≤ 32, with the number of fours and the entries of the
/// last of them; as constants where that one is full.
#define BY_HALVES(function, n, ...)                                                     \
  switch (((n) - 1) / 4 * 2 + ((n) % 4 == 0)) {                                         \
  case 0: function(1, (n) % 4, __VA_ARGS__); break;                                     \
  case 1: function(1, 4, __VA_ARGS__); break;                                           \
  case 2: function(2, (n) % 4, __VA_ARGS__); break;                                     \
  case 3: function(2, 4, __VA_ARGS__); break;                                           \
  case 4: function(3, (n) % 4, __VA_ARGS__); break;                                     \
  case 5: function(3, 4, __VA_ARGS__); break;                                           \
  case 6: function(4, (n) % 4, __VA_ARGS__); break;                                     \
  case 7: function(4, 4, __VA_ARGS__); break;                                           \
  case 8: function(5, (n) % 4, __VA_ARGS__); break;                                     \
  case 9: function(5, 4, __VA_ARGS__); break;                                           \
  case 10: function(6, (n) % 4, __VA_ARGS__); break;                                    \
  case 11: function(6, 4, __VA_ARGS__); break;                                          \
  case 12: function(7, (n) % 4, __VA_ARGS__); break;                                    \
  case 13: function(7, 4, __VA_ARGS__); break;                                          \
  case 14: function(8, (n) % 4, __VA_ARGS__); break;                                    \
  default: function(8, 4, __VA_ARGS__);                                                 \
  }

/// The sums over each of four halves, in lane r that of the r-th, added in the order of `sum_of_lanes`.
static inline __attribute__((always_inline)) H sums_across_halves(const H *row) {
  H even = __builtin_shufflevector(row[0], row[2], 0, 1, 4, 5)
    + __builtin_shufflevector(row[0], row[2], 2, 3, 6, 7);
  H odd = __builtin_shufflevector(row[1], row[3], 0, 1, 4, 5)
    + __builtin_shufflevector(row[1], row[3], 2, 3, 6, 7);
  return __builtin_shufflevector(even, odd, 0, 4, 2, 6)
    + __builtin_shufflevector(even, odd, 1, 5, 3, 7);
}

/// As many rows as are a multiple of 4; x stays in registers.
static inline __attribute__((always_inline)) void half_row_products(
  int halves, long part, long m, const double *a, long a_row, const double *x, double *y,
  int accumulate
) {
  H factor[8];
  _Pragma("clang loop unroll(full)") for (int j = 0; j < halves; j++)
    factor[j] = load_pairs(x + j * 4, j < halves - 1 ? 4 : part);
  for (long i = 0; i + 4 <= m; i += 4, a += 4 * a_row) {
    H sum[4];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < 4; r++) {
      H total[2] = {0, 0};
      _Pragma("clang loop unroll(full)") for (int j = 0; j < halves; j++) {
        H entries = load_half(a + r * a_row + j * 4, j < halves - 1 ? 4 : part);
        total[j % 2] = j == 0 ? entries * factor[j]
          : __builtin_elementwise_fma(entries, factor[j], total[j % 2]);
      }
      // The second is never -0, as of a whole vector, which adds 0·0 to 0: where all is -0 that makes 0.
      sum[r] = total[0] + total[1];
    }
    H sums = sums_across_halves(sum);
    store_half(y + i, accumulate ? load_half(y + i, 4) + sums : sums, 4);
  }
}

#endif

#if SET_AVX512

/// Columns of more entries have more sums than there are registers.
static inline int columns_go_by_halves(long m) { return m > 0 && m <= 28; }

/// `add_short_columns` by halves; whether there is a NaN in y then.
static inline __attribute__((always_inline)) int add_half_columns(
  int halves, long part, double *y, const double *a, long a_column, const double *x, long n,
  int accumulate
) {
  H sum[CHAINS][8];
  _Pragma("clang loop unroll(full)") for (int v = 0; v < halves; v++) {
    sum[0][v] = accumulate ? load_half(y + v * 4, v < halves - 1 ? 4 : part) : (H)0.0;
    for (int chain = 1; chain < CHAINS; chain++) sum[chain][v] = 0;
  }
#define ADD_HALF_COLUMN(chain, j, factor)                                                     \
  _Pragma("clang loop unroll(full)") for (int v = 0; v < halves; v++) sum[chain][v] =         \
    __builtin_elementwise_fma(                                                                \
      load_half(a + (j) * a_column + v * 4, v < halves - 1 ? 4 : part), factor, sum[chain][v]);
  long j = 0;
  for (; j + CHAINS <= n; j += CHAINS) {
    H factors = load_half(x + j, CHAINS);
    // Loads are what there is most of. Seeing where these come from, the compiler would have four.
    __asm__("" : "+v"(factors));
    ADD_HALF_COLUMN(0, j, __builtin_shufflevector(factors, factors, 0, 0, 0, 0))
    ADD_HALF_COLUMN(1, j + 1, __builtin_shufflevector(factors, factors, 1, 1, 1, 1))
    ADD_HALF_COLUMN(2, j + 2, __builtin_shufflevector(factors, factors, 2, 2, 2, 2))
    ADD_HALF_COLUMN(3, j + 3, __builtin_shufflevector(factors, factors, 3, 3, 3, 3))
  }
  _Pragma("clang loop unroll(full)") for (int chain = 0; chain < CHAINS - 1; chain++)
    if (j + chain < n) ADD_HALF_COLUMN(chain, j + chain, (H)x[j + chain])
  integers4 found = 0;
  _Pragma("clang loop unroll(full)") for (int v = 0; v < halves; v++) {
    H total = (sum[0][v] + sum[1][v]) + (sum[2][v] + sum[3][v]);
    store_half(y + v * 4, total, v < halves - 1 ? 4 : part);
    found |= total != total;
  }
  return __builtin_reduce_or(found) != 0;
}
#endif
