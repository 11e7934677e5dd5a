import RealModule

extension Primitive {
  /// Reductions, to a number or along `dim=`. Ties share the gradient of `max` and `min` equally; the
  /// norm has gradient 0 at 0, since 0/‖x‖ counts as 0 there.
  static let reductions: [Primitive] = [
    .reduction(
      "sum", "sum of the entries", value: { $0.sum() }, gradient: 1,
      work: .reduction(fold: ScalarWork.additions)),
    .reduction(
      "mean", "mean of the entries", value: { $0.sum() / Double($0.count) },
      gradient: 1 / .entriesPerResult,
      work: .reduction(fold: ScalarWork.additions, last: ScalarWork.divisions)),
    .reduction(
      "max", "greatest entry", value: { $0.maximum() }, gradient: tied,
      kink: shared(isGreatest: true),
      work: .reduction(fold: ScalarWork.comparisons)),
    .reduction(
      "min", "least entry", value: { -$0.maximum { -$0 } }, gradient: tied,
      kink: shared(isGreatest: false),
      work: .reduction(fold: ScalarWork.comparisons)),
    .reduction(
      "norm", "Euclidean norm; of a matrix the Frobenius norm", value: euclideanNorm,
      gradient: .f("strongDivide", .x, .result), edges: [0],
      kink: Kink(
        .zeroResult, slopes: -1...1, convention: "norm has gradient 0 at 0",
        smooth: "sqrt(sum(x.^2) + 1e-12)"),
      work: .reduction(
        first: ScalarWork.multiplications, fold: ScalarWork.additions, last: "sqrt")),
    // softmax(x) and not exp(x - y): for large x the difference has lost digits of y.
    .reduction(
      "logsumexp", "log of the sum of exponentials, without overflow", value: logSumExp,
      gradient: .alongAxis("softmax", .x),
      work: .reduction(first: "exp", fold: ScalarWork.additions, last: "log")),
    softmax,
    prod,
    prodGradient,
  ]

  private static func shared(isGreatest: Bool) -> Kink {
    Kink(
      .sharedExtreme(isGreatest: isGreatest), slopes: 0...1,
      convention: "the tied entries share the slope 1 equally",
      smooth: isGreatest ? "logsumexp(100*x)/100" : "-logsumexp(-100*x)/100")
  }

  private static let tied: Formula =
    .f("equal", .x, .result) / .alongAxis("sum", .f("equal", .x, .result))

  /// Scaled by the greatest entry, so that squares neither overflow nor vanish.
  private static let euclideanNorm: @Sendable (StridedEntries) -> Double = { entries in
    let scale = entries.maximum { Swift.abs($0) }
    guard scale.isFinite, scale > 0 else { return Swift.max(scale, 0) }
    if scale > 1e-140, scale < 1e140 { return entries.sum { $0 * $0 }.squareRoot() }
    return scale * entries.sum { ($0 / scale) * ($0 / scale) }.squareRoot()
  }

  private static let logSumExp: @Sendable (StridedEntries) -> Double = { entries in
    let greatest = entries.maximum()
    guard greatest.isFinite else { return greatest }
    return greatest + Double.log(entries.sum { Double.exp($0 - greatest) })
  }

  /// y = softmax(x): ẏ = y⊙(ẋ - Σ y⊙ẋ), and its transpose is itself.
  private static let softmax = Primitive(
    "softmax", "exp(x) divided by its sum, without overflow", arity: 1...1, takesAxis: true,
    shape: ShapeRules.preserving,
    evaluation: .kernel { arguments in
      arguments.forEachGroup { _, offset, stride, count in
        let entries = StridedEntries(
          start: arguments.inputs[0] + offset, stride: stride, count: count)
        let greatest = entries.maximum()
        let total = entries.sum { Double.exp($0 - greatest) }
        for position in 0..<count {
          arguments.output[offset + position * stride] =
            Double.exp(entries[position] - greatest) / total
        }
      }
    },
    derivative: .general(
      pushforward: { graph, node, tangents in
        tangents[0].map { graph.softmaxDerivative(node, $0) }
      },
      pullback: { graph, node, adjoint, _ in [graph.softmaxDerivative(node, adjoint)] }),
    samples: [[0.3, -1.2, 2.5]],
    work: .counted { shapes, _, work in
      work.add("exp", shapes[0].count, of: 0)
      work.innerChain(ScalarWork.additions, entries: shapes[0].count, results: 1)
      work.addInner(ScalarWork.divisions, shapes[0].count)
    })

  /// prod(x; v₁ … v_m) = Dᵐ(Π xₖ)[v₁, …, v_m], the product and its directional derivatives: closed
  /// under differentiation and exact at zeros, to any order.
  private static let prod = Primitive(
    "prod", "product of the entries", arity: 1...1, takesAxis: true,
    shape: ShapeRules.reduction, evaluation: .kernel { $0.directionalProducts() },
    derivative: .directional(.prod, gradient: .prodGradient),
    samples: [[0.3, -1.2, 2.5], [0, 2, 3], [0, 0, 3]], edges: [0],
    work: .reduction(fold: ScalarWork.multiplications))

  /// The gradient in x of prod(x; v₁ … v_m): entry j is Dᵐ⁺¹(Π xₖ)[v₁, …, v_m, eⱼ].
  private static let prodGradient = Primitive(
    "prodGradient", "product of the other entries", isFunction: false, arity: 1...1,
    takesAxis: true, shape: ShapeRules.preserving, evaluation: .kernel { $0.productGradients() },
    derivative: .directionalGradient(.prodGradient),
    samples: [[0.3, -1.2, 2.5], [0, 2, 3], [0, 0, 3]])
}

extension Graph {
  fileprivate mutating func softmaxDerivative(_ node: NodeID, _ tangent: NodeID) -> NodeID {
    let weighted = apply(.multiply, node, tangent)
    let total = apply(Primitive[.sum], [weighted], attribute(of: node))
    let centred = apply(.subtract, tangent, total)
    return apply(.multiply, node, centred)
  }
}
