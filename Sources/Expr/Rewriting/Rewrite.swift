/// One form that loses digits, overflows or has no value at a point where the function has one, and
/// what is evaluated in its place.
///
/// The trace keeps what the user typed; values and derivatives of every order are those of the
/// replacement. A rewrite holds entry by entry for arrays as for numbers, and wherever both forms
/// have a value they are the same real number.
public struct Rewrite: Sendable {
  /// How a rewrite is found.
  enum Pattern: Sendable {
    /// An operation and what is under it.
    case node([Operation], @Sendable (inout Rewriter, NodeID) -> NodeID?)
    /// u - v with such operations in u and v (nil: any): yields u - v.
    case difference(Operation, Operation?, @Sendable (inout Rewriter, NodeID, NodeID) -> NodeID?)
    /// u + v likewise.
    case sum(Operation, Operation?, @Sendable (inout Rewriter, NodeID, NodeID) -> NodeID?)
    /// u - r with a number r: yields u - r.
    case offset(Operation, @Sendable (inout Rewriter, NodeID, Double) -> NodeID?)
    /// A sum as a whole, node and form.
    case whole(@Sendable (inout Rewriter, NodeID, LinearForm) -> NodeID?)
    /// A product of powers: changes the factors and says whether it did.
    case factors(@Sendable (inout Rewriter, inout Factors) -> Bool)
    /// As `node` and `factors`, but when all other rules have done their work: for what they would no
    /// longer recognise.
    case finalNode([Operation], @Sendable (inout Rewriter, NodeID) -> NodeID?)
    case finalFactors(@Sendable (inout Rewriter, inout Factors) -> Bool)
  }

  /// A formula in x to test at points on both sides of the condition.
  public struct Sample: Sendable {
    public let formula: String
    public let points: [Double]
  }

  /// As it stands in footnotes: `log(1 + exp(x))`.
  public let name: String
  public let replacement: String
  /// Where it holds; empty if wherever the form has a value.
  public let condition: String
  /// What goes wrong without it.
  public let mends: String
  public let samples: [Sample]
  let pattern: Pattern

  init(
    _ name: String, _ replacement: String, when condition: String = "", mends: String,
    samples: [(String, [Double])], _ pattern: Pattern
  ) {
    self.name = name
    self.replacement = replacement
    self.condition = condition
    self.mends = mends
    self.samples = samples.map { Sample(formula: $0.0, points: $0.1) }
    self.pattern = pattern
  }

  /// The whole table.
  public static let all: [Rewrite] =
    squares + logarithms + exponentials + powers + offsets + differences + remainders + sums
    + quotients
    + evenFunctions + reductions
}

/// A primitive by its name, looked up once: what patterns compare with. A position and no more, so
/// that comparing counts no references.
struct Operation: Sendable, Equatable {
  let index: Int16
  var primitive: Primitive { Primitive.all[Int(index)] }

  init(_ name: String) { index = Primitive.required(name).index }
}
