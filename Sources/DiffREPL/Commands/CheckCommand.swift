import AD
import Expr

enum CheckCommand: Command {
  static let name = "check"
  static let summary = "a gradient held against the other mode and against differences"
  static let usage = ":check [target] [wrt x, y] [along v] [at x=1]"
  static let discussion = """
    Reverse against forward mode, which must agree to rounding; forward and central differences of
    every width δ with their errors, and the curve they make: on the right the truncation, which
    falls with δ, on the left the rounding, which grows as δ falls. A complex step where the function
    allows one. Taylor's remainder |f(x+δv) - f(x) - δ ∇f·v| must fall as δ². Without 'along' the
    direction v is 1 for a number, and else a random one of length 1.
    """
  static let examples = ["w0 = 0.5", "f = log(1 + exp(-3.5*w0))", ":check f"]
  static let clauses = ["wrt", "along", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let target = try Target(arguments, in: session)
    try target.requireScalar(at: arguments.targetSpan)
    let direction = try direction(of: target, arguments, session)
    let check = try GradientCheck(
      target.graph, output: target.node, variables: target.variables.map(\.node),
      direction: direction, environment: target.environment)
    guard check.value.isFinite else {
      throw Diagnostic(
        "'\(target.text)' is \(NumberFormat().string(check.value)) here: there is nothing to check",
        at: arguments.targetSpan, hint: ":why \(target.text) says where that was born")
    }
    let view = CheckView(
      check: check, target: target, direction: direction,
      isAlong: arguments.clause("along") != nil)
    return Output(blocks: view.blocks, json: [view.json])
  }

  /// One tensor for each variable.
  private static func direction(
    of target: Target, _ arguments: CommandArguments, _ session: Session
  ) throws(Diagnostic) -> [Tensor] {
    let shapes = target.variables.map { target.graph.shape(of: $0.node) }
    if let clause = arguments.clause("along") {
      let given = try target.directions(clause, arguments, in: session)
      return zip(target.variables, shapes).map { variable, shape in
        given[variable.node] ?? Tensor(shape, Array(repeating: 0, count: shape.count))
      }
    }
    let total = shapes.reduce(0) { $0 + $1.count }
    // Always the same direction, whatever the session has drawn.
    var generator = SystemlessGenerator(state: 20_240_601)
    var entries = (0..<total).map { _ in Double.random(in: -1...1, using: &generator) }
    let length = entries.reduce(0) { $0 + $1 * $1 }.squareRoot()
    entries = total == 1 ? [1] : entries.map { $0 / length }
    var rest = entries[...]
    return shapes.map { shape in
      defer { rest = rest.dropFirst(shape.count) }
      return Tensor(shape, Array(rest.prefix(shape.count)))
    }
  }
}

/// SplitMix64: the same numbers everywhere.
///
/// - Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, 2014.
struct SystemlessGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
