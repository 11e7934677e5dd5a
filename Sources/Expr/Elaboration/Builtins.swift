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
  ]

  /// Functions the language plans and this version does not evaluate; naming one says so.
  public static let planned: Set<String> = [
    "grad", "∇", "jac", "hess", "jvp", "vjp", "hvp", "argmin", "argmax", "fixedpoint", "root",
    "fold", "scan", "iterate", "map", "zip", "cg", "solve", "inv", "det", "logdet", "cholesky",
    "trace", "diag", "outer", "reshape", "flatten", "hcat", "vcat", "cumsum", "read", "rand",
    "randn", "randint", "permutation",
  ]

  /// Whether a name has a meaning without the user giving it one.
  public static func isBuiltin(_ key: String) -> Bool {
    constants[key] != nil || planned.contains(key) || Primitive.function(named: key) != nil
      || Composite.table[key] != nil || arrayFunctions[key] != nil
  }

  /// Everything a user may call or name, for completion and for "did you mean".
  public static let names: [String] =
    (Primitive.all.filter(\.isFunction).flatMap { [$0.name] + $0.aliases }
    + Array(Composite.table.keys) + Array(arrayFunctions.keys) + Array(constants.keys)).sorted()
}
