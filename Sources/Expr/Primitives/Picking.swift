extension Primitive {
  /// Indices that loops decide, entries replaced in an array, and the variables of derivatives.
  static let picking: [Primitive] = [
    Primitive(
      "pick", "entries at positions that are computed", isFunction: false, arity: 2...3,
      shape: { _, attribute throws(ShapeMismatch) in try picking(attribute).result },
      evaluation: .kernel { $0.pick() },
      derivative: .general(
        pushforward: { graph, node, tangents in
          guard let tangent = tangents[0] else { return nil }
          let indices = Array(graph.operands(of: node).dropFirst())
          return graph.apply(Primitive[.pick], [tangent] + indices, graph.attribute(of: node))
        },
        pullback: { graph, node, adjoint, isActive in
          let indices = Array(graph.operands(of: node).dropFirst())
          guard isActive[0] else { return isActive.map { _ in nil } }
          let placed = graph.apply(
            Primitive[.place], [adjoint] + indices, graph.attribute(of: node))
          return [placed] + indices.map { _ in nil }
        }),
      notation: .index, mayFail: true),
    Primitive(
      "place", "zeros with a value at a position that is computed", isFunction: false,
      arity: 2...3,
      shape: { _, attribute throws(ShapeMismatch) in try picking(attribute).source },
      evaluation: .kernel { $0.place() },
      derivative: .general(
        pushforward: { graph, node, tangents in
          guard let tangent = tangents[0] else { return nil }
          let indices = Array(graph.operands(of: node).dropFirst())
          return graph.apply(Primitive[.place], [tangent] + indices, graph.attribute(of: node))
        },
        pullback: { graph, node, adjoint, isActive in
          let indices = Array(graph.operands(of: node).dropFirst())
          guard isActive[0] else { return isActive.map { _ in nil } }
          let picked = graph.apply(Primitive[.pick], [adjoint] + indices, graph.attribute(of: node))
          return [picked] + indices.map { _ in nil }
        }), mayFail: true),
    Primitive(
      "replace", "an array with some entries replaced", isFunction: false, arity: 2...2,
      shape: { shapes, _ throws(ShapeMismatch) in shapes[0] },
      evaluation: .kernel { $0.replace() },
      derivative: .general(
        pushforward: { graph, node, tangents in
          let operands = Array(graph.operands(of: node))
          let parts = zip(operands, tangents).map { operand, tangent in
            tangent ?? graph.filled(0, graph.shape(of: operand))
          }
          return graph.apply(Primitive[.replace], parts, graph.attribute(of: node))
        },
        pullback: { graph, node, adjoint, isActive in
          let operands = Array(graph.operands(of: node))
          let attribute = graph.attribute(of: node)
          var parts: [NodeID?] = [nil, nil]
          if isActive[0] {
            let zeros = graph.filled(0, graph.shape(of: operands[1]))
            parts[0] = graph.apply(Primitive[.replace], [adjoint, zeros], attribute)
          }
          if isActive[1] {
            let taken = graph.apply(Primitive[.index], [adjoint], attribute)
            parts[1] = graph.onlyLast(taken, attribute)
          }
          return parts
        })),
    Primitive(
      "variable", "a value that a derivative is taken in", isFunction: false, arity: 1...1,
      shape: { shapes, _ throws(ShapeMismatch) in shapes[0] }, evaluation: .unary { $0 },
      derivative: .elementwise([1]), notation: .transparent, samples: [[-2], [0.4]],
      isFoldable: false),
  ]

  private static func picking(_ attribute: Attribute) throws(ShapeMismatch) -> Picking {
    guard case .picking(let picking) = attribute else { throw ShapeMismatch("no index given") }
    return picking
  }
}

extension Graph {
  /// The entries taken for a replacement with 0 where a later one goes to the same place: there only
  /// the last one counts.
  fileprivate mutating func onlyLast(_ taken: NodeID, _ attribute: Attribute) -> NodeID {
    guard case .selection(let selection) = attribute else { return taken }
    var offsets: [Int] = []
    selection.forEachOffset { offsets.append($0) }
    guard Set(offsets).count < offsets.count else { return taken }
    var seen: Set<Int> = []
    let counts = Array(offsets.reversed().map { seen.insert($0).inserted ? 1.0 : 0 }.reversed())
    let mask = constant(Tensor(selection.result, counts, isBoolean: true))
    return apply(.select, mask, taken, constant(0))
  }
}

extension Diagnostic {
  /// An index, from 1, that is not in an array of a size.
  static func indexOutside(_ index: Int, _ size: Int, at span: SourceSpan? = nil) -> Diagnostic {
    Diagnostic(
      "the index \(index) is outside 1…\(size)", at: span,
      hint: index == 0 ? "indices start at 1" : nil, isOfValue: true)
  }
}

extension KernelArguments {
  /// Calls `body` with the offset in the source of each entry that a picking takes now, in order.
  ///
  /// - Parameter firstIndex: the input that holds the first computed position.
  /// - Throws: the index that is outside, and of what; `body` is not called then.
  func forEachPicked(
    _ picking: Picking, firstIndex: Int, _ body: (Int) -> Void
  ) throws(Diagnostic) {
    var next = firstIndex
    func range(_ axis: Int) throws(Diagnostic) -> Range<Int> {
      let size = picking.source.dimensions[axis]
      switch picking.axes[axis] {
      case .whole: return 0..<size
      case .fixed(let position): return position..<position + 1
      case .operand:
        let number = inputs[next][0]
        next += 1
        guard let position = Int(exactly: number) else {
          throw Diagnostic(
            "\(NumberFormat().string(number)) is no index: indices are whole numbers",
            isOfValue: true)
        }
        guard position >= 1, position <= size else { throw .indexOutside(position, size) }
        return position - 1..<position
      }
    }
    let first = try range(0)
    guard picking.axes.count == 2 else {
      for position in first { body(position) }
      return
    }
    let columns = picking.source.dimensions[1], second = try range(1)
    for row in first { for column in second { body(row * columns + column) } }
  }

  /// Whether an input holds nothing but 0: what λ is where a branch was not taken, whose index may be
  /// outside.
  func isZero(_ input: Int) -> Bool {
    UnsafeBufferPointer(start: inputs[input], count: inputShapes[input].count)
      .allSatisfy { $0 == 0 }
  }

  fileprivate func pick() {
    guard case .picking(let picking) = attribute else { return }
    do {
      var position = 0
      try forEachPicked(picking, firstIndex: 1) { offset in
        output[position] = inputs[0][offset]
        position += 1
      }
    } catch {
      fail(error)
    }
  }

  fileprivate func place() {
    guard case .picking(let picking) = attribute else { return }
    output.update(repeating: 0, count: outputShape.count)
    if isZero(0) { return }
    do {
      var position = 0
      try forEachPicked(picking, firstIndex: 1) { offset in
        output[offset] = inputs[0][position]
        position += 1
      }
    } catch {
      fail(error)
    }
  }

  fileprivate func replace() {
    guard case .selection(let selection) = attribute else { return }
    output.update(from: inputs[0], count: outputShape.count)
    let isScalar = inputShapes[1].isScalar
    var position = 0
    selection.forEachOffset { offset in
      output[offset] = inputs[1][isScalar ? 0 : position]
      position += 1
    }
  }
}
