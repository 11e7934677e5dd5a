/// Operations on lanes that the functions are made of.

LANEWISE L bits(V x) { return __builtin_bit_cast(L, x); }
LANEWISE V number(L bits) { return __builtin_bit_cast(V, bits); }

/// a where the mask is set, else b.
LANEWISE V choose(L mask, V a, V b) { return number((mask & bits(a)) | (~mask & bits(b))); }

LANEWISE int any(L mask) { return __builtin_reduce_or(mask) != 0; }

/// a·b + c, rounded once where the set can, else twice.
LANEWISE V multiply_add(V a, V b, V c) {
#if SET_HAS_FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// The rounding error of the product p = a·b, so that a·b = p + error exactly, where nothing
/// overflows or underflows.
/// - Source: without a fused operation T. J. Dekker, "A floating-point technique for extending the
///   available precision", 1971.
LANEWISE V product_error(V a, V b, V p) {
#if SET_HAS_FUSED
  return __builtin_elementwise_fma(a, b, -p);
#else
  const double splitter = 134217729;
  V a_wide = a * splitter, b_wide = b * splitter;
  V a_high = a_wide - (a_wide - a), b_high = b_wide - (b_wide - b);
  V a_low = a - a_high, b_low = b - b_high;
  return ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low;
#endif
}

/// The rounding error of the sum s = a + b.
/// - Source: D. E. Knuth, The Art of Computer Programming, volume 2, 4.2.2.
LANEWISE V sum_error(V a, V b, V s) {
  V b_seen = s - a;
  return (a - (s - b_seen)) + (b - b_seen);
}

/// c - a·b, nearly exact where the product is close to c.
LANEWISE V product_rest(V c, V a, V b) {
#if SET_HAS_FUSED
  return __builtin_elementwise_fma(-a, b, c);
#else
  V p = a * b;
  return (c - p) - product_error(a, b, p);
#endif
}

/// a·b + c to a little over half an ulp, for c small against the product.
LANEWISE V product_and(V c, V a, V b) {
#if SET_HAS_FUSED
  return __builtin_elementwise_fma(a, b, c);
#else
  V p = a * b;
  return p + (product_error(a, b, p) + c);
#endif
}

LANEWISE V magnitude(V x) { return number(bits(x) & LONG_MAX); }

/// The magnitude of y with the sign of x.
LANEWISE V signed_like(V y, V x) {
  return number((bits(y) & LONG_MAX) | (bits(x) & LONG_MIN));
}

/// table[index mod 16] in each lane.
LANEWISE V looked_up(const double *table, L index) {
#if SET_AVX512 && LANES == 8
  __m512d low = _mm512_loadu_pd(table), high = _mm512_loadu_pd(table + 8);
  return (V)_mm512_permutex2var_pd(low, (__m512i)index, high);
#elif SET_AVX512 && LANES == 16
  return __builtin_shufflevector(
    looked_up(table, index.lo), looked_up(table, index.hi), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    12, 13, 14, 15);
#else
  V out;
#pragma clang loop unroll(full)
  for (int lane = 0; lane < LANES; lane++) out[lane] = table[index[lane] & 15];
  return out;
#endif
}
