/// What one instruction does to numbers or to blocks of them. Both tiers of a program, scalars and
/// fused array loops, are made of these, so that they give the same bits.
enum Opcode: UInt8, Sendable {
  case copy, negate, absolute, square, squareRoot, floor, ceiling, round, sign, relu, heaviside
  case not
  case exp, log, log1p, expm1, tanh, sech, sigmoid, softplus, sin, cos
  /// Two functions of one operand, for little more than one of them; see `Twins`. The second result
  /// goes where `c` says.
  case sinCos, softplusSigmoid, tanhSech
  case add, subtract, multiply, divide, strongMultiply, maximum, minimum, power
  case less, lessOrEqual, equal, notEqual, and, or
  case select
  /// a·b + c, a·b - c, c - a·b and a⊛b + c, each rounded twice as the two instructions it stands for.
  case multiplyAdd, multiplySubtract, negateMultiplyAdd, strongMultiplyAdd
  /// An entry of an array, as a number.
  case fetch
  /// Through the function of the primitive, once an entry.
  case unary, binary, ternary

  /// The primitives that have instructions of their own, by name; all others run through their
  /// function.
  private static let byName: [String: Opcode] = [
    "negate": .negate, "abs": .absolute, "sqrt": .squareRoot, "exp": .exp, "log": .log,
    "log1p": .log1p, "expm1": .expm1, "tanh": .tanh, "sech": .sech, "sigmoid": .sigmoid,
    "softplus": .softplus,
    "sin": .sin, "cos": .cos, "add": .add, "subtract": .subtract, "multiply": .multiply,
    "divide": .divide, "strongMultiply": .strongMultiply, "maximum": .maximum,
    "minimum": .minimum, "power": .power, "floor": .floor, "ceil": .ceiling, "round": .round,
    "sign": .sign,
    "relu": .relu, "heaviside": .heaviside, "not": .not, "less": .less, "lessOrEqual": .lessOrEqual,
    "equal": .equal, "notEqual": .notEqual, "and": .and, "or": .or, "select": .select,
    "variable": .copy, "stop": .copy,
  ]

  /// By `Primitive.index`; nil for what is not entry by entry.
  private static let table: [Opcode?] = Primitive.all.map { primitive in
    switch primitive.evaluation {
    case .unary: byName[primitive.name] ?? .unary
    case .binary: byName[primitive.name] ?? .binary
    case .ternary: byName[primitive.name] ?? .ternary
    case .kernel, .loop: nil
    }
  }

  init?(_ primitive: Primitive) {
    guard let known = Self.table[Int(primitive.index)] else { return nil }
    self = known
  }
}
