import Expr

@testable import DiffREPL

extension Table {
  /// The adjoint table of log(1 + exp(-3.5 w0)) at w0 = 0.5.
  static let adjoints: Table = {
    func text(_ text: String) -> Cell { .text(StyledText(text)) }
    func value(_ x: Double) -> Cell { .value(Tensor(x)) }
    return Table(
      columns: [
        Column(header: "", kind: .symbol, gap: 2),
        Column(header: "v_k", kind: .formula, gap: 2),
        Column(header: "", kind: .value, gap: 3),
        Column(header: "∂v_k/∂v_{k-1}", kind: .formula, gap: 6, headerSpansNext: true),
        Column(header: "", kind: .value, gap: 2),
        Column(header: "", kind: .symbol, gap: 3),
        Column(header: "∂f/∂v_k", kind: .formula, gap: 2),
        Column(header: "", kind: .value, gap: 4),
      ],
      rows: [
        [
          text("v_0"), text("w0"), value(0.5), text("1"), value(1), text("λ_0"), text("-3.5 λ_1"),
          value(-0.5181651931109131),
        ],
        [
          text("v_1"), text("-3.5 v_0"), value(-1.75), text("-3.5"), value(-3.5), text("λ_1"),
          text("exp(v_1) λ_2"), value(0.1480471980316895),
        ],
        [
          text("v_2"), text("1 + exp(v_1)"), value(1.173773943450445), text("exp(v_1)"),
          value(0.1737739434504451), text("λ_2"), text("1/v_2 λ_3"), value(0.8519528019683105),
        ],
        [
          text("v_3"), text("log(v_2)"), value(0.1602241504380872), text("1/v_2"),
          value(0.8519528019683105), text("λ_3"), text("1"), value(1),
        ],
      ],
      title: ["f(w0) = log(1 + exp(-3.5 w0))", "v_{k+1} = g_k(v_k)", "λ_k = ∂f/∂v_k"])
  }()

  /// The first iterations of a minimisation: counts, numbers, headers above both.
  static let iterations = Table(
    columns: [
      Column(header: "k", kind: .count, gap: 2),
      Column(header: "E", kind: .value, gap: 2),
      Column(header: "‖∇E‖", kind: .value, gap: 3),
      Column(header: "τ", kind: .value, gap: 3),
    ],
    rows: [
      [.text("0"), .value(Tensor(24.2)), .value(Tensor(232.86768775422664)), .empty],
      [
        .text("10"), .value(Tensor(-4.731884325266609)), .value(Tensor(1.85e-11)),
        .value(Tensor(1)),
      ],
    ])

  /// Arrays, whole and cut, and diagonal Jacobians.
  static let vectors: Table = {
    let thirds = Tensor(.vector(50), [Double](repeating: 1.0 / 3, count: 50))
    return Table(
      columns: [
        Column(header: "", kind: .symbol, gap: 2), Column(header: "", kind: .value, gap: 2),
        Column(header: "", kind: .value, gap: 2),
      ],
      rows: [
        [
          .text("v_1"), .value(Tensor(.vector(3), [0.1, 0.35, 0.65])),
          .diagonal(Tensor(.vector(2), [0.1, 0.35])),
        ],
        [.text("v_2"), .value(thirds), .value(Tensor(-1))],
        [
          .text("v_3"), .value(Tensor(.matrix(2, 4), (1...8).map(Double.init))), .diagonal(thirds),
        ],
      ])
  }()
}
