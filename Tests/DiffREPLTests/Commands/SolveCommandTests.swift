import Testing

@testable import DiffREPL

/// Roots of equations and systems, and what is said where there is none.
@Suite struct SolveCommandTests {
  private static let solvable: [(script: String, name: String, root: [Double])] = [
    (":solve x^2 - 2 over x=1", "x", [1.4142135623730951]),
    (":solve cos(x) - x over x=0", "x", [0.7390851332151607]),
    // The full step from here diverges.
    (":solve atan(x) over x=20", "x", [0]),
    (":solve x*exp(x) - 1e10 over x=0", "x", [20.028685413304952]),
    ("A = [4,1; 1,3]\n:solve A*z - [1,2] over z=[0,0]", "z", [1.0 / 11, 7.0 / 11]),
    (":solve [10*(z[2] - z[1]^2), 1 - z[1]] over z=[-1.2, 1]", "z", [1, 1]),
    (":solve [t[1]^2 + t[2] - 3, t[1] - t[2] + 1] over t=(2, 2)", "t", [1, 2]),
    // A stationary point as a root of the gradient.
    (
      "w = [3, -2]\nE = w[1]^4 + (w[1] - w[2])^2\n:solve grad(E - w[1], w) over w", "w",
      [0.6299605249474366, 0.6299605249474366]
    ),
  ]

  @Test(arguments: solvable)
  func roots(_ script: String, _ name: String, _ wanted: [Double]) throws {
    let answer = try FitAnswer(script)
    #expect(answer.converged)
    let got = answer.numbers("at", [name])
    #expect(got.count == wanted.count)
    #expect(zip(got, wanted).allSatisfy { abs($0 - $1) <= 4e-16 * max(1, abs($1)) }, "\(got)")
  }

  @Test(arguments: [(2, 1e-8), (3, 1e-5), (4, 1e-4)])
  func multipleRootsAreCounted(_ order: Int, _ error: Double) throws {
    let answer = try FitAnswer(":solve (x - 1)^\(order)*exp(x) over x=3")
    #expect(answer.converged)
    #expect(answer.reason == "multiple root")
    #expect(answer.number("multiplicity") == Double(order))
    #expect(abs(answer.numbers("at", ["x"])[0] - 1) <= error)
    #expect(answer.lines.contains("this root counts \(order) times"))
  }

  @Test func aRootOfManyIsNamed() throws {
    let answer = try FitAnswer(":solve [p + q - 1, 2*p + 2*q - 2] over p=0, q=0")
    #expect(answer.lines.contains("'p', 'q' are not determined by the equations alone"))
    #expect(answer.number("residual") <= 1e-15)
  }

  private static let unsolvable: [(line: String, message: String)] = [
    (":solve x^2 + 1 over x=1", "no root near the start: |g| has a minimum of 1 at x = 0"),
    (":solve x^2 + 1 over x=0", "no root near the start: |g| has a minimum of 1 at x = 0"),
    (":solve x^3 - 2*x + 2 over x=0", "no root near the start: |g| has a minimum of 0.9113"),
    (":solve x^2 - 2 over x=0", "the Jacobian is singular at x = 0, where |g| = 2"),
    (":solve [p + q - 1, p + q - 2] over p=0, q=0", "'p', 'q' cannot be told apart there"),
    (":solve log(x) over x=-1", "'log(x)' is nan at the start"),
    (":solve sqrt(x) over x=0", "the derivative in 'x' is inf at the start"),
    (":solve x^2 == 2 over x=1", "'x^2 == 2' is true or false: a root needs a number"),
    (":solve x + y over x=1, y=1", "1 equation for 2 unknowns"),
    (":solve [x, x - 1] over x=1", "2 equations for 1 unknown"),
    (":solve x - 1 over x", "'x' has no value to start from"),
    (":solve 3 over x=1", "1"),
    ("data x = 1\n:solve x - 3 over x", "'x' is data: it is not moved"),
    (":solve x - 1 over x=1 step=2", ":solve has no option 'step'"),
  ]

  @Test(arguments: unsolvable)
  func failures(_ line: String, _ message: String) {
    let replay = Replay(line)
    #expect(replay.errorText.contains(message), "\(replay.errorText)")
  }

  @Test func aSearchThatRunsOffSaysSo() throws {
    let answer = try FitAnswer(":solve exp(x) over x=0 iters=20")
    #expect(!answer.converged)
    #expect(answer.lines.contains("this is no root yet"))
  }

  @Test func movesItsUnknownsUnlessDry() {
    let replay = Replay(
      "x = 1\n:solve x^2 - 2 --dry\nassert x == 1\n:solve x^2 - 2\nassert x^2 ≈ 2")
    #expect(replay.errorText == "")
  }
}
