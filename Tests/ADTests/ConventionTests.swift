import Testing

@testable import AD

/// Where a derivative is a choice, the language fixes it: of the subdifferential of the node, over
/// the operands that vary, the element of least norm; and a zero adjoint stays zero.
@Suite struct ConventionTests {
  @Test(arguments: [
    ("abs(x)", 0, 0), ("relu(x)", 0, 0), ("leakyrelu(x)", 0, 0.01), ("max(x, 0)", 0, 0),
    ("min(x, 0)", 0, 0), ("max(0, x)", 0, 0), ("max(x, x)", 2, 1), ("max(x, 2*x)", 0, 1.5),
    ("max([x, 1, x])", 1, 2.0 / 3), ("min([x, 3, x])", 3, 2.0 / 3), ("sign(x)", 0, 0),
    ("floor(x)", 1, 0), ("sqrt(x)", 0, Double.infinity), ("cbrt(x)", 0, .infinity),
    ("x^0", 0, 0), ("0^x", 1, 0), ("0^x", 0.5, 0), ("norm([x, x])", 0, 0), ("hypot(x, 0)", 0, 0),
    ("stop(x)*x", 3, 3), ("relu(x) - relu(-x)", 0, 0), ("prod([x, 0, 2])", 0, 0),
  ])
  func kinks(_ expression: String, _ x: Double, _ slope: Double) throws {
    var formula = try TypedFormula(expression, at: [("x", x)])
    #expect(try formula.gradient() == [slope])
  }

  /// Rules may compare; what they yield is shown as 1, not as true.
  @Test(arguments: ["relu(x)", "max(x, 0)", "max(x, 1)", "min(x, 5)", "where(x > 1, x, 0)"])
  func gradientsAreNumbers(_ expression: String) throws {
    var formula = try TypedFormula(expression, at: [("x", 2)])
    let slope = formula.gradient(of: formula.output)[0]
    #expect(!formula.graph.isBoolean(slope))
    #expect(try formula.numbers([slope]) == [1])
  }

  /// What was not taken gives exactly 0, never 0·inf = nan.
  @Test(arguments: [
    ("where(x < 1, x, sqrt(x))", 0, 1), ("where(x <= 0, exp(x), 1 + x)", 1000, 1),
    ("if x > 0 then sqrt(x) else 2*x", 0, 2), ("where(x > 0, log(x), -x)", 0, -1),
    ("0*sqrt(x) + x", 0, 1), ("max(x, 1) + where(x > 5, 1/(x - 2), 0)", 2, 1),
  ])
  func branchesNotTaken(_ expression: String, _ x: Double, _ slope: Double) throws {
    var formula = try TypedFormula(expression, at: [("x", x)])
    #expect(try formula.gradient() == [slope])
  }

  /// No overflow and no cancellation, in the value or the gradient.
  @Test(arguments: [
    ("logsumexp([x, x + 1])", 1000, 1001.3132616875182, 1), ("softplus(x)", 800, 800, 1),
    ("softplus(x)", -40, 4.248354255291589e-18, 4.248354255291589e-18),
    ("tanh(x)", 20, 1, 1.6993417021166355e-17), ("sigmoid(x)", 40, 1, 4.248354255291589e-18),
    ("expm1(x)", -40, -1, 4.248354255291589e-18),
    ("hypot(x, 1e200)", 1e200, 1.4142135623730951e200, 0.7071067811865475),
    ("norm([x, 1e-200])", 1e-200, 1.4142135623730951e-200, 0.7071067811865475),
    ("softmax([x, 0])[2]", 40, 4.248354255291589e-18, -4.248354255291589e-18),
    ("asinh(x)", 1e200, 461.2101657793691, 1e-200), ("log1p(x)", 1e-18, 1e-18, 1),
  ])
  func extremes(_ expression: String, _ x: Double, _ value: Double, _ slope: Double) throws {
    var formula = try TypedFormula(expression, at: [("x", x)])
    let got = try formula.numbers([formula.output])[0]
    #expect(Fixture.agrees(got, value, relative: 1e-14, absolute: 0), "value \(got)")
    let gradient = try formula.gradient()[0]
    #expect(Fixture.agrees(gradient, slope, relative: 1e-14, absolute: 0), "slope \(gradient)")
  }
}
