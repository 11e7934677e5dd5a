import Expr

/// Loops that are odd in some way.
extension LoopCase {
  /// The inner loop folds a row of X, from what the outer one has reached.
  static let nested = LoopCase(
    "nested loops", [Tensor(0.7), matrix(2, 3, 0.1, -0.5, 0.3, 0.8, 0.2, -0.4), Tensor(0.3)]
  ) { graph, leaves in
    let row = graph.placeholder(.vector(3)), s = graph.placeholder(.scalar)
    let entry = graph.placeholder(.scalar), h = graph.placeholder(.scalar)
    let next = graph.call("sin", graph.plus(graph.times(leaves[0], h), graph.times(entry, s)))
    let inner = graph.loop(
      steps: 3, mapped: [(entry, row)], carries: [(h, s, next)], stacked: [next])
    let sum = graph.plus(inner.carries[0], graph.sumOfSquares(inner.stacked[0]))
    return graph.loop(steps: 2, mapped: [(row, leaves[1])], carries: [(s, leaves[2], sum)])
      .carries[0]
  }

  /// One carry and one array that nothing reads, one carry that only another reads.
  static let unused = LoopCase("unused results", [Tensor(0.7), vector(0.1, -0.5, 0.3)]) {
    graph, leaves in
    let b = graph.placeholder(.scalar)
    let h = graph.placeholder(.scalar), k = graph.placeholder(.scalar)
    let lost = graph.placeholder(.scalar)
    let next = graph.plus(graph.times(h, k), b)
    let result = graph.loop(
      steps: 3, mapped: [(b, leaves[1])],
      carries: [
        (h, leaves[0], next), (k, graph.constant(1), graph.call("cos", k)),
        (lost, leaves[0], graph.call("exp", lost)),
      ], stacked: [graph.call("exp", h)])
    return graph.square(result.carries[0])
  }

  /// b as a whole and entry by entry.
  static let capturedAndMapped = LoopCase(
    "captured and mapped", [Tensor(0.7), vector(0.1, -0.5, 0.3)]
  ) { graph, leaves in
    let b = graph.placeholder(.scalar), h = graph.placeholder(.scalar)
    let products = graph.times(leaves[1], h)
    let next = graph.plus(graph.times(h, graph.call("sin", b)), graph.sumOfSquares(products))
    return graph.loop(steps: 3, mapped: [(b, leaves[1])], carries: [(h, leaves[0], next)])
      .carries[0]
  }

  /// (a, b) ← (b, a b): values that are inputs of the step.
  static let exchanged = LoopCase("exchanged carries", [Tensor(1.1), Tensor(0.9)]) {
    graph, leaves in
    let a = graph.placeholder(.scalar), b = graph.placeholder(.scalar)
    let result = graph.loop(
      steps: 5, carries: [(a, leaves[0], b), (b, leaves[1], graph.times(a, b))], stacked: [a])
    return graph.plus(graph.square(result.carries[0]), graph.apply(.sum, result.stacked[0]))
  }

  /// Horner's rule takes the coefficients from the last; the values on the way are used as well.
  static let backward = LoopCase("backward", [Tensor(1.3), vector(0.4, -0.2, 0.7, 0.5)]) {
    graph, leaves in
    let c = graph.placeholder(.scalar), p = graph.placeholder(.scalar)
    let next = graph.plus(graph.times(p, leaves[0]), c)
    let result = graph.loop(
      steps: 4, isBackward: true, mapped: [(c, leaves[1])],
      carries: [(p, graph.constant(0), next)], stacked: [next])
    let weighted = graph.times(result.stacked[0], leaves[1])
    return graph.plus(graph.square(result.carries[0]), graph.sumOfSquares(weighted))
  }

  /// A comprehension whose entries are vectors.
  static let withoutCarries = LoopCase(
    "no carries", [vector(0.4, -0.2), matrix(3, 2, 0.4, -0.2, 0.7, 0.5, 0.1, 0.9)]
  ) { graph, leaves in
    let x = graph.placeholder(.vector(2))
    let value = graph.call("sin", graph.times(graph.apply(.dot, x, leaves[0]), x))
    let rows = graph.loop(steps: 3, mapped: [(x, leaves[1])], carries: [], stacked: [value])
    return graph.sumOfSquares(rows.stacked[0])
  }

  /// A ← sin(A B), a matrix each step.
  static let matrixCarry = LoopCase(
    "matrices", [matrix(2, 2, 0.4, -0.2, 0.7, 0.5), matrix(2, 2, 0.3, 0.8, -0.6, 0.1)]
  ) { graph, leaves in
    let a = graph.placeholder(.matrix(2, 2))
    let next = graph.call("sin", graph.apply(.product, a, leaves[1]))
    let result = graph.loop(steps: 3, carries: [(a, leaves[0], next)], stacked: [next])
    return graph.plus(
      graph.sumOfSquares(result.carries[0]), graph.call("logsumexp", result.stacked[0]))
  }

  /// A row is handed on, an outer product added up.
  static let rowCarry = LoopCase(
    "rows", [vector(0.4, -0.2, 0.3), matrix(3, 3, 0.3, 0.8, -0.6, 0.1, 0.2, 0.9, -0.5, 0.7, 0.4)]
  ) { graph, leaves in
    let r = graph.placeholder(.row(3)), m = graph.placeholder(.matrix(3, 3))
    let next = graph.call("tanh", graph.apply(.product, r, leaves[1]))
    let outer = graph.apply(.product, graph.apply(.transpose, r), r)
    let result = graph.loop(
      steps: 3,
      carries: [
        (r, graph.apply(.transpose, leaves[0]), next), (m, leaves[1], graph.plus(m, outer)),
      ])
    return graph.plus(graph.sumOfSquares(result.carries[1]), graph.sumOfSquares(result.carries[0]))
  }

  /// What a step leaves does not depend on the one before; one carry never changes.
  static let constantNext = LoopCase("constant steps", [Tensor(0.4), Tensor(1.2)]) {
    graph, leaves in
    let a = graph.placeholder(.scalar), b = graph.placeholder(.scalar)
    let c = graph.placeholder(.scalar)
    let result = graph.loop(
      steps: 3,
      carries: [
        (a, leaves[0], graph.constant(2)), (b, leaves[1], b),
        (c, leaves[0], graph.times(graph.plus(c, a), graph.call("exp", b))),
      ], stacked: [a, b])
    let ends = graph.times(result.carries[1], result.carries[2])
    let total = graph.plus(ends, graph.sumOfSquares(result.stacked[0]))
    return graph.plus(graph.plus(total, result.carries[0]), graph.apply(.sum, result.stacked[1]))
  }

  /// A ReLU at its kink, and a factor that is infinite where the chain has ended.
  static let kinked = LoopCase("kinks", [Tensor(0.5), vector(-0.5, 0.25, 0.5)]) { graph, leaves in
    let b = graph.placeholder(.scalar), h = graph.placeholder(.scalar)
    let next = graph.call("max", graph.plus(h, b), graph.constant(0))
    let result = graph.loop(
      steps: 3, mapped: [(b, leaves[1])], carries: [(h, leaves[0], next)], stacked: [next])
    let roots = graph.call("sqrt", graph.call("max", result.stacked[0], graph.constant(0)))
    let safe = graph.call(
      "where", graph.apply(.less, graph.constant(0.1), result.stacked[0]),
      roots, graph.constant(0))
    return graph.plus(result.carries[0], graph.apply(.sum, safe))
  }

  /// A loop over the results of another, whose end it starts from.
  static let twice = LoopCase("one loop after another", [Tensor(0.9), vector(0.2, -0.3, 0.5)]) {
    graph, leaves in
    let b = graph.placeholder(.scalar), h = graph.placeholder(.scalar)
    let next = graph.call("sin", graph.plus(graph.times(leaves[0], h), b))
    let first = graph.loop(
      steps: 3, mapped: [(b, leaves[1])], carries: [(h, leaves[0], next)], stacked: [next])
    let c = graph.placeholder(.scalar), k = graph.placeholder(.scalar)
    let follow = graph.plus(graph.times(c, k), graph.times(leaves[0], first.carries[0]))
    return graph.loop(
      steps: 3, isBackward: true, mapped: [(c, first.stacked[0])],
      carries: [(k, first.carries[0], follow)]
    ).carries[0]
  }

  /// The values before each step, of a carry whose end is not used.
  static let trajectory = LoopCase("trajectory", [Tensor(0.9)]) { graph, leaves in
    let x = graph.placeholder(.scalar)
    let next = graph.times(graph.call("sin", x), leaves[0])
    let result = graph.loop(steps: 4, carries: [(x, leaves[0], next)], stacked: [x])
    return graph.call("logsumexp", result.stacked[0])
  }

  /// Two carries take one value, one of them is a captured one.
  static let repeatedCarry = LoopCase("one value carried twice", [Tensor(0.9), Tensor(0.4)]) {
    graph, leaves in
    let a = graph.placeholder(.scalar), b = graph.placeholder(.scalar)
    let c = graph.placeholder(.scalar)
    let next = graph.call("sin", graph.plus(graph.times(a, b), c))
    let result = graph.loop(
      steps: 4, carries: [(a, leaves[0], next), (b, leaves[1], next), (c, leaves[0], leaves[1])])
    return graph.plus(graph.times(result.carries[0], result.carries[1]), result.carries[2])
  }

  /// Three loops deep, the innermost one reading all of what the others have reached.
  static let deep = LoopCase("loops in loops in loops", [Tensor(0.6), vector(0.3, -0.7)]) {
    graph, leaves in
    let s = graph.placeholder(.scalar), t = graph.placeholder(.scalar)
    let u = graph.placeholder(.scalar)
    let b = graph.placeholder(.scalar), c = graph.placeholder(.scalar)
    let next = graph.call("sin", graph.plus(graph.times(u, b), graph.times(graph.times(s, t), c)))
    let inner = graph.loop(steps: 2, mapped: [(c, leaves[1])], carries: [(u, t, next)])
    let middle = graph.loop(
      steps: 2, mapped: [(b, leaves[1])], carries: [(t, s, inner.carries[0])],
      stacked: [inner.carries[0]])
    let total = graph.plus(graph.apply(.sum, middle.stacked[0]), middle.carries[0])
    return graph.loop(steps: 2, carries: [(s, leaves[0], total)]).carries[0]
  }
}
