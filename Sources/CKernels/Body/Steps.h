/// What a loop of an optimiser does to its vectors. Entry i belongs to sum i mod 4, those that are left
/// after the last four to the first.

typedef doubles4 unaligned_four __attribute__((aligned(8)));

/// y += a x, rounded twice, with what y was and what it is kept; the sum of the squares of the steps that
/// the entries make.
static double move_along(
  double *y, double a, const double *x, double *before, double *after, long n
) {
  doubles4 sum = 0;
  long i = 0;
  for (; i + 4 <= n; i += 4) {
    doubles4 old = *(const unaligned_four *)(y + i);
    doubles4 new = old + a * *(const unaligned_four *)(x + i), step = new - old;
    *(unaligned_four *)(y + i) = new;
    *(unaligned_four *)(before + i) = old;
    *(unaligned_four *)(after + i) = new;
    sum += step * step;
  }
  for (; i < n; i++) {
    double old = y[i], step;
    before[i] = old;
    y[i] = after[i] = old + a * x[i];
    step = y[i] - old;
    sum[0] += step * step;
  }
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/// y = x; the sum of the squares.
static double copy_squared(double *y, const double *x, long n) {
  doubles4 sum = 0;
  long i = 0;
  for (; i + 4 <= n; i += 4) {
    doubles4 four = *(const unaligned_four *)(x + i);
    *(unaligned_four *)(y + i) = four;
    sum += four * four;
  }
  for (; i < n; i++) {
    y[i] = x[i];
    sum[0] += x[i] * x[i];
  }
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}
