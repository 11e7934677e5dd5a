import Testing

@testable import DiffREPL

/// The methods beyond plain descent, with the steps, and to the numbers, of the lectures.
@Suite struct SlideMethodTests {
  @Test(arguments: momentum + newton + proximal + likelihood + adaptive + stochastic)
  func runsAsOnTheSlides(_ row: SlideRow) throws { try row.check() }

  /// A31 with the exact line search, A32.
  static let momentum = [
    SlideRow(
      "A31 step optimal",
      SlideDescentTests.valley + ":minimize E method=gd step=optimal iters=20 tol=0",
      [("value", [0.01796204006392291])], tolerance: 1e-10),
    SlideRow(
      "A32 heavy ball",
      SlideDescentTests.valley
        + ":minimize E method=heavyball step=0.230886157020407 momentum=0.2698738636122384"
        + " iters=20 tol=0", [("value", [4.432915704761018e-8])], tolerance: 1e-10),
    SlideRow(
      "A32 Nesterov",
      SlideDescentTests.valley
        + ":minimize E method=nesterov step=.1 momentum=0.5194938532959157 iters=20 tol=0",
      [("value", [0.0004197996812970571])], tolerance: 1e-10),
    SlideRow(
      "A44 five steps on the logistic loss",
      "w0=0\nf=log(1+exp(-3.5*w0))\n:minimize f method=gd step=.1 iters=5 tol=0",
      [("at.w0", [0.5187808383944589]), ("value", [0.1507608860618672])]),
  ]

  /// A33: pure Newton steps on Rosenbrock's function, and on A31 one step.
  static let newton =
    [
      (1, 4.731884325266609, 1e-12), (2, 1411.845179309918, 1e-12), (3, 0.05596551683387446, 1e-10),
      (4, 0.313189076115718, 1e-10), (5, 1.85e-11, 1e-2), (6, 3.43e-20, 1e-2),
    ].map { count, value, tolerance in
      SlideRow(
        "A33 after \(count)",
        "x=[-1.2,1]\nE=100*(x[2]-x[1]^2)^2+(1-x[1])^2\n"
          + ":minimize E method=newton step=1 iters=\(count) tol=0", [("value", [value])],
        tolerance: tolerance)
    } + [
      SlideRow(
        "A31 by Newton", SlideDescentTests.valley + ":minimize E method=newton step=1",
        [("value", [0]), ("iterations", [1])], texts: [("reason", ["stationary"])])
    ]

  private static let lasso = """
    data A=[1,.5; .5,2; 0,1]
    data b=[1,2,.5]
    x=[0,0]
    E=sum((A*x-b).^2)/2

    """

  /// A34.
  static let proximal = [
    SlideRow(
      "A34 first step", lasso + ":minimize E method=ista step=.15 prox=l1(.5) iters=1 tol=0",
      [("at.x", [0.225, 0.675])]),
    SlideRow(
      "A34 ista", lasso + ":minimize E method=ista step=.15 prox=l1(.5) tol=1e-14",
      [("at.x", [0.2608695652173913, 0.7826086956521739]), ("value", [0.6684782608695652])]),
    SlideRow(
      "A34 an exact zero", lasso + ":minimize E method=ista step=.15 prox=l1(1.5) tol=1e-14",
      [("at.x", [0, 2 / 3]), ("value", [1.458333333333333])]),
    SlideRow(
      "A34 fista", lasso + ":minimize E method=fista prox=l1(1.5) tol=1e-14 iters=5000",
      [("at.x", [0, 2 / 3]), ("value", [1.458333333333333])]),
    SlideRow(
      "prox box", "x=[3,-3]\nE=sum((x-[.3,.4]).^2)\n:minimize E method=ista prox=box(0, .2+.15)",
      [("at.x", [0.3, 0.35])], tolerance: 1e-9),
    SlideRow(
      "prox l2", "x=3\nE=(x-1)^2/2\n:minimize E method=fista prox=l2(1) tol=1e-12",
      [("at.x", [0.5])], tolerance: 1e-9),
    SlideRow(
      "prox nonneg", "x=[3,3]\nE=sum((x-[1,-1]).^2)\n:minimize E method=ista prox=nonneg",
      [("at.x", [1, 0])], tolerance: 1e-9),
  ]

  /// A35 and A50, by every method that converges fast.
  static let likelihood =
    ["newton", "bfgs", "lbfgs", "cg"].map { method in
      SlideRow(
        "A35 \(method)", SlideDescentTests.likelihood + ":minimize f method=\(method) tol=1e-10",
        [("at.θ", [-3.035068964628551, 1.21402758585142]), ("value", [2.477986835049613])],
        tolerance: 1e-9)
    } + [
      SlideRow(
        "A35 first step",
        SlideDescentTests.likelihood + ":minimize f method=newton step=1 iters=1",
        [("at.θ", [-2, 0.8])]),
      SlideRow(
        "A50",
        SlideDescentTests.likelihood + "g=sum((X*θ-y).^2)\n:minimize g method=newton",
        [("at.θ.1", [0.2]), ("value", [0.8])], tolerance: 1e-12),
    ]

  /// A37 to A39.
  static let adaptive = [
    ("A37 adam .001", "adam step=.001 iters=100", [-0.1287412976252261, 0.09543327924924758], nil),
    ("A37 adam loss", "adam step=.001 iters=99", nil, 3.856376242675639),
    (
      "A37 adam .1", "adam step=.1 iters=100", [-3.057625459327415, 1.222176811639659],
      2.478028398752224
    ),
    (
      "A38 rprop", "rprop step=.01 iters=100", [-3.033485370696697, 1.213526318685125],
      2.477987028755095
    ),
    ("A38 rprop loss", "rprop step=.01 iters=9", nil, 3.61590192946185),
    (
      "A39 momentum", "heavyball step=.01 iters=100", [-2.746657600299857, 1.119940822317929],
      2.4847492082389
    ),
    (
      "A39 Nesterov", "nesterov step=.01 iters=100", [-2.728088416437005, 1.113413868685606],
      2.485680122816962
    ),
  ].map { (id: String, options: String, point: [Double]?, value: Double?) in
    SlideRow(
      id, SlideDescentTests.likelihood + ":minimize f method=\(options) tol=0",
      (point.map { [("at.θ", $0)] } ?? []) + (value.map { [("value", [$0])] } ?? []),
      tolerance: 1e-10)
  }

  /// A41: one cyclic pass, row by row and in pairs.
  static let stochastic = [
    (1, 6, [-0.002256284518645616, 0.3138719647568757]),
    (2, 3, [0.03141293486165227, 0.4704289332297201]),
  ].map { size, count, point in
    SlideRow(
      "A41 batches of \(size)",
      SlideDescentTests.likelihood
        + ":minimize f method=sgd step=.1 batch=\(size) rows=X,y order=cyclic iters=\(count) tol=0",
      [("at.θ", point)], tolerance: 1e-12)
  }
}
