extension Elaborator {
  /// Functions whose arguments are functions or names, not only numbers; nil if `name` is none.
  mutating func specialForm(
    _ name: Name, _ arguments: [Argument], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated? {
    let forms: Set<String> = [
      "grad", "∇", "jac", "hess", "jvp", "vjp", "hvp", "fold", "scan", "iterate", "map", "read",
      "argmin", "fixedpoint", "root", "cg", "zip",
    ]
    guard forms.contains(name.key) else { return nil }
    // argmin(x, dim=1) is a reduction, argmin(f, x0) is not.
    if name.key == "argmin", arguments.contains(where: { $0.label != nil }) { return nil }
    for argument in arguments {
      if let label = argument.label {
        throw Diagnostic(
          "\(name) has no option '\(label)'", at: tree.span(of: argument.value))
      }
    }
    let items = arguments.map(\.value)
    let span = tree.span(of: id)
    switch (name.key, items.count) {
    case ("grad", 1), ("∇", 1): return try derivativeFunction(.gradient, items[0], tree)
    case ("jac", 1): return try derivativeFunction(.jacobian, items[0], tree)
    case ("hess", 1): return try derivativeFunction(.hessian, items[0], tree)
    case ("grad", 2), ("∇", 2): return try derivative(.gradient, items[0], items[1], span, tree)
    case ("jac", 2): return try derivative(.jacobian, items[0], items[1], span, tree)
    case ("hess", 2): return try derivative(.hessian, items[0], items[1], span, tree)
    case ("jvp", 3), ("vjp", 3), ("hvp", 3):
      return try product(name.key, items[0], items[1], items[2], span, tree)
    case ("fold", 3): return try fold(items, keepsAll: false, span, tree)
    case ("scan", 3): return try fold(items, keepsAll: true, span, tree)
    case ("iterate", 3): return try iterate(items, span, tree)
    case ("argmin", 1): return nil
    case ("argmin", 2), ("fixedpoint", 2), ("root", 2), ("cg", 2):
      guard let kind = SolverBody.Kind(rawValue: name.key) else { return nil }
      return try solver(kind, items, span, tree)
    case ("read", 1): return try read(items[0], tree)
    case ("zip", 2...): return try zipped(id, tree)
    case ("map", 2):
      let function = try function(items[0], tree)
      return try map(function, sequence(items[1], tree), at: span)
    default:
      let usage = [
        "grad": "grad(E, w) or grad(f)", "∇": "∇(E, w) or ∇(f)", "jac": "jac(F, x) or jac(F)",
        "hess": "hess(E, w) or hess(f)", "jvp": "jvp(F, x, v)", "vjp": "vjp(F, x, z)",
        "hvp": "hvp(f, x, v)", "fold": "fold((h, x) -> …, h0, xs)",
        "scan": "scan((h, x) -> …, h0, xs)", "iterate": "iterate(f, x0, n)", "map": "map(f, xs)",
        "argmin": "argmin(f, x0), or argmin(x) of a vector",
        "fixedpoint": "fixedpoint(g, x0)", "root": "root(g, x0)", "cg": "cg(v -> A*v, b)",
        "read": "read(\"data.csv\")", "zip": "zip(s, t)",
      ]
      throw Diagnostic(
        "\(name) does not take \(items.count) arguments", at: span, hint: usage[name.key])
    }
  }

  /// An argument that must be a function.
  mutating func function(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Function {
    try value(id, tree).requiredFunction(at: tree.span(of: id))
  }

  private mutating func derivativeFunction(
    _ kind: Function.Derivative, _ target: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let value = try value(target, tree)
    guard case .function(let function) = value else {
      let text = tree.text(of: target)
      throw Diagnostic(
        "'\(text)' is no function", at: tree.span(of: target),
        hint: "\(kind.rawValue)(\(text), w) takes the derivative of an expression in w")
    }
    return .function(.derivative(kind, function))
  }
}
