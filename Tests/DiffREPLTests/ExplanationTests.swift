import Expr
import Testing

@testable import DiffREPL

/// The commands that explain a gradient, with the numbers of the lectures.
@Suite struct ExplanationTests {
  @Test(arguments: paths + costs + chains + checks)
  func showsTheNumbersOfTheSlides(_ row: SlideRow) throws { try row.check() }

  static let shared = "θ1=1\nθ2=2\nl=θ2*exp(θ1)*sqrt(θ1+θ2*exp(θ1))\n"

  static let paths = [
    SlideRow(
      "A17 θ1", shared + ":paths l wrt θ1 notation=peyre",
      [
        ("paths.*.product", [13.79277056219032, 5.824946288383134, 1.071438992712027]),
        ("count", [3]), ("total", [20.68915584328548]),
      ],
      texts: [
        ("paths.0.through", ["θ_1", "θ_3", "θ_4", "θ_7"]),
        ("paths.1.through", ["θ_1", "θ_3", "θ_4", "θ_5", "θ_6", "θ_7"]),
        ("paths.2.through", ["θ_1", "θ_5", "θ_6", "θ_7"]),
      ]),
    SlideRow(
      "A17 θ2", shared + ":paths l wrt θ2",
      [("paths.*.product", [6.896385281095161, 2.912473144191567])]),
    SlideRow(
      "another formula has other paths", "x=2\n:paths x*x*x", [("count", [2]), ("total", [12])]),
    SlideRow(
      "arrays", "x=[1,2]\n:paths sum(x.^2) + sum(x)",
      [("count", [2]), ("total", [3, 5]), ("paths.0.product", [2, 4])]),
  ]

  /// The symbols of the products are explained below them, where they are few.
  @Test func pathsSayWhatTheirSymbolsAre() {
    let text = Replay("x=2\n:paths x*sin(x)").text
    #expect(text.contains("where v_0 = x, v_1 = sin(v_0), v_2 = v_0 v_1"))
    let long = (1...20).map { "(x+\($0))" }.joined(separator: "*")
    #expect(!Replay("x=2\n:paths \(long)").text.contains("where v_0"))
  }

  @Test func oneOperationIsSingular() {
    #expect(Replay("x=2\ny=3\n:cost x*y*sin(x) time=no").text.contains("2 multiplications, 1 sin"))
    #expect(Replay("x=2\ny=3\n:cost x*y time=no").text.contains("f: 1 multiplication\n"))
  }

  @Test(arguments: [":hess v", ":hvp v along [1,2]", ":check v", ":cost v", ":paths v"])
  func arraysArePointedAt(_ command: String) {
    let replay = Replay("v=[1,2]\n\(command)")
    #expect(replay.errorText.contains("needs one number"))
    let place = command.prefix { $0 != " " }.count + 1
    let caret = String(repeating: " ", count: 2 + place) + "^\n"
    #expect(replay.errorText.contains("  \(command)\n\(caret)"))
  }

  static let costs =
    [10, 100, 1000].map { n in
      let k = Double(n - 1)
      return SlideRow(
        "A23 n = \(n)", "x=(1:\(n))/\(n)\n:cost prod(x) time=no",
        [
          ("operations.value", [k]), ("operations.finite", [k * Double(n + 1)]),
          ("operations.forward", [k + 2 * Double(n) * k]), ("operations.reverse", [3 * k]),
          ("ratio", [3]),
        ])
    } + [
      SlideRow(
        "A23 as a family", "x=[1,2,3]\n:cost prod(x) for n in 10,100,1000",
        [
          ("sizes.*.operations.value", [9, 99, 999]),
          ("sizes.*.operations.reverse", [27, 297, 2997]),
          ("sizes.*.operations.forward", [189, 19899, 1_998_999]),
          ("sizes.*.operations.finite", [99, 9999, 999_999]),
        ]),
      SlideRow(
        "a product written out costs the same", "x=[1,2,3,4]\n:cost x[1]*x[2]*x[3]*x[4] time=no",
        [("operations.value", [3]), ("operations.reverse", [9])]),
      SlideRow(
        "another formula, other figures", "w=0.5\n:cost log(1+exp(-3.5*w)) time=no",
        [("operations.value", [4]), ("operations.reverse", [8]), ("operations.finite", [8])]),
    ]

  static let chains =
    [
      (":chain 10x10, 10x10, 10x10, 10x10, 10x10, 10x1", [4100.0, 500, 500]),
      (":chain 4x3,3x5,5x2,2x1", [108, 37, 37]), (":chain 1x2,2x5,5x3,3x4", [37, 108, 37]),
      (":chain 10x2,2x10,10x2,2x10", [600, 600, 280]),
      (":chain 50x40,40x30,30x1", [61500, 3200, 3200]),
      ("A=ones(4,3)\nb=[1,2,3]\n:chain A, b", [12, 12, 12]),
    ].map { script, costs in
      SlideRow(
        "A25 \(script)", script,
        [("forward", [costs[0]]), ("backward", [costs[1]]), ("optimal", [costs[2]])])
    } + [
      SlideRow(
        "A24 n = 100",
        ":chain " + Array(repeating: "100x100", count: 10).joined(separator: ",") + ",100x1",
        [("forward", [9_010_000]), ("backward", [100_000])])
    ]

  static let logistic = "w0=0.5\nf=log(1+exp(-3.5*w0))\n"
  static let vector = """
    data X=[1,2; .5,-1; -1.5,1]
    data y=[1,-1,1]
    w=[.3,-.2]
    f=sum(log(1+exp(-y.*(X*w))))

    """

  static let checks = [
    SlideRow(
      "A5", logistic + ":check f",
      [("sweep.0.forward", [7.112e-2]), ("sweep.3.forward", [7.725e-5]), ("passed", [1])],
      tolerance: 1e-3),
    SlideRow(
      "A5 complex", logistic + ":check f", [("complex", [-0.5181651931109131])],
      tolerance: 1e-15),
    SlideRow(
      "A6", vector + ":check f along [1,1]",
      [
        ("sweep.0.remainder", [1.18201e-2]), ("sweep.1.remainder", [1.18119e-4]),
        ("sweep.2.remainder", [1.18073e-6]), ("directional", [-1.539741120558736]),
      ], tolerance: 1e-4),
    SlideRow("A6 slope", vector + ":check f along [1,1]", [("slope", [2])], tolerance: 1e-2),
    SlideRow("a kink fails", "x=0\n:check abs(x)+x", [("passed", [0])]),
  ]

  /// Formulas as they can be typed back.
  @Test(
    arguments: [
      ("x=3", "x^2", "2 x"), ("x=3", "x^3 + 2*x^2 + x", "3 x^2 + 4 x + 1"),
      ("x=3", "x*exp(x)", "exp(x) + x*exp(x)"), ("x=3", "sin(x)^2", "2 sin(x)*cos(x)"),
      ("x=3", "(x+1)^2", "2 (x + 1)"), ("x=3", "x/x", "0"), ("x=3", "sqrt(x)", "1/(2*sqrt(x))"),
      ("x=3", "0.1*x^3", "0.3 x^2"), ("x=3", "x^2/x", "1"), ("x=3", "2", "0"),
      ("x=[1,2]", "sum(x.^2)", "2 x"), ("x=[1,2]", "norm(x)", "x/norm(x)"),
      ("x=[1,2]", "sum(x)", "ones(2)"), ("x=[1,2]", "x[1]^2*x[2]", "[2 x[1]*x[2], x[1]^2]"),
      ("data A=[1,2;3,4]\nx=[1,2]", "sum((A*x).^2)/2", "A'*(A*x)"),
    ])
  func derivativesAreSimple(_ names: String, _ formula: String, _ wanted: String) throws {
    let target = formula == "2" ? "2 + 0*x" : formula
    try SlideRow(formula, "\(names)\n:diff \(target)", texts: [("derivative.x", [wanted])]).check()
  }

  /// Of a function the partial derivatives in its arguments, whatever the session calls so.
  @Test(
    arguments: [
      ("f(x, y) = x^2*sin(y)", "f", ["x": "2 x*sin(y)", "y": "x^2*cos(y)"]),
      ("f(x, y) = x^2*sin(y)", "f wrt y", ["y": "x^2*cos(y)"]),
      ("x = 5\nf(x) = x^3", "f", ["x": "3 x^2"]), ("f(x) = x^3", "f'", ["x": "6 x"]),
      ("", "t -> exp(2*t)", ["t": "2 exp(2 t)"]), ("", "sin", ["x": "cos(x)"]),
      ("f(x) = dot(x, x) + x[1]", "f at x=[1,2]", ["x": "[1, 0] + 2 x"]),
      ("a = 2\nf(x) = a*x", "f wrt a", ["a": "x"]),
      ("f(x) = { s = 0; for i in 1:3 { s = s + x^i }; s }", "f", ["x": "3 x^2 + 2 x + 1"]),
      ("f(x) = if x > 0 then x^2 else -x", "f", ["x": "where(0 < x, 2 x, -1)"]),
    ])
  func functionsAreDifferentiated(
    _ definitions: String, _ target: String, _ wanted: [String: String]
  ) throws {
    try SlideRow(
      target, "\(definitions)\n:diff \(target)",
      texts: wanted.map { ("derivative.\($0.key)", [$0.value]) }
    ).check()
  }

  @Test(
    arguments: [
      ("f(x) = x[1]", ":diff f", "x is taken for a number"),
      ("f((a, b)) = a*b", ":diff f", "takes a tuple apart"), ("f() = 3", ":diff f", "no argument"),
      ("x = 1\ng() = x\nf(x) = x*g()", ":diff f", "give the argument another name"),
      ("f(x) = x^2", ":grad f", "add at x=1"), ("f(x) = x^2", ":diff f wrt z", "unknown name 'z'"),
    ])
  func functionsThatCannotBeTargetsSaySo(_ definitions: String, _ command: String, _ wanted: String)
  {
    let replay = Replay("\(definitions)\n\(command)")
    #expect(replay.errorText.contains(wanted))
  }

  @Test func aFunctionIsATargetAtAPoint() throws {
    try SlideRow(
      "f", "f(x, y) = x^2*y\n:grad f at x=3, y=2",
      [("value", [18]), ("grad.x", [12]), ("grad.y", [9])]
    ).check()
  }

  /// What is printed means the derivative: typed back it has the gradient's value.
  @Test(
    arguments: [
      "log(1+exp(-3.5*x))", "x^x", "tanh(x)*sin(x)/x", "sigmoid(x)*exp(-x^2)", "atan(x^2+1)",
      "x^(1/3)*log(x)", "max(x, 0.2)*cosh(x)", "softplus(2*x)/(1+x^2)", "sqrt(1+x^2)^3", "erf(x)/x",
      "2^x", "log10(x)*log2(x)", "abs(x)^1.5", "gelu(x)", "hypot(x, 2)", "where(x<1, x^2, x)",
    ])
  func derivativesCanBeTypedBack(_ formula: String) throws {
    let shown = Replay(
      "x=0.7\n:diff \(formula)", settings: RenderSettings(width: 400)
    ).text
    let typed = try #require(shown.split(separator: "\n").last?.split(separator: " = ").last)
    let replay = Replay("x=0.7\nassert \(typed) ≈ grad(\(formula), x) within 1e-12")
    #expect(replay.errorText == "")
  }

  @Test(
    arguments: [
      ("sin(x)^2 + cos(x)^2 == 1", "proved"), ("sin(2*x) == 2*sin(x)*cos(x)", "proved"),
      ("sqrt(x^2) == x", "refuted"), ("sqrt(x^2) == abs(x)", "proved"),
      ("log(a*b) == log(a) + log(b)", "proved"), ("(x+1)^2 == x^2 + 1", "refuted"),
      ("tanh(x) == 2*sigmoid(2*x) - 1", "proved"), ("sqrt(2)^2 == 2", "proved"),
      ("sin(pi) == 0", "proved"), ("log(x) == log(-x)", "unknown"),
      ("1/x + 1/y == (x+y)/(x*y)", "proved"), ("(x^2)^(1/2) == x", "refuted"),
      ("0.1 + 0.2 == 0.3", "proved"), ("x^(y+1) == x*x^y", "proved"),
      ("max(x,y) == (x+y+abs(x-y))/2", "proved"), ("floor(x) == x", "refuted"),
      ("1 - tanh(x)^2 == 1/cosh(x)^2", "proved"), ("exp(x)^2 == exp(x^2)", "refuted"),
      // The slips of the slides: the sign in the exponential (A4), missing parentheses, and f = θx.
      ("grad(f,w0) == -3.5/(1+exp(-3.5*w0))", "refuted"),
      ("grad(f,w0) == -3.5/(1+exp(3.5*w0))", "proved"),
      ("grad(θ -> θ*x)(2) == 2", "refuted"), ("grad(θ -> θ*x)(2) == x", "proved"),
      ("-(y*z - log(1+exp(z))) == -y*z - log(1+exp(z))", "refuted"),
      ("-(y*z - log(1+exp(z))) == -y*z + log(1+exp(z))", "proved"),
    ])
  func claimsAreJudged(_ claim: String, _ verdict: String) throws {
    try SlideRow(claim, Self.logistic + ":claim \(claim)", texts: [("verdict", [verdict])]).check()
  }

  static let arrays =
    "x=[1,2,3]\ny=[4,5,6]\nA=[1,2;3,4]\nB=[5,6;7,8]\nC=[1,2,3;4,5,6]\nb=[1,2]\ns=2\n"

  /// Arrays of few entries are compared entry by entry.
  @Test(
    arguments: [
      ("sum(x[1:3]) == x[1]+x[2]+x[3]", "proved"), ("dot(x,y) == sum(x.*y)", "proved"),
      ("(A*B)' == B'*A'", "proved"), ("norm(x)^2 == dot(x,x)", "proved"),
      ("det(A*B) == det(A)*det(B)", "proved"), ("inv(A*B) == inv(B)*inv(A)", "proved"),
      ("A*solve(A,b) == b", "proved"), ("trace(A*B) == trace(B*A)", "proved"),
      ("sum(softmax(x)) == 1", "proved"), ("grad(x -> norm(x))(x) == x/norm(x)", "proved"),
      ("var(x) == (sum(x.^2) - 3*mean(x)^2)/2", "proved"), ("max(-x) == -min(x)", "proved"),
      ("norm(x+y)^2 == norm(x)^2 + 2*dot(x,y) + norm(y)^2", "proved"),
      ("C'*(C*x) == (C'*C)*x", "proved"), ("cumsum(x)[3] == sum(x)", "proved"),
      ("sum(C, dim=1)*[1,1,1] == sum(C)", "proved"), ("outer(x,y)' == outer(y,x)", "proved"),
      ("hess(x->sum(x.^3))(x) == 6*diag(x)", "proved"), ("sqrt(x.^2) == abs(x)", "proved"),
      ("log(det(A)) == logdet(A)", "proved"), ("det(inv(A)) == 1/det(A)", "proved"),
      ("sum(x[2:3]) == x[1]+x[2]", "refuted"), ("norm(x) == sum(abs(x))", "refuted"),
      ("A*B == B*A", "refuted"), ("(A*B)' == A'*B'", "refuted"), ("C*x == b", "refuted"),
      ("max(x) == x[1]", "refuted"), ("reshape(C,3,2) == C'", "refuted"),
      ("sqrt(x.^2) == x", "refuted"), ("norm(x)^2 == dot(x,y)", "refuted"),
      ("inv(A) == A'/det(A)", "refuted"), ("sum(A, dim=1) == sum(A, dim=2)'", "refuted"),
      ("det(s*A) == s*det(A)", "refuted"), ("var(x) == mean(x.^2) - mean(x)^2", "refuted"),
    ])
  func claimsOnArraysAreJudged(_ claim: String, _ verdict: String) throws {
    try SlideRow(claim, Self.arrays + ":claim \(claim)", texts: [("verdict", [verdict])]).check()
  }

  /// A proof by entries says for which shapes it holds; one for every shape does not.
  @Test func aProofByEntriesNamesItsShapes() {
    let replay = Replay(
      Self.arrays + ":claim norm(x)^2 == dot(x,x)\n:claim dot(x,y) == sum(x.*y)",
      settings: RenderSettings(width: 200))
    #expect(replay.text.contains("entry by entry for x a vector of 3\n"))
    #expect(replay.text.hasSuffix("proved: the sides are equal wherever both are defined\n"))
  }

  @Test(
    arguments: [
      ("x=-0.3", "log(x)", "nan", "value", "v_1"), ("x=0", "sqrt(x)+x", "inf", "adjoint", "v_1"),
      ("x=0", "relu(x)*2", "kink", "adjoint", "v_1"), ("x=0", "1/x", "inf", "value", "v_1"),
      ("x=1", "floor(x+0.5)", "zero", "adjoint", "v_1"), ("x=1", "x^2", "none", "value", ""),
      ("x=1000", "exp(x)-exp(x)", "nan", "value", "v_2"),
      // What is evaluated decides: these have the gradients 1, 0 and one at a kink.
      ("x=1000", "log(1+exp(x))", "none", "value", ""), ("x=0", "x/x", "zero", "adjoint", "v_1"),
      ("x=0", "sqrt(x^2)", "kink", "adjoint", "v_2"),
      ("x=0", "(x+1)^2-2*x", "zero", "adjoint", "v_0"), ("x=0", "x+0*x^2", "none", "value", ""),
      ("x=[1,0,2]", "sum(abs(x))", "kink", "adjoint", "v_1"),
    ])
  func birthsAreFound(
    _ names: String, _ target: String, _ kind: String, _ place: String, _ step: String
  ) throws {
    try SlideRow(
      target, "\(names)\n:why \(target)",
      texts: [("kind", [kind]), ("where", [place]), ("step", [step])]
    ).check()
  }

  /// Every primitive with a kink is found there, warned of and explained by its convention, and every
  /// edge by its entry: nothing is listed elsewhere.
  @Test(arguments: Primitive.all.filter { $0.kink != nil && $0.isFunction })
  func kinksAreExplainedByTheirTable(_ primitive: Primitive) throws {
    let kink = try #require(primitive.kink)
    let isArray = ["norm", "max", "min"].contains(primitive.name)
    let call =
      "\(primitive.shownName)(\(isArray ? "[x, y]" : primitive.arity == 1...1 ? "x" : "x, y"))"
    let replay = Replay("x=0\ny=0\n:why \(call)\n:grad \(call)")
    #expect(replay.text.contains("is at a kink"))
    #expect(replay.text.contains(kink.convention))
    #expect(replay.text.contains("passes through a kink"))
  }

  /// The reason, the convention and the rewrite named.
  @Test(
    arguments: [
      ("x=0", "sqrt(x)", "sqrt'(0) = inf"), ("x=0", "sqrt(x)", "write sqrt(x + 1e-12)"),
      ("x=0", "sqrt(x)", "its slope 1/(2 v_1) is inf there"),
      ("x=-1", "log(x)", "log(x) has a value for x > 0 only"), ("x=0", "log(x)", "pole"),
      ("x=800", "exp(x)", "more than a double holds"), ("x=800", "exp(x)", "log(1 + exp(x))"),
      ("x=1000", "log(1+exp(x))", "softplus(x)"), ("x=0", "x/x", "0/0"),
      ("x=0", "1/x", "the divisor is 0"), ("x=800", "exp(x)-exp(x)", "inf - inf has no value"),
      ("x=1", "where(x>2, x, 1)", "nothing flows back"), ("x=1", "floor(x/2)", "between its jumps"),
      ("x=1", "stop(x)", "but no gradient"), ("x=0", "sqrt(x^2)", "abs(x) has a kink"),
      ("x=-2", "x^0.5", "write abs(x)^0.5"), ("x=2", "asin(x)", "write asin(max(-1, min(1, x)))"),
      ("x=1\nz=2", "x^2 wrt z", "does not depend on z"), ("x=0", "(x+1)^2-2*x", "cancels"),
    ])
  func reasonsAreNamed(_ names: String, _ target: String, _ wanted: String) {
    let replay = Replay("\(names)\n:why \(target)", settings: RenderSettings(width: 80))
    #expect(replay.text.contains(wanted), "\(replay.text)")
  }

  /// A place is remembered once, in the graph: of nodes in loops and of those a loop is written out to.
  @Test func placesInLoopsAreShown() {
    let replay = Replay(
      "h(x) = { s = 0; for i in 1:3 { s = s + log(x - i) }; s }\nw = 2.5\n:why h(w)")
    #expect(replay.text.contains("  h(x) = { s = 0; for i in 1:3 { s = s + log(x - i) }; s }"))
    #expect(replay.text.contains("                                         ^~~~~~~~~~"))
  }

  @Test func aWarningPointsToTheBirth() {
    let replay = Replay("x=-0.3\nf=log(x)\n:grad f at x=1\ng = inf")
    #expect(
      replay.text.contains("warning: f is nan: born at v_1 = log(v_0) at v_0 = -0.3 (:why f)"))
    #expect(replay.text.split(separator: "\n").count { $0.hasPrefix("warning") } == 1)
  }

  /// Also where only a gradient is printed, and that is finite.
  @Test func aValueThatOverflowsIsWarnedOf() {
    let replay = Replay("x=1e200\n:grad log(x^2+x+1)")
    #expect(replay.text.contains("∂f/∂x = 0\nwarning: log(x^2+x+1) is inf: born at v_1 = v_0^2"))
  }
}
