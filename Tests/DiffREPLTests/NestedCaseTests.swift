import Testing

/// Derivatives inside expressions that are differentiated again, by lambdas and primes; the values
/// were found symbolically (`inner` in `Tests/Fixtures/scalar/nested_cases.jsonl`).
@Suite struct NestedCaseTests {
  @Test(arguments: [
    ("n013", "F = (x -> sin(x)*(y -> exp(x*y))'(x^2))'(.5)", 1.2441985839386127),
    ("n013, by grad", "F = grad(x -> sin(x)*grad(y -> exp(x*y), x^2), .5)", 1.2441985839386127),
    ("n014", "f(x) = sin(x)*exp(x)\nF = (x -> x - f'(x)/f''(x))'(.4)", 0.41062294709451247),
    ("n015", "f(x, y) = x^3*y + x*y^2\nF = (s -> (x -> f(x + s, 2 + 2s))'(1))'(0)", 26),
    ("n015, hvp", "h = hvp(z -> z[1]^3*z[2] + z[1]*z[2]^2, [1, 2], [1, 2])\nF = h[1]", 26),
    (
      "n015, definitions",
      "x = 1\ny = 2\nf = x^3*y + x*y^2\ng = grad(f, x)\nF = grad(g, x) + 2grad(g, y)", 26
    ),
  ])
  func innerDerivatives(_ id: String, _ program: String, _ wanted: Double) throws {
    try SlideRow(id, program + "\nF", [("value", [wanted])], tolerance: 1e-10).check()
  }
}
