import Expr

/// Statements that print or check and change nothing.
extension Session {
  mutating func print(_ items: [SyntaxID], _ tree: SyntaxTree) throws(Diagnostic) -> Output {
    var texts: [String] = []
    let format = ValueFormat(digits: settings.digits)
    for item in items {
      if case .string(let text) = tree[item] {
        texts.append(text)
      } else {
        texts.append(format.line(try evaluateDrawing(item, tree).value))
      }
    }
    let line = texts.joined(separator: " ")
    return Output(blocks: [.line(StyledText(line))], json: [.object([("print", .string(line))])])
  }

  mutating func check(
    _ condition: SyntaxID, _ tolerance: SyntaxID?, isAbsolute: Bool, _ node: SyntaxID,
    _ tree: SyntaxTree
  ) throws(Diagnostic) -> Output {
    let passed = Output(
      json: [.object([("command", .string("assert")), ("passed", .bool(true))])])
    guard case .comparison(let operators, let operands) = tree[condition], operators.count == 1
    else {
      let value = try evaluate(condition, tree)
      if value.elements.allSatisfy({ $0 != 0 && !$0.isNaN }) { return passed }
      throw Diagnostic("the assertion does not hold", at: tree.span(of: condition))
    }
    let left = try evaluate(operands[0], tree), right = try evaluate(operands[1], tree)
    if operators[0] != .approximatelyEqual {
      let value = try evaluate(condition, tree)
      if value.elements.allSatisfy({ $0 != 0 }) { return passed }
      throw .assertion(left, operators[0].rawValue, right, at: tree.span(of: condition))
    }
    let allowed = try tolerance.map { id throws(Diagnostic) in
      try evaluate(id, tree).scalar ?? .nan
    }
    let comparison = Approximation(left, right, tolerance: allowed ?? 1e-6, isAbsolute: isAbsolute)
    if comparison.holds { return passed }
    throw .assertion(
      left, "≈", right, at: tree.span(of: condition), hint: comparison.hint)
  }

  func expectError(
    _ statement: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Output {
    var trial = self
    do {
      _ = try trial.execute(statement, of: tree)
    } catch {
      return Output(
        blocks: [.diagnostic(error)],
        json: [
          .object([("command", .string("expect-error")), ("message", .string(error.message))])
        ])
    }
    throw Diagnostic(
      "this was expected to fail, and did not", at: tree.span(of: statement))
  }
}

/// `a ≈ b`, entry by entry; nan equals nothing.
private struct Approximation {
  let holds: Bool
  /// The way out where a relative tolerance can never be met.
  let hint: String?

  init(_ a: Tensor, _ b: Tensor, tolerance: Double, isAbsolute: Bool) {
    guard a.shape == b.shape else {
      holds = false
      hint = "the shapes differ: \(a.shape) and \(b.shape)"
      return
    }
    var worst = 0.0
    var comparesWithZero = false
    for (x, y) in zip(a.elements, b.elements) where x != y {
      let size = isAbsolute ? 1 : max(abs(x), abs(y))
      let error = abs(x - y) / size
      if x == 0 || y == 0 { comparesWithZero = true }
      worst = error.isNaN || worst.isNaN ? .nan : max(worst, error)
    }
    holds = worst <= tolerance
    let number = NumberFormat(digits: 3).string(worst)
    hint =
      holds
      ? nil
      : worst.isNaN
        ? "nan equals nothing, not even itself"
        : comparesWithZero && !isAbsolute
          ? "nothing is relatively close to 0: within 1e-9 abs"
          : "they differ by \(number)\(isAbsolute ? "" : " relatively")"
  }
}

extension Diagnostic {
  fileprivate static func assertion(
    _ left: Tensor, _ symbol: String, _ right: Tensor, at span: SourceSpan, hint: String? = nil
  ) -> Diagnostic {
    let format = ValueFormat(digits: 17)
    return Diagnostic(
      "the assertion does not hold: \(format.line(left, width: 120)) \(symbol) "
        + format.line(right, width: 120), at: span, hint: hint)
  }
}
