/// tanh x, 1/cosh x, 1/(1 + e^-x) and log(1 + e^x). All go through e^-|x|, which cannot overflow, and
/// keep the low part of each intermediate result.

/// n / (2 + n) with the sign of x, n = e^-2|x| - 1. Past 20 it is 1 in double precision.
LANEWISE V tanh_of(V x) {
  V distance = magnitude(x);
  distance = choose(distance > 20, 20, distance);
  V low, high = expm1_parted(-2 * distance, 1, &low);
  V n = high + low, n_low = (high - n) + low;
  V d = 2 + n, d_low = ((2 - d) + n) + n_low;
  return signed_like(compensated_quotient(n, n_low, d, d_low), x);
}

/// e^x = result + *low for x ≥ -708.
LANEWISE V exp_pair(V x, V *low) {
  PARTS e = exp_parted(x);
  V factor = e.r + e.tail;
  V high = multiply_add(e.scale, factor, e.scale);
  *low = multiply_add(e.scale, factor, e.scale - high);
  return high;
}

/// 2e / (1 + e²) with e = e^-|x|.
LANEWISE V sech_of(V x) {
  V distance = magnitude(x);
  V e_low, e = exp_pair(-distance, &e_low);
  V square = e * e, square_low = multiply_add(2 * e, e_low, product_error(e, e, square));
  V d = 1 + square, d_low = ((1 - d) + square) + square_low;
  V y = compensated_quotient(2 * e, 2 * e_low, d, d_low);
  if (__builtin_expect(any(~(distance <= 300)), 0))
    y = choose(distance > 300, 2 * exp_beyond(-distance), y);
  return y;
}

/// 1 / (1 + e^-x) with e + e_low = e^-|x|: 1 / (1 + e) where x ≥ 0, e / (1 + e) where x < 0.
LANEWISE V sigmoid_from(V x, V e, V e_low) {
  L is_negative = x < 0;
  V n = choose(is_negative, e, 1), n_low = choose(is_negative, e_low, 0);
  V d = 1 + e, d_low = ((1 - d) + e) + e_low;
  return compensated_quotient(n, n_low, d, d_low);
}

LANEWISE V sigmoid_beyond(V x, V y) {
  y = choose(x > 700, 1, y);
  return choose(x < -700, exp_beyond(x), y);
}

/// max(x, 0) + log(1 + e) with e + e_low = e^-|x|.
LANEWISE V softplus_from(V x, V e, V e_low) {
  return choose(x > 0, x, 0) + log1p_of_unit(e, e_low);
}

LANEWISE V softplus_beyond(V x, V y) {
  y = choose(x > 700, x, y);
  y = choose(x < -700, exp_beyond(x), y);
  return choose(x != x, x, y);
}

LANEWISE V sigmoid_of(V x) {
  V e_low, e = exp_pair(-magnitude(x), &e_low);
  V y = sigmoid_from(x, e, e_low);
  if (__builtin_expect(any(~(magnitude(x) <= 700)), 0)) y = sigmoid_beyond(x, y);
  return y;
}

LANEWISE V softplus_of(V x) {
  V e_low, e = exp_pair(-magnitude(x), &e_low);
  V y = softplus_from(x, e, e_low);
  if (__builtin_expect(any(~(magnitude(x) <= 700)), 0)) y = softplus_beyond(x, y);
  return y;
}

/// Both, from one exponential.
LANEWISE void softplus_sigmoid_of(V x, V *softplus, V *sigmoid) {
  V e_low, e = exp_pair(-magnitude(x), &e_low);
  *softplus = softplus_from(x, e, e_low);
  *sigmoid = sigmoid_from(x, e, e_low);
  if (__builtin_expect(any(~(magnitude(x) <= 700)), 0)) {
    *softplus = softplus_beyond(x, *softplus);
    *sigmoid = sigmoid_beyond(x, *sigmoid);
  }
}

#undef PARTS
