/// The one-lane forms: the functions on two equal lanes, of which the first is the result.

#define ONE_LANE(name) \
  static double name##_one(double x) { return name##_of((doubles2)x)[0]; }

ONE_LANE(exp)
ONE_LANE(expm1)
ONE_LANE(log)
ONE_LANE(log1p)
ONE_LANE(tanh)
ONE_LANE(sigmoid)
ONE_LANE(softplus)
ONE_LANE(sin)
ONE_LANE(cos)

static double pow_one(double a, double b) { return pow_of((doubles2)a, (doubles2)b)[0]; }

static double mul_add_one(double a, double b, double c) {
  return multiply_add((doubles2)a, (doubles2)b, (doubles2)c)[0];
}
