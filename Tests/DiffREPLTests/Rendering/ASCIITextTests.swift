import Testing

@testable import DiffREPL

@Suite struct ASCIITextTests {
  @Test(
    arguments: [
      ("plain ^_~", "plain ^_~"), ("λ_1", "lambda_1"), ("θ₁₂ + θ_3", "theta_12 + theta_3"),
      ("∂f/∂w0", "df/dw0"), ("∂²f/∂x²", "d^2f/dx^2"), ("∇(E, w)", "grad(E, w)"),
      ("‖∇E‖", "||grad E||"), ("M ⊙ Aᵀ", "M .* A'"), ("v\u{304}_1 v\u{307}_2", "vbar_1 vdot_2"),
      ("ẋ ȳ ŷ x\u{303}", "xdot ybar yhat xtilde"), ("2·3×4 − 5", "2*3x4 - 5"),
      ("[1, …]", "[1, ...]"),
      ("a ≤ b ≥ c ≠ d ≈ e", "a <= b >= c != d ~= e"), ("x → y ↦ z", "x -> y |-> z"),
      ("∑ x", "sum x"), ("∑x", "sum x"), ("√(x)", "sqrt(x)"), ("⟨u, y⟩", "<u, y>"), ("∞", "inf"),
      ("-∞", "-inf"), ("½", "1/2"), ("A⁻¹", "A^-1"), ("xₙ₊₁", "x_n+1"),
      ("Δw Σ Ω", "Deltaw Sigma Omega"),
      ("‖Δw‖ = 1", "||dw|| = 1"), ("1.58 µs", "1.58 us"), ("µs", "mus"),
      ("ϑ ς ώ µ", "theta sigma omega mu"), ("ℓ ℝ 𝐱", "l R x"), ("é ü ß Ç", "e u ss C"),
      ("─│┌┼╯╱", "-|+++/"), ("█▄ ⣿\u{2800}|", "## * |"), ("\u{A0}\u{FEFF}a", " a"),
      ("漢 ж", "? ?"), ("‘a’ “b” – c", "'a' \"b\" - c"),
    ] as [(String, String)])
  func transliterations(text: String, ascii: String) {
    #expect(ASCIIText.transliterated(text) == ascii)
  }

  @Test func everyScalarBecomesASCII() {
    for value in 0...0x2FFFF as ClosedRange<UInt32> {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = ASCIIText.transliterated(String(scalar))
      if !text.utf8.allSatisfy({ $0 < 0x80 }) { Issue.record("U+\(String(value, radix: 16))") }
    }
  }

  @Test func wordsKeepApartAcrossRuns() {
    let text = StyledText("∇", .adjoint) + StyledText("ℓ(θ)", .name)
    #expect(text.transliterated.runs.map(\.text) == ["grad ", "l(theta)"])
    #expect(text.transliterated.runs.map(\.style) == [.adjoint, .name])
  }
}
