import Expr
import Testing

@testable import DiffREPL

/// How a model is read, what is shown, and what is refused.
@Suite struct FitCommandTests {
  private static let growth = """
    data x = [77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760];
    data y = [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78];

    """
  private static let quadratic = "data X = hcat(ones(14), x, x.^2);\n"

  /// One meaning, several ways to write it.
  private static let spellings: [(line: String, names: [String])] = [
    (":fit y ~ b1*(1 - exp(-b2*x)) over b1=500, b2=1e-4", ["b1", "b2"]),
    ("b1 = 500; b2 = 1e-4;\n:fit y ~ b1*(1 - exp(-b2*x))", ["b1", "b2"]),
    ("b1 = 500;\n:fit y ~ b1*(1 - exp(-b2*x)) over b1, b2=1e-4", ["b1", "b2"]),
    ("b1 = 500; b2 = 1e-4;\nm = b1*(1 - exp(-b2*x));\n:fit y ~ m", ["b1", "b2"]),
    ("g(t) = b1*(1 - exp(-b2*t))\n:fit y ~ g(x) over b1=500, b2=1e-4", ["b1", "b2"]),
    ("g() = b1*(1 - exp(-b2*x))\n:fit y ~ g() over b1=500, b2=1e-4", ["b1", "b2"]),
    (":fit y ~ θ[1]*(1 - exp(-θ[2]*x)) over θ=[500, 1e-4]", ["θ"]),
    (":fit y ~ θ[1]*(1 - exp(-θ[2]*x)) over θ=(500, 1e-4)", ["θ"]),
    (":fit y ~ b1*(if x > 1e9 then 0 else 1 - exp(-b2*x)) over b1=500, b2=1e-4", ["b1", "b2"]),
    (
      ":fit y ~ b1*sum(if i == 1 then 1 else -exp(-b2*x) for i in 1:2) over b1=500, b2=1e-4",
      ["b1", "b2"]
    ),
    (
      "data D = hcat(x, y);\n:fit D[:,2] ~ b1*(1 - exp(-b2*D[1])) over b1=500, b2=1e-4",
      ["b1", "b2"]
    ),
    (":fit y - b1*(1 - exp(-b2*x)) ~ 0 over b1=500, b2=1e-4", ["b1", "b2"]),
    (":fit 0 ~ b1*(1 - exp(-b2*x)) - y over b1=500, b2=1e-4", ["b1", "b2"]),
    (":fit y ~ b1*(1 - exp(-b2*x)) over b1=500, b2=1e-4 lower=0 upper=(b1=1e4)", ["b1", "b2"]),
    (":fit y ~ b1*(1 - exp(-b2*x)) over b1=500, b2=1e-4 weights=ones(14)", ["b1", "b2"]),
    (":fit y ~ lower*(1 - exp(-iters*x)) over lower=500, iters=1e-4", ["lower", "iters"]),
  ]

  @Test(arguments: spellings)
  func readings(_ line: String, _ names: [String]) throws {
    let answer = try FitAnswer(Self.growth + line)
    #expect(answer.converged)
    let wanted = [238.94212918, 5.5015643181e-04], errors = [2.7070075241, 7.2668688436e-06]
    #expect(digits(answer.numbers("estimates", names), wanted) >= 9, "\(answer.lines)")
    #expect(digits(answer.numbers("errors", names), errors) >= 9)
  }

  /// A matrix as long as y stands for its row; written for whole columns the model is the same.
  @Test(arguments: [
    "X*w", "dot(X, w)", "w[1] + w[2]*X[2] + w[3]*X[3]", "w[1] + w[2]*x + w[3]*x^2",
    "sum(w[j]*X[j] for j in 1:3)",
  ])
  func rowsOfAMatrix(_ model: String) throws {
    let answer = try FitAnswer(Self.growth + Self.quadratic + ":fit y ~ \(model) over w=[1, 2, 3]")
    #expect(answer.reason == "linear")
    #expect(
      digits(answer.numbers("estimates", ["w"]), [0.476987, 0.127572, -2.72798e-5]) >= 5)
  }

  @Test func aColumnTakenAsAWholeComesBefore() throws {
    let answer = try FitAnswer(
      Self.growth + "data m = x - mean(x);\n:fit y ~ a + c*m over a=0, c=0")
    let other = try FitAnswer(Self.growth + ":fit y ~ a + c*(x - mean(x)) over a=0, c=0")
    let mean = 43.340714285714286
    #expect(digits(answer.numbers("estimates", ["a"]), [mean]) >= 14)
    #expect(digits(other.numbers("estimates", ["a"]), [mean]) >= 14)
  }

  @Test func weightsAreInverseVariances() throws {
    // Weight 2 is the observation twice; weight 0 is none.
    let weighted = try FitAnswer(
      "data x=[1,2,3,4]; data y=[1,3,2,9];\n:fit y ~ a + c*x over a=0, c=0 weights=[1,2,1,0]")
    let repeated = try FitAnswer(
      "data x=[1,2,2,3]; data y=[1,3,3,2];\n:fit y ~ a + c*x over a=0, c=0")
    let names = ["a", "c"]
    let difference = digits(
      weighted.numbers("estimates", names), repeated.numbers("estimates", names))
    #expect(difference >= 14)
    #expect(digits([weighted.number("rss")], [repeated.number("rss")]) >= 14)
    #expect(weighted.number("degrees_of_freedom") == 1)
  }

  @Test func boundsHold() throws {
    let line = ":fit y ~ b1*(1 - exp(-b2*x)) over b1=150, b2=1e-4 upper=(b1=200)"
    let answer = try FitAnswer(Self.growth + line)
    #expect(answer.converged)
    #expect(answer.numbers("estimates", ["b1"]) == [200])
    // With b1 held there, the same as fitting b2 alone.
    let alone = try FitAnswer(Self.growth + ":fit y ~ 200*(1 - exp(-b2*x)) over b2=1e-4")
    #expect(
      digits(answer.numbers("estimates", ["b2"]), alone.numbers("estimates", ["b2"])) >= 10)
    #expect(digits(answer.numbers("errors", ["b2"]), alone.numbers("errors", ["b2"])) >= 9)
    let text = Replay(Self.growth + line).text
    #expect(text.contains("at its upper bound"))
  }

  @Test func movesItsParametersUnlessDry() {
    let line = ":fit y ~ a + c*x over a=0, c=0"
    let moved = Replay(Self.growth + "a = 7;\n\(line)\nassert a < 7\n:undo\nassert a == 7")
    #expect(moved.errorText == "")
    let dry = Replay(Self.growth + "a = 7;\n\(line) --dry\nassert a == 7\n:expect-error c")
    #expect(dry.errorText == "")
  }

  // MARK: No single answer

  @Test(arguments: [
    (
      "a + b*x + c*(2*x + 1) over a=0, b=0, c=0",
      "'a', 'b' and 'c' cannot be told apart here: the data determine only 2 combinations of them"
    ),
    (
      "b1*(1 - exp(-(b2 + b3)*x)) over b1=500, b2=1e-4, b3=1e-4",
      "'b2' and 'b3' cannot be told apart here"
    ),
    ("b1*(1 - exp(-b2*x)) + 0*b3^2 over b1=500, b2=1e-4, b3=1", "'b3' has no effect on the model"),
    ("a*exp(-b*x) + c*exp(-d*x) over a=1, b=1e-3, c=1, d=1e-3", "cannot be told apart here"),
    // Runs off to b = ∞, where only the mean is left.
    ("a*exp(-exp(b)*(x - 77.6)^2*0) + c*exp(-b*x)*0 over a=1, b=1, c=1", "'b' has no effect"),
  ])
  func tellsWhatTheDataDoNot(_ model: String, _ warning: String) throws {
    let answer = try FitAnswer(Self.growth + ":fit y ~ \(model)")
    #expect(!answer.converged)
    #expect(answer.lines.contains(warning), "\(answer.lines)")
  }

  @Test func aValleyWithoutEndIsNoMinimum() throws {
    // Beale's function from ten times its start: the minimum is at infinity.
    let answer = try FitAnswer(
      ":fit 0 ~ [1.5 - x*(1 - y), 2.25 - x*(1 - y^2), 2.625 - x*(1 - y^3)] over x=10, y=10 iters=400"
    )
    #expect(!answer.converged)
  }

  @Test func aSaddleIsNoMinimum() throws {
    // ‖r‖² = (p² - 1)² + q² has its slope 0 at p = 0, where it is greatest along p.
    let answer = try FitAnswer(":fit [1, 0, 0] ~ [p^2, q, 0*q] over p=0, q=3")
    #expect(!answer.converged)
  }

  @Test func aPerfectFitIsOne() throws {
    let answer = try FitAnswer(
      "data x = 1:9; data y = 2*exp(-0.3*x);\n:fit y ~ a*exp(-c*x) over a=1, c=1")
    #expect(answer.converged)
    #expect(digits(answer.numbers("estimates", ["a", "c"]), [2, 0.3]) >= 14)
    #expect(answer.number("rss") < 1e-30)
  }

  // MARK: Mistakes

  private static let refusals: [(line: String, message: String)] = [
    (":fit y", "':fit' needs what was observed, '~', and a model"),
    (":fit y ~ 3*x", "there is no parameter to fit in '3*x'"),
    (":fit y ~ b*x over b", "'b' has no value to start from"),
    (":fit y ~ b*x over b=", "'b=' needs a value"),
    (":fit y ~ b*x over b=nan", "a start is finite"),
    (":fit y ~ b*x over x=1", "'x' is data: it is not moved"),
    (":fit y ~ b*x over b=1, b=2", "'b' is named twice"),
    (":fit y ~ b*x over b=1, c=2", "the parameter 'c' does not occur in the model"),
    (":fit y ~ b*x[1:3] over b=1", "in a model a column of data stands for one observation"),
    (":fit y ~ b*log(x - 100) over b=1", "the model is nan for observation 1 (x = 77.6)"),
    (":fit y ~ b*log(x - c) over b=1, c=100", "at the start the model is nan for observation 1"),
    (":fit y ~ exp(b*x) over b=3", "at the start the model is inf for observation 5 (x = 239.9)"),
    (":fit y ~ x*sqrt(b) over b=0", "at the start the derivative in 'b' is inf for observation 1"),
    (
      ":fit y[1:2] ~ a*x[1:2] + b + c*x[1:2] over a=1, b=1, c=1",
      "2 observations cannot tell 3 parameters"
    ),
    (":fit y ~ [b, 1] over b=1", "'y' is a vector of 14, the model a vector of 2"),
    (":fit y ~ b*x over b=1 weights=[1, 2]", "'weights=' takes a number for each of the 14"),
    (":fit y ~ b*x over b=1 weights=-x", "weight 1 is -77.6"),
    (":fit y ~ b*x over b=1 weights=0", "all weights are 0"),
    (":fit y ~ b*x over b=1 lower=2", "'b' starts at 1, outside its bounds 2…inf"),
    (
      ":fit y ~ b*x over b=1 lower=2 upper=0",
      "the lower bound of 'b', 2, is above its upper one, 0"
    ),
    (":fit y ~ b*x over b=1 lower=(c=2)", "'c' is not among the parameters"),
    (":fit y ~ b*x over b=1 method=gd", ":fit has no option 'method'"),
    (":fit y ~ b*x over b=1 iters=0", "'iters=' takes a whole number of at least 1"),
    ("data y = [1, nan, 3]; data x = 1:3;\n:fit y ~ b*x over b=1", "observation 2 is nan"),
    ("n = 2;\n:fit y ~ b*sum(x^i for i in 1:n) over b=1, n=2", "'n' decides a size or a branch"),
  ]

  @Test(arguments: refusals)
  func mistakes(_ line: String, _ message: String) {
    let replay = Replay(Self.growth + line)
    #expect(replay.errorText.contains(message), "\(replay.errorText)")
    let after = replay.session.environment[Name("b")]
    #expect(after == nil)
  }
}
