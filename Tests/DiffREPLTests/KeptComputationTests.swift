import Expr
import Testing

@testable import DiffREPL

/// What was elaborated and compiled is used again exactly as long as it means the same.
@Suite struct KeptComputationTests {
  private static let setting = "w = [1, 2]\nn = 2\nf = sum(w.^2) + sum(i*w[1] for i in 1:n)\n"

  /// Whether `f` is compiled anew after some statements.
  private func isCompiledAnew(after statements: String) throws -> Bool {
    let before = Replay(Self.setting).session
    let kept = try #require(try before.kept("f"))
    var session = before
    let tree = try Self.tree(statements)
    for statement in tree.statements { _ = try session.run(statement, of: tree) }
    return try session.kept("f") !== kept
  }

  static func tree(_ text: String) throws -> SyntaxTree {
    guard case .complete(let tree) = try Parser.parse(SourceText(text)) else {
      throw Diagnostic("incomplete")
    }
    return tree
  }

  @Test(arguments: [
    ("w := [3, 4]", false), ("w[2] := 7", false), ("u = 3", false), ("f", false),
    ("w := [1, 2, 3]", true), ("w := [1, 2, 3]; w := [5, 6]", false), ("n := 3", true),
    ("n := 2", false), ("f = sum(w)", true), ("sum(x) = 3", true), (":data w", true),
    (":delete w\nw = [1, 2]", true), ("w := [1, 2, 3]\n:undo", false),
  ])
  func compiledAnew(_ statements: String, _ expected: Bool) throws {
    #expect(try isCompiledAnew(after: statements) == expected)
  }

  /// Numbers that would be those of before if something were kept too long.
  @Test(arguments: [
    ("x = 2\nf = x^2\nf\nx := 3\nf", "f = 9"),
    ("x = 2\nf = x^2\n:grad f\nx := 3\n:grad f", "∂f/∂x = 6"),
    ("x = 2\nf = x^2\n:grad f\nf = x^3\n:grad f", "∂f/∂x = 12"),
    ("x = 2\ng(t) = x*t\nf = g(x)\nf\ng(t) = x + t\nf", "f = 4"),
    ("n = 2\ns = sum(i for i in 1:n)\ns\nn := 4\ns", "s = 10"),
    ("i = 1\nx = [5, 6]\ny = x[i]\ny\ni := 2\ny", "y = 6"),
    ("x = [1, 2]\ny = sum(x)\ny\nx := [1, 2, 3]\ny\nx := [4, 4]\ny", "y = 8"),
    ("x = 1\nf = x + 1\nf\n:delete f\nf = 5*x\nf", "f = 5"),
    ("x = 1\nf = x + 1\nx := 2\nf\n:undo\nf", "f = 2"),
    ("x = 1\n:grad x^2 at x=5\n:grad x^2", "∂f/∂x = 2"),
    ("x = 1\ny = 3\nf = x*y\n:grad f\n:data y\n:grad f", "∂f/∂x = 3"),
    ("s = 0\nfor i in 1:4 { s := s + i }\ns", "s = 10"),
    ("s = 0\nfor i in 1:3 { for j in 1:i { s := s + i*j } }\ns", "s = 25"),
    ("s = 0\nx = [1, 2, 3]\nfor i in 1:3 { d = x[i]; s := s + d^2 }\ns", "s = 14"),
    ("x = 1\nrepeat 3 { d = grad(x^3, x); x := x + d }\nx", "x = 8164"),
    ("pos = [1, 2]\nx = [10, 20]\ny = sum(x[pos[k]] for k in 1:2)\ny\npos := [2, 2]\ny", "y = 40"),
    // The program of a minimisation: data, shapes and what varies are those of now.
    (
      "w = [1, 2]\ny = [3, 4]\n:data y\nf = sum((w - y).^2)\n:minimize f step=0.5;\ny := [7, 8]\n"
        + ":minimize f step=0.5;\nw", "w = [7, 8]"
    ),
    (
      "w = [1, 2]\ny = 3\nf = sum((w - y).^2)\n:minimize f over w step=0.5;\nw := [1, 2, 5]\n"
        + ":minimize f over w step=0.5;\nw", "w = [3, 3, 3]"
    ),
    (
      "a = 1\nb = 9\nf = (a - b)^2\n:minimize f over a step=0.5;\nb := 4\n"
        + ":minimize f over b step=0.5;\nb", "b = 9"
    ),
    (
      "a = 1\nf = (a - 2)^2\n:minimize f step=0.5;\nf = (a - 5)^2\n:minimize f step=0.5;\na",
      "a = 5"
    ),
    (
      "a = 1\nf = (a - 2)^2\n:minimize f step=0.5;\n:minimize f at a=9 step=0.25 iters=1;\na",
      "a = 5.5"
    ),
    // Products of data are computed into it: then there is another program for other data.
    (
      "X = [if i == j then 1 else 0 for i in 1:40, j in 1:40]\n:data X\nw = zeros(40)\n"
        + "f = sum((w - (X'*X)[:,1]).^2)\n:minimize f step=0.5;\nX := 3*X;\n:minimize f step=0.5;\n"
        + "sum(w)", "ans = 9"
    ),
  ])
  func followsChanges(_ script: String, _ last: String) {
    let replay = Replay(script)
    #expect(replay.errorText == "")
    let line = replay.text.split(separator: "\n").last.map(String.init)
    #expect(line == last)
  }

  /// The draws of a loop's rounds differ, and so do those of two calls in print.
  @Test func drawsAreNotKept() {
    let replay = Replay("repeat 3 { a = rand(); print(a) }\nprint(rand())\nprint(rand())\nrand()")
    let lines = replay.text.split(separator: "\n")
    #expect(lines.count == 6)
    #expect(Set(lines).count == 6)
  }

  /// A condition may draw, too: a loop on it ends.
  @Test func conditionsDraw() {
    let replay = Replay("k = 0\nwhile rand() < .9 { k := k + 1 }\nassert k < 1000")
    #expect(replay.errorText == "")
  }
}

extension Session {
  /// What is kept for a name of the session.
  fileprivate func kept(_ name: String) throws -> Computation? {
    let tree = try KeptComputationTests.tree(name)
    return try computation(tree.statements[0].node, tree)
  }
}
