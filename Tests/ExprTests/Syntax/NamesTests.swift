import Testing

@testable import Expr

struct NamesTests {
  @Test(arguments: [
    ("θ1", "θ1", "θ1"), ("θ_1", "θ1", "θ_1"), ("θ₁", "θ1", "θ₁"), ("\\theta", "θ", "θ"),
    ("\\theta_1", "θ1", "θ_1"), ("\\Omega2", "Ω2", "Ω2"), ("θ_₁", "θ1", "θ_₁"),
    ("w0", "w0", "w0"), ("w_0", "w0", "w_0"), ("w__10", "w10", "w__10"),
    ("w1_2", "w1_2", "w1_2"), ("x_i", "x_i", "x_i"), ("_1", "_1", "_1"), ("__", "__", "__"),
    ("a₁b", "a1b", "a₁b"), ("x_01", "x01", "x_01"), ("√", "sqrt", "√"), ("∇", "∇", "∇"),
    ("\u{B5}", "μ", "\u{B5}"), ("\\nosuch", "\\nosuch", "\\nosuch"),
  ])
  func key(_ typed: String, _ key: String, _ spelling: String) {
    let name = Name(typed)
    #expect(name.key == key)
    #expect(name.spelling == spelling)
    #expect(Name(name.key).key == name.key)
  }

  @Test func composedAndDecomposedLettersAreOneName() {
    #expect(Name("caf\u{E9}") == Name("cafe\u{301}"))
    #expect(Set([Name("\u{2126}"), Name("Ω")]).count == 1)
    #expect(Name("w1_2") != Name("w12"))
  }

  @Test func symbolNamesAreLettersAndUnambiguous() {
    #expect(Set(SymbolNames.all.map(\.name)).count == SymbolNames.all.count)
    for (name, symbol) in SymbolNames.all {
      #expect(name.allSatisfy { $0.isASCII && $0.isLetter })
      #expect(SymbolNames.symbol(named: name) == symbol)
    }
  }

  @Test(arguments: SymbolNames.all.map(\.name))
  func symbolNameIsReadAsItsSymbol(_ name: String) {
    let symbol = SymbolNames.symbol(named: name) ?? ""
    func kinds(_ text: String) -> [Token.Kind] {
      let source = SourceText(text)
      return Lexer.tokens(of: source, in: 0..<source.utf8.count, allowsCommands: true)
        .tokens.map(\.kind)
    }
    #expect(kinds("\\\(name)") == kinds(symbol))
    #expect(kinds(symbol).count == 2)
    #expect(!kinds(symbol).contains(.invalid))
  }
}
