/// e^x and e^x - 1.

/// x = n log 2 / 16 + (r + r_low), and what depends on n, r and r_low only.
typedef struct {
  /// n in the low bits; above them what does not matter.
  L steps;
  V r;
  /// 2^(n/16) rounded. Meaningless where it is not a normal number.
  V scale;
  /// e^r - 1 - r, and what the rounding of `scale` left out.
  V tail;
  /// What `tail` leaves out, to first order: r_low, and r times what the rounding of `scale` did.
  V tail_low;
} JOINED(exp_parts, LANES);
#define PARTS JOINED(exp_parts, LANES)

/// - Parameter is_short: whether a tenth of an ulp does not matter.
LANEWISE V exp_series(V r, V square, int is_short) {
  const double *c = is_short ? exp_short_polynomial : exp_polynomial;
  V first = multiply_add(r, c[1], c[0]);
  V second = multiply_add(r, c[3], c[2]);
  V third = is_short ? (V)c[4] : multiply_add(r, exp_polynomial[5], c[4]);
  return multiply_add(multiply_add(third, square, second), square, first);
}

LANEWISE PARTS exp_parted(V x, int is_short) {
  V shifted = multiply_add(x, exp_steps_per_unit, rounder);
  V count = shifted - rounder;
  PARTS e;
  e.steps = bits(shifted);
  V coarse = multiply_add(-count, exp_step_high, x);
  e.r = multiply_add(-count, exp_step_low, coarse);
  V r_low = multiply_add(-count, exp_step_low, coarse - e.r);
  e.scale = number(bits(looked_up((const double *)exp_scale_bits, e.steps)) + (e.steps << 48));
  V rest = looked_up(exp_scale_rest, e.steps), square = e.r * e.r;
  e.tail = multiply_add(square, exp_series(e.r, square, is_short), rest);
  e.tail_low = multiply_add(e.r, rest, r_low);
  return e;
}

/// e^x for every x. The scale is applied in two steps, so that the last one overflows or underflows
/// gradually. Same bits as `exp_of` where that is enough.
LANEWISE V exp_beyond(V x) {
  V within = choose(x > 720, 720, x);
  within = choose(x < -760, -760, within);
  PARTS e = exp_parted(within, 1);
  V count = multiply_add(within, exp_steps_per_unit, rounder) - rounder;
  L half = bits(count * 0x1p-5 + rounder);
  V first = number(bits(e.scale) - (half << 52));
  V second = number((half << 52) + bits((V)1.0));
  return multiply_add(first, e.r + e.tail, first) * second;
}

LANEWISE V exp_of(V x) {
  PARTS e = exp_parted(x, 1);
  V y = multiply_add(e.scale, e.r + e.tail, e.scale);
  if (__builtin_expect(any(~(magnitude(x) <= 708)), 0)) y = exp_beyond(x);
  return y;
}

LANEWISE V expm1_of(V x) {
  PARTS e = exp_parted(x, 0);
  V whole = e.scale - 1, whole_low = sum_error(e.scale, -1, whole);
  V high = multiply_add(e.scale, e.r, whole);
  V rest = multiply_add(e.scale, e.r, whole - high) + whole_low;
  V y = high + multiply_add(e.scale, e.tail + e.tail_low, rest);
  if (__builtin_expect(any(~(magnitude(x) <= 700)), 0)) {
    y = choose(x > 700, exp_beyond(x), y);
    y = choose(x < -700, -1, y);
  }
  return signed_like(y, x);
}
