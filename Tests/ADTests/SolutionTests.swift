import Expr
import Testing

@testable import AD

/// Solutions of equations whose bodies hold what has no value or no digits as typed: values and two
/// derivatives, in both modes. References of 60 digits from the closed forms of the solutions.
@Suite struct SolutionTests {
  private static let smooth: [(String, Double, Double, Double, Double)] = [
    ("argmin(t -> (t - (exp(x)-1)/x)^2, 0.5)", 0.0, 1.0, 0.5, 0.333333333333333333),
    (
      "argmin(t -> (t - (exp(x)-1)/x)^2, 0.5)", 1e-9, 1.0000000005, 0.500000000333333333,
      0.333333333583333333
    ),
    ("argmin(t -> (t - (exp(x)-1)/x)^2, 0.5)", 1.0, 1.71828182845904524, 1.0, 0.718281828459045235),
    ("argmin(t -> (t - sin(x)/x - x)^2, 0.5)", 0.0, 1.0, 1.0, -0.333333333333333333),
    (
      "argmin(t -> (t - sin(x)/x - x)^2, 0.5)", 0.3, 1.28506735553779857, 0.900897111959358123,
      -0.324381435266852717
    ),
    ("argmin(t -> exp(t) - t*(exp(x)-1)/x, 0.5)", 0.0, 0.0, 0.5, 0.0833333333333333333),
    (
      "argmin(t -> exp(t) - t*(exp(x)-1)/x, 0.5)", 1e-9, 5.00000000041666698e-10,
      0.500000000083333333, 0.0833333333333333333
    ),
    ("argmin(t -> t^2/2 - t*log(1 + exp(x)), 0.5)", 800.0, 800.0, 1.0, 0.0),
    (
      "argmin(t -> t^2/2 - t*log(1 + exp(x)), 0.5)", -40.0, 4.24835425529158899e-18,
      4.24835425529158898e-18, 4.24835425529158896e-18
    ),
    ("argmin(t -> (t - abs(x))^2, 0.5)", -2.0, 2.0, -1.0, 0.0),
    (
      "argmin(t -> sum((t - [(exp(x)-1)/x, 3*sin(x)/x]).^2), 0.5)", 0.0, 2.0, 0.25,
      -0.333333333333333333
    ),
    (
      "argmin(t -> sum((t - [(exp(x)-1)/x, 3*sin(x)/x]).^2), 0.5)", 1.0, 2.12134739144136738,
      0.0482469815903648161, 0.000440473836948225456
    ),
    (
      "argmin(t -> (t[1] - (exp(x)-1)/x)^2 + (t[2] - t[1]*sin(x)/x)^2, [1, 1])[2]", 0.0, 1.0, 0.5,
      0.0
    ),
    (
      "argmin(t -> (t[1] - (exp(x)-1)/x)^2 + (t[2] - t[1]*sin(x)/x)^2, [1, 1])[2]", 1.0,
      1.44588430237094588, 0.323978316484696062, -0.408823006041009196
    ),
    (
      "argmin(t -> (t - root(u -> u*(exp(x)-1)/x - 1, 0.5))^2, 0.5)", 0.0, 1.0, -0.5,
      0.166666666666666667
    ),
    (
      "argmin(t -> (t - root(u -> u*(exp(x)-1)/x - 1, 0.5))^2, 0.5)", 1e-9, 0.9999999995,
      -0.499999999833333333, 0.166666666666666667
    ),
    ("root(t -> t*(exp(x)-1)/x - 1, 0.5)", 0.0, 1.0, -0.5, 0.166666666666666667),
    (
      "root(t -> t*(exp(x)-1)/x - 1, 0.5)", 1e-9, 0.9999999995, -0.499999999833333333,
      0.166666666666666667
    ),
    ("root(t -> t^3 - (exp(x)-1)/x, 0.5)", 0.0, 1.0, 0.166666666666666667, 0.0555555555555555556),
    (
      "root(t -> t^3 - (exp(x)-1)/x, 0.5)", 1.0, 1.19774619286570231, 0.232353461663084849,
      0.076745734326568984
    ),
    ("root(t -> (exp(t*x)-1)/x - 1, 0.5)", 0.0, 1.0, -0.5, 0.666666666666666667),
    (
      "root(t -> (exp(t*x)-1)/x - 1, 0.5)", 1e-9, 0.9999999995, -0.499999999333333334,
      0.666666665166666669
    ),
    (
      "root(t -> (exp(t*x)-1)/x - 1, 0.5)", 1.0, 0.693147180559945309, -0.193147180559945309,
      0.136294361119890619
    ),
    ("fixedpoint(t -> t/2*sin(x)/x + (exp(x)-1)/x, 0.5)", 0.0, 2.0, 1.0, 0.0),
    (
      "fixedpoint(t -> t/2*sin(x)/x + (exp(x)-1)/x, 0.5)", 0.3, 2.29807570308529115,
      0.982008624063985409, -0.102296921095680532
    ),
    ("cg(v -> v*(exp(x)-1)/x, [1])[1]", 0.0, 1.0, -0.5, 0.166666666666666667),
    (
      "cg(v -> v*(exp(x)-1)/x, [1])[1]", 1e-9, 0.9999999995, -0.499999999833333333,
      0.166666666666666667
    ),
    (
      "cg(v -> 3*v, [(exp(x)-1)/x, x])[1]", 0.0, 0.333333333333333333, 0.166666666666666667,
      0.111111111111111111
    ),
    (
      "cg(v -> 3*v, [(exp(x)-1)/x, x])[1]", 1.0, 0.572760609486348412, 0.333333333333333333,
      0.239427276153015078
    ),
  ]

  @Test(arguments: smooth)
  func derivatives(
    _ text: String, _ x: Double, _ value: Double, _ slope: Double, _ curvature: Double
  ) throws {
    var formula = try TypedFormula(text, at: [("x", x)])
    let gradient = formula.gradient(of: formula.output)[0]
    let tangent = formula.tangent(of: formula.output, along: formula.variables[0])
    let nodes = [
      formula.output, gradient, tangent, formula.gradient(of: gradient)[0],
      formula.tangent(of: gradient, along: formula.variables[0]),
    ]
    let wanted = [value, slope, slope, curvature, curvature]
    for (got, wanted) in zip(try formula.numbers(nodes), wanted) {
      #expect(
        Fixture.agrees(got, wanted, relative: 1e-12, absolute: abs(x) < 30 ? 2e-12 : 1e-30),
        "\(text) at \(x): \(got), not \(wanted)")
    }
  }

  /// The least-norm slope of a kink outside of the unknown goes through the solution.
  @Test(
    arguments: [
      ("argmin(t -> (t - abs(x))^2, 0.5)", 0, 0), ("root(t -> 2*t - relu(x), 0.5)", 0, 0),
      ("argmin(t -> (t - x*relu(1 + x))^2, 0.5)", 2, 5),
      ("fixedpoint(t -> t/2 + max(x, 1 - x), 0.5)", 3, 2),
    ] as [(String, Double, Double)])
  func kinks(_ text: String, _ x: Double, _ slope: Double) throws {
    var formula = try TypedFormula(text, at: [("x", x)])
    let got = try formula.gradient()[0]
    #expect(Fixture.agrees(got, slope, relative: 1e-12, absolute: 1e-12), "\(text): \(got)")
  }

  /// A definition taken as a variable is one inside of an equation too: no form of the body is
  /// simplified across it.
  @Test(
    arguments: [
      "argmin(t -> (t - log(exp(x)))^2, 1)", "argmin(t -> t^4/4 - t*log(exp(x))^3, 1)",
      "root(t -> t - log(exp(x)), 1)", "root(t -> t^3 - log(exp(x))^3, 1)",
      "fixedpoint(t -> t/2 + log(exp(x))/2, 1)", "cg(v -> 3*v, [3*log(exp(x))])[1]",
    ])
  func cutsHold(_ text: String) throws {
    var formula = try TypedFormula(text, at: [("x", 0.7)])
    let exponential = formula.node("exp", of: formula.variables[0])
    let cut = try #require(exponential)
    let slopes = formula.gradient(of: formula.output, at: [cut])
    let got = try formula.numbers(slopes)[0]
    // log h at h = e^0.7.
    #expect(Fixture.agrees(got, 0.49658530379140951, relative: 1e-12, absolute: 0), "\(got)")
  }

  /// Captured forms that become one node count once.
  @Test func equalCapturesCountOnce() throws {
    let text = "argmin(t -> (t - (exp(x) - 1))^2 + (t - expm1(x))^2, 0.5)"
    var formula = try TypedFormula(text, at: [("x", 0.5)])
    let got = try formula.gradient()[0]
    #expect(Fixture.agrees(got, 1.6487212707001282, relative: 1e-13, absolute: 0), "\(got)")
  }
}
