import Foundation
import Testing

/// Tables that a loop fills entry by entry, and branches whose index is outside.
@Suite struct TableLoopTests {
  private static let functions = """
    fib(w, n) = { a = zeros(n); a[1] = 1; a[2] = w; for i in 3:n { a[i] = w*a[i-1] + a[i-2]/2 }; a[n] }
    softmin(a, b) = -log(exp(-a) + exp(-b))
    dtw(C) = {
      m = size(C, 1); n = size(C, 2); T = zeros(m, n)
      T[1,1] = C[1,1]
      for i in 2:m { T[i,1] = T[i-1,1] + C[i,1] }
      for j in 2:n { T[1,j] = T[1,j-1] + C[1,j] }
      for i in 2:m { for j in 2:n {
        T[i,j] = C[i,j] + softmin(T[i-1,j], softmin(T[i,j-1], T[i-1,j-1]))
      } }
      T[m,n]
    }
    evens(x, n) = { s = zeros(n); for i in 1:n { if mod(i, 2) == 0 { s[i] = x^i } else { s[1] = s[1] + x } }; sum(s) }
    rows(x, n) = { A = zeros(n, 2); for i in 1:n { A[i,:] = [x*i, x^2] }; sum(A.^2) }
    swap(x, n) = { a = [x, 1]; b = [2, x^2]; for i in 1:n { c = a; a = b; a[mod(i, 2) + 1] = x*i; b = c }; sum(a.*b) }
    cum(x) = { s = zeros(length(x)); s[1] = x[1]; for i in 2:length(x) { s[i] = s[i-1]*x[i] }; sum(s) }
    slope(f, x) = (f(x + 1e-5) - f(x - 1e-5))/2e-5

    """

  /// Loops of few rounds are written out, long ones are nodes: both against differences, twice.
  @Test(arguments: ["fib", "evens", "rows", "swap"])
  func derivatives(_ name: String) {
    for n in [10, 40] {
      let replay = Replay(
        """
        \(Self.functions)
        g(x) = \(name)(x, \(n))
        x = 0.7
        assert g'(x) ≈ slope(g, x) within 1e-6
        assert grad(g)(x) ≈ g'(x) within 1e-12
        assert g''(x) ≈ slope(g', x) within 1e-6
        assert hess(g, x) ≈ g''(x) within 1e-10
        """)
      #expect(replay.errorText == "", "n = \(n)")
    }
  }

  @Test func tablesOfTwoDimensions() {
    let replay = Replay(
      """
      \(Self.functions)
      C = abs(sin([3i + 7j^2 for i in 1:20, j in 1:18])); D = cos([i + 2j for i in 1:20, j in 1:18]);
      g(t) = dtw(C + t*D)
      assert g'(0) ≈ slope(g, 0) within 1e-6
      assert sum(grad(dtw)(C).*D) ≈ g'(0) within 1e-10
      assert sum(hvp(dtw, C, D).*D) ≈ slope(g', 0) within 1e-5
      x = 1 + sin(1:40)/3
      assert grad(cum)(x)[7] ≈ (cum(x + 1e-6*eye(40)[:,7]) - cum(x - 1e-6*eye(40)[:,7]))/2e-6 within 1e-6
      """)
    #expect(replay.errorText == "")
  }

  /// A node whatever its length; and one entry a round, not a copy of the table.
  @Test func longTables() throws {
    var counts: [Int] = []
    for n in [100, 20_000] {
      let replay = Replay("\(Self.functions)\nw = .5\ny = fib(w, \(n));\n:show y\n:grad y")
      try #require(replay.errorText == "")
      let line = try #require(replay.json.split(separator: "\n").first { $0.contains("\"nodes\"") })
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      counts.append(try #require(object?["nodes"] as? Int))
      #expect(replay.text.hasSuffix("∂y/∂w = 44.2963\n"))
    }
    #expect(counts[0] == counts[1])
  }

  @Test(arguments: [
    (
      "f(n) = { a = zeros(n); for i in 1:n { a[i+1] = 2 }; a[n] }\nf(30)",
      "error: the index 31 is outside 1…30\n"
        + "  f(n) = { a = zeros(n); for i in 1:n { a[i+1] = 2 }; a[n] }\n"
        + "                                          ^~~"
    ),
    (
      "f(n) = { a = zeros(n); for i in 1:n { a[i/2] = 2 }; a[n] }\nf(30)",
      "error: 0.5 is no index: indices are whole numbers\n"
        + "  f(n) = { a = zeros(n); for i in 1:n { a[i/2] = 2 }; a[n] }\n"
        + "                                          ^~~"
    ),
    (
      "f(n) = { A = zeros(n, 2); for i in 1:n { A[i,:] = [1, 2, 3] }; A[n,1] }\nf(30)",
      "error: 2 entries cannot take a vector of 3\n"
        + "  f(n) = { A = zeros(n, 2); for i in 1:n { A[i,:] = [1, 2, 3] }; A[n,1] }\n"
        + "                                             ^"
    ),
    (
      "B = [1, 2, 3, 4, 5; 6, 7, 8, 9, 10]\n[B[i,i] for i in 1:5]",
      "error: the index 3 is outside 1…2\n  [B[i,i] for i in 1:5]\n   ^~~~~~"
    ),
    (
      "x = [1, 2, 3]\nk = 5\nf = if k > 4 then x[k] else 0",
      "error: the index 5 is outside 1…3\n  f = if k > 4 then x[k] else 0\n                      ^"
    ),
    (
      "x = [1, 2, 3]\n[if i < 3 then x[i] else x[9] for i in 1:4]",
      "error: the index 9 is outside 1…3\n  [if i < 3 then x[i] else x[9] for i in 1:4]\n"
        + "                             ^"
    ),
    (
      "f(t) = sum(solve([t, 1; 1, 1], [1, 2]))\nsum(f(i) for i in 1:30)",
      "error: the matrix is singular: pivot 2 is 0\n  f(t) = sum(solve([t, 1; 1, 1], [1, 2]))\n"
        + "             ^~~~~~~~~~~~~~~~~~~~~~~~~~~~\n  hint: column 2 is a combination of the first"
    ),
  ])
  func places(_ script: String, _ rendered: String) {
    #expect(Replay(script).errorText == rendered)
  }

  /// An index outside its array is an error only where the branch is taken.
  @Test(arguments: [
    "k = 3\nf = if k < 3 then x[k+1] else x[k]\nassert f == 3\nassert grad(f, x) == [0, 0, 1]",
    "k = 1\ng(i) = { s = 0; if i > 1 { s = x[i-1] } else { s = -1 }; s }\nassert g(k) == -1",
    "v = [if i > 1 then x[i-1]*x[i] else x[i]^2 for i in 1:3]\nassert v == [1, 2, 6]",
    "s = sum(if i < 3 then x[i]*x[i+1] else 0 for i in 1:3)\nassert grad(s, x) == [2, 4, 2]",
    "n = 3\ns = sum(if i < n then x[i]*x[i+1] else 0 for i in 1:n)\nassert grad(s, x) == [2, 4, 2]",
    "s = sum(if x[i] < 3 then x[i]*x[i+1] else 0 for i in 1:3)\nassert grad(s, x) == [2, 4, 2]",
    "p(i) = if i > 0 then x[i] else 0\nassert map(i -> p(i-1), 1:4) == [0, 1, 2, 3]",
    "p(i) = if i > 0 then x[i] else 0\nassert fold((a, i) -> a + p(i-20), 0, 1:23) == 6",
    "z(i) = { r = 0; for q in 1:30 { if q < i { r = r + x[q] } }; r }\nk = 4\nassert z(k) == 6",
    "z(i) = { a = zeros(2); for q in 1:30 { if q < i { a[q] = q } }; sum(a) }\nassert z(3) == 3",
    "y = sin(1:5000)\ns = sum(if i < 5000 then (y[i+1] - y[i])^2 else 0 for i in 1:5000)\n"
      + "assert s ≈ sum((y[2:end] - y[1:4999]).^2)",
  ])
  func untakenBranches(_ script: String) {
    #expect(Replay("x = [1, 2, 3]\n\(script)").errorText == "")
  }

  /// Where λ is 0 a product passes nothing, whatever stands in the matrix.
  @Test(arguments: [
    "A = [1, inf; 2, 3]\nf(v) = where(v[1] > 10, sum(A*v), v[2])\nassert grad(f)([1, 1]) == [0, 1]",
    "A = [inf, 1; 2, 3]\nf(v) = (A*v)[2]\nassert grad(f)([1, 1]) == [2, 3]",
    "A = [inf, 1; 2, 3]\nf(M) = (A*M)[2,1]\nassert grad(f)(eye(2)) == [2, 0; 3, 0]",
    "A = [inf, 1; 2, 3]\nf(v) = (v'*A')[2]\nassert grad(f)([1, 1]) == [2, 3]",
    "v = [inf, 1]\nf(A) = where(A[1,1] > 5, sum(A*v), A[2,2])\nassert grad(f)(eye(2)) == [0, 0; 0, 1]",
  ])
  func zeroIsStrongInProducts(_ script: String) {
    #expect(Replay(script).errorText == "")
  }

  @Test(arguments: [
    "z = zip([1, 2], [3, 4])\nassert z[2][1] == 2\ns = sum(1:2)\nassert length(z) == 2",
    "net(x, layers) = { for (a, b) in layers { x = a*x + b }; x }\nassert net(1, zip([2, 3], [4, 5])) == 23",
  ])
  func zipIsAValue(_ script: String) {
    #expect(Replay(script).errorText == "")
  }

  /// Conjugate gradients tell their products where they are called, not wherever the result is read.
  @Test func notesAreToldOnce() {
    let replay = Replay(
      "A = [2, 0; 0, 3]\nx = cg(v -> A*v, [1, 1])\ny = 2*x\nx\nsum(x)\n:grad sum(x)\n:seed 7")
    #expect(replay.errorText == "")
    #expect(replay.text.split(separator: "\n").count { $0.contains("cg used") } == 1)
    #expect(replay.json.contains("\"seed\":7}"))
  }

  @Test func namesMadeFromEachOther() {
    let replay = Replay("w = 2\nv1 = w^2\nv2 = 3*v1\nE = v1*v2\n:grad E wrt v1, v2")
    #expect(replay.text.contains("note: 'v2' is made from 'v1'; here each varies"))
    #expect(replay.text.contains("∂E/∂v1 = 12"))
  }
}
