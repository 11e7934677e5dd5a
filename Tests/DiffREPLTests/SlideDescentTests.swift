import Testing

@testable import DiffREPL

/// Gradient descent with the steps, and to the numbers, of the lectures.
@Suite struct SlideDescentTests {
  @Test(arguments: quadratic + regression + stopping)
  func descendsAsOnTheSlides(_ row: SlideRow) throws { try row.check() }

  static let valley = "θ1=10\nθ2=1\nE=(θ1^2+10*θ2^2)/2\n"

  /// A31: a small step, a good one, the best, one that stalls at 2/L, and one that diverges.
  static let quadratic = [
    (".01", 33.5224923431912), (".1", 0.7390441470717296), ("2/11", 0.01796204006392291),
    (".2", 5.006646139978925), (".21", 226.300296245421),
  ].map { step, value in
    SlideRow(
      "A31 step \(step)", valley + ":minimize E method=gd step=\(step) iters=20 tol=0",
      [("value", [value]), ("iterations", [20])])
  }

  static let likelihood = """
    data X=[1,0;1,1;1,2;1,3;1,4;1,5]
    data y=[0,0,1,0,1,1]
    θ=[0,0]
    f=sum(log(1+exp(X*θ)))-dot(y,X*θ)

    """

  /// A36: the losses before steps 1, 2 and 100, and the point after 100.
  static let regression =
    [
      (".01", 0, 4.158883083359672), (".01", 1, 4.044797319802364), (".01", 99, 3.134986355223889),
      (".1", 99, 2.493461747961462), (".1", 100, 2.492962080722475),
    ].map { step, iterations, loss in
      SlideRow(
        "A36 step \(step) after \(iterations)",
        likelihood + ":minimize f method=gd step=\(step) iters=\(iterations) tol=0",
        [("value", [loss])], tolerance: 1e-10)
    } + [
      SlideRow(
        "A36 the point, step .01", likelihood + ":minimize f step=.01 iters=100 tol=0",
        [("at.θ", [-0.6866306569081165, 0.4645126408496641])], tolerance: 1e-10),
      SlideRow(
        "A36 the point, step .1", likelihood + ":minimize f step=.1 iters=100 tol=0",
        [("at.θ", [-2.61124814482256, 1.075281127944756])], tolerance: 1e-10),
    ]

  /// A40: how many updates until ‖x_{t+1} - x_t‖ ≤ η.
  static let stopping =
    [
      (".1", "1e-3", 226.0), (".1", "1e-6", 715), (".01", "1e-3", 815), (".01", "1e-6", 5542),
      (".001", "1e-3", 154), (".001", "1e-6", 38970),
    ].map { step, tolerance, updates in
      SlideRow(
        "A40 step \(step), tol \(tolerance)",
        likelihood + ":minimize f step=\(step) tol=\(tolerance) iters=100000",
        [("iterations", [updates])], texts: [("reason", ["step"])])
    } + [
      SlideRow(
        "A40 where the short steps stop", likelihood + ":minimize f step=.001 tol=1e-3",
        [
          ("at.θ", [-0.07897446928767185, 0.2434685754170263]),
          ("value", [2.477986835049613 + 1.15657]), ("gradnorm", [0.995949]),
        ], tolerance: 1e-6)
    ]

  @Test func aDivergingRunSaysSo() {
    let replay = Replay(Self.valley + ":minimize E step=.21 iters=20 tol=0")
    #expect(replay.text.contains("warning: the run diverges: step=.21 is beyond 2/L = 0.2"))
  }

  /// Short steps are no minimum: A40 with step .001 stops where ‖∇f‖ is still 0.996.
  @Test func aLargeGradientAtTheEndIsAWarning() {
    let replay = Replay(Self.likelihood + ":minimize f step=.001 tol=1e-3")
    #expect(replay.text.contains("warning: the steps are short, but ‖∇f‖ = 0.996 is still large"))
    #expect(replay.json.contains("{\"warning\":"))
  }

  @Test func theLeavesMoveUnlessDry() {
    #expect(Replay("x=3\nE=x^2\n:minimize E step=.5\nx").text.hasSuffix("x = 0\n"))
    #expect(Replay("x=3\nE=x^2\n:minimize E step=.5 --dry\nx").text.hasSuffix("x = 3\n"))
  }
}
