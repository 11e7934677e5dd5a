/// tanh x, 1/(1 + e^-x) and log(1 + e^x). All go through e^-|x|, which cannot overflow, and
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

/// With e = e^-|x|: 1 / (1 + e) where x ≥ 0, e / (1 + e) where x < 0.
LANEWISE V sigmoid_of(V x) {
  V e_low, e = exp_pair(-magnitude(x), &e_low);
  L is_negative = x < 0;
  V n = choose(is_negative, e, 1), n_low = choose(is_negative, e_low, 0);
  V d = 1 + e, d_low = ((1 - d) + e) + e_low;
  V y = compensated_quotient(n, n_low, d, d_low);
  if (__builtin_expect(any(~(magnitude(x) <= 700)), 0)) {
    y = choose(x > 700, 1, y);
    y = choose(x < -700, exp_beyond(x), y);
  }
  return y;
}

/// max(x, 0) + log(1 + e^-|x|).
LANEWISE V softplus_of(V x) {
  V e_low, e = exp_pair(-magnitude(x), &e_low);
  V sum = 1 + e;
  V low, high = log_pair(sum, 1, ((1 - sum) + e) + e_low, 0, &low);
  V ramp = choose(x > 0, x, 0);
  V y = ramp + high;
  y = y + (sum_error(ramp, high, y) + low);
  if (__builtin_expect(any(~(magnitude(x) <= 700)), 0)) {
    y = choose(x > 700, x, y);
    y = choose(x < -700, exp_beyond(x), y);
    y = choose(x != x, x, y);
  }
  return y;
}

#undef PARTS
