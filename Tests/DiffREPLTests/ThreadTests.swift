import Expr
import Testing

@testable import DiffREPL

/// Programs as they are typed, large enough for several threads: the same digits on any number.
@Suite struct ThreadTests {
  /// What is typed before, and what is computed.
  static let programs: [(name: String, script: String, result: String)] = [
    (
      "neighbours",
      "x = randn(60001)", "grad(sum(100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2 for i in 1:60000), x)"
    ),
    ("functions", "x = randn(70001)", "grad(sum(tanh(x).*exp(-x.^2) + sin(x)), x)"),
    (
      "rows of data",
      "data X = randn(20001, 20)\ndata y = randn(20001) > 0\nw = randn(20)",
      "grad(sum(log(1 + exp(-(2*y - 1).*(X*w)))), w)"
    ),
    ("product", "A = randn(201, 150)\nB = randn(150, 190)", "grad(sum((A*B).^2), A)"),
    ("turned product", "A = randn(1500, 40)", "grad(sum((A'*A).^2), A)"),
    (
      "sums and extremes along axes",
      "A = randn(3001, 31)",
      "grad(sum(sum(A.^2, dim=1).^2) + sum(max(sin(A), dim=2)) + sum(max(A, dim=1)) + max(A) "
        + "+ sum(sum(exp(A), dim=2).^2), A)"
    ),
    (
      "long rows",
      "A = randn(40, 2503)",
      "grad(sum(sum(exp(A), dim=1).^2) + sum(sum(sin(A), dim=2).^2), A)"
    ),
    (
      "loop",
      "W = randn(160, 160)/20\nH = randn(160, 160)",
      "grad(sum(fold((h, k) -> tanh(W*h + k), H, 1:3)), W)"
    ),
    ("nan and infinity", "x = randn(90001)\nx[70000] := inf", "[sum(exp(-x.^2)), sum(x - x)]"),
  ]

  @Test(arguments: programs.indices) func digitsAreThoseOfOneThread(index: Int) throws {
    let (name, script, result) = Self.programs[index]
    let bits = try [1, 2, 3, 4, 7].map { threads in
      let replay = Replay(":set threads \(threads);\n\(script);\nresult := \(result);")
      #expect(replay.errorText == "")
      let entry = try #require(replay.session.environment[Name("result")])
      guard case .leaf(_, .tensor(let tensor), _) = entry.binding else { return [UInt64]() }
      return tensor.elements.map(\.bitPattern)
    }
    #expect(!bits[0].isEmpty)
    for other in bits { #expect(other == bits[0], "\(name)") }
  }
}
