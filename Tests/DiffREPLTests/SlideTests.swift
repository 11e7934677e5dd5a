import Testing

@testable import DiffREPL

/// Values, gradients and adjoint tables of the lectures, typed as a learner would. The numbers were
/// computed with 40 digits.
@Suite struct SlideTests {
  @Test(arguments: chains + layers + sharedNodes + chainRule)
  func showsTheNumbersOfTheSlides(_ row: SlideRow) throws { try row.check() }

  static let logistic = "w0=0.5\nf=log(1+exp(-3.5*w0))\n"

  static let chains = [
    SlideRow(
      "A1 the worked example", logistic + ":trace backward f expand=yes",
      [
        ("steps.*.value", [0.5, -1.75, 1.173773943450445, 0.1602241504380872]),
        (
          "steps.*.partials.*.value", [-3.5, 0.1737739434504451, 0.8519528019683105]
        ),
        (
          "steps.*.adjoint.value",
          [-0.5181651931109131, 0.1480471980316895, 0.8519528019683105, 1]
        ),
      ],
      texts: [
        (
          "steps.*.adjoint.expression",
          ["-3.5 exp(v_1)/v_2", "exp(v_1)/v_2", "1/v_2", "1"]
        )
      ]),
    SlideRow(
      "A2 at 0", logistic + ":grad f at w0=0",
      [("value", [0.6931471805599453]), ("grad.w0", [-1.75])]),
    SlideRow(
      "A2 at -1", logistic + ":grad f at w0=-1",
      [("value", [3.529750418272621]), ("grad.w0", [-3.397407192370253])]),
    SlideRow(
      "A2 at 2", logistic + ":grad f at w0=2",
      [("value", [0.0009114664537742447]), ("grad.w0", [-0.003188679180402259])]),
    SlideRow(
      "A20 log(x)^2", "x=3\ny=log(x)^2\n:trace backward y",
      [
        ("steps.2.value", [1.206948960812582]),
        ("steps.*.adjoint.value", [0.7324081924454065, 2.197224577336219, 1]),
      ]),
  ]

  static let layers = [
    SlideRow(
      "A7 logistic loss of a vector",
      """
      data X=[1,2; .5,-1; -1.5,1]
      data y=[1,-1,1]
      w=[.3,-.2]
      f=sum(log(1+exp(-y.*(X*w))))
      :trace backward f
      """,
      [
        ("steps.1.value", [0.1, 0.35, 0.65]),
        ("steps.1.partials.0.value", [-1, -2, 0.5, -1, 1.5, -1]),
        ("steps.3.value", [0.7443966600735709, 0.883382155418777, 1.070055335702715]),
        ("steps.4.value", [2.697834151195063]),
        ("steps.1.adjoint.value", [0.52497918747894, 0.5866175789173301, 0.6570104626734988]),
        ("steps.0.adjoint.value", [0.7538452959899732, -2.293586416548709]),
      ]),
    SlideRow(
      "A8 100 samples, 20 weights",
      """
      data X=sin((1:100)+2*(1:20)')
      w=cos(1:20)/10
      f=sum(log(1+exp(-X*w)))
      :grad f
      """,
      [
        ("value", [69.34166295374472]), ("grad.w.0", [0.8510084742254899]),
        ("grad.w.1", [-0.4892351395365137]), ("grad.w.19", [0.7687454789340492]),
      ]),
    SlideRow(
      "A9 one hidden layer",
      """
      w0=.5
      w1=-1
      v1=tanh(3.5*w0)
      v2=w1*v1
      E=(1-v2)^2
      :trace backward E steps=named
      """,
      [
        (
          "steps.*.value",
          [0.5, -1, 0.9413755384972874, -0.9413755384972874, 3.768938981475632]
        ),
        ("steps.2.partials.*.value", [0.3983423343162978]),
        ("steps.4.partials.*.value", [-3.882751076994575]),
        ("steps.0.adjoint.value", [1.546664127579138]),
        ("steps.1.adjoint.value", [-3.65512688595669]),
      ]),
    SlideRow(
      "A50 least squares",
      """
      data X=[1,0;1,1;1,2;1,3;1,4;1,5]
      data y=[0,0,1,0,1,1]
      θ=[0,0]
      f=sum((X*θ-y).^2)
      :grad f
      """, [("value", [3]), ("grad.θ", [-6, -22])]),
    SlideRow(
      "A50 at the solution",
      """
      data X=[1,0;1,1;1,2;1,3;1,4;1,5]
      data y=[0,0,1,0,1,1]
      θ=[0,.2]
      sum((X*θ-y).^2)
      """, [("value", [0.8])]),
  ]

  static let shared = "θ1=1\nθ2=2\nl=θ2*exp(θ1)*sqrt(θ1+θ2*exp(θ1))\n"

  /// The values of θ3 … θ7 and their adjoints ∇1 … ∇7.
  private static let steps = [
    2.718281828459045, 5.43656365691809, 6.43656365691809, 2.537038363312248, 13.79277056219032,
  ]
  private static let adjoints = [
    20.68915584328548, 9.808858425286728, 7.216954712048551, 3.608477356024275,
    1.071438992712027, 5.43656365691809, 1,
  ]

  static let sharedNodes =
    ["roulet", "peyre", "finistr", "wengert"].map { notation in
      SlideRow(
        "A15 \(notation)", shared + ":trace backward l notation=\(notation)",
        [("steps.*.value", [1, 2] + steps), ("steps.*.adjoint.value", adjoints)])
    } + [
      SlideRow(
        "A15 shared nodes", shared + ":show l",
        [("nodes", [7]), ("edges", [8]), ("orders", [3]), ("value", [13.79277056219032])]),
      SlideRow(
        "A16 along θ1", shared + ":trace forward l wrt θ1",
        [
          (
            "steps.*.tangent",
            [
              1, 0, 2.718281828459045, 5.43656365691809, 6.43656365691809, 1.268519181656124,
              20.68915584328548,
            ]
          )
        ]),
      SlideRow(
        "A16 along θ2", shared + ":trace forward l wrt θ2",
        [
          (
            "steps.*.tangent",
            [
              0, 1, 0, 2.718281828459045, 2.718281828459045, 0.5357194963560136,
              9.808858425286728,
            ]
          )
        ]),
    ]

  static let chainRule = [
    SlideRow(
      "A21 log(x1 x2) sin(x2)",
      "x1=.5\nx2=.75\nz=log(x1*x2)*sin(x2)\n:trace backward z notation=finistr",
      [
        (
          "steps.*.value",
          [0.5, 0.75, 0.375, -0.9808292530117262, 0.6816387600233342, -0.6685712358175262]
        ),
        (
          "steps.*.adjoint.value",
          [
            1.363277520046668, 0.1911898333366076, 1.817703360062224, 0.6816387600233342,
            -0.9808292530117262, 1,
          ]
        ),
      ],
      texts: [
        ("steps.*.symbol", ["x1", "x2", "y_1", "y_2", "y_3", "z"]),
        ("steps.1.adjoint.expression", ["x1 ∂z/∂y_1 + cos(x2) ∂z/∂y_3"]),
      ]),
    SlideRow(
      "A51 the example of surveys", "x1=1\nx2=1\n:grad log(x1)+x1*x2-sin(x2) at x1=2, x2=5",
      [("value", [11.65207145522308]), ("grad.x1", [5.5]), ("grad.x2", [1.716337814536774])]),
    SlideRow(
      "A54 what made y", "x=3\ny=log(x)^2\n:show y", [("value", [1.206948960812582])],
      texts: [("operation", ["pow"]), ("inputs.0", ["log(x)"])]),
    SlideRow(
      "A54 what made log(x)", "x=3\n:show log(x)",
      texts: [("operation", ["log"]), ("inputs", ["x"])]),
  ]

  @Test func theNotationsHaveTheirSymbols() throws {
    let symbols = [
      "roulet": ["v_0", "θ2", "v_1", "v_2", "v_3", "v_4", "v_5"],
      "peyre": ["θ_1", "θ_2", "θ_3", "θ_4", "θ_5", "θ_6", "θ_7"],
      "finistr": ["θ1", "θ2", "y_1", "y_2", "y_3", "y_4", "z"],
      "wengert": ["v_-1", "v_0", "v_1", "v_2", "v_3", "v_4", "v_5"],
    ]
    for (notation, names) in symbols {
      let script = Self.shared + ":trace backward l notation=\(notation)"
      try SlideRow(notation, script, texts: [("steps.*.symbol", names)]).check()
    }
  }

  /// A definition behind `wrt` is free: its row is the name, not what it was made of.
  @Test func aFreeDefinitionIsShownByItsName() throws {
    try SlideRow(
      "wrt h", "x=2\nh=x^2\nf=exp(h)\n:trace backward f wrt h",
      texts: [("steps.*.expression", ["h", "exp(v_0)"])]
    ).check()
  }

  /// A22: a backward operator is handed the adjoint of its result and multiplies it, it is not the
  /// derivative: Log gets 2.197…, not 1.
  @Test func eachStepBackwardIsAPullback() {
    let script = "x=3\ny=log(x)^2\n:trace backward y --step"
    let replay = Replay(script, settings: RenderSettings(width: 120))
    #expect(replay.errorText == "")
    let steps = replay.text.split(separator: "\n").filter { $0.hasPrefix("Backward:") }
    #expect(
      steps == [
        "Backward: v_2 = v_1^2 hands back pullback(λ_2) = 2 v_1 λ_2 = 2.19722 · 1 = 2.19722, "
          + "so λ_1 = 2.19722.",
        "Backward: v_1 = log(v_0) hands back pullback(λ_1) = 1/v_0 λ_1 = 0.333333 · 2.19722 = "
          + "0.732408, so λ_0 = 0.732408.",
      ])
  }

  /// A54: data takes no gradient, and the command says so.
  @Test func dataTakesNoGradient() {
    let replay = Replay("x=3\ny=log(x)^2\n:data x\n:grad y")
    #expect(
      replay.errorText == """
        error: 'y' depends only on x, and that is data, which takes no gradient
          :grad y
                ^
          hint: :param x makes it a variable again, or say wrt x
        """)
  }
}
