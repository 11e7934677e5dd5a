/// tanh x, 1/cosh x, 1/(1 + e^-x) and log(1 + e^x). All go through e^-|x|, which cannot overflow; the
/// first two keep the low part of each intermediate result.

/// e^-|x| = result + *low with an error below 2^-62; where |x| > 300 that of 300.
LANEWISE V exp_of_distance(V x, V *low) {
  V negative = number(bits(x) | LONG_MIN);
  PARTS e = exp_parted(choose(negative < -300, -300, negative), 0);
  V high = multiply_add(e.scale, e.r + e.tail, e.scale);
  V rest = product_rest(e.scale - high, -e.r, e.scale);
  *low = multiply_add(e.scale, e.tail + e.tail_low, rest);
  return high;
}

/// What tanh and sech are made of.
typedef struct {
  /// e + e_low = e^-|x|, square + square_low = e^-2|x|.
  V e, e_low, square, square_low;
  /// inverse (1 + correction) = 1 / (1 + e^-2|x|).
  V inverse, correction;
} JOINED(hyperbolic_parts, LANES);
#define HYPERBOLIC JOINED(hyperbolic_parts, LANES)

LANEWISE HYPERBOLIC hyperbolic_parted(V e, V e_low) {
  HYPERBOLIC h = {.e = e, .e_low = e_low, .square = e * e};
  h.square_low = multiply_add(e + e, e_low, product_error(e, e, h.square));
  V d = 1 + h.square, d_low = ((1 - d) + h.square) + h.square_low;
  h.inverse = 1 / d;
  h.correction = multiply_add(-h.inverse, d_low, product_rest(1, h.inverse, d));
  return h;
}

/// (n + n_low) / (1 + e^-2|x|).
LANEWISE V hyperbolic_quotient(HYPERBOLIC h, V n, V n_low) {
  return product_and(multiply_add(n, h.correction, n_low) * h.inverse, n, h.inverse);
}

/// x - x³/3 + 2x⁵/15 where |x| < 2^-9.
LANEWISE V tanh_near_zero(V x, V y) {
  V square = x * x;
  V series = multiply_add(x * square, multiply_add(square, 2.0 / 15, -1.0 / 3), x);
  return choose(magnitude(x) < 0x1p-9, series, y);
}

/// (1 - e²) / (1 + e²) with the sign of x. The difference has its digits down to 2^-9.
LANEWISE V tanh_from(V x, HYPERBOLIC h) {
  V n = 1 - h.square, n_low = ((1 - n) - h.square) - h.square_low;
  V y = hyperbolic_quotient(h, n, n_low);
  if (__builtin_expect(any(magnitude(x) < 0x1p-9), 0)) y = tanh_near_zero(x, y);
  return signed_like(y, x);
}

/// 2e / (1 + e²).
LANEWISE V sech_from(V x, HYPERBOLIC h) {
  V half = hyperbolic_quotient(h, h.e, h.e_low), y = half + half;
  if (__builtin_expect(any(magnitude(x) > 300), 0))
    y = choose(magnitude(x) > 300, 2 * exp_beyond(-magnitude(x)), y);
  return y;
}

LANEWISE HYPERBOLIC hyperbolic_of(V x) {
  V low, e = exp_of_distance(x, &low);
  return hyperbolic_parted(e, low);
}

LANEWISE V tanh_of(V x) { return tanh_from(x, hyperbolic_of(x)); }

LANEWISE V sech_of(V x) { return sech_from(x, hyperbolic_of(x)); }

/// Both, from one exponential and one division.
LANEWISE void tanh_sech_of(V x, V *tanh, V *sech) {
  HYPERBOLIC h = hyperbolic_of(x);
  *tanh = tanh_from(x, h);
  *sech = sech_from(x, h);
}

/// 1 / (1 + e^-x) with e = e^-|x|: q = n / (1 + e), n = 1 where x ≥ 0, e where x < 0. The last step,
/// n - q e, leaves of what the sum and the quotient are wrong by no more than e times as much.
LANEWISE V sigmoid_from(V x, V e) {
  V n = choose(x < 0, e, 1), q = n / (1 + e);
  return multiply_add(-q, e, n);
}

/// max(x, 0) + log(1 + e) with e = e^-|x|.
LANEWISE V softplus_from(V x, V e) { return choose(x > 0, x, 0) + log1p_of_unit(e); }

LANEWISE V sigmoid_of(V x) { return sigmoid_from(x, exp_of(-magnitude(x))); }

LANEWISE V softplus_of(V x) { return softplus_from(x, exp_of(-magnitude(x))); }

/// Both, from one exponential.
LANEWISE void softplus_sigmoid_of(V x, V *softplus, V *sigmoid) {
  V e = exp_of(-magnitude(x));
  *softplus = softplus_from(x, e);
  *sigmoid = sigmoid_from(x, e);
}

#undef HYPERBOLIC
#undef PARTS
