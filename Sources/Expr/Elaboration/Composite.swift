/// A function of the language that is written in terms of primitives: it has no node and no rule of
/// its own, so traces show what it is made of.
public struct Composite: Sendable {
  public let name: String
  public let summary: String
  public let arity: ClosedRange<Int>
  public let takesAxis: Bool
  let build: @Sendable (inout Graph, [NodeID], Attribute) throws(ShapeMismatch) -> NodeID

  private init(
    _ name: String, _ summary: String, arity: ClosedRange<Int>, takesAxis: Bool = false,
    build: @escaping @Sendable (inout Graph, [NodeID], Attribute) throws(ShapeMismatch) -> NodeID
  ) {
    self.name = name
    self.summary = summary
    self.arity = arity
    self.takesAxis = takesAxis
    self.build = build
  }

  public static let table: [String: Composite] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.name, $0) })

  private static let all: [Composite] = [
    Composite("logsoftmax", "log of softmax(x), x - logsumexp(x)", arity: 1...1, takesAxis: true) {
      graph, operands, attribute throws(ShapeMismatch) in
      let total = try graph.checked("logsumexp", [operands[0]], attribute)
      return try graph.checked("subtract", [operands[0], total])
    },
    Composite("var", "variance, divided by n - 1", arity: 1...1, takesAxis: true) {
      graph, operands, attribute throws(ShapeMismatch) in
      try graph.variance(operands[0], attribute)
    },
    Composite("std", "standard deviation, the root of var", arity: 1...1, takesAxis: true) {
      graph, operands, attribute throws(ShapeMismatch) in
      let variance = try graph.variance(operands[0], attribute)
      return try graph.checked("sqrt", [variance])
    },
    Composite("mse", "mean squared error, mean((u - y).^2)", arity: 2...2) {
      graph, operands, _ throws(ShapeMismatch) in
      let error = try graph.checked("subtract", operands)
      let square = graph.apply(.power, error, graph.constant(2))
      return try graph.checked("mean", [square])
    },
    Composite("logistic", "logistic loss, sum(log(1 + exp(-y.*u)))", arity: 2...2) {
      graph, operands, _ throws(ShapeMismatch) in
      let opposite = graph.apply(.negate, operands[1])
      let margin = try graph.checked("multiply", [opposite, operands[0]])
      let loss = try graph.checked("softplus", [margin])
      return try graph.checked("sum", [loss])
    },
    Composite("crossentropy", "logsumexp(u) - dot(u, y)", arity: 2...2) {
      graph, operands, _ throws(ShapeMismatch) in
      let total = try graph.checked("logsumexp", [operands[0]])
      let score = try graph.checked("dot", operands)
      return graph.apply(.subtract, total, score)
    },
  ]
}

extension Graph {
  /// An operation whose shapes the user chose: they are checked before the node is made.
  mutating func checked(
    _ name: String, _ operands: [NodeID], _ attribute: Attribute = .none
  ) throws(ShapeMismatch) -> NodeID {
    let primitive = Primitive.required(name)
    // Entry by entry, one shape goes with itself.
    if !primitive.isElementwise || !haveOneShape(operands) {
      _ = try primitive.shapeRule(operands.map { shape(of: $0) }, attribute)
    }
    return apply(primitive, operands, attribute)
  }

  fileprivate mutating func variance(
    _ operand: NodeID, _ attribute: Attribute
  ) throws(ShapeMismatch) -> NodeID {
    let mean = try checked("mean", [operand], attribute)
    let deviation = try checked("subtract", [operand, mean])
    let square = apply(.power, deviation, constant(2))
    let total = try checked("sum", [square], attribute)
    let groups = Double(shape(of: operand).count) / Double(max(1, shape(of: total).count))
    return apply(.divide, total, constant(groups - 1))
  }
}
