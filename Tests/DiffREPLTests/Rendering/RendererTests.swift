import Expr
import Testing

@testable import DiffREPL

@Suite struct RendererTests {
  private static func plain(
    _ blocks: [Output.Block], width: Int = 80, digits: Int = 6, isASCII: Bool = false
  ) -> String {
    PlainRenderer(settings: RenderSettings(width: width, digits: digits, isASCII: isASCII))
      .render(Output(blocks: blocks))
  }

  @Test func scalarsVectorsAndStrings() {
    let blocks: [Output.Block] = [
      .value(name: "f", .tensor(Tensor(0.16022415043808716))), .blank,
      .value(name: "∂f/∂w", .tensor(Tensor(.vector(2), [1, -2]))),
      .value(name: "s", .string("θ")), .line("done"),
    ]
    #expect(Self.plain(blocks) == "f = 0.160224\n\n∂f/∂w = [1, -2]\ns = \"θ\"\ndone\n")
    #expect(Self.plain([blocks[0]], digits: 17) == "f = 0.16022415043808716\n")
    #expect(
      Self.plain([blocks[2], blocks[3]], isASCII: true) == "df/dw = [1, -2]\ns = \"theta\"\n")
    #expect(Self.plain([]) == "")
  }

  /// On a terminal messages and hints are folded, elsewhere they are whole lines.
  @Test func diagnosticsAreFoldedOnATerminal() {
    let span = SourceSpan(SourceText("f = log(w)"), 8..<9)
    let diagnostic = Diagnostic(
      "there is nothing to start from: the value is nan, born at v_1", at: span,
      hint: "at w=… starts elsewhere; :why f tells more of where it was born")
    var settings = RenderSettings(width: 40)
    let whole = PlainRenderer(settings: settings).render(Output(blocks: [.diagnostic(diagnostic)]))
    #expect(whole.split(separator: "\n").count == 4)
    settings.foldsDiagnostics = true
    let folded = PlainRenderer(settings: settings).render(Output(blocks: [.diagnostic(diagnostic)]))
    #expect(
      folded == """
        error: there is nothing to start from:
          the value is nan, born at v_1
          f = log(w)
                  ^
          hint: at w=… starts elsewhere;
                :why f tells more of where it
                was born

        """, "\(folded)")
  }

  @Test func matricesStandUnderTheirName() {
    let matrix = Value.tensor(Tensor(.matrix(2, 2), [1, -2, 0.5, 10]))
    #expect(Self.plain([.value(name: "A", matrix)]) == "A =\n  1    -2\n  0.5  10\n")
    let row = Value.tensor(Tensor(.matrix(1, 2), [1, 2]))
    #expect(Self.plain([.value(name: "B", row)]) == "B = [1, 2] (1×2)\n")
  }

  @Test func longVectorsFitTheLine() {
    let long = Value.tensor(Tensor(.vector(100), [Double](repeating: 0.123456789, count: 100)))
    #expect(
      Self.plain([.value(name: "x", long)], width: 40, isASCII: true)
        == "x = [0.123457, 0.123457, ...] (100)\n")
  }

  @Test func diagnostics() {
    let source = SourceText("f = λ*wλ")
    let diagnostic = Diagnostic(
      "unknown name 'wλ'", at: SourceSpan(source, 7..<10), hint: "did you mean 'λ'?",
      severity: .warning)
    #expect(
      Self.plain([.diagnostic(diagnostic)]) == """
        warning: unknown name 'wλ'
          f = λ*wλ
                ^~
          hint: did you mean 'λ'?

        """)
    #expect(
      Self.plain([.diagnostic(diagnostic)], isASCII: true) == """
        warning: unknown name 'wlambda'
          f = lambda*wlambda
                     ^~~~~~~
          hint: did you mean 'lambda'?

        """)
  }

  @Test func colourChangesNothingElse() {
    let styled =
      StyledText("w0", .name) + " = " + StyledText("1", .number) + StyledText("  λ_1", .adjoint)
    let blocks: [Output.Block] = [
      .line(styled), .table(.adjoints), .diagnostic(Diagnostic("careful", severity: .warning)),
      .diagnostic(Diagnostic("wrong")),
    ]
    let settings = RenderSettings(usesColour: true)
    #expect(settings.renderer is ANSIRenderer)
    let text = settings.renderer.render(Output(blocks: blocks))
    #expect(text.hasPrefix("\u{1B}[1mw0\u{1B}[0m = 1\u{1B}[38;5;166m  λ_1\u{1B}[0m\n"))
    #expect(text.contains("\u{1B}[1;38;5;136mwarning:\u{1B}[0m careful\n"))
    #expect(text.contains("\u{1B}[1;38;5;160merror:\u{1B}[0m wrong\n"))
    #expect(text.replacing(/\u{1B}\[[0-9;]*m/, with: "") == Self.plain(blocks))
  }

  @Test func jsonIsOneObjectALine() {
    let output = Output(
      blocks: [.line("for people")],
      json: [.object([(key: "a", value: .number(1))]), .object([(key: "λ", value: .null)])])
    #expect(JSONRenderer().render(output) == "{\"a\":1}\n{\"λ\":null}\n")
    #expect(JSONRenderer().render(Output(blocks: [.blank])) == "")
  }
}
