/// Reads nodes of a graph as formulas.
public struct FormulaReader {
  private let graph: Graph
  /// What stands for a node instead of its formula.
  private let symbol: (NodeID) -> String?
  /// Nodes that may still be written out: shared subexpressions could otherwise grow without bound.
  private var budget: Int

  public init(_ graph: Graph, budget: Int = 300, symbol: @escaping (NodeID) -> String?) {
    self.graph = graph
    self.symbol = symbol
    self.budget = budget
  }

  /// The formula of a node; with `isRoot` its own symbol is not used.
  public mutating func formula(of node: NodeID, isRoot: Bool = false) -> MathExpression {
    read(node, depth: 0, isRoot: isRoot)
  }

  /// Recursion stops at a depth that no one reads.
  private mutating func read(_ node: NodeID, depth: Int, isRoot: Bool = false) -> MathExpression {
    if !isRoot, let name = symbol(node) { return .symbol(name) }
    budget -= 1
    guard budget > 0, depth < 60 else { return .symbol("…") }
    switch graph.kind(of: node) {
    case .leaf(let leaf): return .symbol(leaf.name.spelling)
    case .constant(let tensor):
      if let number = tensor.scalar { return .number(number) }
      return .symbol(ValueFormat().line(tensor, width: 24))
    case .operation(let primitive): return operation(primitive, node, depth: depth + 1)
    }
  }

  private mutating func operation(
    _ primitive: Primitive, _ node: NodeID, depth: Int
  ) -> MathExpression {
    var operands: [MathExpression] = []
    for operand in graph.operands(of: node) { operands.append(read(operand, depth: depth)) }
    switch primitive.notation {
    case .infix(let symbol): return infix(symbol, operands, node)
    case .transpose: return .transposed(operands[0])
    case .transparent: return operands[0]
    case .array: return .call("", operands)
    case .range:
      guard case .progression(let start, let step, let count) = graph.attribute(of: node) else {
        return .symbol("range")
      }
      return Self.range(start, step, count)
    case .index:
      guard case .selection(let selection) = graph.attribute(of: node) else { return operands[0] }
      return .indexed(operands[0], Self.indices(selection))
    case .call:
      if primitive.name == "sech" { return .one / .call("cosh", operands) }
      if primitive.name == "powerLog" { return operands[0] * .call("log", [operands[1]]) }
      if let axis = graph.attribute(of: node).axis {
        operands.append(.symbol("dim=\(axis + 1)"))
      }
      return .call(primitive.shownName, operands)
    }
  }

  private func infix(
    _ symbol: InfixOperator, _ operands: [MathExpression], _ node: NodeID
  ) -> MathExpression {
    switch symbol {
    case .add: return operands[0] + operands[1]
    case .subtract: return operands[0] - operands[1]
    case .negate: return -operands[0]
    case .divide: return operands[0] / operands[1]
    case .power: return operands[0].raised(to: operands[1])
    case .multiply:
      let areArrays = graph.operands(of: node).allSatisfy { !graph.shape(of: $0).isScalar }
      return .multiply(operands[0], operands[1], isElementwise: areArrays)
    case .product: return .product(of: operands[0], and: operands[1])
    case .or, .and, .equal, .notEqual, .less, .lessOrEqual:
      return .relation(symbol.rawValue, operands[0], operands[1])
    }
  }

  private static func range(_ start: Double, _ step: Double, _ count: Int) -> MathExpression {
    let last = MathExpression.number(start + Double(max(0, count - 1)) * step)
    return .range(step == 1 ? [.number(start), last] : [.number(start), .number(step), last])
  }

  /// The item of one dimension: a number, `:`, `a:b` or a list of positions.
  private static func indices(_ axis: Selection.Axis, of size: Int) -> String {
    let positions = axis.positions
    if axis.isSingle { return "\((positions.first ?? 0) + 1)" }
    guard let range = positions.range, !range.isEmpty else {
      return "[" + positions.prefix(6).map { "\($0 + 1)" }.joined(separator: ", ")
        + (positions.count > 6 ? ", …" : "") + "]"
    }
    if range.count == size { return ":" }
    return "\(range.lowerBound + 1):\(range.upperBound)"
  }

  /// The items of an index as the user would write them.
  static func indices(_ selection: Selection) -> String {
    let sizes = selection.source.dimensions
    var items: [String] = []
    for (position, axis) in selection.axes.enumerated() {
      if selection.source.isRow, position == 0 { continue }
      items.append(indices(axis, of: sizes[position]))
    }
    return items.joined(separator: ",")
  }
}

extension MathExpression {
  /// The matrix product, with the signs and numbers of both in front.
  public static func product(of a: MathExpression, and b: MathExpression) -> MathExpression {
    let (first, matrix) = a.splitCoefficient
    let (second, vector) = b.splitCoefficient
    var factors: [MathExpression] = []
    for factor in [matrix, vector] {
      if case .matrixProduct(let parts) = factor {
        factors += parts
      } else {
        factors.append(factor)
      }
    }
    return .number(first * second) * .matrixProduct(factors)
  }

  /// The leading number and the rest.
  private var splitCoefficient: (Double, MathExpression) {
    if case .product(var product) = self, product.denominator.isEmpty, !product.numerator.isEmpty {
      let coefficient = product.coefficient
      product.coefficient = 1
      return (coefficient, product.numerator.count == 1 ? product.numerator[0] : .product(product))
    }
    return (1, self)
  }
}
