import Testing

@testable import AD

/// Rewrites at the points where the form typed has no value or no digits, and inside of bodies.
@Suite struct SingularPointTests {
  private static let singular: [(String, Double, Double, Double, Double)] = [
    ("(sin(x) - sin(y))/(x - y)", 0.7, 0.7, 0.7648421872844885, -0.3221088436188455),
    ("(log(x) - log(y))/(x - y)", 0.7, 0.7, 1.4285714285714286, -1.0204081632653061),
    ("(x*exp(x) - y*exp(y))/(x - y)", 0.7, 0.7, 3.4233796026998098, 2.7185661550851434),
    ("log(x/y)/(x - y)", 0.5, 0.5, 2, -2), ("(x - y)/(sqrt(x) - sqrt(y))", 4, 4, 4, 0.25),
    ("(sin(3*x + 1) - sin(3*y + 1))/(x - y)", 0.5, 0.5, -2.4034308466408012, -2.6931246484678044),
    ("sin(hypot(x, y))/hypot(x, y)", 0, 0, 1, 0), ("x/(1 + x^2) + 0*y", 1e200, 0, 1e-200, 0),
    ("log(1 + x^2) + 0*y", 1e200, 0, 921.0340371976183, 2e-200),
    ("(1 - cos(hypot(x, y)))/(x^2 + y^2)", 0, 0, 0.5, 0),
    ("sqrt(x^2 + 2) + 0*y", 1e200, 0, 1e200, 1),
    ("log(erfc(-x/sqrt(2))/2) + 0*y", 9, 0, -1.1285884059538405e-19, 1.0279773571668916e-18),
    ("log(sin(x)/x) + 0*y", 1e-9, 0, -1.6666666666666667e-19, -3.3333333333333333e-10),
    ("log(sin(x)) - log(x) + 0*y", 1e-9, 0, -1.6666666666666667e-19, -3.3333333333333333e-10),
    ("log(x) - log(sin(x)) + 0*y", 1e-9, 0, 1.6666666666666667e-19, 3.3333333333333333e-10),
    ("log((exp(x) - 1)/x) + 0*y", 1e-9, 0, 5.0000000004166667e-10, 0.50000000008333333),
  ]

  private static let curvatures: [(String, Double)] = [
    ("cos(hypot(x, y))", -1.0), ("cos(sqrt(x^2 + y^2))", -1), ("log(cosh(hypot(x, y)))", 1),
    ("sin(hypot(x, y))/hypot(x, y)", -1 / 3.0), ("hypot(x, y)*sin(hypot(x, y))", 2),
    ("tanh(norm([x, y]))^2", 2), ("hypot(x, y)/tanh(hypot(x, y))", 2 / 3.0),
  ]

  private static let loops: [(String, Double, Double, Double)] = [
    ("fold((s, t) -> s + log(1 + exp(t*x)), 0, [1, 2])", 800.0, 2400.0, 3.0),
    ("fold((s, t) -> s + (1 - cos(x))/x^2, 0, [1, 2])", 0, 1, 0),
    ("sum(scan((s, t) -> s*0 + t*sin(x)/x, 0, [1, 2]))", 0, 3, 0),
    ("root(t -> t - (exp(x) - 1)/x, 0.5)", 0, 1, 0.5),
    ("fixedpoint(t -> t/2 + sin(x)/x, 0.5)", 0, 2, 0),
    ("(t -> log(1 + exp(t)))(x)", 800, 800, 1),
  ]

  /// Divided differences, even functions of a length and quotients by 1 + x² at the points where the
  /// form typed has no value or loses its digits; references of 50 digits.
  @Test(arguments: singular)
  func singularPoints(
    _ text: String, _ x: Double, _ y: Double, _ value: Double, _ slope: Double
  ) throws {
    for (factor, shift) in [(1.0, 0.0), (-3, 0), (1, 2)] {
      var formula = try TypedFormula("\(factor)*(\(text)) + \(shift)", at: [("x", x), ("y", y)])
      let got = try formula.numbers([formula.output])[0]
      #expect(
        Fixture.agrees(got, factor * value + shift, relative: 1e-13, absolute: 1e-300), "\(text)")
      let gradient = try formula.gradient()[0]
      #expect(
        Fixture.agrees(gradient, factor * slope, relative: 1e-12, absolute: 1e-300), "\(text)")
    }
  }

  /// The second derivative of an even function of a length is smooth at 0.
  @Test(arguments: curvatures)
  func curvatureAtTheOrigin(_ text: String, _ wanted: Double) throws {
    var formula = try TypedFormula(text, at: [("x", 0), ("y", 0)])
    for (positions, value) in [([0, 0], wanted), ([1, 1], wanted), ([0, 1], 0)] {
      let node = formula.derivative(positions)
      let got = try formula.numbers([node])[0]
      #expect(Fixture.agrees(got, value, relative: 1e-13, absolute: 1e-15), "\(text) \(positions)")
    }
  }

  /// In the bodies of loops, functions and solutions as at top level.
  @Test(arguments: loops)
  func bodies(_ text: String, _ x: Double, _ value: Double, _ slope: Double) throws {
    var formula = try TypedFormula(text, at: [("x", x)])
    let got = try formula.numbers([formula.output])[0]
    #expect(Fixture.agrees(got, value, relative: 1e-12, absolute: 1e-12), "\(text): \(got)")
    let gradient = try formula.gradient()[0]
    #expect(
      Fixture.agrees(gradient, slope, relative: 1e-12, absolute: 1e-12), "\(text): \(gradient)")
  }
}
