/// Vector kernels on blocks of doubles, one set per instruction set, chosen at run time.
///
/// Every set is made from the same source. On one machine one set is used throughout, so results do
/// not depend on how an array is cut into blocks or on the number of threads. Between sets results
/// of a function differ by at most 2 ulp.
///
/// Conventions:
/// - Lengths count doubles and may be 0. Pointers need the alignment of a double; blocks aligned to
///   64 bytes are about twice as fast in plain arithmetic.
/// - An output may be the same array as an input, or apart from it. It may not overlap it otherwise.
/// - Rounding is to nearest even. The kernels neither read nor clear the floating-point flags.
/// - NaN goes in, NaN comes out, except where a function says otherwise.

#ifndef CKERNELS_H
#define CKERNELS_H

#pragma clang assume_nonnull begin

/// out[i] = f(x[i])
typedef void ck_unary(double *out, const double *x, long n);

/// first[i] = f(x[i]), second[i] = g(x[i]), with the bits that the kernels of each alone give
typedef void ck_pair(double *first, double *second, const double *x, long n);

/// out[i] = f(a[i], b[i])
typedef void ck_binary(double *out, const double *a, const double *b, long n);

/// out[i] = f(a[i], b[i], c[i])
typedef void ck_ternary(double *out, const double *a, const double *b, const double *c, long n);

/// A number from an array.
typedef double ck_reduction(const double *x, long n);

/// f(x) of one number, with the bits that the kernel on arrays gives.
typedef double ck_scalar(double x);

/// f(x) of one number; g(x) goes to `second`.
typedef double ck_scalar_pair(double x, double *second);

/// The kernels of one instruction set.
typedef struct ck_kernels {
  /// "avx512", "avx2", "neon" or "baseline".
  const char *name;

  // Functions of one argument, at most 2 ulp from the true value over the whole range.

  /// e^x. Overflows to infinity, underflows gradually.
  ck_unary *exp;
  /// e^x - 1, also where x is small. Keeps the sign of zero.
  ck_unary *expm1;
  /// The natural logarithm: -infinity at 0, NaN below.
  ck_unary *log;
  /// log(1 + x), also where x is small: -infinity at -1, NaN below. Keeps the sign of zero.
  ck_unary *log1p;
  /// The hyperbolic tangent. Keeps the sign of zero.
  ck_unary *tanh;
  /// 1 / cosh x. Underflows gradually.
  ck_unary *sech;
  /// 1 / (1 + e^-x), with relative accuracy also where it underflows.
  ck_unary *sigmoid;
  /// log(1 + e^x), with relative accuracy for all x.
  ck_unary *softplus;
  /// The sine of x radians, of any magnitude. Keeps the sign of zero; NaN at infinities.
  ck_unary *sin;
  /// The cosine of x radians, of any magnitude; NaN at infinities.
  ck_unary *cos;
  /// sine[i] = sin(x[i]), cosine[i] = cos(x[i]), for little more than one of them. `x` may be one
  /// of the outputs.
  ck_pair *sincos;
  /// softplus[i] = log(1 + e^x[i]), sigmoid[i] = 1 / (1 + e^-x[i]), from one exponential.
  ck_pair *softplus_sigmoid;
  /// tanh[i] = tanh(x[i]), sech[i] = 1 / cosh(x[i]), from one exponential and one division.
  ck_pair *tanh_sech;

  // Functions of one argument that are rounded correctly.

  ck_unary *sqrt;
  ck_unary *abs;
  ck_unary *negate;
  ck_unary *square;
  ck_unary *reciprocal;
  ck_unary *floor;
  ck_unary *ceil;
  /// The nearest whole number, halves to even.
  ck_unary *round;
  /// -1, 0 or 1; zeros keep their sign.
  ck_unary *sign;
  /// max(x, 0).
  ck_unary *relu;
  /// 0 below 0, 1 above, 1/2 at 0.
  ck_unary *heaviside;
  /// 1 where x is 0, else 0, also for NaN.
  ck_unary *logical_not;
  ck_unary *copy;

  // Functions of two arguments. Comparisons and logic give 1 or 0.

  ck_binary *add;
  ck_binary *sub;
  ck_binary *mul;
  ck_binary *div;
  /// The product of adjoints: +0 where a is ±0, whatever b is, else a·b.
  ck_binary *strong_mul;
  /// The larger; NaN if either is. Of zeros of either sign, either may come out.
  ck_binary *max;
  /// The smaller; NaN if either is. Of zeros of either sign, either may come out.
  ck_binary *min;
  /// a^b with the special cases of C99, Annex F.
  ck_binary *pow;
  /// a < b; 0 if either is NaN.
  ck_binary *less;
  /// a ≤ b; 0 if either is NaN.
  ck_binary *less_equal;
  /// a = b; 0 if either is NaN.
  ck_binary *equal;
  /// a ≠ b; 1 if either is NaN.
  ck_binary *not_equal;
  /// Whether neither is 0. NaN counts as not zero.
  ck_binary *logical_and;
  /// Whether one is not 0. NaN counts as not zero.
  ck_binary *logical_or;

  // Functions of three arguments. Those with a product and a sum round both, and so give the bits of
  // the two kernels they stand for.

  /// a·b + c.
  ck_ternary *mul_add;
  /// a·b - c.
  ck_ternary *mul_sub;
  /// c - a·b.
  ck_ternary *neg_mul_add;
  /// c + strong_mul(a, b).
  ck_ternary *strong_mul_add;
  /// Where a is not 0: b, else c. NaN counts as not zero.
  ck_ternary *select;

  // Reductions. Entry i goes to accumulator i mod 32, in ascending order; the accumulators are
  // then added by halves (j and j + 16, j and j + 8, …). The order depends on n alone, and it is
  // the same in every set. The sum of nothing is 0.

  ck_reduction *sum;
  /// The sum of x[i]², by multiply-adds.
  ck_reduction *sum_squares;
  /// The largest entry, NaN if one is NaN, -infinity of nothing.
  ck_reduction *maximum;
  /// The smallest entry, NaN if one is NaN, infinity of nothing.
  ck_reduction *minimum;
  /// The sum of a[i]·b[i], by multiply-adds.
  double (*dot)(const double *a, const double *b, long n);
  /// The sum of log(1 + e^x[i]) over at most 4096 entries, by products: entry i goes to product i mod 8.
  /// Relative errors are those of a sum of positive terms. sigmoid[i] = 1 / (1 + e^-x[i]), if it is not
  /// null, with the bits of the kernel; `x` may be the same array.
  double (*softplus_sum)(double *_Nullable sigmoid, const double *x, long n);
  /// The same in two steps, so that the logarithms can be taken when nothing waits for what comes next:
  /// the sixteen numbers that the sum is made of, and the sum.
  void (*softplus_terms)(double *terms, double *_Nullable sigmoid, const double *x, long n);
  double (*softplus_total)(const double *terms);

  // Moving numbers.

  /// out[i] = value.
  void (*splat)(double *out, double value, long n);
  /// out[i] = base[index[i]].
  void (*gather)(double *out, const double *base, const long *index, long n);
  /// y[i] = a·x[i] + y[i], by multiply-adds.
  void (*axpy)(double *y, double a, const double *x, long n);

  // Steps of optimisers. Entry i goes to sum i mod 4, in every set; those after the last four to the
  // first.

  /// y[i] += a·x[i], rounded twice; the sum of (what y[i] changed by)². before[i] is what y[i] was,
  /// after[i] what it is; `after` may be `y`.
  double (*move_along)(
    double *y, double a, const double *x, double *before, double *after, long n);
  /// y[i] = x[i]; the sum of x[i]².
  double (*copy_squared)(double *y, const double *x, long n);

  // Matrices. Entry (i, j) of A is a[i * a_row + j * a_column]; strides may have any sign.

  /// C = A B, or C += A B if `accumulate`, for A of m×k, B of k×n and C of m×n.
  ///
  /// Every entry is one chain of multiply-adds over ascending k, from 0 or from what C holds: its
  /// bits depend on its row of A and its column of B alone. So rows or columns of C may be parted
  /// among threads, each with a workspace of its own. C may not overlap A or B. Where neither
  /// stride of C is 1 it is slow. For n = 1 prefer `gemv`.
  /// - Parameter workspace: room for `gemm_workspace(m, n, k)` doubles.
  void (*gemm)(
    long m, long n, long k, const double *a, long a_row, long a_column, const double *b,
    long b_row, long b_column, double *c, long c_row, long c_column, int accumulate,
    double *_Nullable workspace);
  /// How many doubles `gemm` needs for scratch; 0 where it packs nothing.
  long (*gemm_workspace)(long m, long n, long k);

  /// y = A x, or y += A x if `accumulate`, for A of m×n.
  ///
  /// Fast where rows (a_column = 1) or columns (a_row = 1) are contiguous. Contiguous rows: each
  /// entry is the `dot` of its row and x, added to y once. Else each entry is one chain of
  /// multiply-adds over ascending columns, from 0 or y. Rows may be parted among threads.
  void (*gemv)(
    long m, long n, const double *a, long a_row, long a_column, const double *x, double *y,
    int accumulate);
  /// y = A x for A of m×n with contiguous columns, or y += A x if there is room for m numbers in
  /// `before`, as `gemv`; but where that has a NaN, columns whose x is 0 are left out.
  void (*strong_gemv)(
    long m, long n, const double *a, long a_column, const double *x, double *y,
    double *_Nullable before);
  /// A += x yᵀ for A of m×n with contiguous rows, one multiply-add an entry.
  void (*ger)(long m, long n, double *a, long a_row, const double *x, const double *y);

  // One lane: the same bits as the kernel of the same name.

  ck_scalar *exp_one;
  ck_scalar *expm1_one;
  ck_scalar *log_one;
  ck_scalar *log1p_one;
  ck_scalar *tanh_one;
  ck_scalar *sech_one;
  ck_scalar *sigmoid_one;
  ck_scalar *softplus_one;
  ck_scalar *sin_one;
  ck_scalar *cos_one;
  ck_scalar_pair *sincos_one;
  ck_scalar_pair *softplus_sigmoid_one;
  ck_scalar_pair *tanh_sech_one;
  double (*pow_one)(double a, double b);
  /// a·b + c as matrix products and `axpy` compute it: rounded once where the set has a fused
  /// operation, else twice.
  double (*mul_add_one)(double a, double b, double c);
} ck_kernels;

/// The fastest set that this machine can run. The same one for the whole life of the process.
const ck_kernels *ck_best(void);

/// The set of that name, or null where this machine cannot run it. For tests.
const ck_kernels *_Nullable ck_named(const char *name);

/// Asks for entries that are needed soon, into the second-level cache: in the first they would take the
/// place of what is being computed. They need not exist: what can not be had is not fetched.
static inline void ck_prefetch(const double *start, long count) {
  for (long i = 0; i < count; i += 8) __builtin_prefetch(start + i, 0, 2);
}

/// How many cores this process may run on, at least 1.
long ck_available_cores(void);

/// Has the C library keep freed memory instead of returning it to the system, within the bounds to which
/// it would raise its limits itself. Does nothing where the library has no such limits.
void ck_keep_freed_memory(void);

/// How many bytes of memory this process may have; the largest number if there is no such limit.
long ck_address_space(void);

/// Memory for machine code that is seen twice: where it is written it can not be executed, and where it
/// is executed it can not be written. Neither address tells the other.
/// - Returns: 0 where the system does not grant it.
int ck_map_code(
  long size, unsigned char *_Nullable *_Nonnull writable,
  unsigned char *_Nullable *_Nonnull executable);

#pragma clang assume_nonnull end

#endif
