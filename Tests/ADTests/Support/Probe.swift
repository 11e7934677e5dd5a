import Expr
import Testing

/// A primitive with a point to differentiate it at.
struct Probe: Sendable, CustomTestStringConvertible {
  let primitive: Primitive
  let attribute: Attribute
  let operands: [Tensor]
  /// Operands that stay as they are: orders, conditions.
  let held: Set<Int>

  init(
    _ primitive: Primitive, _ operands: [Tensor], _ attribute: Attribute = .none,
    held: Set<Int> = []
  ) {
    self.primitive = primitive
    self.attribute = attribute
    self.operands = operands
    self.held = held.union(
      Self.countOfOrders(primitive) > 0
        ? Set(0..<Self.countOfOrders(primitive)) : Self.heldOperands[primitive.name] ?? [])
  }

  init(_ symbol: Primitive.Symbol, _ operands: [Tensor], _ attribute: Attribute = .none) {
    self.init(Primitive[symbol], operands, attribute)
  }

  /// How many operands of a series are whole numbers: what is left out, what was differentiated.
  private static func countOfOrders(_ primitive: Primitive) -> Int {
    if primitive.name.hasSuffix("Tail") || primitive.name.hasSuffix("Root") { return 2 }
    return primitive.name.hasSuffix("Slope") ? 1 : 0
  }

  /// The orders of polygamma and of the rests of series are whole numbers, a condition jumps, and `stop` is no derivative of
  /// its value on purpose.
  private static let heldOperands: [String: Set<Int>] = [
    "polygamma": [0], "select": [0], "stop": [0], "pick": [1, 2],
    "place": [1, 2], "replaceAt": [2, 3], "addAt": [2, 3],
    "guardedIndex": [0, 1],
  ]

  var testDescription: String {
    let shapes = operands.map { operand in
      operand.shape.isScalar || operand.shape.isVector
        ? "\(operand.elements)" : operand.shape.description
    }
    let axis = attribute.axis.map { ", dim=\($0 + 1)" } ?? ""
    return "\(primitive.name)(\(shapes.joined(separator: ", "))\(axis))"
  }
}

extension Probe {
  /// Every entry of the table at each of its sample points.
  static let samples: [Probe] = Primitive.all.flatMap { primitive in
    primitive.samples.map { Probe(primitive, operands(primitive, $0)) }
  }

  /// A sample is one number for each operand, or, for what is not entry by entry, one vector.
  static func operands(_ primitive: Primitive, _ sample: [Double]) -> [Tensor] {
    if case .kernel = primitive.evaluation { return [Tensor(.vector(sample.count), sample)] }
    return sample.map { Tensor($0) }
  }

  /// Every entry of the table at its edges: in each operand, alone and beside a sample value.
  static let edges: [Probe] = Primitive.all.flatMap { primitive -> [Probe] in
    let points: [[Double]] = primitive.edges.flatMap { edge -> [[Double]] in
      if case .kernel = primitive.evaluation { return [[edge], [edge, edge], [edge, 1]] }
      guard primitive.arity.lowerBound == 2 else { return [[edge]] }
      let partners = primitive.edges + (primitive.samples.first ?? [])
      return partners.flatMap { [[edge, $0], [$0, edge]] }
    }
    return points.map { Probe(primitive, operands(primitive, $0)) }
  }

  /// Operations entry by entry on arrays, each entry near a sample point. How a partial meets shapes is
  /// no affair of the entry: one of each kind and those with rules of their own see all shapes.
  static let broadcasting: [Probe] = Primitive.all.flatMap { primitive -> [Probe] in
    guard let sample = primitive.samples.first else { return [] }
    var shapes: [[Shape]]
    switch primitive.evaluation {
    case .unary: shapes = [[.matrix(2, 3)], [.vector(3)], [.row(3)]]
    case .binary: shapes = pairs
    case .ternary: shapes = [[.scalar, .row(2), .vector(3)]] + pairs.map { [$0[0], $0[1], $0[0]] }
    case .kernel, .loop: return []
    }
    switch primitive.derivative {
    case .elementwise, .zero:
      if !representatives.contains(primitive.name) { shapes = [shapes[0]] }
    default: break
    }
    return shapes.map { shapes in
      var numbers = SeededNumbers(seed: 7)
      let operands = zip(shapes, sample).map { shape, centre in
        Tensor(shape, (0..<shape.count).map { _ in centre * (1 + 0.05 * numbers.direction()) })
      }
      return Probe(primitive, orders(primitive, operands))
    }
  }

  /// What sees all shapes of those without rules of their own.
  private static let representatives: Set<String> = [
    "tanh", "less", "divide", "maximum", "sinTail",
  ]

  /// Scalar and matrix, column and matrix, row and matrix, column and row, and equal shapes.
  private static let pairs: [[Shape]] = {
    let mixed: [[Shape]] = [
      [.vector(2), .row(3)], [.scalar, .matrix(2, 3)], [.vector(2), .matrix(2, 3)],
      [.row(3), .matrix(2, 3)], [.scalar, .vector(2)], [.scalar, .row(3)],
      [.vector(1), .matrix(1, 3)],
    ]
    return mixed + mixed.map { $0.reversed() }
      + [[.vector(2), .vector(2)], [.row(2), .row(2)], [.matrix(2, 3), .matrix(2, 3)]]
  }()

  /// The operands with whole numbers where only these make sense.
  private static func orders(_ primitive: Primitive, _ operands: [Tensor]) -> [Tensor] {
    let count = primitive.name == "polygamma" ? 1 : countOfOrders(primitive)
    return operands.prefix(count).map { operand in
      Tensor(operand.shape, operand.elements.map { $0.rounded() })
    } + operands.dropFirst(count)
  }
}
