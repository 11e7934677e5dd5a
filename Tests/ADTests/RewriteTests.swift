import Expr
import Testing

@testable import AD

/// Every rewrite of the table against double-double arithmetic on the form typed, at its own points
/// and at random ones, alone and in three surroundings.
@Suite struct RewriteTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let rewrite: String
    let formula: String
    let points: [Double]
    var testDescription: String { formula }
  }

  static let examples: [Example] = Rewrite.all.flatMap { rewrite in
    rewrite.samples.map { Example(rewrite: rewrite.name, formula: $0.formula, points: $0.points) }
  }

  /// The form alone, scaled, as part of a difference and inside a sum.
  private static func variants(_ formula: String) -> [String] {
    [formula, "3*(\(formula))", "(\(formula)) - x/7", "x^2 + (\(formula)) + 2"]
  }

  @Test func namesAreUnique() {
    #expect(Set(Rewrite.all.map(\.name)).count == Rewrite.all.count)
    #expect(Rewrite.all.allSatisfy { !$0.samples.isEmpty && !$0.mends.isEmpty })
  }

  @Test(arguments: examples) func fires(_ example: Example) throws {
    let formula = try TypedFormula(example.formula, at: [("x", 0.7)])
    #expect(!formula.rewrites().isEmpty, "\(example.rewrite) has no effect")
  }

  @Test(arguments: examples) func keepsTheValue(_ example: Example) throws {
    var numbers = SeededNumbers(seed: 41)
    let random = [0.01, 2].map { $0 * numbers.direction() }
    for (place, text) in Self.variants(example.formula).enumerated() {
      for x in place == 0 ? example.points + random : Array(example.points.prefix(1)) {
        try check(text, at: x, isRandom: random.contains(x))
      }
    }
  }

  private func check(_ text: String, at x: Double, isRandom: Bool) throws {
    let formula = try TypedFormula(text, at: [("x", x)])
    let got = try formula.numbers([formula.output])[0]
    let (exact, plain) = try formula.typedValue()
    // Squares must not leave the range of a double, which is that of a pair of them.
    let isInRange = abs(x) > 1e-100 && abs(x) < 1e100
    if let exact, exact.isFinite, plain.isFinite, isInRange {
      #expect(
        Fixture.agrees(got, exact.rounded, relative: 1e-11, absolute: 1e-300),
        "\(text) at \(x): \(got), not \(exact.rounded)")
    } else if exact == nil, plain.isFinite, abs(x) > 1e-2, abs(x) < 100 {
      #expect(
        Fixture.agrees(got, plain, relative: 1e-7, absolute: 1e-9),
        "\(text) at \(x): \(got), not \(plain)")
    } else if plain.isNaN, isRandom {
      // Outside the domain: no value may come of what has none near by.
      let beside = try TypedFormula(text, at: [("x", x * 1.001)]).typedValue().plain
      #expect(!beside.isNaN || got.isNaN, "\(text) at \(x): \(got), not nan")
    }
  }

  @Test(arguments: examples) func keepsTheGradient(_ example: Example) throws {
    for (place, text) in Self.variants(example.formula).enumerated() {
      for x in place == 0 ? [0.31, 1.3, -0.4] : [0.7] {
        var formula = try TypedFormula(text, at: [("x", x)])
        let plain = try formula.typedGradient()[0], got = try formula.gradient()[0]
        guard plain.isFinite, try formula.typedValue().plain.isFinite else { continue }
        #expect(
          Fixture.agrees(got, plain, relative: 1e-6, absolute: 1e-6),
          "slope of \(text) at \(x): \(got), not \(plain)")
      }
    }
  }

  /// Entry by entry for arrays as for numbers.
  @Test(arguments: [
    ("log(1 + exp(v))", "softplus(v)"), ("sin(v)./v", "sin(v)./v"),
    ("log(sum(exp(v)))", "logsumexp(v)"),
    ("1 ./(1 + exp(-v))", "sigmoid(v)"), ("sqrt(v.^2)", "abs(v)"),
    ("exp(v)/sum(exp(v))", "softmax(v)"),
  ])
  func arrays(_ typed: String, _ named: String) throws {
    for text in ["sum((\(typed)).^2)", "norm((\(typed)))"] {
      let formula = try TypedFormula(text.replacing("v", with: "[x, 2*x, -3*x]"), at: [("x", 0.8)])
      let same = try TypedFormula(
        text.replacing(typed, with: named).replacing("v", with: "[x, 2*x, -3*x]"), at: [("x", 0.8)])
      let value = try formula.numbers([formula.output])[0]
      #expect(
        Fixture.agrees(
          value, try same.typedValue().plain, relative: 1e-13, absolute: 0), "\(text)")
    }
  }

  /// No rewrite looks through a definition that is taken as a variable.
  @Test func cutsAreOpaque() throws {
    var formula = try TypedFormula("log(exp(x))", at: [("x", 800)])
    let inner = formula.graph.operands(of: formula.output).first!
    let stable = formula.stabilised(cutAt: inner)
    #expect(stable == formula.output)
  }
}
