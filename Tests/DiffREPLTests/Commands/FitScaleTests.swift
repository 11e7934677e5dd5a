import Testing

@testable import DiffREPL

/// `:fit` and `:solve` in any units.
@Suite struct FitScaleTests {
  /// 10⁻¹⁸⁰ and 10¹⁶⁰ are sizes like any other, though their squares are none.
  @Test(arguments: ["1e-180", "1e-170", "1", "1e160", "1e200"])
  func sizesDoNotMatter(size: String) throws {
    let setting = "data t=[0,1,2,3]\ndata y=[1.2,.7,.5,.2]*\(size)\n"
    let unit = try #require(Double(size))
    for (fit, estimates, errors) in [
      ("a*exp(-b*t) over a=\(size), b=1", [1.200445, 0.511929], [0.0624838, 0.0567164]),
      ("a + b*t over a=1, b=1", [1.13, -0.32], [0.0793725, 0.0424264]),
    ] {
      let answer = try Replay.answer(setting + ":fit y ~ \(fit)")
      #expect(answer["converged"] as? Bool == true)
      let isLinear = !fit.contains("exp")
      for (entry, name) in ["a", "b"].enumerated() {
        let (wanted, error) = (estimates[entry], errors[entry])
        let scale = name == "a" || isLinear ? unit : 1
        let got = TypedCase.numbers(in: (answer["estimates"] as? [String: Any])?[name])[0] / scale
        let spread = TypedCase.numbers(in: (answer["errors"] as? [String: Any])?[name])[0] / scale
        #expect(abs(got - wanted) < 1e-5 && abs(spread - error) < 1e-6, "\(fit): \(got), \(spread)")
      }
      let deviation = TypedCase.numbers(in: answer["sd"])[0] / unit
      #expect(deviation > 0.06 && deviation < 0.1)
    }
  }

  /// A start of another size than the data: the unit is chosen anew on the way.
  @Test(arguments: [("1", "1e-180"), ("1e100", "1e-180"), ("1e160", "1")])
  func startsOfAnotherSize(start: String, size: String) throws {
    let answer = try Replay.answer(
      "data t=[0,1,2,3]\ndata y=[1.2,.7,.5,.2]*\(size)\n"
        + ":fit y ~ a*exp(-b*t) over a=\(start), b=1")
    let estimates = answer["estimates"] as? [String: Any]
    #expect(abs(TypedCase.numbers(in: estimates?["b"])[0] - 0.511929) < 1e-5)
    #expect(answer["reason"] as? String == "converged")
  }

  @Test(arguments: ["1e-200", "1", "1e200"])
  func equationsOfAnySizeAreSolved(size: String) throws {
    let answer = try Replay.answer(":solve \(size)*(x^2 - 2) over x=3")
    let root = TypedCase.numbers(in: (answer["at"] as? [String: Any])?["x"])[0]
    #expect(abs(root - 2.0.squareRoot()) < 1e-15)
    #expect(answer["converged"] as? Bool == true)
  }
}
