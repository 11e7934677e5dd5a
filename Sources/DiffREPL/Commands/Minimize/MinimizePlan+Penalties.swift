import AD
import Expr

/// What stands behind `prox=`.
extension MinimizePlan {
  static func penalty(
    _ arguments: CommandArguments, _ methods: [any Optimiser.Type], _ session: Session
  ) throws(Diagnostic) -> Proximal? {
    var takers: [String] = []
    for method in OptimiserTable.all where method.about.takesPenalty {
      takers.append(method.about.name)
    }
    guard let span = arguments.place(of: "prox") else {
      for method in methods where method.about.takesPenalty {
        throw Diagnostic(
          "\(method.about.name) needs prox=, the penalty it is for",
          at: arguments.place(of: "method"), hint: Self.penalties)
      }
      return nil
    }
    for method in methods where !method.about.takesPenalty {
      throw Diagnostic(
        "\(method.about.name) takes no prox=", at: span,
        hint: "method=\(takers.joined(separator: " or method=")) does")
    }
    let tree = try Parser.parseExpressions(in: arguments.source, range: span.range)
    guard tree.statements.count == 1 else { throw Diagnostic(Self.penalties, at: span) }
    var name = "", numbers: [Double] = []
    switch tree[tree.statements[0].node] {
    case .name(let typed): name = typed.key
    case .call(let function, let operands):
      if case .name(let typed) = tree[function] { name = typed.key }
      for operand in operands {
        numbers.append(try session.evaluate(operand.value, tree).scalar ?? .nan)
      }
    default: break
    }
    guard let penalty = Proximal(name, numbers) else {
      throw Diagnostic("this is no penalty that 'prox=' knows", at: span, hint: Self.penalties)
    }
    return penalty
  }

  private static let penalties =
    "prox=l1(0.1), prox=l2(0.1), prox=box(0, 1) and prox=nonneg; weights are at least 0"
}

extension Proximal {
  /// A penalty as it is typed; nil where there is none of that name, or the numbers do not fit.
  fileprivate init?(_ name: String, _ numbers: [Double]) {
    switch (name, numbers.count) {
    case ("l1", 1) where numbers[0] >= 0: self = .l1(numbers[0])
    case ("l2", 1) where numbers[0] >= 0: self = .l2(numbers[0])
    case ("box", 2) where numbers[0] <= numbers[1]: self = .box(numbers[0], numbers[1])
    case ("nonneg", 0): self = .nonnegative
    default: return nil
    }
  }
}
