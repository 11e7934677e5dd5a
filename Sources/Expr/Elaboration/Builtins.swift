/// Names the language itself gives a meaning, beside the functions of the primitive table.
public enum Builtins {
  /// Constants, by canonical name.
  public static let constants: [String: Double] = [
    "pi": .pi, "π": .pi, "e": 2.718281828459045, "inf": .infinity, "nan": .nan,
  ]

  /// Functions that read a shape or a size while elaborating, with their summaries.
  public static let arrayFunctions: [String: String] = [
    "length": "number of entries", "size": "the dimensions; size(A, 1) is one of them",
    "zeros": "zeros(n) or zeros(m, n)", "ones": "ones(n) or ones(m, n)",
    "eye": "eye(n), the identity matrix", "linspace": "linspace(a, b, n), n numbers from a to b",
    "reshape": "reshape(x, n) or reshape(x, m, n), the entries row by row",
    "rand": "uniform in (0, 1): rand(), rand(n), rand(m, n)",
    "randn": "standard normal: randn(), randn(n), randn(m, n)",
    "randint": "randint(a, b), randint(a, b, n): whole numbers from a to b",
    "permutation": "permutation(n), 1…n in random order",
  ]

  /// Functions that take functions or names, with their summaries.
  public static let specialForms: [String: String] = [
    "grad": "grad(E, w), the gradient of an expression in a name; grad(f), of a function",
    "∇": "the same as grad",
    "jac": "jac(F, x) or jac(F): one row for each entry of F",
    "hess": "hess(E, w) or hess(f): the matrix of second derivatives",
    "jvp": "jvp(F, x, v), the Jacobian times v, never formed",
    "vjp": "vjp(F, x, z), the transposed Jacobian times z, never formed",
    "hvp": "hvp(f, x, v), the Hessian times v, never formed",
    "fold": "fold((h, x) -> …, h0, xs): h from entry to entry, the last one",
    "scan": "scan((h, x) -> …, h0, xs): as fold, every h but the start",
    "iterate": "iterate(f, x0, n), f applied n times",
    "map": "map(f, xs), f of each entry",
    "argmin": "argmin(f, x0), where f is least; argmin(x), the place of the least entry",
    "fixedpoint": "fixedpoint(g, x0), the x with x = g(x)",
    "root": "root(g, x0), the x with g(x) = 0",
    "cg": "cg(v -> A*v, b), the x with A x = b from products alone; A positive definite",
    "read": "read(\"data.csv\"), a table: d.x is a column, d[:,2] too",
    "zip": "zip(xs, ys), pairs for a loop to walk over",
  ]

  /// Whether a name has a meaning without the user giving it one.
  public static func isBuiltin(_ key: String) -> Bool {
    constants[key] != nil || Primitive.function(named: key) != nil
      || Composite.table[key] != nil || arrayFunctions[key] != nil || specialForms[key] != nil
  }

  /// Everything a user may call or name, for completion and for "did you mean".
  public static let names: [String] =
    (Primitive.all.filter(\.isFunction).flatMap { [$0.name] + $0.aliases }
    + Array(Composite.table.keys) + Array(arrayFunctions.keys)
    + Array(specialForms.keys) + Array(constants.keys)).sorted()
}
