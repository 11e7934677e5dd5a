import Testing

@testable import DiffREPL

/// What `:fit` says of a model, in whatever way it was solved.
@Suite struct FitReportTests {
  /// One line through 0, written in ways that are solved in different ways: one R².
  static let line = "data x=[1,2,3,4]\ndata y=[2,4.1,5.8,8.3]\n"
  static let determinations: [(fit: String, r2: Double)] = [
    (":fit y ~ a*x over a=1", 0.999038), (":fit y ~ a[1]*x over a=[1]", 0.999038),
    (":fit y ~ a[1]*x over a=[1, 1]", 0.999038),
    (":fit y ~ a*x over a=1 lower=0", 0.999038), (":fit y ~ a*x over a=1 upper=1.5", 0.931571),
    (":fit y ~ a*x + c over a=1, c=1 lower=0", 0.999038),
    (":fit y ~ a*x + c over a=1, c=1", 0.994749),
    (":fit y ~ a*x + c over a=1, c=0 lower=-9", 0.994749),
    (":fit y ~ a*x + c + d over a=1, c=1, d=1", 0.994749),
  ]

  @Test(arguments: determinations.indices)
  func oneModelHasOneDetermination(_ index: Int) throws {
    let (fit, wanted) = Self.determinations[index]
    let value = try #require(Replay.answer(Self.line + fit)["r2"] as? Double)
    #expect(abs(value - wanted) < 1e-6, "\(fit): \(value)")
  }

  @Test func anObservationWithoutWeightCountsNowhere() throws {
    let kept = try Replay.answer(
      "data x=[1,2,4]\ndata y=[2,4.2,8.3]\n:fit y ~ a*x + c over a=1, c=1")
    let whole = try Replay.answer(
      "data x=[1,2,3,4]\ndata y=[2,4.2,nan,8.3]\n"
        + ":fit y ~ a*x + c over a=1, c=1 weights=[1,1,0,1]")
    let (wanted, value) = (kept["r2"] as? Double, whole["r2"] as? Double)
    #expect(abs(try #require(value) - #require(wanted)) < 1e-14)
  }
}
