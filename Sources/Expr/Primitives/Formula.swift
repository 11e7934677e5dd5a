/// A derivative rule as data: an expression in the operands of a primitive and its result, from
/// which graph nodes are built, so that rules can be printed, compiled and differentiated again.
public indirect enum Formula: Sendable {
  case operand(Int)
  /// The value of the primitive itself: reused, not computed again.
  case result
  case number(Double)
  /// A primitive by its name; nested formulas are its operands.
  case apply(String, [Formula])
  /// A reduction by its name, over the axis that the differentiated reduction runs over.
  case alongAxis(String, Formula)
  /// How many entries of the operand one entry of the result stands for.
  case entriesPerResult

  public static let x = Formula.operand(0)
  public static let y = Formula.operand(1)

  static func f(_ name: String, _ operands: Formula...) -> Formula { .apply(name, operands) }

  /// a⊛b: 0 where a is 0, whatever b is.
  static func strong(_ a: Formula, _ b: Formula) -> Formula { .f("strongMultiply", a, b) }
  static func square(_ a: Formula) -> Formula { .f("power", a, 2) }

  static func + (a: Formula, b: Formula) -> Formula { .f("add", a, b) }
  static func - (a: Formula, b: Formula) -> Formula { .f("subtract", a, b) }
  static func * (a: Formula, b: Formula) -> Formula { .f("multiply", a, b) }
  static func / (a: Formula, b: Formula) -> Formula { .f("divide", a, b) }
  static prefix func - (a: Formula) -> Formula { .f("negate", a) }
}

extension Formula: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(floatLiteral value: Double) { self = .number(value) }
}

extension Graph {
  /// The node of a formula in the operands and the value of `node`.
  public mutating func instantiate(_ formula: Formula, for node: NodeID) -> NodeID {
    switch formula {
    case .operand(let position): return operand(of: node, position)
    case .result: return node
    case .number(let value): return constant(value)
    case .apply(let name, let arguments):
      var nodes: [NodeID] = []
      for argument in arguments { nodes.append(instantiate(argument, for: node)) }
      return apply(Primitive.required(name), nodes)
    case .alongAxis(let name, let argument):
      let operand = instantiate(argument, for: node)
      return apply(Primitive.required(name), [operand], attribute(of: node))
    case .entriesPerResult:
      let operand = operands(of: node).first ?? node
      return constant(Double(shape(of: operand).count) / Double(max(1, shape(of: node).count)))
    }
  }
}
