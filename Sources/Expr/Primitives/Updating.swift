extension Primitive {
  /// Entries of an array changed at positions that a loop decides, and values that are not there.
  ///
  /// A program that finds nobody else reading the array works in its place, so that a table filled
  /// entry by entry costs one entry a step.
  static let updating: [Primitive] = [
    Primitive(
      "replaceAt", "an array with the entries at computed positions replaced", isFunction: false,
      arity: 3...4, shape: { shapes, _ throws(ShapeMismatch) in shapes[0] },
      evaluation: .kernel { $0.updateEntries { _, new in new } },
      derivative: .general(
        pushforward: { graph, node, tangents in
          let operands = Array(graph.operands(of: node))
          let parts = zip(operands, tangents).prefix(2).map { operand, tangent in
            tangent ?? graph.filled(0, graph.shape(of: operand))
          }
          return graph.apply(
            Primitive[.replaceAt], parts + operands.dropFirst(2), graph.attribute(of: node))
        },
        pullback: { graph, node, adjoint, isActive in
          let operands = Array(graph.operands(of: node)), indices = operands.dropFirst(2)
          let attribute = graph.attribute(of: node)
          var parts: [NodeID?] = operands.map { _ in nil }
          // What is read of λ comes before what overwrites it.
          if isActive[1] {
            parts[1] = graph.apply(Primitive[.pick], [adjoint] + indices, attribute)
          }
          if isActive[0] {
            let zeros = graph.filled(0, graph.shape(of: operands[1]))
            parts[0] = graph.apply(Primitive[.replaceAt], [adjoint, zeros] + indices, attribute)
          }
          return parts
        }), mayFail: true),
    Primitive(
      "addAt", "an array with a value added at computed positions", isFunction: false,
      arity: 3...4, shape: { shapes, _ throws(ShapeMismatch) in shapes[0] },
      evaluation: .kernel { $0.updateEntries(skipsZero: true) { old, new in old + new } },
      derivative: .general(
        pushforward: { graph, node, tangents in
          let indices = Array(graph.operands(of: node).dropFirst(2))
          guard let added = tangents[1] else { return tangents[0] }
          let placed = graph.apply(
            Primitive[.place], [added] + indices, graph.attribute(of: node))
          return graph.accumulated(tangents[0], placed)
        },
        pullback: { graph, node, adjoint, isActive in
          let operands = Array(graph.operands(of: node))
          var parts: [NodeID?] = operands.map { _ in nil }
          if isActive[0] { parts[0] = adjoint }
          if isActive[1] {
            parts[1] = graph.apply(
              Primitive[.pick], [adjoint] + operands.dropFirst(2), graph.attribute(of: node))
          }
          return parts
        }), mayFail: true),
    // An index in a branch: where the branch is not taken the index may be outside its array.
    Primitive(
      "guardedIndex", "an index where a condition holds, else 1", isFunction: false, arity: 2...2,
      shape: ShapeRules.elementwise, evaluation: .binary { $1 != 0 ? $0 : 1 }, derivative: .zero,
      notation: .transparent, samples: [[3, 1], [3, 0]]),
    Primitive(
      "missing", "a value that could not be elaborated", isFunction: false, arity: 0...0,
      shape: { _, attribute throws(ShapeMismatch) in
        guard case .failure(let value) = attribute else { throw ShapeMismatch("no reason given") }
        return value.shape
      },
      evaluation: .kernel { arguments in
        if case .failure(let value) = arguments.attribute { arguments.fail(value.diagnostic) }
      }, derivative: .zero, isFoldable: false),
  ]
}

extension Graph {
  /// The sum of two nodes, either of which may be missing; what was picked from an array is added
  /// where it came from, and no array of zeros is made for it.
  public mutating func accumulated(_ a: NodeID?, _ b: NodeID?) -> NodeID? {
    guard let a, let b else { return a ?? b }
    for (total, term) in [(a, b), (b, a)] where symbol(of: term) == .place {
      let operands = Array(operands(of: term))
      return apply(Primitive[.addAt], [total] + operands, attribute(of: term))
    }
    return sum(a, b)
  }
}

extension KernelArguments {
  /// Changes the entries at the positions picked; the last input but the indices is what is new.
  fileprivate func updateEntries(
    skipsZero: Bool = false, _ change: (_ old: Double, _ new: Double) -> Double
  ) {
    guard case .picking(let picking) = attribute else { return }
    // The program may have given the array itself as the result.
    if inputs[0] != UnsafePointer(output) {
      output.update(from: inputs[0], count: outputShape.count)
    }
    if skipsZero, isZero(1) { return }
    do {
      let isScalar = inputShapes[1].isScalar
      var position = 0
      try forEachPicked(picking, firstIndex: 2) { offset in
        output[offset] = change(output[offset], inputs[1][isScalar ? 0 : position])
        position += 1
      }
    } catch {
      fail(error)
    }
  }
}
