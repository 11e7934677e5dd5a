import Testing

@testable import Expr

struct DiagnosticTextTests {
  private func diagnostic(
    _ marked: String, hint: String? = nil, notes: [String] = [], firstLine: Int = 1
  ) -> Diagnostic {
    let (text, range) = unmarked(marked)
    let source = SourceText(text, name: "lesson.drepl", firstLine: firstLine)
    return Diagnostic("wrong", at: SourceSpan(source, range), hint: hint, notes: notes)
  }

  @Test func messagePlaceHintAndNotes() {
    let mistake = diagnostic("f = log(1 + «w1»)", hint: "did you mean 'w0'?", notes: ["a note"])
    #expect(
      DiagnosticText.render(mistake) == """
        error: wrong
          f = log(1 + w1)
                      ^~
          hint: did you mean 'w0'?
          note: a note
        """)
  }

  @Test func scriptFormNamesFileLineAndColumn() {
    let mistake = diagnostic("x = 1\nθ = «y»\nz", firstLine: 7)
    #expect(
      DiagnosticText.renderForScript(mistake) == """
        lesson.drepl:8:5: error: wrong
          θ = y
              ^
        """)
  }

  @Test func withoutPlace() {
    let warning = Diagnostic("slow", hint: "wait", severity: .warning)
    #expect(DiagnosticText.renderForScript(warning) == "warning: slow\n  hint: wait")
  }

  /// The excerpt and its underline; both begin behind the indentation of two.
  @Test(arguments: [
    ("«x»", "x", "^"), ("ab «cd» e", "ab cd e", "   ^~"), ("x +«»", "x +", "   ^"),
    ("x«»y", "xy", " ^"), ("语言 «x»", "语言 x", "     ^"), ("«语» x", "语 x", "^~"),
    ("e\u{301} «x»", "e\u{301} x", "  ^"), ("👍🏽👨‍👩‍👧 «x»", "👍🏽👨‍👩‍👧 x", "     ^"),
    ("\t«x»", "    x", "    ^"), ("ab\t«x»", "ab  x", "    ^"),
    ("a\u{1B}[«x»", "a\u{FFFD}[x", "   ^"),
    ("(a«\nb»", "(a", "  ^"), ("«(a\nb»", "(a", "^~"), ("x«»\r", "x", " ^"), ("«»", "", "^"),
  ])
  func caretStandsUnderThePlace(_ marked: String, _ line: String, _ underline: String) {
    let lines = DiagnosticText.render(diagnostic(marked))
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3)
    #expect(lines[1] == "  " + line)
    #expect(lines[2] == "  " + underline)
  }

  @Test(arguments: [0, 1, 30, 60, 70, 80, 500, 9_990, 9_999], [1, 2, 90])
  func longLinesAreCutAroundThePlace(_ place: Int, _ length: Int) {
    let before = String(repeating: "a", count: place)
    let mark = "X" + String(repeating: "Z", count: length - 1)
    let after = String(repeating: "b", count: 10_000 - place)
    let lines = DiagnosticText.render(diagnostic("\(before)«\(mark)»\(after)"))
      .split(separator: "\n")
    #expect(DisplayWidth.columns(of: lines[1]) <= DiagnosticText.defaultWidth)
    #expect(lines[2].count <= DiagnosticText.defaultWidth)
    let caret = lines[2].firstIndex(of: "^").map {
      lines[2].distance(from: lines[2].startIndex, to: $0)
    }
    #expect(caret.map { Array(lines[1])[$0] } == "X")
    #expect(lines[1].hasSuffix("…") == (place < 9_990 || length == 90))
    #expect(lines[1].hasPrefix("  …") == (place >= 60))
  }

  @Test func ellipsisMayBeAscii() {
    let long = String(repeating: "+1", count: 400)
    let text = DiagnosticText.render(diagnostic("1\(long) «x»\(long)"), ellipsis: "...")
    let lines = text.split(separator: "\n").map(Array.init)
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
    #expect(lines[2].firstIndex(of: "^").map { lines[1][$0] } == "x")
  }

  @Test(arguments: [
    ("abc", 3), ("", 0), ("θ", 1), ("λ̇", 1), ("漢字", 4), ("ｆ", 2), ("한", 2), ("👍", 2), ("❤️", 2),
    ("🇩🇪", 2), ("…", 1), ("\u{200B}", 0), ("\u{7}", 0), ("⊙", 1), ("∂", 1), ("が", 2), ("1️⃣", 1),
  ])
  func displayWidth(_ text: String, _ columns: Int) {
    #expect(DisplayWidth.columns(of: text) == columns)
  }
}
