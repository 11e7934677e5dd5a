import Expr

/// Symbols that TAB puts in place of their LaTeX names: `\theta` becomes θ.
enum Symbols {
  /// What may take the place of a backslash and `prefix`: the symbol once only one is meant, else
  /// the LaTeX names to choose from, backslash included.
  static func completions(of prefix: String) -> [String] {
    if let symbol = table[prefix] { return [symbol] }
    let names = table.keys.filter { $0.hasPrefix(prefix) }.sorted()
    let symbols = Set(names.compactMap { table[$0] })
    return symbols.count == 1 ? Array(symbols) : names.map { "\\" + $0 }
  }

  /// What the language reads by these names, then what only names and comments use.
  private static let table: [String: String] = {
    let known = SymbolNames.all.map { ($0.name, $0.symbol) }
    let words = furtherNames.split(whereSeparator: \.isWhitespace).map(String.init)
    let further = stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }
    return Dictionary(known + further) { first, _ in first }
  }()

  /// Names and symbols in turn.
  private static let furtherNames = """
    partial ∂ sum ∑ prod ∏ int ∫ in ∈ to → pm ± top ⊤ hbar ℏ forall ∀ exists ∃
    _0 ₀ _1 ₁ _2 ₂ _3 ₃ _4 ₄ _5 ₅ _6 ₆ _7 ₇ _8 ₈ _9 ₉
    """
}
