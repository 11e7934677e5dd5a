import Testing

@testable import DiffREPL

/// What `:minimize` warns of at the end of a run, and what it does not.
@Suite struct MinimizeWarningTests {
  static let meyer = """
    data y=[34780,28610,23650,19630,16370,13720,11540,9744,8261,7030,6005,5147,4427,3820,3307,2872]
    x=[.02,4000,250]
    E=sum((x[1]*exp(x[2]/(45+5*i+x[3]))-y[i])^2 for i in 1:16)

    """

  /// Short steps that are no minimum, in whatever units: what is warned of is not converged.
  static let unfinished: [(script: String, says: String)] = [
    ("x=3\n:minimize (1e6*x-1)^2", "‖∇f‖ = 8.15e5 is still large"),
    ("x=3\n:minimize 1e-10*(x-1)^2 step=.1", "‖∇f‖ = 4e-10 is small only in these units"),
    ("x=[1e9,1]\n:minimize (x[1]/1e9-3)^2+(x[2]-2)^2", "is small only in these units"),
    (meyer + ":minimize E method=bfgs", "is still large: this is no minimum yet"),
    (meyer + ":minimize E method=cg", "is still large: this is no minimum yet"),
    ("x=3\n:minimize -x^2 method=newton step=1", "this is a maximum and no minimum"),
    ("x=.1\n:minimize x^4-x^2 method=newton step=1", "this is a maximum and no minimum"),
    ("x=[.5,0]\n:minimize x[1]^2-x[2]^2 method=newton step=1", "this is a saddle and no minimum"),
    ("x=0\n:minimize -x^2", "this is a maximum and no minimum"),
    ("u=1\n:minimize u*log(u) step=1", "f has a value but no finite gradient"),
    ("x=3\n:minimize (x-1)^2 step=1.05+0/k iters=25", "the run diverges: f grew from 4 to"),
  ]

  @Test(arguments: unfinished.indices)
  func warnsOf(_ index: Int) throws {
    let (script, says) = Self.unfinished[index]
    let replay = Replay(script)
    #expect(replay.errorText == "")
    let text = replay.text.replacing("\n", with: " ")
    #expect(text.contains("warning: ") && text.contains(says), "\(replay.text)")
    #expect(replay.json.contains("\"converged\":false"))
    #expect(!replay.text.contains("diverges") || says.contains("diverges"), "\(replay.text)")
  }

  /// Overshooting at first is no divergence, and starting at a minimum no failure.
  @Test(arguments: [
    "x=1.01\n:minimize (x-1)^2 method=adam step=.1 iters=3",
    "x=1.001\n:minimize (x-1)^2 method=rprop iters=6 tol=0",
    "x=1.00001\n:minimize (x-1)^2 step=.01", "x=1\n:minimize (x-1)^2 step=.01",
    "x=3\n:minimize 1e10*(x-1)^2", "x=3\n:minimize (x-1)^2 method=rprop",
    "x=[3,2,5]\n:minimize sum((x-1).^2) method=rprop", "x=3\n:minimize abs(x-1) method=newton",
    meyer + ":minimize E method=newton",
  ])
  func warnsOfNothing(script: String) {
    let replay = Replay(script)
    #expect(replay.errorText == "")
    #expect(!replay.text.contains("warning"), "\(replay.text)")
    #expect(
      replay.json.contains("\"converged\":true") || script.contains("iters="), "\(replay.json)")
  }

  /// Where all slopes turn at once Δw is 0, far from any minimum: rprop is judged by its steps.
  @Test func rpropRestsWithoutBeingDone() {
    let replay = Replay("x=3\n:minimize (x-1)^2 method=rprop\nassert x ≈ 1 within 1e-5")
    #expect(replay.errorText == "")
    #expect(replay.text.contains("max δ = 1e-6 ≤ tol = 1e-6"), "\(replay.text)")
  }
}
