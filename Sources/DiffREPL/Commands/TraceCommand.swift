import AD
import Expr

enum TraceCommand: Command {
  static let name = "trace"
  static let aliases = ["t"]
  static let summary = "the forward pass or the adjoint table, step by step"
  static let usage =
    ":trace [forward|backward] [target] [wrt x] [at x=1] [steps=slide|fine|named]\n"
    + "       [notation=roulet|peyre|finistr|wengert] [expand=yes] [along v] [--step]"
  static let discussion = """
    backward (the default): values v_k, partials ∂v_k/∂v_j, and adjoints λ_k = ∂f/∂v_k, each the
    sum over the steps that use v_k. forward: values and partials, or with wrt the tangents v̇_k
    (of an array along the direction behind 'along', else of ones).
    steps=slide puts an added constant and products with constants into one step, as lectures do;
    fine shows one operation a row, named one row for each definition. expand=yes multiplies the
    adjoints out. --step shows one step at a time with the sentence of the chain rule.
    """
  static let examples = [
    "w0 = 0.5", "f = log(1 + exp(-3.5*w0))", ":trace backward f", ":trace forward f wrt w0",
  ]
  static let options = ["steps", "notation", "expand"]
  static let flags = ["step"]
  static let clauses = ["wrt", "at", "along"]

  private enum Direction: String, CaseIterable { case forward, backward }

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var arguments = arguments
    let direction = takeDirection(&arguments, session)
    let target = try Target(arguments, in: session).unrolled(at: arguments.span)
    if direction == .backward { try target.requireScalar(at: arguments.targetSpan) }

    var request = TraceRequest()
    request.mode = try arguments.choice("steps", StepMode.self) ?? .slide
    request.notation =
      try arguments.choice("notation", TraceNotation.self) ?? session.settings.notation
    request.expands = try arguments.isYes("expand")
    request.wantsAdjoints = direction == .backward
    request.target = target.functionName
    request.names = target.names
    if direction == .forward {
      request.tangents = try directions(arguments, target, session)
    }
    var builder = TraceBuilder(
      target.graph, output: target.node, variables: rows(of: target, request),
      request: request, environment: target.environment)
    let trace = try builder.build()
    let view = TraceView(
      trace: trace, target: target, mode: request.mode, isBackward: direction == .backward)
    return Output(
      blocks: arguments.flags.contains("step") ? view.steps : view.blocks, json: [view.json])
  }

  /// The first word is a direction only if something follows that can be a target, or if no name of
  /// the session is meant.
  private static func takeDirection(
    _ arguments: inout CommandArguments, _ session: Session
  ) -> Direction {
    let text = arguments.targetText
    let word = String(text.prefix { $0 != " " && $0 != "\t" })
    let rest = text.dropFirst(word.count).drop { $0 == " " || $0 == "\t" }
    let matches = Direction.allCases.filter { !word.isEmpty && $0.rawValue.hasPrefix(word) }
    guard matches.count == 1 else { return .backward }
    if rest.isEmpty, session.environment[Name(word)] != nil { return .backward }
    if !rest.isEmpty, let first = rest.unicodeScalars.first,
      "+-*/^.,=)]'".unicodeScalars.contains(first)
    {
      return .backward
    }
    arguments.dropFromTarget(word.utf8.count)
    return matches[0]
  }

  /// The variables that have rows. Where tangents are shown these are also the values that stand
  /// still, with the tangent 0.
  private static func rows(of target: Target, _ request: TraceRequest) -> [NodeID] {
    let moving = target.variables.map(\.node)
    guard request.tangents != nil, moving.allSatisfy({ target.graph.leaf(of: $0) != nil }) else {
      return moving
    }
    return target.graph.leaves(under: [target.node])
      .filter { !$0.leaf.isData || moving.contains($0.node) }.map(\.node)
  }

  /// The direction of each variable: of `along`, or ones; nil without `wrt`, when partials are shown.
  private static func directions(
    _ arguments: CommandArguments, _ target: Target, _ session: Session
  ) throws(Diagnostic) -> [NodeID: Tensor]? {
    guard arguments.clause("wrt") != nil || arguments.clause("along") != nil else { return nil }
    if let clause = arguments.clause("along") {
      return try target.directions(clause, arguments, in: session)
    }
    var ones: [NodeID: Tensor] = [:]
    for (_, node) in target.variables {
      let shape = target.graph.shape(of: node)
      ones[node] = Tensor(shape, Array(repeating: 1, count: shape.count))
    }
    return ones
  }
}

extension CommandArguments {
  /// Takes a leading word, and the blanks behind it, off the target.
  mutating func dropFromTarget(_ count: Int) {
    var start = target.lowerBound + count
    while start < target.upperBound, source.utf8[start] == 32 || source.utf8[start] == 9 {
      start += 1
    }
    target = start..<target.upperBound
  }
}
