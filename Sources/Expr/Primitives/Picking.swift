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
      notation: .index),
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
        })),
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

extension KernelArguments {
  /// The offsets in the source that a picking takes now.
  ///
  /// - Throws: the index that is outside, and of what.
  private func pickedOffsets(_ picking: Picking) throws(Diagnostic) -> [Int] {
    var next = 1
    var offsets = [0]
    for (axis, size) in zip(picking.axes, picking.source.dimensions) {
      switch axis {
      case .whole: offsets = offsets.flatMap { base in (0..<size).map { base * size + $0 } }
      case .fixed(let position): offsets = offsets.map { $0 * size + position }
      case .operand:
        let number = inputs[next][0]
        guard let position = Int(exactly: number), position >= 1, position <= size else {
          throw Diagnostic("the index \(NumberFormat().string(number)) is outside 1…\(size)")
        }
        next += 1
        offsets = offsets.map { $0 * size + position - 1 }
      }
    }
    return offsets
  }

  fileprivate func pick() {
    guard case .picking(let picking) = attribute else { return }
    do {
      for (position, offset) in try pickedOffsets(picking).enumerated() {
        output[position] = inputs[0][offset]
      }
    } catch {
      fail(error)
    }
  }

  fileprivate func place() {
    guard case .picking(let picking) = attribute else { return }
    output.update(repeating: 0, count: outputShape.count)
    do {
      for (position, offset) in try pickedOffsets(picking).enumerated() {
        output[offset] = inputs[0][position]
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
