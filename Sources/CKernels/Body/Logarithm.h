/// log x and log(1 + x).

/// log x = *high + (*low + r² · series), r = *r, for positive normal x; see Constants.h.
/// - Parameters:
///   - correction: what is missing in x, at most half its ulp; read if `is_corrected`.
///   - scaling: x was multiplied by 2 to this power before.
LANEWISE V log_parted(
  V x, int is_corrected, V correction, V scaling, V *low, V *r_out
) {
  L shifted = bits(x) - log_offset;
  L exponent = shifted & (long)0xfff0000000000000;
  V z = number((shifted ^ exponent) + log_lowest);
  L raised = (L)((U)shifted >> 52) | bits((V)0x1p52);
  V k = number(raised) - (0x1p52 + 1023) - scaling;
  L interval = shifted >> 48;
  V inverse = looked_up(log_inverse, interval);

  // r + r_low = c z - 1: c has nine bits, so both products are exact, with or without fma.
  V z_high = number(bits(z) & (long)0xffffffff00000000);
  V coarse = multiply_add(z_high, inverse, -1), fine = (z - z_high) * inverse;
  V r = coarse + fine;
  V r_low = (coarse - r) + fine;
  if (is_corrected) {
    V scale = number((2046L << 52) - exponent);  // 2^-k
    V rest = r_low + correction * inverse * scale, sum = r + rest;
    r_low = (r - sum) + rest;
    r = sum;
  }

  V whole = multiply_add(k, log_two_high, looked_up(log_table_high, interval));
  V whole_low = multiply_add(k, log_two_low, looked_up(log_table_low, interval));
  V high = whole + r;
  *low = ((whole - high) + r) + (r_low + whole_low);
  *r_out = r;
  return high;
}

LANEWISE V log_series(V r) {
  const double *c = log_polynomial;
  V square = r * r, fourth = square * square;
  V a = multiply_add(multiply_add(r, c[3], c[2]), square, multiply_add(r, c[1], c[0]));
  V b = multiply_add(multiply_add(r, c[7], c[6]), square, multiply_add(r, c[5], c[4]));
  return multiply_add(multiply_add(fourth, c[8], b), fourth, a);
}

/// log(x + correction) = result + *low, for positive normal x.
LANEWISE V log_pair(V x, int is_corrected, V correction, V scaling, V *low) {
  V r, first, high = log_parted(x, is_corrected, correction, scaling, &first, &r);
  *low = multiply_add(r * r, log_series(r), first);
  return high;
}

LANEWISE V log_beyond(V x) {
  L is_small = x < DBL_MIN;
  V low, high = log_pair(choose(is_small, x * 0x1p54, x), 0, 0, choose(is_small, 54, 0), &low);
  V y = choose(x == 0, -INFINITY, high + low);
  y = choose(x < 0, NAN, y);
  return choose(~(x <= DBL_MAX), x, y);
}

LANEWISE V log_of(V x) {
  V low, high = log_pair(x, 0, 0, 0, &low);
  V y = high + low;
  if (__builtin_expect(any(~((x >= DBL_MIN) & (x <= DBL_MAX))), 0)) y = log_beyond(x);
  return y;
}

LANEWISE V log1p_of(V x) {
  V sum = x + 1;
  V low, high = log_pair(sum, 1, sum_error(x, 1, sum), 0, &low);
  V y = high + low;
  if (__builtin_expect(any(~((x > -1) & (x <= 0x1p1000))), 0)) {
    y = choose(x == -1, -INFINITY, y);
    y = choose(x < -1, NAN, y);
    y = choose(x > 0x1p1000, log_beyond(x), y);
  }
  return signed_like(y, x);
}

/// log(1 + e) for 0 ≤ e ≤ 1: less work than `log1p_of`, for there is no exponent to split off,
/// and 1 + e is never rounded. See Constants.h.
LANEWISE V log1p_of_unit(V e) {
  L interval = bits(multiply_add(e, 15, rounder));
  V inverse = looked_up(unit_inverse, interval);
#if SET_HAS_FUSED
  V r = multiply_add(e, inverse, inverse - 1);
#else
  // The inverse has nine bits: both products are exact.
  V e_high = number(bits(e) & (long)0xffffffff00000000);
  V r = (e_high * inverse + (inverse - 1)) + (e - e_high) * inverse;
#endif
  const double *c = unit_polynomial;
  V square = r * r, fourth = square * square;
  V a = multiply_add(multiply_add(r, c[3], c[2]), square, multiply_add(r, c[1], c[0]));
  V b = multiply_add(multiply_add(r, c[7], c[6]), square, multiply_add(r, c[5], c[4]));
  V series = multiply_add(multiply_add(fourth, c[8], b), fourth, a);
  V low = looked_up(unit_table_low, interval);
  // high + r loses digits where the two nearly cancel, just above the first interval.
  V high = looked_up(unit_table_high, interval), sum = high + r;
  return sum + ((r - (sum - high)) + multiply_add(square, series, low));
}
