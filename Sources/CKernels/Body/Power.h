/// x^y = e^(y log x), with log x to about 65 bits. Where x is not a positive normal number, or the
/// result is not one, the C library decides, lane by lane.

/// log x = result + *low with a relative error near 2^-65.
LANEWISE V log_extended(V x, V *low_out) {
  V r, low, high = log_parted(x, 0, 0, 0, &low, &r);
  const double *c = log_cubic_polynomial;
  V square = r * r, fourth = square * square;
  V a = multiply_add(multiply_add(r, c[3], c[2]), square, multiply_add(r, c[1], c[0]));
  V b = multiply_add(multiply_add(r, c[7], c[6]), square, multiply_add(r, c[5], c[4]));
  V series = multiply_add(multiply_add(fourth, c[8], b), fourth, a);

  V half = -0.5 * square;
  V sum = high + half;
  low = low + ((high - sum) + half);
  low = low - 0.5 * product_error(r, r, square);
  low = multiply_add(square * r, series, low);
  V y = sum + low;
  *low_out = (sum - y) + low;
  return y;
}

LANEWISE V pow_of(V x, V y) {
  V log_low, log_high = log_extended(x, &log_low);
  V exponent = y * log_high;
  V exponent_low = multiply_add(y, log_low, product_error(y, log_high, exponent));
  JOINED(exp_parts, LANES) e = exp_parted(exponent, 0);
  V factor = e.r + e.tail;
  factor = factor + multiply_add(exponent_low, factor, exponent_low);
  V result = multiply_add(e.scale, factor, e.scale);
  L is_plain = (x >= DBL_MIN) & (x <= DBL_MAX) & (magnitude(exponent) <= 700);
  is_plain &= magnitude(y) <= 0x1p900;  // past this `product_error` could overflow
  if (__builtin_expect(any(~is_plain), 0)) {
    for (int lane = 0; lane < LANES; lane++)
      if (!is_plain[lane]) result[lane] = pow(x[lane], y[lane]);
  }
  return result;
}
