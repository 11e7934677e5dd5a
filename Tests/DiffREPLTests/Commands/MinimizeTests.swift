import Testing

@testable import DiffREPL

/// `:minimize`: how far the methods get, what it says, what it keeps, and what it refuses.
@Suite struct MinimizeTests {
  @Test(arguments: MinimisationCase.all, ["bfgs", "lbfgs", "newton", "cg"])
  func reachesAKnownMinimum(_ function: MinimisationCase, method: String) throws {
    try function.check(method: method)
  }

  @Test func theFunctionsAreThere() { #expect(MinimisationCase.all.count >= 14) }

  static let valley = SlideDescentTests.valley

  // MARK: Bad input

  /// What is typed last, and parts of the error.
  static let mistakes: [(script: String, error: [String])] = [
    (":minimize 3", ["depends on no variable"]),
    ("data x=3\n:minimize x^2", ["depends only on x"]),
    ("x=[1,2]\n:minimize x.^2", ["is a vector of 2: a gradient needs one number"]),
    ("data X=[1,2]\nw=1\nE=sum((X*w).^2)\n:minimize E over X", ["'X' is data", ":param X"]),
    ("x=1\ny=x^2\n:minimize y^2 over y", ["'y' is a definition"]),
    ("x=1\n:minimize x^2 over x, x", ["stands twice"]),
    (valley + ":minimize E metod=adam", ["no option 'metod'", "did you mean 'method='?"]),
    (valley + ":minimize E method=adams", ["no method 'adams'", "did you mean adam?", "lbfgs"]),
    (valley + ":minimize E method=gd,", ["no method ''"]),
    (valley + ":minimize E method=gd,adam,gd", ["'gd' stands twice"]),
    (
      valley + ":minimize E method=adam momentum=.5",
      ["adam has no constant 'momentum='", "beta1=, beta2=, eps="]
    ),
    (valley + ":minimize E method=heavyball momentum=1", ["at least 0 and below 1"]),
    (valley + ":minimize E step=-1", ["a step is a number above 0, not -1"]),
    (valley + ":minimize E step=nan", ["a step is a number above 0, not nan"]),
    (valley + ":minimize E step=[1,2]", ["takes one number"]),
    (valley + ":minimize E step=1.5-k iters=5", ["step=1.5-k is -0.5 at k = 2"]),
    (valley + ":minimize E step=sum(1/i for i in 1:k)", ["takes a formula in k"]),
    (
      valley + ":minimize E method=adam step=optimal",
      ["adam takes no step=optimal", "step=0.001, step=1/k"]
    ),
    (valley + ":minimize E iters=1e30", ["'iters=' takes a whole number"]),
    (valley + ":minimize E iters=-1", ["'iters=' takes a whole number"]),
    (valley + ":minimize E iters=2.5", ["'iters=' takes a whole number"]),
    (valley + ":minimize E tol=-1", ["'tol=' takes a number of at least 0"]),
    (valley + ":minimize E every=0", ["'every=' takes a whole number of at least 1"]),
    (valley + ":minimize E method=ista", ["ista needs prox=", "l1(0.1)"]),
    (valley + ":minimize E method=adam prox=l1(1)", ["adam takes no prox=", "method=ista"]),
    (
      valley + ":minimize E method=ista prox=l1(-1)",
      ["l1 takes one weight of at least 0, not -1", "prox=l1(0.1)"]
    ),
    (
      valley + ":minimize E method=ista prox=box(2, 1)",
      ["the lower side of the box, 2, is above its upper one, 1", "prox=box(1, 2)"]
    ),
    (valley + ":minimize E method=ista prox=box(2)", ["a lower and an upper side, not 2"]),
    (
      valley + ":minimize E method=ista prox=l3(1)",
      ["no penalty that 'prox=' knows", "prox=nonneg"]
    ),
    (valley + ":minimize E method=sgd order=cyclic", ["'order=' is for batches", "batch="]),
    (
      SlideDescentTests.likelihood + ":minimize f method=sgd batch=7 rows=X,y",
      ["a batch of 7 is more than the 6 rows"]
    ),
    (
      SlideDescentTests.likelihood + ":minimize f method=sgd batch=2",
      ["needs 'rows='", "rows=X,y"]
    ),
    (SlideDescentTests.likelihood + ":minimize f method=sgd rows=X,y", ["needs 'batch='"]),
    (
      SlideDescentTests.likelihood + ":minimize f method=sgd batch=2 rows=X",
      ["does not fit together"]
    ),
    (
      SlideDescentTests.likelihood + "data z=[1,2]\n:minimize f method=sgd batch=2 rows=X,z",
      ["'X' has 6 rows and 'z' 2"]
    ),
    (
      SlideDescentTests.likelihood + ":minimize f method=sgd batch=2 rows=X,θ",
      ["'θ' is moved: only data"]
    ),
    (
      SlideDescentTests.likelihood + ":minimize f method=bfgs batch=2 rows=X,y",
      ["bfgs looks back at E", "method=sgd"]
    ),
    (
      SlideDescentTests.likelihood + ":minimize f method=sgd batch=2 rows=X,y order=up",
      ["takes one of random, cyclic"]
    ),
    (
      SlideDescentTests.likelihood + ":minimize f method=sgd batch=2 rows=[1,2],y",
      ["'rows=' takes names of data, not '[1,2]'"]
    ),
    ("x=-1\nE=log(x)\n:minimize E", ["there is nothing to start from: the value is nan"]),
    (
      "w0=-1\nE=3+log(w0)\n:minimize E",
      ["born at v_1 = log(v_0) at v_0 = -1", "at w0=… starts elsewhere; :why E tells more"]
    ),
    ("f(z)=log(z)\n:minimize f at z=-1", ["born at v_1 = log(v_0)", "at z=… starts elsewhere"]),
    ("x=0\nE=sqrt(x)\n:minimize E", ["born going back through v_1 = sqrt(v_0) at v_0 = 0"]),
    ("s=1\nx=2\nE=x^2\n:minimize E over s", ["'E' does not depend on 's'", "leave it out"]),
    ("s=1\nx=2\nE=x^2\n:minimize E over x, s", ["'E' does not depend on 's'"]),
    ("w=2\nE=w^2\n:minimize E at ww=1", ["'E' does not depend on 'ww'", "did you mean 'w'?"]),
    ("w=[1,2]\n:minimize w[1]>2", ["'w[1]>2' is true or false", "max(b - a, 0)"]),
    ("x=0\nE=sqrt(x)\n:minimize E", ["nothing to start from: the gradient has no finite norm"]),
  ]

  @Test(arguments: mistakes.indices)
  func refuses(_ index: Int) {
    let (script, parts) = Self.mistakes[index]
    let replay = Replay(script)
    for part in parts { #expect(replay.errorText.contains(part), "\(replay.errorText)") }
    #expect(replay.errors.first?.span != nil)
  }

  @Test func aRefusedRunLeavesEverythingAsItWas() {
    let replay = Replay("x=3\nE=(x-1)^2\n:minimize E step=2.2-k\nx\nlosses", keepGoing: true)
    #expect(replay.text.contains("x = 3"))
    #expect(replay.errors.count == 2)
  }

  // MARK: What it says

  static let findings: [(script: String, parts: [String])] = [
    (valley + ":minimize E step=.2 iters=20 tol=0", ["the run swings: step=.2 is just 2/L = 0.2"]),
    (
      valley + ":minimize E method=heavyball step=.4 iters=40 tol=0",
      ["step=.4 is beyond 2(1+μ)/L = 0.38"]
    ),
    (
      valley + ":minimize E method=nesterov step=.15 iters=40 tol=0",
      ["step=.15 is beyond 2(1+μ)/((1+2μ)L) = 0.136"]
    ),
    ("x=1\nE=x^4\n:minimize E step=10 iters=100", ["makes E ", "the last good point is kept"]),
    ("x=4\nE=-log(x)+x\n:minimize E step=6 iters=100", ["makes E nan", "last good point"]),
    ("x=1\nE=3*x\n:minimize E step=.1 iters=50", ["it may have no minimum"]),
    ("x=1\nE=3*x\n:minimize E iters=2000", ["it may have no minimum"]),
    ("x=1\nE=exp(-x)\n:minimize E iters=500", ["the weights diverge"]),
    ("x=[0.5,0]\nE=x[1]^2-x[2]^2\n:minimize E method=newton step=1", ["a saddle and no minimum"]),
    (
      "data X=[1,-2;1,-1;1,1;1,2]\ndata y=[0,0,1,1]\nθ=[0,0]\n"
        + "f=sum(log(1+exp(X*θ)))-dot(y,X*θ)\n:minimize f",
      ["the weights diverge: ‖w‖ = ", "the classes are separable"]
    ),
    (
      "data X=[1,-2;1,-1;1,1;1,2]\ndata y=[0,0,1,1]\nθ=[0,0]\n"
        + "f=sum(log(1+exp(X*θ)))-dot(y,X*θ)\n:minimize f method=gd step=.5",
      ["the weights diverge", "separable"]
    ),
    (
      "data X=[1,-2;1,-1;1,1;1,2]\ndata y=[0,0,1,1]\nθ=[0,0]\n"
        + "f=sum(log(1+exp(X*θ)))-dot(y,X*θ)\n:minimize f method=newton",
      ["the weights diverge", "separable"]
    ),
    ("x=3\nE=(x-1)^2\n:minimize E method=bfgs", ["‖∇E‖ = "]),
    ("x=3\nE=(x-1)^2\n:minimize E method=gd step=.1 tol=1e-3", ["≤ tol = 0.001, ‖∇E‖ = "]),
  ]

  @Test(arguments: findings.indices)
  func says(_ index: Int) {
    let replay = Replay(Self.findings[index].script)
    #expect(replay.errorText == "")
    let text = replay.text.replacing("\n", with: " ")
    for part in Self.findings[index].parts { #expect(text.contains(part), "\(replay.text)") }
  }

  /// Runs that are as they should be, on functions that are hard, are warned of nothing.
  @Test(arguments: [
    "gd iters=5000", "heavyball", "nesterov", "bfgs", "newton", "adam step=.1", "cg",
  ])
  func warnsOfNothingWithoutCause(method: String) {
    let start = "x=[-1.2,1]\nE=100*(x[2]-x[1]^2)^2+(1-x[1])^2\n"
    for script in [start, SlideDescentTests.likelihood + "E=f\n"] {
      let replay = Replay(script + ":minimize E method=\(method)")
      #expect(replay.errorText == "")
      #expect(!replay.text.contains("warning"), "\(replay.text)")
    }
  }

  /// In a long valley the minimum stays far ahead, which does not mean that there is none.
  @Test func aLongValleyIsNoDivergence() {
    let replay = Replay(
      "w=[0,0]\nE=1e-4*(w[1]-10)^2+(w[2]-1)^2\n:minimize E step=.5 iters=1000")
    #expect(replay.errorText == "")
    #expect(!replay.text.contains("warning"), "\(replay.text)")
  }

  /// At the minimum batches lift E a little: the run does not diverge.
  @Test func batchesSwayAroundAMinimum() {
    let replay = Replay(
      SlideDescentTests.likelihood
        + ":minimize f method=newton\n"
        + ":minimize f method=sgd step=.01 batch=2 rows=X,y iters=50 tol=0 seed=1")
    #expect(replay.errorText == "")
    #expect(!replay.text.contains("diverges"), "\(replay.text)")
  }

  // MARK: What it keeps

  @Test func lossesAndPathAreData() throws {
    let replay = Replay(
      SlideDescentTests.likelihood + """
        :minimize f method=gd step=.01 iters=100 tol=0
        assert losses[1] ≈ 4.158883083359672 within 1e-12
        assert losses[2] ≈ 4.044797319802364 within 1e-12
        assert losses[100] ≈ 3.134986355223889 within 1e-10
        assert path[end,:] ≈ θ
        assert size(path) ≈ [101, 2]
        assert length(losses) ≈ 101
        :grad f
        """)
    #expect(replay.errorText == "")
  }

  @Test func aNameOfTheUserIsKept() {
    let replay = Replay("losses = 5\nx=3\nE=x^2\n:minimize E step=.1\nlosses")
    #expect(replay.text.contains("note: 'losses' is yours"))
    #expect(replay.text.hasSuffix("losses = 5\n"))
    #expect(
      Replay("x=3\nE=x^2\n:minimize E step=.1\n:minimize E\n").text.contains("yours") == false)
  }

  /// The arguments of a function are leaves afterwards, unless their name is taken.
  @Test func theArgumentsOfAFunctionAreLeavesAfterwards() {
    let function = "f(x) = (x-1)^2\n"
    #expect(Replay(function + ":minimize f at x=4\nx").text.hasSuffix("x = 1\n"))
    #expect(Replay("x=7\n" + function + ":minimize f at x=4\nx").text.hasSuffix("x = 1\n"))
    #expect(Replay("x=7\n" + function + ":minimize f at x=4 --dry\nx").text.hasSuffix("x = 7\n"))
    #expect(Replay(function + ":minimize f at x=4\n:vars").text.contains("argument") == false)
    for taken in ["data x = 7", "z = 3\nx = z^2", "x(z) = z"] {
      let replay = Replay("\(taken)\n\(function):minimize f at x=4")
      #expect(replay.errorText == "")
      #expect(replay.text.contains("note: 'x' is "), "\(replay.text)")
    }
  }

  @Test func oneUndoTakesARunBack() {
    let replay = Replay("x=3\nE=x^2\n:minimize E step=.1\n:undo\nx\nlosses", keepGoing: true)
    #expect(replay.text.hasSuffix("x = 3\n"))
    #expect(replay.errorText.contains("unknown name 'losses'"))
  }

  @Test func severalLeavesOfAnyShapeMove() {
    let replay = Replay(
      """
      A=[1,2;3,4]; b=[1,1]; t=(2,[3,4]);
      E=sum((A*b-[1,2]).^2)+sum((A-eye(2)).^2)+(t[1]-1)^2+sum((t[2]-[5,6]).^2)
      :minimize E method=bfgs
      assert t[1] ≈ 1 within 1e-5
      assert t[2] ≈ [5, 6] within 1e-5
      assert norm(grad(E, A)) < 1e-4
      """)
    #expect(replay.errorText == "")
    #expect(replay.text.contains("over A, b, t"))
  }

  @Test func aScheduleIsAFormulaInK() throws {
    let script = "x=1\nk=7\nE=x^2/2\n:minimize E step=1/(k+1) iters=3 tol=0\nk"
    // 1·(1 - 1/2)(1 - 1/3)(1 - 1/4) = 1/4.
    #expect(Replay(script).text.contains("x = 0.25\n"))
    #expect(Replay(script).text.hasSuffix("k = 7\n"))
  }

  @Test func aRaceShowsOneTableWithTheBestLast() {
    let replay = Replay(
      ":set times off\n" + Self.valley + ":minimize E method=newton,gd,adam --dry")
    #expect(replay.errorText == "")
    let lines = replay.text.split(separator: "\n")
    let order = ["adam", "gd", "newton"].map { name in
      lines.firstIndex { $0.hasPrefix("  \(name) ") } ?? -1
    }
    #expect(order == order.sorted() && order[0] > 0, "\(replay.text)")
    #expect(replay.text.contains("a adam   b gd   c newton"))
    #expect(replay.json.contains("\"method\":\"newton\""))
  }

  /// With a penalty a race shows the sum and the gradient mapping, as a single run does.
  @Test func aRaceWithAPenaltySaysWhatItShows() {
    let replay = Replay(Self.valley + ":minimize E method=ista,fista prox=l1(1)")
    #expect(replay.errorText == "")
    #expect(replay.text.contains("E + R    ‖G‖"), "\(replay.text)")
    #expect(replay.text.contains("E + R - F* against k,  F* = 0"), "\(replay.text)")
  }

  @Test func theSameSeedGivesTheSamePath() {
    let run = ":minimize f method=sgd step=.1 batch=2 rows=X,y iters=30 tol=0 seed="
    func path(_ seed: Int) -> String {
      Replay(SlideDescentTests.likelihood + run + "\(seed)\n:set digits 17\npath").text
    }
    #expect(path(1) == path(1))
    #expect(path(1) != path(2))
  }

  /// Four rows of the six, then two: the last batch of a pass is short.
  @Test func aShortLastBatchIsUsed() {
    let replay = Replay(
      SlideDescentTests.likelihood + """
        :minimize f method=sgd step=.1 batch=4 rows=X,y order=cyclic iters=2 tol=0
        a = θ
        η = [0, 0]
        g1 = sum(log(1+exp(X[1:4,:]*η))) - dot(y[1:4],X[1:4,:]*η)
        η := η - .1*grad(g1, η)
        g2 = sum(log(1+exp(X[5:6,:]*η))) - dot(y[5:6],X[5:6,:]*η)
        η := η - .1*grad(g2, η)
        assert a ≈ η within 1e-14
        """)
    #expect(replay.errorText == "")
  }
}
