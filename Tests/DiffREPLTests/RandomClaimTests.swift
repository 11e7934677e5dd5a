import Testing

@testable import DiffREPL

/// Identities made by rewriting a random formula, and such with one number changed: no verdict on any
/// may be wrong, while `unknown` is always allowed.
@Suite struct RandomClaimTests {
  @Test(arguments: 0..<20)
  func noVerdictIsWrong(block: Int) {
    var generator = SystemlessGenerator(state: UInt64(block) &* 77 &+ 5)
    var lines: [String] = []
    var truths: [Bool] = []
    for _ in 0..<50 {
      let (left, right) = Self.identity(&generator)
      let isTrue = Bool.random(using: &generator)
      lines.append(":claim \(left) == \(isTrue ? right : "\(right) + x^2 + 1")")
      truths.append(isTrue)
    }
    expectNoWrongVerdict(on: lines, truths, "block \(block)")
  }

  /// Both sides of a rule, with random terms in the place of its letters.
  private static func identity(_ generator: inout SystemlessGenerator) -> (String, String) {
    let rules: [(String, String)] = [
      ("(A)*((B)+(C))", "(A)*(B)+(A)*(C)"), ("((A)+(B))^2", "(A)^2+2*(A)*(B)+(B)^2"),
      ("exp((A)+(B))", "exp(A)*exp(B)"), ("sin((A)+(B))", "sin(A)*cos(B)+cos(A)*sin(B)"),
      ("cos(A)^2", "1-sin(A)^2"), ("log(exp(A))", "A"), ("tanh(A)", "1-2/(exp(2*(A))+1)"),
      ("sigmoid(A)", "1-sigmoid(-(A))"), ("sqrt((A)^2)", "abs(A)"), ("(A)-(B)", "-((B)-(A))"),
      ("1/(1+(A)^2)+1", "(2+(A)^2)/(1+(A)^2)"), ("max(A, B)", "-min(-(A), -(B))"),
      ("cosh(A)^2-sinh(A)^2", "1"), ("log((A)^2+1)*2", "log(((A)^2+1)^2)"),
      ("softplus(A)-softplus(-(A))", "A"), ("abs((A)*(B))", "abs(A)*abs(B)"),
    ]
    let (left, right) = rules.randomElement(using: &generator) ?? rules[0]
    var terms: [Character: String] = [:]
    for letter in "ABC" { terms[letter] = term(&generator, depth: 2) }
    func filled(_ text: String) -> String { text.map { terms[$0] ?? String($0) }.joined() }
    return (filled(left), filled(right))
  }

  private static func term(_ generator: inout SystemlessGenerator, depth: Int) -> String {
    let atoms = ["x", "y", "2", "0.5", "x*y", "x+1", "3*y"]
    if depth == 0 { return atoms.randomElement(using: &generator) ?? "x" }
    let a = term(&generator, depth: depth - 1), b = term(&generator, depth: 0)
    let forms = ["(\(a))+(\(b))", "(\(a))*(\(b))", "sin(\(a))", "(\(a))-(\(b))", "tanh(\(a))", a]
    return forms.randomElement(using: &generator) ?? a
  }
}
