import Testing

@testable import Expr

/// Mistakes: the source with « » around the place to blame, the message and the hint.
struct ParserDiagnosticsTests {
  @Test(arguments: expressions)
  func mistakeInExpression(_ marked: String, _ message: String, _ hint: String) {
    expectRefusal(marked, message, hint)
  }

  @Test(arguments: incomplete)
  func unfinishedInput(_ marked: String, _ message: String, _ hint: String) throws {
    let (source, range) = unmarked(marked)
    guard case .incomplete(let diagnostic) = try Parser.parse(SourceText(source)) else {
      Issue.record("complete: \(source)")
      return
    }
    #expect(diagnostic.message == message)
    #expect(diagnostic.span?.range == range)
    #expect(diagnostic.hint ?? "" == hint)
  }

  static let incomplete: [(String, String, String)] = [
    ("w «=» ", "an expression is missing after '='", ""),
    ("w «=» # c", "an expression is missing after '='", ""),
    ("1 «+» ", "an expression is missing after '+'", ""),
    ("«(»1,", "'(' is never closed", ""),
    ("«(»1 + 2", "'(' is never closed", ""),
    ("f«(»g(x)", "'(' is never closed", ""),
    ("if x «{» 1", "'{' is never closed", ""),
    ("x «->» ", "an expression is missing after '->'", ""),
    ("f«(»x", "'(' is never closed", ""),
    ("«not»", "an expression is missing after 'not'", ""),
    ("«-» ", "an expression is missing after '-'", ""),
  ]

  static let expressions: [(String, String, String)] = [
    ("-2x'«y»", "an operator is missing between 'x'' and 'y'", "x'*y multiplies"),
    ("x «|»> f", "'|' is no operator", "f(x) for x |> f"),
    ("1/«2x»", "'1/2x' can be read in two ways", "write 1/(2*x) or 1/2*x"),
    ("2^«3x»", "'2^3x' can be read in two ways", "write 2^(3*x) or 2^3*x"),
    ("x^«2y»", "'x^2y' can be read in two ways", "write x^(2*y) or x^2*y"),
    ("1/«2(x+1)»", "'1/2(x+1)' can be read in two ways", "write 1/(2*(x+1)) or 1/2*(x+1)"),
    ("1/-«2 x»", "'1/-2 x' can be read in two ways", "write 1/(-2*x) or 1/-2*x"),
    ("x ./ «2y»", "'x ./ 2y' can be read in two ways", "write x ./ (2*y) or x ./ 2*y"),
    ("(a+b)^«2x»", "'(a+b)^2x' can be read in two ways", "write (a+b)^(2*x) or (a+b)^2*x"),
    ("2^-«3x»", "'2^-3x' can be read in two ways", "write 2^(-3*x) or 2^-3*x"),
    ("«|»x|", "'|' is no operator", "abs(x), or norm(x) of a vector"),
    ("«||»x||", "'||' is no operator", "norm(x)"),
    ("x + «|»y", "'|' is no operator", "abs(x), or norm(x) of a vector; a or b"),
    ("«!»x", "'!' is no operator", "not x"),
    ("x«!»", "'!' is no operator", "not x; the factorial of n is gamma(n + 1)"),
    ("a «%» b", "'%' is no operator", "mod(a, b); # begins a comment"),
    ("a «&&» b", "'&&' is no operator", "a and b"),
    ("a «||» b", "'||' is no operator", "a or b"),
    ("a «&» b", "'&' is no operator", "a and b"),
    ("sin «x»", "an operator is missing between 'sin' and 'x'", "sin(x) calls, sin*x multiplies"),
    (
      "sin «x» + 1", "an operator is missing between 'sin' and 'x'",
      "sin(x) calls, sin*x multiplies"
    ),
    (
      "f «(»x)", "an operator is missing between 'f' and '('",
      "f(…) without the blank calls, f*(…) multiplies"
    ),
    ("x «[»2]", "an operator is missing between 'x' and '['", "x[…] without the blank is an entry"),
    ("c «?» a : b", "'?' is no operator", "if c then a else b; :help for help"),
    ("x'«y»", "an operator is missing between 'x'' and 'y'", "x'*y multiplies"),
    ("x' «y»", "an operator is missing between 'x'' and 'y'", "x'*y multiplies"),
    ("(a)«b»", "an operator is missing between '(…)' and 'b'", "(…)*b multiplies"),
    ("(a) «(»b)", "an operator is missing between '(…)' and '('", "(…)*(…) multiplies"),
    ("x[1] «y»", "an operator is missing between '[…]' and 'y'", "[…]*y multiplies"),
    ("«1e»", "malformed number '1e'", "1e0 has an exponent, 1*e is a product"),
    ("«2e+»x", "malformed number '2e+'", "2e0 has an exponent, 2*e is a product"),
    ("«0x»", "malformed number '0x'", "numbers are decimal"),
    ("«0x1F»", "malformed number '0x1F'", "numbers are decimal"),
    ("«1_»", "malformed number '1_'", "'_' stands between digits: 1_000"),
    ("«1__0»", "malformed number '1__0'", "'_' stands between digits: 1_000"),
    ("«2.x»", "malformed number '2.x'", "write 2.0*x"),
    ("«1.».2", "malformed number '1.'", "write 1.0 or 1"),
    ("2 «3»", "an operator is missing between '2' and '3'", "2*3 multiplies"),
    ("2.5 «.5»", "an operator is missing between '2.5' and '.5'", "2.5*.5 multiplies"),
    ("[1 «2» 3]", "an operator is missing between '1' and '2'", "1, 2: commas separate entries"),
    ("[a «b»]", "an operator is missing between 'a' and 'b'", "a, b: commas separate entries"),
    (
      "[1, 2; 3 «4»]", "an operator is missing between '3' and '4'", "3, 4: commas separate entries"
    ),
    ("x[2] «=» 5", "'=' can not change an entry here", "x[2] := 5"),
    ("(a«;» b)", "';' can not stand in ( )", ", separates; [1; 2] has rows, { } statements"),
    ("x[1«;»2]", "';' can not stand in an index", "A[1, 2]"),
    (#"«"abc»"#, "the string is never closed", #"end it with " on the same line"#),
    (#""a«\»qb""#, #"'\' escapes nothing here"#, #"\\ is a backslash in a string"#),
    ("x «.+» y", "'.+' is no operator", "+ goes element by element without a point"),
    ("x«.'»", "'.'' is no operator", "x' is the transpose"),
    ("x «+=» 1", "'+=' is no operator", "x := x + …"),
    ("x «=<» 3", "'=<' is no operator", "<= compares"),
    ("x «<>» 3", "'<>' is no operator", "!= compares"),
    ("x «===» 3", "'===' is no operator", "== compares"),
    (#"a «\» b"#, #"'\' is no operator"#, #"solve(A, b) solves A*x = b; \theta is θ"#),
    (#"«\foo»"#, #"no symbol is called '\foo'"#, #"\theta is θ; solve(A, b) solves A*x = b"#),
    ("x «~» y", "'~' is no operator", ":fit y ~ model over …; a ~= b compares approximately"),
    ("«)»", "')' closes nothing", ""),
    ("(1«]»", "']' does not close '('", "')' comes first"),
    ("[1, 2«)»", "')' does not close '['", "']' comes first"),
    ("«}»", "'}' closes nothing", ""),
    ("1 «+»* 2", "an expression is missing after '+'", ""),
    ("«*» 3", "an expression is missing before '*'", ""),
    (
      "«{» x }", "a block can not stand here",
      "{ } is the body of a function, lambda, loop or if; ( ) groups, [ ] is a vector"
    ),
    (
      "1 + «if» a then b else c", "'if' inside an expression needs parentheses",
      "(if c then a else b)"
    ),
    ("1 + «not» a", "'not' here needs parentheses", "(not …)"),
    ("«1» -> 2", "a parameter is a name", "x -> …, (x, y) -> …, f(x, (a, b)) = …"),
    ("(x, «x») -> 3", "'x' stands twice among the names", ""),
    (
      "x^2 «for» i in 1:3", "'for' can not stand here",
      "[x^2 for x in 1:3], sum(x^2 for x in 1:3), for x in 1:3 { … }"
    ),
    (
      "sum(x for i in 1:3, 4«)»", "a 'for' in a call is its only argument",
      "put [ ] around the part with for"
    ),
    (
      "sum(4, x «for» i in 1:3)", "a 'for' in a call is its only argument",
      "put [ ] around the part with for"
    ),
    (
      "(x «for» i in 1:3)", "'for' can not stand here",
      "[x^2 for x in 1:3], sum(x^2 for x in 1:3), for x in 1:3 { … }"
    ),
    ("x[«]»", "the index is missing", "x[1], A[:, 1], x[2:end]"),
    ("x[«:»2]", "the range has no start", "x[1:n]; x[:] is everything"),
    ("x[2«:»]", "the range has no end", "x[2:end]"),
    ("1:2:3«:»4", "a range has at most three parts", "start:step:end"),
    ("x «–» y", "unexpected '–'", "type - for a minus"),
    ("√«2»", "an operator is missing between '√' and '2'", "√(2), or sqrt(2)"),
    ("√«x»", "an operator is missing between '√' and 'x'", "√(x), or sqrt(x)"),
    ("x²«y»", "an operator is missing between 'x²' and 'y'", "x²*y multiplies"),
    (
      "sin²«(»x)", "an operator is missing between 'sin²' and '('",
      "write the power behind the call: f(x)²"
    ),
    ("x «@»@ y", "an expression is missing after '@'", ""),
    ("«$»x", "unexpected '$'", ""),
    ("«½»", "unexpected '½'", "type 1/2"),
    (
      "1 «/»/ 2", "an expression is missing after '/'",
      "# begins a comment, floor(a/b) divides whole numbers"
    ),
    ("«}» else {", "'}' closes nothing", ""),
    (
      "x «'» y", "an operator is missing between 'x' and '''",
      "x' without the blank is a transpose or a derivative"
    ),
    ("1e5«.3»", "an operator is missing between '1e5' and '.3'", "1e5*.3 multiplies"),
    ("«“»a”", "unexpected '“'", #"strings stand between plain quotes ""#),
    ("d «.»x", "unexpected '.'", "d.x without blanks is a column"),
    ("d«.»", "unexpected '.'", "d.x without blanks is a column"),
    (#"a«\tb»\tc"#, #"no symbol is called '\tb'"#, #"\theta is θ; solve(A, b) solves A*x = b"#),
    ("«0b1»", "malformed number '0b1'", "numbers are decimal"),
    (
      #"2«"a"»"#, #"an operator is missing between '2' and '"a"'"#,
      "put an operator or a comma between them"
    ),
    ("[«;»]", "an expression is missing before ';'", ""),
    ("[«for» i in 1:3]", "'for' is a reserved word", "choose another name"),
    ("x -> y «z»", "an operator is missing between 'y' and 'z'", "y(z) calls, y*z multiplies"),
  ]
}

/// Expects that a source is refused at the place between « » with this message and hint.
func expectRefusal(_ marked: String, _ message: String, _ hint: String) {
  let (source, range) = unmarked(marked)
  do {
    _ = try Parser.parse(SourceText(source))
    Issue.record("accepted: \(source)")
  } catch {
    #expect(error.message == message)
    #expect(error.span?.range == range)
    #expect(error.hint ?? "" == hint)
  }
}

/// A source without its « » and the bytes that stood between them.
func unmarked(_ marked: String) -> (source: String, range: Range<Int>) {
  let parts = marked.split(separator: "«", maxSplits: 1, omittingEmptySubsequences: false)
  let rest = parts[1].split(separator: "»", maxSplits: 1, omittingEmptySubsequences: false)
  let lower = parts[0].utf8.count
  return ("\(parts[0])\(rest[0])\(rest[1])", lower..<(lower + rest[0].utf8.count))
}
