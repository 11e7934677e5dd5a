import Testing

@testable import DiffREPL

/// The session every lecture starts with (Roulet's worked example).
@Suite struct FirstSessionTests {
  @Test func printsTheAdjointTableOfTheSlides() {
    let replay = Replay(
      """
      w0 = 0.5
      f = log(1 + exp(-3.5*w0))
      :grad f
      :trace backward f
      w0 = 1
      f
      """, settings: RenderSettings(width: 100))
    #expect(replay.errorText == "")
    #expect(
      replay.text == """
        w0 = 0.5
        f = 0.160224
        ∂f/∂w0 = -0.518165
        f(w0) = log(1 + exp(-3.5 w0))        v_{k+1} = g_k(v_k)        λ_k = ∂f/∂v_k

               v_k                           ∂v_k/∂v_{k-1}                   ∂f/∂v_k
          v_0  w0              0.5           1               1          λ_0  -3.5 λ_1        -0.518165
          v_1  -3.5 v_0       -1.75          -3.5           -3.5        λ_1  exp(v_1) λ_2     0.148047
          v_2  1 + exp(v_1)    1.17377       exp(v_1)        0.173774   λ_2  1/v_2 λ_3        0.851953
          v_3  log(v_2)        0.160224      1/v_2           0.851953   λ_3  1                1
        w0 = 1
        f = 0.0297504

        """)
  }
}
