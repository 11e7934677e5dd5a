extension Elaborator {
  /// Functions whose arguments are functions or names, not only numbers; nil if `name` is none.
  mutating func specialForm(
    _ name: Name, _ arguments: [Argument], _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated? {
    let forms: Set<String> = [
      "grad", "∇", "jac", "hess", "jvp", "vjp", "hvp", "fold", "scan", "iterate", "map", "read",
    ]
    guard forms.contains(name.key) else { return nil }
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
    case ("read", 1): return try read(items[0], tree)
    case ("map", 2):
      let function = try function(items[0], tree)
      return try map(function, sequence(items[1], tree), at: span)
    default:
      let usage = [
        "grad": "grad(E, w) or grad(f)", "∇": "∇(E, w) or ∇(f)", "jac": "jac(F, x) or jac(F)",
        "hess": "hess(E, w) or hess(f)", "jvp": "jvp(F, x, v)", "vjp": "vjp(F, x, z)",
        "hvp": "hvp(f, x, v)", "fold": "fold((h, x) -> …, h0, xs)",
        "scan": "scan((h, x) -> …, h0, xs)", "iterate": "iterate(f, x0, n)", "map": "map(f, xs)",
        "read": "read(\"data.csv\")",
      ]
      throw Diagnostic(
        "\(name) does not take \(items.count) arguments", at: span, hint: usage[name.key])
    }
  }

  /// An argument that must be a function.
  func requireFunction(_ value: Elaborated, at span: SourceSpan) throws(Diagnostic) -> Function {
    guard case .function(let function) = value else {
      throw Diagnostic("a function is needed here", at: span, hint: "x -> x^2 is one")
    }
    return function
  }

  private mutating func function(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Function
  {
    try requireFunction(value(id, tree), at: tree.span(of: id))
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

  // MARK: Sequential loops

  /// `fold(f, h0, xs)`: h ← f(h, x) for each entry; `scan` keeps every h but the start.
  private mutating func fold(
    _ items: [SyntaxID], keepsAll: Bool, _ span: SourceSpan, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let step = try function(items[0], tree)
    var carry = try value(items[1], tree)
    let sequence = try sequence(items[2], tree)
    try checkUnrolled(sequence.count, span)
    var states: [Elaborated] = []
    for position in 0..<sequence.count {
      carry = try apply(step, to: [carry, entry(position, of: sequence)], at: span)
      if keepsAll { states.append(carry) }
    }
    guard keepsAll else { return carry }
    var results: [NodeID] = []
    for state in states {
      guard case .tensor(let node) = state else { return .tuple(states) }
      results.append(node)
    }
    return .tensor(try stacked(results, at: span))
  }

  /// `iterate(f, x0, n)`: f applied n times.
  private mutating func iterate(
    _ items: [SyntaxID], _ span: SourceSpan, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    let step = try function(items[0], tree)
    var state = try value(items[1], tree)
    let count = try wholeNumber(node(items[2], tree), at: tree.span(of: items[2]))
    try checkUnrolled(count, span)
    for _ in 0..<count { state = try apply(step, to: [state], at: span) }
    return state
  }

  private func checkUnrolled(_ count: Int, _ span: SourceSpan) throws(Diagnostic) {
    guard count <= Self.unrollLimit else {
      throw Diagnostic("a loop of \(count) rounds is longer than \(Self.unrollLimit)", at: span)
    }
  }
}
