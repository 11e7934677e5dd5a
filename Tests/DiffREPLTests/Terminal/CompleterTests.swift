import Testing

@testable import DiffREPL

@Suite struct CompleterTests {
  private let completer = Completer(
    commands: ["grad", "graph", "trace", "load", "save", "expect-error"],
    names: { prefix, _, _ in ["softplus", "softmax", "softmax", "θ1", "θ2", "w0"] })

  @Test(arguments: [
    ("soft", ["softmax", "softplus"], 0),
    ("2*softm", ["softmax"], 2),
    ("2softm", ["softmax"], 1),
    ("f(x)+w", ["w0"], 5),
    ("A⊙θ", ["θ1", "θ2"], 4),
    ("a:w", ["w0"], 2),
    ("x = zz", [], 4),
    (":grad w", ["w0"], 6),
  ])
  func names(typed: String, words: [String], start: Int) {
    #expect(
      completer.completion(of: typed) == .words(words, start: start, isCommand: false))
  }

  @Test(arguments: [
    (":", ["expect-error", "grad", "graph", "load", "save", "trace"], 1),
    (":gra", ["grad", "graph"], 1),
    ("  :t", ["trace"], 3),
    ("x = 1; :t", ["trace"], 8),
    ("repeat 3 { :t", ["trace"], 12),
    (":expect-e", ["expect-error"], 1),
    (":expect-error :t", ["trace"], 15),
    (":nothing", [], 1),
  ])
  func commands(typed: String, words: [String], start: Int) {
    #expect(completer.completion(of: typed) == .words(words, start: start, isCommand: true))
  }

  @Test(arguments: [
    ("\\theta", ["θ"], 0),
    ("2*\\lam", ["λ"], 2),
    ("θ\\nab", ["∇"], 2),
    ("\\part", ["∂"], 0),
    ("\\Ome", ["Ω"], 0),
    ("\\in", ["∈"], 0),
    ("\\le", ["≤"], 0),
    ("\\neq", ["≠"], 0),
    ("x\\_1", ["₁"], 1),
    ("\\ps", ["ψ"], 0),
    ("\\the", ["θ"], 0),
    ("\\ph", ["φ"], 0),
    ("\\ta", ["τ"], 0),
    ("\\r", ["ρ"], 0),
    ("\\e", ["\\ell", "\\epsilon", "\\eta", "\\exists"], 0),
    ("\\nonsense", [], 0),
  ])
  func symbols(typed: String, words: [String], start: Int) {
    #expect(
      completer.completion(of: typed) == .words(words, start: start, isCommand: false))
  }

  /// Every letter by its LaTeX name, small and capital.
  @Test(arguments: [
    ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu", "αβγδεζηθικλμ"),
    ("nu xi omicron pi rho sigma tau upsilon phi chi psi omega", "νξοπρστυφχψω"),
  ])
  func greek(names: String, letters: String) {
    for (name, letter) in zip(names.split(separator: " "), letters) {
      let capital = name.prefix(1).uppercased() + name.dropFirst()
      #expect(Symbols.completions(of: String(name)) == [String(letter)])
      #expect(Symbols.completions(of: capital) == [letter.uppercased()])
    }
  }

  @Test(arguments: [
    ":load ", ":load le", ":lo x", ":save! out/", ":plot f over x=0:1 > pic", ":graph f > ",
    "d = read(\"da",
  ])
  func fileNames(typed: String) {
    #expect(completer.completion(of: typed) == .fileName)
  }

  @Test(arguments: [":load", "x > w", "load w", "read(\"a\") + w", ":l w"])
  func noFileNames(typed: String) {
    #expect(completer.completion(of: typed) != .fileName)
  }

  @Test func sourceIsToldWhereTheNameStands() {
    var asked: [String] = []
    let completer = Completer(names: { prefix, line, start in
      asked.append("\(prefix)|\(line)|\(start)")
      return []
    })
    _ = completer.completion(of: "θ + so")
    #expect(asked == ["so|θ + so|5"])
  }
}
