import Foundation
import Testing

/// Expressions of arrays, networks, recurrences, dynamic programming, solvers and iterations typed into
/// a session, against references of 50 digits.
@Suite struct VectorCaseTests {
  @Test(arguments: cases) func valuesAndDerivatives(_ example: TypedCase) throws {
    try example.check()
  }

  @Test func everyCaseIsTyped() throws { #expect(Self.cases.count == 32) }

  /// Programs for the cases that do not say how they are typed.
  private static let recurrence = """
    h = scan((h, x) -> tanh(W*h + U_*x + b), zeros(2), X)
    F = sum((h*v - y).^2)
    """
  private static let programs = [
    "v015": recurrence,
    "v016": recurrence,
    "v017": """
    best(a, e) = [max(a + Tm[:,j]) + e[j] for j in 1:3]
    F = max(fold(best, E[1,:], E[2:end,:]))
    """,
    "v018": """
    add(a, e) = [logsumexp(a + Tm[:,j]) + e[j] for j in 1:3]
    F = logsumexp(fold(add, E[1,:], E[2:end,:]))
    """,
    "v026": """
    velocity(z) = [p[1]*z[1] - p[2]*z[1]*z[2], p[3]*z[1]*z[2] - p[4]*z[2]]
    z30 = iterate(z -> z + .05*velocity(z), z0, 30)
    F = z30[1]^2 + z30[2]
    """,
    "v030": "F = -sum((exp(a) - 1)*log(x) - exp(b)*x + exp(a)*b - lgamma(exp(a)))",
  ]

  private static let cases: [TypedCase] = {
    let text = (try? TestFiles.text(of: "Tests/Fixtures/vector/vector_cases.jsonl")) ?? ""
    return text.split(separator: "\n").compactMap { line in
      let row = try? JSONSerialization.jsonObject(with: Data(line.utf8))
      return (row as? [String: Any]).flatMap(typedCase)
    }
  }()

  private static func typedCase(_ row: [String: Any]) -> TypedCase? {
    guard let id = row["id"] as? String, let wrt = row["wrt"] as? [String],
      let shapes = row["shapes"] as? [String: [Int]], let inputs = row["inputs"] as? [String: Any],
      let program = programs[id] ?? (row["drepl"] as? String).map({ "F = \($0)" })
    else { return nil }
    let names = inputs.keys.sorted()
    let lines = names.map { "\($0) = \(TypedCase.typed(inputs[$0], shape: shapes[$0] ?? []))" }
    let variables = wrt.joined(separator: ", ")
    let derivative = row["grad"] == nil ? "jac" : "grad"
    let table = row[row["grad"] == nil ? "jacobian" : "grad"] as? [String: Any] ?? [:]
    let command = ":\(derivative) F wrt \(variables)"
    var expected = [(command, ["value"], TypedCase.numbers(in: row["value"]))]
    expected += wrt.map { (command, [derivative, $0], TypedCase.numbers(in: table[$0])) }
    if let hessian = row["hess"], !(hessian is NSNull) {
      expected.append((":hess F wrt \(variables)", ["hess"], TypedCase.numbers(in: hessian)))
    }
    return TypedCase(
      id: id, program: (lines + [program]).joined(separator: "\n"), expected: expected,
      relative: (row["rtol"] as? NSNumber)?.doubleValue ?? 0,
      absoluteOfMaximum: (row["atol_of_max"] as? NSNumber)?.doubleValue ?? 0)
  }
}
