import Expr

extension Probe {
  /// What moves, gathers, multiplies or reduces arrays, in every combination of shapes it takes.
  static let structural: [Probe] =
    products + arrangements + indices + pickings + replacements + reductions + productDerivatives

  /// Small distinct numbers of both signs, none near a kink or a tie.
  private static func array(_ shape: Shape, seed: Int = 0) -> Tensor {
    Tensor(
      shape,
      (0..<shape.count).map { position in
        let size = 0.4 + 0.31 * Double((position * 5 + seed * 3) % 11)
        return (position + seed) % 3 == 1 ? -size : size
      })
  }

  private static let products: [Probe] = {
    let pairs: [(Shape, Shape)] = [
      (.matrix(2, 3), .vector(3)), (.matrix(2, 3), .matrix(3, 4)), (.row(3), .vector(3)),
      (.vector(2), .row(3)), (.row(2), .matrix(2, 3)), (.matrix(1, 3), .vector(3)),
      (.matrix(2, 1), .vector(1)), (.vector(2), .matrix(1, 3)), (.matrix(2, 1), .row(3)),
      (.row(3), .matrix(3, 1)), (.matrix(1, 3), .matrix(3, 1)), (.matrix(1, 1), .vector(1)),
      (.row(1), .vector(1)), (.vector(1), .row(1)), (.row(1), .row(3)), (.matrix(3, 3), .vector(3)),
      (.matrix(5, 7), .vector(7)),
    ]
    let dots: [Shape] = [.vector(1), .vector(4), .vector(5), .row(3), .matrix(2, 3)]
    let weights: [Attribute] = [.none, .weight(0), .weight(1)]
    return weights.flatMap { weight in
      pairs.map { Probe(.product, [array($0), array($1, seed: 1)], weight) }
    }
      + dots.map { Probe(.dot, [array($0), array($0, seed: 1)]) }
  }()

  private static let arrangements: [Probe] = {
    let transposed: [Shape] = [.scalar, .vector(3), .row(3), .matrix(2, 3), .matrix(1, 3)]
    let stretched: [(Shape, Shape)] = [
      (.scalar, .vector(3)), (.scalar, .row(3)), (.scalar, .matrix(2, 3)),
      (.vector(2), .matrix(2, 3)), (.row(3), .matrix(2, 3)), (.vector(1), .matrix(1, 3)),
      (.row(1), .matrix(2, 1)),
    ]
    let reshaped: [(Shape, Shape)] = [
      (.vector(6), .matrix(2, 3)), (.matrix(2, 3), .matrix(3, 2)), (.row(4), .vector(4)),
      (.vector(1), .scalar), (.matrix(2, 2), .row(4)),
    ]
    let stacked: [Shape] = [.vector(1), .vector(3), .matrix(2, 2), .row(2)]
    return transposed.map { Probe(.transpose, [array($0)]) }
      + stretched.map { Probe(.broadcast, [array($0)], .shape($1)) }
      + stretched.map { Probe(.sumTo, [array($1)], .shape($0)) }
      + reshaped.map { Probe(.reshape, [array($0)], .shape($1)) }
      + stacked.map { shape in
        Probe(
          .stack, (0..<shape.count).map { array(.scalar, seed: $0) }, .shape(shape))
      }
  }()

  /// Single entries, slices, repeated and reversed positions; a scatter is their transpose.
  private static let indices: [Probe] = {
    func selection(_ source: Shape, _ axes: ([Int], isSingle: Bool)...) -> Selection {
      Selection(
        axes: axes.map { Selection.Axis(positions: $0.0, isSingle: $0.isSingle) }, source: source)
    }
    let selections = [
      selection(.vector(4), ([2], true)), selection(.vector(4), ([3, 1, 1], false)),
      selection(.vector(4), ([], false)), selection(.matrix(2, 3), ([1], true), ([0], true)),
      selection(.matrix(2, 3), ([1], true), ([0, 1, 2], false)),
      selection(.matrix(2, 3), ([0, 1], false), ([2], true)),
      selection(.matrix(2, 3), ([1, 0, 1], false), ([2, 0], false)),
      selection(.row(4), ([0], true), ([2], true)),
      selection(.row(4), ([0], false), ([3, 1], false)),
    ]
    return selections.map { Probe(.index, [array($0.source)], .selection($0)) }
      + selections.map { Probe(.scatter, [array($0.result)], .selection($0)) }
  }()

  /// Positions that operands say, from 1; they are held.
  private static let pickings: [Probe] = {
    let pickings: [(Picking, [Double])] = [
      (Picking(axes: [.operand], source: .vector(4)), [3]),
      (Picking(axes: [.operand, .operand], source: .matrix(2, 3)), [2, 1]),
      (Picking(axes: [.operand, .whole], source: .matrix(2, 3)), [1]),
      (Picking(axes: [.whole, .operand], source: .matrix(2, 3)), [3]),
      (Picking(axes: [.fixed(1), .operand], source: .matrix(2, 3)), [2]),
      (Picking(axes: [.fixed(0), .operand], source: .row(3)), [2]),
    ]
    return pickings.flatMap { picking, positions in
      let indices = positions.map { Tensor($0) }
      return [
        Probe(.pick, [array(picking.source)] + indices, .picking(picking)),
        Probe(.place, [array(picking.result)] + indices, .picking(picking)),
        Probe(
          .replaceAt, [array(picking.source), array(picking.result, seed: 2)] + indices,
          .picking(picking)),
        Probe(
          .addAt, [array(picking.source), array(picking.result, seed: 2)] + indices,
          .picking(picking)),
      ]
    }
  }()

  private static let replacements: [Probe] = {
    let positions: [(Shape, [[Int]], isSingle: Bool)] = [
      (.vector(4), [[2]], true), (.vector(4), [[3, 0]], false), (.vector(4), [[1, 2, 1]], false),
      (.matrix(2, 3), [[1], [2]], true), (.matrix(2, 3), [[1, 0], [2, 0]], false),
    ]
    return positions.map { source, axes, isSingle in
      let selection = Selection(
        axes: axes.map { Selection.Axis(positions: $0, isSingle: isSingle) }, source: source)
      let entries = array(selection.result, seed: 2)
      return Probe(.replace, [array(source), entries], .selection(selection))
    }
  }()

  private static let reductions: [Probe] = {
    let names = ["sum", "mean", "max", "min", "norm", "logsumexp", "softmax", "prod"]
    let shapes: [(Shape, [Int?])] = [
      (.scalar, [nil]), (.vector(1), [nil, 0]), (.vector(4), [nil, 0]), (.row(3), [nil, 0, 1]),
      (.matrix(2, 3), [nil, 0, 1]), (.matrix(1, 3), [nil, 0, 1]), (.matrix(3, 1), [nil, 0, 1]),
    ]
    return names.flatMap { name in
      shapes.flatMap { shape, axes in
        axes.map { axis in
          Probe(
            Primitive.function(named: name, argumentCount: 1)!, [array(shape)],
            axis.map { .axis($0) } ?? .none)
        }
      }
    }
  }()

  /// Products and their gradients with directions as operands, as differentiating them makes them,
  /// at points with zeros among the factors.
  private static let productDerivatives: [Probe] = {
    let point = Tensor(.matrix(2, 3), [0, 2, -3, 0, 0.5, 0])
    let first = array(.matrix(2, 3)), second = array(.matrix(2, 3), seed: 2)
    let attributes: [Attribute] = [.none, .axis(0), .axis(1)]
    return attributes.flatMap { attribute in
      [[point], [point, first], [point, first, second]].flatMap { operands in
        [Probe(.prod, operands, attribute), Probe(.prodGradient, operands, attribute)]
      }
    }
  }()
}
