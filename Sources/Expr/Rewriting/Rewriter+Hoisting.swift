extension Rewriter {
  /// More entries than this are not kept for all steps where they need not be.
  private static let hoistedEntries = 1 << 22

  /// Takes products of a matrix that no step changes with an entry of what the loop walks along,
  /// `U*x[t,:]` of a recurrent network, out of the loop: one product of two matrices ahead of it
  /// gives those of all steps, and its derivative the gradient of `U`.
  ///
  /// - Parameters:
  ///   - operands: of the loop node.
  ///   - outputs: what is read of the loop.
  /// - Returns: the nodes of the outputs; nil if there is no such product.
  mutating func hoistingProducts(
    of body: LoopBody, _ operands: [NodeID], outputs: [LoopOutput]
  ) -> [NodeID]? {
    let products = walkedProducts(of: body)
    if products.isEmpty { return nil }
    var draft = LoopDraft(body, operands, isBackward: body.isBackward)
    let starts = operands.suffix(body.carries.count)
    draft.carries = zip(body.carries, starts).map {
      LoopDraft.Carry(input: $0.input, start: $1, next: $0.next)
    }
    for product in products {
      let factors = Array(body.graph.operands(of: product))
      guard let matrix = draft.captured.first(where: { $0.node == factors[0] })?.value,
        let entries = draft.mapped.first(where: { $0.node == factors[1] })?.value
      else { continue }
      let turned = graph.apply(.transpose, matrix)
      draft.mapped.append(LoopDraft.Input(product, graph.apply(.product, entries, turned)))
    }
    return graph.loop(draft, outputs: outputs)
  }

  /// The products of a captured matrix with a vector that is mapped.
  private func walkedProducts(of body: LoopBody) -> [NodeID] {
    let inner = body.graph
    let matrices = Set(body.captured), vectors = Set(body.mapped)
    guard !matrices.isEmpty, !vectors.isEmpty else { return [] }
    return (0..<inner.count).map { NodeID($0) }.filter { node in
      guard inner.symbol(of: node) == .product, inner.attribute(of: node) == .none,
        let left = inner.operands(of: node).first, let right = inner.operands(of: node).last
      else { return false }
      let (entries, isTooLarge) = inner.shape(of: node).count
        .multipliedReportingOverflow(by: body.steps)
      return matrices.contains(left) && inner.shape(of: left).isMatrix && vectors.contains(right)
        && inner.shape(of: right).isVector && !isTooLarge && entries <= Self.hoistedEntries
    }
  }
}
