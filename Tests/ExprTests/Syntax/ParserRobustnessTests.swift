import Testing

@testable import Expr

/// Long, deep and senseless input: it is parsed or refused, never worse.
struct ParserRobustnessTests {
  private func message(_ text: String) -> String {
    do {
      switch try Parser.parse(SourceText(text)) {
      case .complete: return "complete"
      case .incomplete: return "incomplete"
      }
    } catch { return error.message }
  }

  @Test(arguments: ["1+", "x*", "x .* ", "2x*", "a and ", "1 < ", "-1 - "])
  func longChainsAreNotNested(_ link: String) {
    #expect(message(String(repeating: link, count: 20_000) + "1") == "complete")
  }

  @Test(arguments: [
    "(", "[", "-", "not ", "2^", "f(", "x[", "x -> ", "if a then b else ", "[f(-(", "f(x) = { ",
    "if a { ", "for i in x { ",
  ])
  func depthIsCapped(_ opening: String) {
    let outcome = message(String(repeating: opening, count: 20_000))
    let isBlock = opening.hasSuffix("{ ")
    #expect(outcome == "nested more than 200 deep" || (isBlock && outcome == "incomplete"))
  }

  @Test(arguments: ["'", "(1)", "[1]", ".a", "²'"])
  func postfixChainsAreCapped(_ link: String) {
    #expect(
      message("x" + String(repeating: link, count: 20_000))
        == "more than 200 calls, indices and primes in a row")
    #expect(message("x" + String(repeating: link, count: 100)) == "complete")
  }

  @Test func moderateDepthIsAccepted() {
    let text = String(repeating: "(", count: 150) + "1" + String(repeating: ")", count: 150)
    #expect(message(text) == "complete")
  }

  @Test(arguments: 0..<8)
  func tokenSoup(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    for _ in 0..<1500 {
      let words = (0..<Int.random(in: 1...14, using: &random)).map { _ in
        Self.soup.randomElement(using: &random) ?? ""
      }
      check(words.joined(separator: Bool.random(using: &random) ? " " : ""), seed)
    }
  }

  @Test(arguments: 0..<4)
  func randomBytes(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    for _ in 0..<1500 {
      let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      check(String(decoding: bytes, as: UTF8.self), seed)
    }
  }

  /// Parses and, where that fails, renders; every place must lie within the source.
  private func check(_ text: String, _ seed: Int) {
    let source = SourceText(text)
    var mistake: Diagnostic?
    do {
      switch try Parser.parse(source) {
      case .complete(let tree):
        for index in tree.nodes.indices {
          let range = tree.range(of: SyntaxID(rawValue: Int32(index)))
          #expect(range.upperBound <= source.utf8.count, "seed \(seed): \(text)")
        }
        _ = TreeDumper.dump(tree)
      case .incomplete(let diagnostic): mistake = diagnostic
      }
    } catch { mistake = error }
    if let mistake {
      let upper = mistake.span?.range.upperBound ?? 0
      #expect(upper <= source.utf8.count, "seed \(seed): \(text)")
      #expect(!DiagnosticText.renderForScript(mistake).isEmpty)
    }
    _ = try? Parser.parseExpressions(in: source, range: 0..<source.utf8.count)
  }

  private static let soup = [
    "x", "f", "θ_1", "1", "2.5", ".5", "1e", "\"s\"", "\"", "(", ")", "[", "]", "{", "}", ",", ";",
    ":", ":=", "=", "==", "<", "≈", "->", "+", "-", "*", "/", "^", ".*", "'", "²", "\n", "#", "if",
    "then", "else", "for", "in", "and", "not", "end", "data", "repeat", "while", "print", "assert",
    "within", "abs", ":grad", ":expect-error", "|", "!", "%", "&&", "?", "~", "+=", ".", "√", "∇",
    "\\theta", "\\", "″", "·", "_", "f(x) = {", "for i in", "\t", "\u{301}", "语",
  ]
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
