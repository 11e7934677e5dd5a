import AD
import Expr

/// What stands behind `prox=`.
extension MinimizePlan {
  static func penalty(
    _ arguments: CommandArguments, _ methods: [any Optimiser.Type], _ session: Session
  ) throws(Diagnostic) -> Proximal? {
    guard let span = arguments.place(of: "prox") else {
      for method in methods where method.about.takesPenalty {
        throw Diagnostic(
          "\(method.about.name) needs prox=, the penalty it is for",
          at: arguments.place(of: "method"), hint: Self.penalties)
      }
      return nil
    }
    for method in methods where !method.about.takesPenalty {
      var takers: [String] = []
      for method in OptimiserTable.all where method.about.takesPenalty {
        takers.append(method.about.name)
      }
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
      throw misfit(name, numbers, at: span)
    }
    return penalty
  }

  /// What is wrong with a penalty, its numbers if it has a name that is known.
  private static func misfit(
    _ name: String, _ numbers: [Double], at span: SourceSpan
  ) -> Diagnostic {
    let format = NumberFormat()
    let given = numbers.map { $0.isNaN ? "something else" : format.string($0) }
    let list = given.isEmpty ? "nothing" : given.joined(separator: ", ")
    switch name {
    case "l1", "l2":
      return Diagnostic(
        "\(name) takes one weight of at least 0, not \(list)", at: span, hint: "prox=\(name)(0.1)")
    case "box" where numbers.count == 2 && numbers[0] > numbers[1]:
      return Diagnostic(
        "the lower side of the box, \(given[0]), is above its upper one, \(given[1])", at: span,
        hint: "prox=box(\(given[1]), \(given[0]))")
    case "box":
      return Diagnostic(
        "box takes a lower and an upper side, not \(list)", at: span, hint: "prox=box(0, 1)")
    case "nonneg":
      return Diagnostic("nonneg takes no number", at: span, hint: "prox=nonneg")
    default:
      return Diagnostic("this is no penalty that 'prox=' knows", at: span, hint: Self.penalties)
    }
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
