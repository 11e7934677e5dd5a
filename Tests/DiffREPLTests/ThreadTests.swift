import Testing

/// Programs as they are typed, large enough for several threads: the same digits on any number.
@Suite struct ThreadTests {
  static let programs: [(name: String, script: String)] = [
    (
      "neighbours",
      "x = randn(60001)\n:grad sum(100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2 for i in 1:60000)"
    ),
    ("functions", "x = randn(70001)\n:grad sum(tanh(x).*exp(-x.^2) + sin(x))"),
    (
      "rows of data",
      "data X = randn(20001, 20)\ndata y = randn(20001) > 0\nw = randn(20)\n"
        + ":grad sum(log(1 + exp(-(2*y - 1).*(X*w))))"
    ),
    ("product", "A = randn(201, 150)\nB = randn(150, 190)\n:grad sum((A*B).^2)"),
    ("turned product", "A = randn(1500, 40)\n:grad sum((A'*A).^2)"),
    (
      "sums and extremes along axes",
      "A = randn(3001, 31)\n:grad sum(sum(A.^2, dim=1).^2) + sum(max(sin(A), dim=2)) "
        + "+ sum(max(A, dim=1)) + max(A) + sum(sum(exp(A), dim=2).^2)"
    ),
    (
      "long rows",
      "A = randn(40, 2503)\n:grad sum(sum(exp(A), dim=1).^2) + sum(sum(sin(A), dim=2).^2)"
    ),
    (
      "loop",
      "W = randn(160, 160)/20\nH = randn(160, 160)\n"
        + ":grad sum(fold((h, k) -> tanh(W*h + k), H, 1:3))"
    ),
    ("nan and infinity", "x = randn(90001)\nx[70000] := inf\nsum(exp(-x.^2)); sum(x - x)"),
  ]

  @Test(arguments: programs.indices) func digitsAreThoseOfOneThread(index: Int) throws {
    let (name, script) = Self.programs[index]
    let answers = [1, 2, 3, 4, 7].map { threads in
      Replay(":set threads \(threads)\n\(script)")
    }
    #expect(answers[0].errorText == "")
    for answer in answers {
      #expect(Self.last(answer) == Self.last(answers[0]), "\(name)")
    }
  }

  private static func last(_ replay: Replay) -> Substring? {
    replay.json.split(separator: "\n").last
  }
}
