import Foundation
import Testing

@testable import DiffREPL

/// Fits typed into a session, against certified values.
@Suite(.enabled(if: ReferenceFit.arePresent, "the reference cases are not beside the repository"))
struct FitReferenceTests {
  // MARK: Nonlinear models

  /// The collection of the National Institute of Standards and Technology, from both starts: as many
  /// digits as are certified, nearly.
  @Test(arguments: ReferenceFit.all("nist_nls"), ["start1", "start2"])
  func certifiedNonlinearFit(_ example: ReferenceFit, _ start: String) throws {
    let data = example.object["data"] as? [String: Any] ?? [:]
    let columns = data.keys.sorted().map { name in
      "data \(name) = \(TypedCase.typed(data[name], shape: [1]));"
    }
    let names = example.texts("parameters")
    let starts = zip(names, example.numbers(start)).map { "\($0) = \($1)" }
    let answer = try FitAnswer(
      (columns + [
        ":fit \(example.text("fit_response")) ~ \(example.text("model")) over "
          + starts.joined(separator: ", ")
      ]).joined(separator: "\n"))
    #expect(answer.converged)
    #expect(digits(answer.numbers("estimates", names), example.numbers("certified")) >= 9)
    // A sum of squares of 1e-25 is made of rounding errors of the data themselves.
    let squares = example.numbers("certified_rss")
    let wanted = squares[0] < 1e-20 ? 2.5 : 9
    #expect(digits(answer.numbers("errors", names), example.numbers("certified_sd")) >= wanted)
    #expect(digits([answer.number("rss")], squares) >= wanted)
  }

  // MARK: Linear models

  /// Linear models with certified estimates, from a table.
  @Test(arguments: ReferenceFit.all("datasets", beginning: "nist_lls"))
  func certifiedLinearFit(_ example: ReferenceFit) throws {
    let names = example.texts("parameters")
    var model = example.text("model")
    for predictor in example.texts("predictors").reversed() {
      model = model.replacingOccurrences(of: predictor, with: "d.\(predictor)")
    }
    let answer = try FitAnswer(
      """
      d = \(Self.table(example));
      :fit d.\(example.text("response")) ~ \(model) over \(Self.zeros(names))
      """)
    #expect(answer.reason == "linear")
    #expect(digits(answer.numbers("estimates", names), example.numbers("certified")) >= 12)
    #expect(digits(answer.numbers("errors", names), example.numbers("certified_sd")) >= 10)
  }

  @Test(arguments: ["fit_iris_ols.json", "fit_stackloss_ols.json"])
  func ordinaryLeastSquares(_ name: String) throws {
    let example = ReferenceFit("datasets", name)
    let terms = example.texts("terms")
    let names = terms.indices.map { "b\($0)" }
    let model = zip(names, terms).map { $1 == "1" ? $0 : "\($0)*d.\($1)" }
    let answer = try FitAnswer(
      """
      d = \(Self.table(example));
      :fit d.\(example.text("response")) ~ \(model.joined(separator: " + ")) over \(Self.zeros(names))
      """)
    #expect(digits(answer.numbers("estimates", names), example.numbers("coef")) >= 11)
    #expect(digits(answer.numbers("errors", names), example.numbers("se")) >= 11)
    #expect(digits([answer.number("rss")], example.numbers("rss")) >= 11)
    #expect(digits([answer.number("r2")], example.numbers("r_squared")) >= 11)
  }

  private static func table(_ example: ReferenceFit) -> String {
    "read(\"\(TestFiles.root)/\(ReferenceFit.folder)/datasets/\(example.text("data"))\")"
  }

  private static func zeros(_ names: [String]) -> String {
    names.map { "\($0) = 0" }.joined(separator: ", ")
  }

  // MARK: Likelihoods written by hand

  /// Logistic regression: where the gradient is zero, and as the minimum, by Newton's method.
  @Test func logisticLikelihoods() throws {
    let rings = ReferenceFit("datasets", "fit_oring_logit.json")
    let script = """
      d = \(Self.table(rings));
      b = [0, 0]
      η = b[1] + b[2]*d.temperature_F;
      L = sum(softplus(η) - d.distress.*η)
      """
    let solved = try FitAnswer("\(script)\n:solve grad(L, b) over b")
    #expect(digits(solved.numbers("at", ["b"]), rings.numbers("coef")) >= 10)

    let iris = ReferenceFit("datasets", "fit_iris_logit2.json")
    let replay = Replay(
      """
      d = \(Self.table(iris));
      data X = hcat(ones(100), d.petal_length[51:150], d.petal_width[51:150]);
      data y = [if i > 50 then 1 else 0 for i in 1:100];
      L(b) = sum(softplus(X*b) - y.*(X*b))
      argmin(L, zeros(3))
      """)
    #expect(replay.errorText == "")
    let line = try #require(replay.json.split(separator: "\n").last)
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    #expect(digits(TypedCase.numbers(in: object?["value"]), iris.numbers("coef")) >= 8)
  }

  /// Probit and Poisson regression, the coefficients by Newton's method in 40 digits.
  @Test(arguments: [
    (
      "oring.csv", [8.7749543142684515, -0.13509646300145099],
      """
      η = b[1] + b[2]*d.temperature_F;
      Φ(x) = erfc(-x/sqrt(2))/2
      L = -sum(d.distress.*log(Φ(η)) + (1 - d.distress).*log(Φ(-η)))
      """
    ),
    (
      "stackloss.csv", [-0.56563849809815019, 0.029208485166340980, 0.073263671389866133],
      """
      η = b[1] + b[2]*d.AIRFLOW + b[3]*d.WATERTEMP;
      L = sum(exp(η) - d.STACKLOSS.*η)
      """
    ),
  ])
  func otherLikelihoods(_ file: String, _ wanted: [Double], _ likelihood: String) throws {
    let start = wanted.count == 2 ? "[0, 0]" : "[2.7, 0, 0]"
    let path = "\(TestFiles.root)/\(ReferenceFit.folder)/datasets/\(file)"
    let script = "d = read(\"\(path)\");\nb = \(start)\n\(likelihood)\n"
    let answer = try FitAnswer(script + ":solve grad(L, b) over b")
    #expect(answer.converged)
    #expect(digits(answer.numbers("at", ["b"]), wanted) >= 10)
  }

  /// The same likelihoods as minima, written by hand: 8 digits of every coefficient.
  @Test(arguments: LikelihoodCase.all, ["newton", "bfgs"])
  func minimisedLikelihoods(_ likelihood: LikelihoodCase, _ method: String) throws {
    let path = "\(TestFiles.root)/\(ReferenceFit.folder)/datasets/\(likelihood.file)"
    let answer = try FitAnswer(
      "d = read(\"\(path)\");\n\(likelihood.script)\n:minimize L method=\(method) tol=1e-9")
    #expect(answer.converged)
    #expect(digits(answer.numbers("at", ["b"]), likelihood.wanted) >= 8)
  }

  // MARK: Test functions

  /// Moré, Garbow and Hillstrom's functions as residuals to make small, from the standard start.
  @Test(arguments: ReferenceFit.all("mgh"))
  func reachesAKnownMinimum(_ example: ReferenceFit) throws {
    let starts = zip(example.texts("variables"), example.numbers("start")).map { "\($0) = \($1)" }
    let residuals = example.texts("residuals").joined(separator: ", ")
    let answer = try FitAnswer(":fit 0 ~ [\(residuals)] over \(starts.joined(separator: ", "))")
    let minimum = example.object["lm_from_start"] as? [String: Any] ?? [:]
    let wanted = TypedCase.numbers(in: minimum["f"])
    #expect(abs(answer.number("rss") - wanted[0]) <= 1e-9 * wanted[0] + 1e-20)
    // Sums of cosines have many zeros.
    let isUnique =
      !answer.lines.contains("cannot be told apart") && !example.name.contains("trigonometric")
    if wanted[0] < 1e-20, isUnique {
      let place = answer.numbers("estimates", example.texts("variables"))
      let known = (example.object["known_minima"] as? [[String: Any]] ?? []).first?["at"]
      if let known, !(known is NSNull) {
        #expect(digits(place, TypedCase.numbers(in: known)) >= 9)
      }
    }
  }

  /// Residuals, Jacobian, value, gradient and Hessian of theirs at the standard start.
  @Test(arguments: ReferenceFit.all("mgh"))
  func derivativesOfTestFunctions(_ example: ReferenceFit) throws {
    let names = example.texts("variables")
    let starts = zip(names, example.numbers("start")).map { "\($0) = \($1)" }
    let script =
      starts + ["F = [\(example.texts("residuals").joined(separator: ", "))]", "f = sum(F.^2)"]
    let place = example.object["at_start"] as? [String: Any] ?? [:]
    let setting = script.joined(separator: "\n")
    let order = names.joined(separator: ", ")
    let matrix = try FitAnswer("\(setting)\n:jac F wrt \(order)")
    let rows = (place["jacobian"] as? [Any] ?? []).map { TypedCase.numbers(in: $0) }
    for (column, name) in names.enumerated() {
      Self.expect(matrix.numbers("jac", [name]), rows.map { $0[column] }, "∂F/∂\(name)")
    }
    let second = try FitAnswer("\(setting)\n:hess f wrt \(order)")
    Self.expect([second.number("value")], TypedCase.numbers(in: place["value"]), "value")
    Self.expect(second.numbers("grad", names), TypedCase.numbers(in: place["grad"]), "gradient")
    Self.expect(
      TypedCase.numbers(in: second.object["hess"]), TypedCase.numbers(in: place["hess"]), "Hessian")
  }

  private static func expect(_ got: [Double], _ wanted: [Double], _ what: String) {
    let scale = wanted.map { abs($0) }.max() ?? 0
    let differs = zip(got, wanted).first { abs($0 - $1) > 1e-10 * abs($1) + 1e-13 * scale }
    #expect(got.count == wanted.count)
    #expect(differs == nil, "\(what): \(differs?.0 ?? 0), not \(differs?.1 ?? 0)")
  }
}

/// A likelihood in the language, of a table `d` and coefficients `b`, which end where they are known
/// to.
struct LikelihoodCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let file: String
  let script: String
  let wanted: [Double]

  static let all: [LikelihoodCase] = [
    LikelihoodCase(
      testDescription: "logistic, two coefficients", file: "oring.csv",
      script: """
        b = [0, 0]
        η = b[1] + b[2]*d.temperature_F;
        L = sum(softplus(η) - d.distress.*η)
        """,
      wanted: ReferenceFit("datasets", "fit_oring_logit.json").numbers("coef")),
    LikelihoodCase(
      testDescription: "logistic, three coefficients", file: "iris.csv",
      script: """
        data X = hcat(ones(100), d.petal_length[51:150], d.petal_width[51:150]);
        data y = [if i > 50 then 1 else 0 for i in 1:100];
        b = [0, 0, 0]
        L = sum(softplus(X*b) - y.*(X*b))
        """,
      wanted: ReferenceFit("datasets", "fit_iris_logit2.json").numbers("coef")),
    LikelihoodCase(
      testDescription: "probit", file: "oring.csv",
      script: """
        b = [0, 0]
        η = b[1] + b[2]*d.temperature_F;
        Φ(x) = erfc(-x/sqrt(2))/2
        L = -sum(d.distress.*log(Φ(η)) + (1 - d.distress).*log(Φ(-η)))
        """,
      wanted: [8.7749543142684515, -0.13509646300145099]),
    LikelihoodCase(
      testDescription: "Poisson", file: "stackloss.csv",
      script: """
        b = [0, 0, 0]
        η = b[1] + b[2]*d.AIRFLOW + b[3]*d.WATERTEMP;
        L = sum(exp(η) - d.STACKLOSS.*η)
        """,
      wanted: [-0.56563849809815019, 0.029208485166340980, 0.073263671389866133]),
  ]
}
