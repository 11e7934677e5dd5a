/// Loads and stores of whole vectors, and of the first lanes of one.

typedef V unaligned_lanes __attribute__((aligned(8)));

static inline V load(const double *p) { return *(const unaligned_lanes *)p; }
static inline void store(double *p, V x) { *(unaligned_lanes *)p = x; }

#if SET_AVX2
/// All bits of the first `count` lanes.
static inline L first_lanes(long count) { return (L){0, 1, 2, 3} < count; }
#endif

/// The first `count` entries, 0 < count ≤ LANES, and `rest` in the other lanes. A full vector is as fast
/// as `load` where the set has masks.
static inline V load_part(const double *p, long count, double rest) {
#if SET_AVX512
  return (V)_mm512_mask_loadu_pd(_mm512_set1_pd(rest), (__mmask8)((1 << count) - 1), p);
#elif SET_AVX2
  L mask = first_lanes(count);
  return choose(mask, (V)_mm256_maskload_pd(p, (__m256i)mask), rest);
#else
  V x = rest;
#pragma clang loop unroll(full)
  for (int lane = 0; lane < LANES; lane++)
    if (lane < count) x[lane] = p[lane];
  return x;
#endif
}

/// The first `count` lanes, 0 < count ≤ LANES, and 0 in the others.
static inline V first_part(V x, long count) {
#if SET_AVX512
  return (V)_mm512_maskz_mov_pd((__mmask8)((1 << count) - 1), (__m512d)x);
#elif SET_AVX2
  return choose(first_lanes(count), x, 0);
#else
#pragma clang loop unroll(full)
  for (int lane = 0; lane < LANES; lane++)
    if (lane >= count) x[lane] = 0;
  return x;
#endif
}

static inline void store_part(double *p, V x, long count) {
#if SET_AVX512
  _mm512_mask_storeu_pd(p, (__mmask8)((1 << count) - 1), (__m512d)x);
#elif SET_AVX2
  _mm256_maskstore_pd(p, (__m256i)first_lanes(count), (__m256d)x);
#else
#pragma clang loop unroll(full)
  for (int lane = 0; lane < LANES - 1; lane++)
    if (lane < count) p[lane] = x[lane];
#endif
}
