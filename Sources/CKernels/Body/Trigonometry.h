/// sin x and cos x. Arguments past the reach of the fast reduction, or within 2^-20 of a
/// multiple of π/2 where it would lose digits, go to the C library, lane by lane.

/// x = n π/2 + (r + *r_low); n in the low bits of *quadrant.
LANEWISE V quadrant_parted(V x, L *quadrant, V *r_low) {
  V shifted = multiply_add(x, quadrants_per_unit, rounder);
  V count = shifted - rounder;
  *quadrant = bits(shifted);
#if SET_HAS_FUSED
  V coarse = multiply_add(-count, half_pi_fused[0], x);
  V r = multiply_add(-count, half_pi_fused[1], coarse);
  *r_low = multiply_add(-count, half_pi_fused[1], coarse - r);
#else
  V coarse = x - count * half_pi_split[0], step = -count * half_pi_split[1];
  V middle = coarse + step;
  V rest = sum_error(coarse, step, middle) - count * half_pi_split[2];
  V r = middle + rest;
  *r_low = (middle - r) + rest;
#endif
  return r;
}

LANEWISE V trigonometric_series(const double *c, V square) {
  V fourth = square * square;
  V first = multiply_add(square, c[1], c[0]);
  V second = multiply_add(square, c[3], c[2]);
  V third = multiply_add(square, c[5], c[4]);
  return multiply_add(multiply_add(third, fourth, second), fourth, first);
}

/// Replaces what the fast reduction could not reach.
LANEWISE V sin_beyond(V x, V r, V y) {
  L is_far = ~(magnitude(x) <= trigonometric_limit);
  L is_near = (magnitude(r) < 0x1p-20) & (magnitude(x) > 0.5);
  for (int lane = 0; lane < LANES; lane++)
    if ((is_far | is_near)[lane]) y[lane] = sin(x[lane]);
  return choose(x == 0, x, y);
}

LANEWISE V cos_beyond(V x, V r, V y) {
  L is_far = ~(magnitude(x) <= trigonometric_limit);
  L is_near = (magnitude(r) < 0x1p-20) & (magnitude(x) > 0.5);
  for (int lane = 0; lane < LANES; lane++)
    if ((is_far | is_near)[lane]) y[lane] = cos(x[lane]);
  return y;
}

/// Both; what is not asked for is never computed.
LANEWISE void sincos_of(V x, V *sine, V *cosine) {
  L quadrant;
  V r_low, r = quadrant_parted(x, &quadrant, &r_low);
  V square = r * r, half = 0.5 * square, main = 1 - half;
  V sine_series = trigonometric_series(sin_polynomial, square);
  V cosine_series = trigonometric_series(cos_polynomial, square);
  V s = r + multiply_add(square * r, sine_series, r_low * main);
  V rest = multiply_add(square * square, cosine_series, -(r * r_low));
  V c = main + (((1 - main) - half) + rest);

  L is_odd = -(quadrant & 1);
  L sine_sign = (quadrant & 2) << 62, cosine_sign = ((quadrant + 1) & 2) << 62;
  *sine = number(bits(choose(is_odd, c, s)) ^ sine_sign);
  *cosine = number(bits(choose(is_odd, s, c)) ^ cosine_sign);
  if (__builtin_expect(
        any((magnitude(r) < 0x1p-20) | ~(magnitude(x) <= trigonometric_limit)), 0)) {
    *sine = sin_beyond(x, r, *sine);
    *cosine = cos_beyond(x, r, *cosine);
  }
}

LANEWISE V sin_of(V x) {
  V sine, cosine;
  sincos_of(x, &sine, &cosine);
  return sine;
}

LANEWISE V cos_of(V x) {
  V sine, cosine;
  sincos_of(x, &sine, &cosine);
  return cosine;
}
