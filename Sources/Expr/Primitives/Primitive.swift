/// One operation of the language: everything the program knows of it stands in one entry.
///
/// Parser, completion, help, printers, evaluator and tests read this table; a new operation is a new
/// entry in one of the family files, nothing else.
///
/// A class, because passes hand entries around for every node, and a copy would count the references
/// of all fields.
public final class Primitive: Sendable {
  /// Operations that other code builds by name. The raw value is the entry's `name`.
  public enum Symbol: String, CaseIterable, Sendable {
    case add, subtract, multiply, divide, power, negate, strongMultiply
    case product, dot, sum, transpose, broadcast, sumTo, reshape, select, index, scatter, stack
    case pick, place, replace, replaceAt, addAt, guardedIndex, missing, variable, loop, projection
    case less, lessOrEqual, equal, notEqual, and, or, not, range, prod, prodGradient, norm
    case strongProduct, solve, strongSolve, inv, halfLower, det, cofactors, diag, outer, hcat, vcat
    case cumsum, cumsumReversed
  }

  /// What the user calls it, or, for operators, the name it has inside.
  public let name: String
  /// Other names the user may call it by.
  public let aliases: [String]
  /// What formulas show; the name, unless that is an inner one.
  public let shownName: String
  /// One line for `:help`.
  public let summary: String
  /// Whether `name(…)` may be written by the user.
  public let isFunction: Bool
  public let arity: ClosedRange<Int>
  /// Whether `dim=` is accepted.
  public let takesAxis: Bool
  public let shapeRule: ShapeRule
  public let evaluation: Evaluation
  public let derivative: DerivativeRule
  public let yieldsBoolean: Bool
  public let notation: Notation
  /// Points inside the domain, one number for each operand; the tests differentiate at all of them.
  public let samples: [[Double]]
  /// Points where a convention or a limit decides; the tests want no crash and no surprise there.
  public let edges: [Double]
  /// Where it has no derivative; nil if it has one wherever it has a value.
  public let kink: Kink?
  /// Where it has a value, and what is taken at the edge; nil if there is no edge.
  public let domain: Domain?
  /// Constants in, constant out; not so for what stands for large data.
  public let isFoldable: Bool
  /// Whether it works entry by entry, with broadcasting: on operands of one shape it keeps the shape.
  let isElementwise: Bool
  /// What it costs as operations on numbers.
  let workRule: WorkRule
  /// Whether its kernel may have to report that there is no result.
  public let mayFail: Bool

  /// The position in `Primitive.all`, set once while that is made.
  public nonisolated(unsafe) fileprivate(set) var index: Int16 = 0
  public let symbol: Symbol?

  /// The shape of the result from the shapes of the operands.
  public typealias ShapeRule = @Sendable ([Shape], Attribute) throws(ShapeMismatch) -> Shape

  public enum Evaluation: Sendable {
    case unary(@Sendable (Double) -> Double)
    case binary(@Sendable (Double, Double) -> Double)
    case ternary(@Sendable (Double, Double, Double) -> Double)
    /// Anything that is not entry by entry.
    case kernel(@Sendable (KernelArguments) -> Void)
    /// A loop or what reads it: programs run the body.
    case loop
  }

  /// How a formula shows it.
  public enum Notation: Sendable {
    /// `name(a, b)`.
    case call
    /// `a + b` and its kin, which the printers know by their symbol.
    case infix(InfixOperator)
    /// `aᵀ`.
    case transpose
    /// `a[2]`.
    case index
    /// `[a, b]`.
    case array
    /// `1:n`.
    case range
    /// Not shown: it only changes how entries are repeated or arranged.
    case transparent
  }

  public init(
    _ name: String, _ summary: String, aliases: [String] = [], shown: String? = nil,
    isFunction: Bool = true, arity: ClosedRange<Int>, takesAxis: Bool = false,
    shape: @escaping ShapeRule,
    evaluation: Evaluation, derivative: DerivativeRule, yieldsBoolean: Bool = false,
    notation: Notation = .call, samples: [[Double]] = [], edges: [Double] = [],
    kink: Kink? = nil, domain: Domain? = nil, isFoldable: Bool = true, mayFail: Bool = false,
    work: WorkRule? = nil
  ) {
    self.kink = kink
    self.domain = domain
    self.mayFail = mayFail
    self.name = name
    symbol = Symbol(rawValue: name)
    self.aliases = aliases
    self.shownName = shown ?? name
    self.summary = summary
    self.isFunction = isFunction
    self.arity = arity
    self.takesAxis = takesAxis
    self.shapeRule = shape
    self.evaluation = evaluation
    self.derivative = derivative
    self.yieldsBoolean = yieldsBoolean
    self.notation = notation
    self.samples = samples
    self.edges = edges
    self.isFoldable = isFoldable
    isElementwise =
      switch evaluation {
      case .unary, .binary, .ternary: true
      case .kernel, .loop: false
      }
    workRule = work ?? .standard(evaluation, notation)
  }
}

/// Operators between operands, in the order of how tightly they bind.
public enum InfixOperator: String, Sendable {
  case or, and
  case equal = "=="
  case notEqual = "≠"
  case less = "<"
  case lessOrEqual = "≤"
  case add = "+"
  case subtract = "-"
  case multiply = "⊙"
  case product = "*"
  case divide = "/"
  case negate = "neg"
  case power = "^"
}

/// Shapes that do not fit, in words, with what to write instead.
public struct ShapeMismatch: Error {
  public let message: String
  public let hint: String?
  public init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}

extension Primitive {
  /// The whole table. The order is the order of help.
  public static let all: [Primitive] = {
    let families: [[Primitive]] = [
      arithmetic, comparisons, exponential, trigonometric, hyperbolic, activations, nonSmooth,
      special, stable, stablePairs, cauchy, seriesTails, evenFunctions, slopes, reductions,
      extremes, cumulative, products,
      linearAlgebra, determinants, solutions, arrangement, matrices, picking, updating, loops,
    ]
    let table = families.flatMap { $0 }
    for (position, primitive) in table.enumerated() { primitive.index = Int16(position) }
    return table
  }()

  /// A name may stand for several entries that differ in their number of operands (`max`).
  private static let byName: [String: [Primitive]] = {
    var names: [String: [Primitive]] = [:]
    for primitive in all {
      for name in [primitive.name] + primitive.aliases {
        names[name, default: []].append(primitive)
      }
    }
    return names
  }()

  /// The first entry whose own name it is.
  private static let byOwnName: [String: Primitive] = Dictionary(
    all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  private static let bySymbol: [Primitive] = Symbol.allCases.map { required($0.rawValue) }

  public static subscript(symbol: Symbol) -> Primitive { bySymbol[symbol.position] }

  /// A function a user calls by this name.
  public static func function(named name: String) -> Primitive? {
    byName[name]?.first { $0.isFunction }
  }

  /// The function a user calls by this name with so many arguments.
  public static func function(named name: String, argumentCount: Int) -> Primitive? {
    byName[name]?.first { $0.isFunction && $0.arity.contains(argumentCount) }
  }

  /// The entry of a name, if there is one.
  static func named(_ name: String) -> Primitive? { byOwnName[name] }

  /// The entry of a name that the program itself uses.
  static func required(_ name: String) -> Primitive {
    guard let entry = byOwnName[name] else {
      preconditionFailure("no primitive named \(name)")
    }
    return entry
  }
}

extension Primitive.Symbol {
  /// The position in `allCases`: an enumeration without payloads is one byte, the number of its case.
  fileprivate var position: Int { Int(unsafeBitCast(self, to: UInt8.self)) }
}
