import Testing

@testable import Expr

/// Mistakes in meaning: the source with « » around the place to blame, the message and the hint.
@Suite struct ElaborationDiagnosticsTests {
  /// The printed form, carets and all, once; the tables below check its parts.
  @Test func aMistakeAsPrinted() {
    #expect(
      mistake(in: "a = [1, 2]; b = [3, 4]; 2 + a*b") == """
        error: a vector times a vector is ambiguous
          a = [1, 2]; b = [3, 4]; 2 + a*b
                                      ^~~
          hint: a .* b multiplies entry by entry, dot(a, b) is the inner product
        """)
  }

  private func expect(_ marked: String, _ message: String, _ hint: String) {
    let (source, range) = unmarked(ElaboratorTests.names + marked)
    do {
      _ = try Typed(source)
      Issue.record("no mistake in \(source)")
    } catch let diagnostic as Diagnostic {
      #expect(diagnostic.message == message)
      #expect(diagnostic.hint ?? "" == hint)
      #expect(diagnostic.span?.range == range)
    } catch {
      Issue.record("\(error)")
    }
  }

  static let products: [(String, String, String)] = [
    (
      "1 + «v*u»", "a vector times a vector is ambiguous",
      "a .* b multiplies entry by entry, dot(a, b) is the inner product"
    ),
    (
      "«v^2»", "^ takes numbers; this is a vector of 2",
      "x.^2 is the power of each entry, dot(x, x) the sum of squares"
    ),
    ("«s^v»", "^ takes numbers; this is a vector of 2", ".^ is the power of each entry"),
    ("«B^2»", "^ takes numbers; this is a 2×3 matrix", ".^ is the power of each entry"),
    (
      "«A^-1»", "a matrix power needs a whole exponent above 0, not -1",
      "inv(A) is the inverse, solve(A, b) solves A x = b"
    ),
    (
      "«A^1.5»", "a matrix power needs a whole exponent above 0, not 1.5",
      "inv(A) is the inverse, solve(A, b) solves A x = b"
    ),
    (
      "«B*B»", "the inner sizes of the product differ: 2×3 matrix times 2×3 matrix",
      ".* multiplies entry by entry"
    ),
    (
      "«u*B»", "the inner sizes of the product differ: vector of 3 times 2×3 matrix",
      "the first must have as many columns as the second rows"
    ),
    ("«v/u»", "a vector of 2 cannot be divided by a vector of 3", "./ divides entry by entry"),
    (
      "«A/B»", "a 2×2 matrix cannot be divided by a 2×3 matrix",
      "./ divides entry by entry, solve(A, b) solves A x = b"
    ),
    (
      "«v + u»", "the shapes do not fit: vector of 2 and vector of 3",
      "a transpose ' turns a column into a row: did you mean it for one of them?"
    ),
    (
      "sum(«B + u»)", "the shapes do not fit: 2×3 matrix and vector of 3",
      "a transpose ' turns a column into a row: did you mean it for one of them?"
    ),
    ("«A + B»", "the shapes do not fit: 2×2 matrix and 2×3 matrix", ""),
    ("«dot(u, v)»", "dot takes two vectors of one length, got vector of 3 and vector of 2", ""),
    ("«dot(B, B')»", "dot takes two vectors of one length, got 2×3 matrix and 3×2 matrix", ""),
  ]

  @Test(arguments: products)
  func shapesThatDoNotFit(_ marked: String, _ message: String, _ hint: String) {
    expect(marked, message, hint)
  }

  static let indices: [(String, String, String)] = [
    ("u[«4»]", "the index 4 is outside 1…3", ""),
    ("u[«0»]", "the index 0 is outside 1…3", "indices start at 1"),
    ("u[«end+1»]", "the index 4 is outside 1…3", ""),
    ("u[«2:4»]", "the index 4 is outside 1…3", ""),
    ("B[«3»,1]", "the index 3 is outside 1…2", ""),
    ("B[1,«4»]", "the index 4 is outside 1…3", ""),
    (
      "«B[1]»", "a 2×3 matrix takes 2 indices, not 1",
      "A[i,j] is an entry, A[i,:] a row, A[:,j] a column"
    ),
    ("«u[1,2]»", "a vector of 3 takes one index, not 2", ""),
    ("u[«1.5»]", "1.5 is no index: indices are whole numbers", ""),
    ("u[«nan»]", "nan is no index: indices are whole numbers", ""),
    ("u[«u > 1»]", "an index is a whole number or a vector of them", ""),
    ("«s[1]»", "a number has no entries to index", ""),
    ("«1:0:3»", "a range needs finite ends and a step other than 0", ""),
    ("«1:inf»", "a range needs finite ends and a step other than 0", ""),
    ("«u»:3", "one number is needed here, not a vector of 3", ""),
    (
      "[1, 2; «3»]", "the rows of a matrix have one length: the first has 2, this one 1", ""
    ),
    ("[«u», 1]", "the entries of an array are numbers, this one is a vector of 3", ""),
  ]

  @Test(arguments: indices)
  func indicesAndArrays(_ marked: String, _ message: String, _ hint: String) {
    expect(marked, message, hint)
  }

  static let calls: [(String, String, String)] = [
    ("«atan2(1)»", "atan2 takes 2 arguments, not 1", ""),
    ("«sin(1, 2)»", "sin takes one argument, not 2", ""),
    ("«mean()»", "mean takes one argument, not 0", ""),
    ("«mse(u)»", "mse takes 2 arguments, not 1", ""),
    ("sum(B, dim=«3»)", "dim is 1 (down the columns) or 2 (along the rows)", ""),
    (
      "«sum(u, dim=2)»", "a vector of 3 has no dimension 2",
      "dim=1 runs down the columns, dim=2 along the rows"
    ),
    ("«sum(s, dim=1)»", "a scalar has no dimension 1", "leave dim= out"),
    ("«sin(u, dim=1)»", "sin has no option 'dim'", ""),
    (
      "sum(B, axis=«1»)", "sum has no option 'axis'",
      "dim=1 runs down the columns, dim=2 along the rows"
    ),
    ("«norm(u, 3)»", "norm knows the orders 1, 2 and inf", ""),
    (
      "«logsumexp(u, v)»", "logsumexp of several arguments takes numbers",
      "logsumexp(x) reduces one array"
    ),
    ("«eye(-1)»", "a whole number of at least 0 is needed here", ""),
    ("«size(B, 3)»", "a 2×3 matrix has no dimension 3", ""),
    ("«s»(2)", "'s' is a value, not a function", "s*(2) is a product, s[2] an entry"),
    ("«cos» + 1", "'cos' is a function and needs its argument", "cos(x)"),
    (
      "if «u» then 1 else 2", "a condition is one number, not a vector of 3",
      "where(c, a, b) chooses entry by entry"
    ),
    (
      "«s'»", "'s' is a number: ' transposes arrays and differentiates functions",
      "its gradient is grad(s, s), or :grad s"
    ),
    ("«1 ≈ 2»", "≈ has a meaning only in assert", "abs(a - b) < 1e-6 compares two numbers"),
    ("2*«\"a\"»", "a text is no number", "print(\"…\", x) prints texts"),
  ]

  @Test(arguments: calls)
  func callsAndConditions(_ marked: String, _ message: String, _ hint: String) {
    expect(marked, message, hint)
  }

  static let unknown: [(String, String, String)] = [
    ("log(1 + «s1»)", "unknown name 's1'", "did you mean 's'?"),
    ("«q»", "unknown name 'q'", "q = 1 makes it a value, f(q) = … a parameter"),
    ("«V»", "unknown name 'V'", "did you mean 'v'?"),
    ("«help»", "unknown name 'help'", "type :help"),
    ("«quit»", "unknown name 'quit'", "type :quit"),
    ("«lgo»(s)", "unknown function 'lgo'", "did you mean 'log'?"),
    ("«sn»(s)", "unknown function 'sn'", "did you mean 'sin'?"),
    ("«softmx»(u)", "unknown function 'softmx'", "did you mean 'softmax'?"),
    ("«Sin»(s)", "unknown function 'Sin'", "did you mean 'sin'?"),
    ("«foo»(s)", "unknown function 'foo'", ":help functions lists those there are"),
    ("«g»(s)", "unknown function 'g'", ":help functions lists those there are"),
  ]

  @Test(arguments: unknown)
  func unknownNames(_ marked: String, _ message: String, _ hint: String) {
    expect(marked, message, hint)
  }

  /// Circles are found however long, and none is reported where a name is only used twice.
  @Test(arguments: [
    ("a = b + 1; b = a; a", "a → b → a", "a"),
    ("p = q*2; q = sin(r1); r1 = q + p; q", "q → r1 → q", "q"),
  ])
  func circles(_ text: String, _ chain: String, _ name: String) {
    let shown = mistake(in: text)
    #expect(shown.hasPrefix("error: this definition goes round in a circle: \(chain)\n"))
    #expect(shown.hasSuffix("hint: give one of them a value with := (\(name) := 1)"))
  }

  @Test func diamondsAreNoCircles() throws {
    #expect(try Typed("x=1; a = x+1; b = a+x; c = a*b; c + a").value() == Tensor(8))
  }
}
