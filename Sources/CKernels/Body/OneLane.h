/// The one-lane forms: the functions on a vector of one lane.

#define ONE_LANE(name) \
  static double name##_one(double x) { return name##_of((doubles1)x)[0]; }

ONE_LANE(exp)
ONE_LANE(expm1)
ONE_LANE(log)
ONE_LANE(log1p)
ONE_LANE(tanh)
ONE_LANE(sech)
ONE_LANE(sigmoid)
ONE_LANE(softplus)
ONE_LANE(sin)
ONE_LANE(cos)

#define ONE_LANE_OF_TWO(name)                                      \
  static double name##_one(double x, double *second) {             \
    doubles1 f, g;                                                 \
    name##_of((doubles1)x, &f, &g);                                \
    *second = g[0];                                                \
    return f[0];                                                   \
  }

ONE_LANE_OF_TWO(sincos)
ONE_LANE_OF_TWO(softplus_sigmoid)
ONE_LANE_OF_TWO(tanh_sech)

static double pow_one(double a, double b) { return pow_of((doubles1)a, (doubles1)b)[0]; }

static double mul_add_one(double a, double b, double c) {
  return multiply_add((doubles1)a, (doubles1)b, (doubles1)c)[0];
}
