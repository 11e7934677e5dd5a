import Testing

@testable import Expr

struct LexerTests {
  private func lex(_ text: String) -> (source: SourceText, tokens: [Token], failure: Diagnostic?) {
    let source = SourceText(text)
    let (tokens, failure) = Lexer.tokens(
      of: source, in: 0..<source.utf8.count, allowsCommands: true)
    return (source, tokens, failure)
  }

  /// Tokens as typed, `⏎` for a newline that ends a statement.
  private func words(_ text: String) -> String {
    let (source, tokens, _) = lex(text)
    return tokens.dropLast().map { $0.kind == .newline ? "⏎" : source.text(in: $0.range) }
      .joined(separator: " ")
  }

  @Test(arguments: [
    ("2.*x", "2 .* x"), ("2.5.*x", "2.5 .* x"), ("2e3x", "2e3 x"), ("2exp(x)", "2 exp ( x )"),
    ("a<=b", "a <= b"), ("x->-y", "x -> - y"), ("a:=b:c", "a := b : c"), ("x''", "x ' '"),
    ("x⁻¹²y", "x ⁻¹² y"), ("a−b×c", "a − b × c"), ("v̇+x̂", "v̇ + x̂"), ("∇f", "∇ f"),
    ("√(2)", "√ ( 2 )"), ("1_000.5e+3", "1_000.5e+3"), ("d.x", "d . x"), ("[1,.5]", "[ 1 , .5 ]"),
    ("x # c\ny", "x ⏎ y"), ("a\u{A0}b", "a b"), ("\u{FEFF}x", "x"), ("a\r\nb\r\n", "a ⏎ b ⏎"),
  ])
  func cuts(_ text: String, _ expected: String) { #expect(words(text) == expected) }

  @Test(arguments: [
    ("(a\nb)\nc", "( a b ) ⏎ c"), ("[a\nb]", "[ a b ]"), ("{a\nb}", "{ a ⏎ b }"),
    ("({a\nb}\nc)", "( { a ⏎ b } c )"), ("{(a\nb)\nc}", "{ ( a b ) ⏎ c }"),
    ("a +\n\n# c\nb", "a + b"), ("a =\nb", "a = b"), ("a,\nb", "a , b"), ("a'\nb", "a ' ⏎ b"),
    ("if c then\na else\nb", "if c then a else b"), ("x ->\ny", "x -> y"), ("a\n\n\nb", "a ⏎ b"),
    ("not\na", "not a"), ("a ~\nb", "a ~ b"), ("a in\nb", "a in ⏎ b"),
  ])
  func newlinesEndStatementsOnlyOutsideBracketsAndBehindWholeLines(
    _ text: String, _ expected: String
  ) {
    #expect(words(text) == expected)
  }

  @Test(arguments: [
    (":grad f # c", ":grad f"), ("a; :grad f +\nb", "a ; :grad f + ⏎ b"),
    (":load \"a # b\" # c", ":load \"a # b\""), ("{ :show f }", "{ :show f }"),
    ("{:show g({1})}", "{ :show g({1}) }"), ("a : b", "a : b"), ("(\n:a)", "( : a )"),
    (":load \"a\\", ":load \"a\\"), (":", ":"), (":a\r\nb", ":a ⏎ b"),
  ])
  func commandsTakeTheirLine(_ text: String, _ expected: String) {
    #expect(words(text) == expected)
  }

  @Test(arguments: [
    ("3", 3.0), ("3.5", 3.5), (".5", 0.5), ("3.", 3.0), ("1e-3", 1e-3), ("1_000", 1000),
    ("12345678901234567890", 12_345_678_901_234_567_168), ("1.e", .nan), ("0.1", 0.1), ("1E5", 1e5),
    ("4.9e-324", .leastNonzeroMagnitude), ("1e999", .infinity),
  ])
  func numberValues(_ text: String, _ value: Double) {
    let (source, tokens, failure) = lex(text)
    guard failure == nil else {
      #expect(value.isNaN)
      return
    }
    #expect(source.number(in: tokens[0].range) == value)
  }

  @Test func stringEscapes() {
    let (source, tokens, _) = lex(#""a\"b\\n\tc\n""#)
    #expect(source.string(in: tokens[0].range) == "a\"b\\n\tc\n")
  }

  @Test(arguments: ["x = \u{FFFD}", "\"a\u{FFFD}\"", "a + b\u{FFFD}"])
  func brokenEncodingIsRefusedInItsPlace(_ text: String) {
    let (source, _, failure) = lex(text)
    #expect(failure?.message == "the input is not valid UTF-8 here")
    #expect(failure?.span.map { source.text(in: $0.range) } == "\u{FFFD}")
    #expect(lex("# \u{FFFD}\nx").failure == nil)
  }
}
