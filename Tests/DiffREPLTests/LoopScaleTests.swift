import Foundation
import Testing

/// Comprehensions are elaborated once, whatever their length, and mean what they mean written out.
@Suite struct LoopScaleTests {
  @Test(arguments: [
    "sum(100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2 for i in 1:n-1)",
    "sum(x[i]*x[n+1-i] for i in 1:n if x[i] > 0)",
    "sum(map(z -> z*exp(-z^2), x))",
    "fold((h, z) -> tanh(.5*h + z), .5, x)",
  ])
  func theGraphDoesNotGrow(_ formula: String) throws {
    var counts: [Int] = []
    for size in [100, 100_000] {
      let object = try Replay.answer(
        "n = \(size)\nx := sin(1:n)/2\nF = \(formula);\n:show F")
      counts.append(try #require(object["nodes"] as? Int))
    }
    #expect(counts[0] == counts[1])
    #expect(counts[0] < 40)
  }

  /// Reductions and products mean for a number of each round what they mean outside of a loop.
  @Test(arguments: [
    "dot(i, i)", "dot(2, i)", "dot(i, 2)", "dot(x[i], x[i])", "dot(dot(i, i), i)", "norm(i)",
    "sum(i)", "mean(i)", "prod(i)", "max(i)", "min(i)", "logsumexp(i)", "softmax(i)", "cumsum(i)",
    "matmul(i, i)", "matmul(x, i)", "matmul(i, x')", "sum(dot(j, j) for j in 1:i)",
    "dot([i, 2], [i, i])",
  ])
  func numbersAreReduced(_ formula: String) throws {
    _ = try Replay.answer(
      """
      x = [1.5, -2, 3]
      f(i) = \(formula);
      assert sum(sum(\(formula)) for i in 1:3) ≈ sum(f(1)) + sum(f(2)) + sum(f(3)) within 1e-14
      assert map(i -> sum(\(formula)), 1:3) ≈ [sum(f(1)), sum(f(2)), sum(f(3))] within 1e-14
      x[1]
      """)
  }

  /// What reaches an entry is added to 0, also where it is the only part: -0 does not show.
  @Test func zerosOfGradientsHaveNoSign() {
    let replay = Replay("x = [1,2,3,4]\nc = -0.0\n1 ./ grad(sum(c*x[i+1] for i in 1:3), x)")
    #expect(replay.text.contains("ans = [inf, inf, inf, inf]\n"), "\(replay.text)")
  }

  /// As the theorem on cheap gradients is shown, with a million terms.
  @Test func aMillionTerms() throws {
    var counts: [Int] = []
    for size in [10, 1_000_000] {
      let object = try Replay.answer(
        """
        x = sin(1:\(size))/2
        F = sum(100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2 for i in 1:length(x)-1);
        :show F
        """)
      counts.append(try #require(object["nodes"] as? Int))
    }
    #expect(counts[0] == counts[1])
  }

  /// What a loop multiplies each entry by is multiplied ahead of it, as if typed so, and yields the
  /// same derivatives.
  @Test func productsWithEntriesLeaveTheLoop() throws {
    let model = """
      X = reshape(sin(1:60), 20, 3)
      U = [.5, -.2, .1; .3, .8, -.4]
      W = [.2, -.1; .4, .3]
      inside(U) = { h = zeros(2); for t in 1:20 { h = tanh(W*h + U*X[t,:]) }; sum(h.^2) }
      ahead(U) = { P = X*U'; h = zeros(2); for t in 1:20 { h = tanh(W*h + P[t,:]) }; sum(h.^2) }

      """
    let counts = try ["inside", "ahead"].map { name in
      try #require(Replay.answer(model + ":time \(name)(U)")["operations"] as? Int)
    }
    #expect(counts[0] <= counts[1])
    _ = try Replay.answer(
      model + """
        assert inside(U) ≈ ahead(U) within 1e-14
        assert grad(inside, U) ≈ grad(ahead, U) within 1e-14
        assert hess(inside, U) ≈ hess(ahead, U) within 1e-13
        inside(U)
        """)
  }

  /// A triangle of numbers packed in row k, as the entries of a matrix: conditions on i and j are
  /// decided while elaborating, also within a loop over k, and the matrix is one gather a step.
  @Test func packedEntriesAreGathered() throws {
    let model = """
      below(j) = (j - 1)*3 - j*(j - 1)/2
      entry(k, i, j) = if i == j then exp(A[k,i]) else if i > j then A[k,3+below(j)+i-j] else 0
      M(k) = [entry(k, i, j) for i in 1:3, j in 1:3]
      X = reshape(cos(1:30), 3, 10)
      A = reshape(sin(1:24), 4, 6)

      """
    let operations = try #require(
      Replay.answer(model + ":time sum(sum((M(k)*X).^2) for k in 1:4)")["operations"] as? Int)
    #expect(operations < 4 * 30)
    let terms = (1...4).map { "sum((M(\($0))*X).^2)" }.joined(separator: " + ")
    _ = try Replay.answer(
      model + """
        F = sum(sum((M(k)*X).^2) for k in 1:4)
        G = \(terms)
        assert F ≈ G within 1e-14
        assert grad(F, A) ≈ grad(G, A) within 1e-13
        assert hess(F, A) ≈ hess(G, A) within 1e-12
        F
        """)
  }

  /// An index outside is an error where some entry asks for it, and none where no entry does.
  @Test(arguments: [
    ("if i > 9 then A[k+9,i] else A[k,i]", true), ("if i == 2 then A[k+9,i] else A[k,i]", false),
    ("if i == k then A[k,i] else A[k+9,i]", false), ("if i != k then A[k,i] else 7", true),
    ("if k > 9 then A[k+9,i] else A[k,i]", true),
    ("if k < 9 then if i > 1 then A[k,i] else A[1,k] else A[k+9,i]", true),
  ])
  func linesOfBranchesNotTaken(_ entry: String, isInside: Bool) {
    let replay = Replay(
      """
      A = reshape(sin(1:9), 3, 3)
      B(k) = [\(entry) for i in 1:3]
      F = sum(sum((eye(3)*reshape(B(k), 3, 1)).^2) for k in 1:3)
      G = sum(B(1).^2) + sum(B(2).^2) + sum(B(3).^2)
      assert F ≈ G within 1e-14
      """)
    #expect((replay.errorText == "") == isInside, "\(replay.errorText)")
    if !isInside { #expect(replay.errorText.contains("is outside 1…3")) }
  }

  /// The value and the gradient need the variables, the gradient and little else.
  @Test func memoryIsThatOfTheData() throws {
    let count = 1_000_000
    let object = try Replay.answer(
      """
      x := sin(1:\(count))/2
      F = sum(100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2 for i in 1:\(count - 1));
      :time F
      """)
    let bytes = try #require(object["bytes"] as? Int)
    #expect(Double(bytes) < 2.2 * 8 * Double(count))
  }

  private static let values = """
    x = [.3, -.4, .8, .15, -.6, .9]
    X = [.2, -.5, .7; 1.1, .3, -.8; -.4, .6, .1; .9, -1.2, .5; .25, .35, -.15; -.7, .45, 1.3]
    A = [2, .3, -.1; .2, 1.5, .4; -.3, .1, 1.8]
    v = [.5, -1.1, .7]
    s = .25

    """

  /// Values, gradients and second derivatives of `[body for i in 1:5]` and of the five bodies typed.
  @Test(arguments: [
    "x[i+1]*x[i] - x[7-i]", "x[mod(2i, 6) + 1]", "x[i]*X[i,2]*i", "dot(X[i,:], v)", "X[i,:]",
    "tanh(A*X[i,:] + v)", "A'*X[i,:]", "X[i,:]'*A*v", "dot(X[i,:], A*X[i+1,:])", "X[i,2]*A[2,:]",
    "X[i,:] + x[i]*v", "sum(x[j]*x[i] for j in 1:6)", "sum(x[j]*x[i] for j in 1:i)",
    "sum(x[j]*X[i,j] for j in 1:3 if j != 2)", "sum(X[i,j]^3 for j in 1:3 if X[i,j] > 0)",
    "[x[i]*z^2 for z in v]", "prod(X[i,j] + s for j in 1:3)", "max(x[i]*z for z in v)",
    "if i == 2 then x[i]^2 else x[i]", "if x[i] > 0 then x[i]^2 else exp(x[i])",
    "if i > 1 then x[i-1]*s else s^2", "where(x[i] > .2, x[i]^2, s)", "max(x[i], s)^2",
    "min(X[i,:])", "norm(X[i,:])", "logsumexp(X[i,:])", "softmax(X[i,:].*v)", "var(X[i,:])",
    "cumsum(X[i,:])", "norm(X[i,1:2])", "x[i:i+1].^2", "sum(a*b^2 for (a, b) in zip(X[i,:], v))",
    "sum(map(z -> z^2*s, X[i,:]))", "fold((h, z) -> tanh(h + z), s, X[i,:])",
    "iterate(z -> cos(z*x[i]), s, 3)", "(z -> z^3*s)'(x[i])", "grad(z -> dot(z, A*z))(X[i,:])",
    "solve(A, X[i,:])", "det(A + x[i]*outer(X[i,:], v))", "stop(x[i])*x[i]*s",
    "outer(X[i,:], v)*v", "reshape(X[i,:], 3, 1)'*v", "hcat(X[i,:], v)*[1, x[i]]",
    "(t -> { for j in 1:3 { t = t*X[i,j] + s }; t })(x[i])",
  ])
  func batchedAsWrittenOut(_ body: String) throws {
    let setting = Self.values + "b(i) = \(body)\n"
    let terms = (1...5).map { "\($0)*sum(sin(b(\($0))))" }.joined(separator: " + ")
    let batched = try Replay.answer(
      setting + "F = sum((1:5).*sin([\(body) for i in 1:5]))\n:hess F wrt x, X, A, v, s")
    let written = try Replay.answer(setting + "F = \(terms)\n:hess F wrt x, X, A, v, s")
    for key in ["value", "grad", "hess"] {
      let (got, wanted) = (Self.numbers(batched[key]), Self.numbers(written[key]))
      #expect(!wanted.isEmpty && got.count == wanted.count)
      let differs = zip(got, wanted).first { !(abs($0 - $1) <= 1e-12 * (1 + abs($1))) }
      #expect(differs == nil, "\(key): \(differs?.0 ?? 0), written out \(differs?.1 ?? 0)")
    }
  }

  private static func numbers(_ value: Any?) -> [Double] {
    guard let parts = value as? [String: Any] else { return TypedCase.numbers(in: value) }
    return parts.keys.sorted().flatMap { TypedCase.numbers(in: parts[$0]) }
  }
}
