import Testing

@testable import DiffREPL

/// Identities of small arrays, true for every term in the place of their letters, and the same with one
/// entry changed: no verdict may be wrong.
@Suite struct RandomArrayClaimTests {
  @Test(arguments: 0..<4)
  func noVerdictIsWrong(block: Int) {
    var generator = SystemlessGenerator(state: UInt64(block) &* 91 &+ 3)
    var lines: [String] = []
    var truths: [Bool] = []
    for _ in 0..<25 {
      let (left, right, change) = Self.rules.randomElement(using: &generator) ?? Self.rules[0]
      let isTrue = Bool.random(using: &generator)
      var claim = "\(left) == \(isTrue ? right : "\(right) + \(change)")"
      for letter in ["U", "V"] {
        let term = Self.vectors.randomElement(using: &generator) ?? "x"
        claim = claim.replacing(letter, with: "(\(term))")
      }
      lines.append(":claim \(claim)")
      truths.append(isTrue)
    }
    let setting = "x = [1, 2, 3]; y = [0.5, -1, 2]; A = [1, 2, 0; 0, 1, 3; 2, 1, 1];\n"
    expectNoWrongVerdict(on: lines, truths, after: setting, "block \(block)")
  }

  private static let rules = [
    ("dot(U, V)", "sum(U .* V)", "x[1]^2"), ("norm(U)^2", "dot(U, U)", "x[2]^2 + 1"),
    ("sum(U + V)", "sum(U) + sum(V)", "x[3]"), ("A*(U + V)", "A*U + A*V", "[0, x[1], 0]"),
    ("dot(A*U, V)", "dot(U, A'*V)", "y[1]"), ("outer(U, V)'", "outer(V, U)", "diag(x)"),
    ("U[1:2]", "[U[1], U[2]]", "[0, y[2]]"), ("max(U)", "-min(-(U))", "x[1]"),
    ("prod(U)", "U[1]*U[2]*U[3]", "1e-3*x[1]"), ("mean(U)*3", "sum(U)", "y[3]"),
    ("cumsum(U)[2]", "U[1] + U[2]", "x[3]"), ("sum(diag(U)*V)", "dot(U, V)", "x[2]"),
    ("sum(U .^ 2)", "norm(U)^2", "y[2]^2"), ("norm(A, 1)", "norm(A', 1)", "x[1]"),
  ]
  private static let vectors = ["x", "y", "x + y", "2*x", "x .* y", "A*x", "x[[3, 1, 2]]", "-y"]
}
