import AD
import Expr

enum WhyCommand: Command {
  static let name = "why"
  static let summary = "why a value or a gradient is nan, inf, 0 or at a kink"
  static let usage = ":why [target] [wrt x] [at x=1]"
  static let discussion = """
    Finds the step where it was born, in the values or else in the adjoints, with its operands, the
    place in the source, the path to the variable, and what to write instead. Steps are those of
    :trace.
    """
  static let examples = [
    "x = -0.3", "f = sqrt(1 + log(x))", ":why f", "v = 0", ":why sqrt(v) + v",
    ":why abs(v)",
  ]
  static let clauses = ["wrt", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let target = try Target(
      arguments, in: session, needsVariables: false, elaboration: .init(recordsOrigins: true))
    let explanation = try Explanation(target)
    return Output(blocks: explanation.blocks, json: [explanation.json])
  }
}

/// A birth with its step, its place in the source and the way out, in words.
struct Explanation {
  private let target: Target
  private let birth: Birth
  private let list: WengertList
  private let symbols: TraceNotation.Symbols
  private let hasVariables: Bool

  init(_ target: Target) throws(Diagnostic) {
    let shown = (try? target.unrolled(at: SourceSpan(SourceText(""), 0..<0))) ?? target
    self.target = shown
    let variables = shown.variables.map(\.node)
    hasVariables = !variables.isEmpty
    var search = try BirthSearch(
      shown.graph, output: shown.node, variables: variables, environment: shown.environment)
    birth = try search.birth()
    let slide = WengertList(shown.graph, output: shown.node, variables: variables, mode: .slide)
    let isHead = birth.node.map { slide.row(of: $0) != nil } ?? true
    list =
      isHead
      ? slide : WengertList(shown.graph, output: shown.node, variables: variables, mode: .fine)
    let names = list.rows.filter(\.isVariable).map { row in
      shown.variables.first { $0.node == row.node }?.name.spelling ?? "x"
    }
    symbols = TraceNotation.roulet.symbols(for: list, names: names, target: shown.functionName)
  }

  /// A value that was given so, or nothing at all, needs no warning.
  var isWorthTelling: Bool {
    guard birth.kind == .nan || birth.kind == .inf, let node = birth.node else { return false }
    return target.graph.primitive(of: node) != nil
  }

  // MARK: Words

  private func symbol(_ node: NodeID) -> String? { list.row(of: node).map { symbols.rows[$0] } }

  private func text(_ node: NodeID, isRoot: Bool = false) -> String {
    var reader = FormulaReader(target.graph) { symbol($0) }
    return reader.formula(of: node, isRoot: isRoot).description
  }

  private var step: String { birth.node.flatMap { symbol($0) } ?? "" }
  private var expression: String { birth.node.map { text($0, isRoot: true) } ?? "" }

  private var equation: String {
    step.isEmpty || step == expression ? expression : "\(step) = \(expression)"
  }

  private var shownOperands: [(name: String, value: Double)] {
    var seen: Set<NodeID> = []
    return birth.operands.filter {
      target.graph.constant(of: $0.node) == nil && seen.insert($0.node).inserted
    }.map { (text($0.node), $0.value) }
  }

  private var operandText: String {
    let format = NumberFormat()
    return shownOperands.map { "\($0.name) = \(format.string($0.value))" }.joined(separator: ", ")
  }

  /// `f is nan: v_2 = log(v_1) at v_1 = -0.3`.
  var sentence: String {
    let place = operandText.isEmpty ? "" : " at \(operandText)"
    let name = target.text
    switch (birth.kind, birth.place) {
    case (.none, _):
      return hasVariables
        ? "nothing is wrong with \(name): its value and gradient are finite, not 0 and at no kink"
        : "nothing is wrong with \(name): its value is finite, and nothing varies"
    case (.kink, _): return "\(name) is at a kink: \(equation)\(place)"
    case (let kind, .value): return "\(name) is \(kind.rawValue): born at \(equation)\(place)"
    case (.zero, .adjoint): return "the gradient of \(name) is 0: it ends at \(equation)\(place)"
    case (let kind, .adjoint):
      return "the gradient of \(name) is \(kind.rawValue): born going back through "
        + "\(equation)\(place)"
    }
  }

  private var reason: Remedy? {
    guard let node = birth.node, let primitive = target.graph.primitive(of: node) else {
      return nil
    }
    let sources = target.graph.operands(of: node).map { operand in
      target.origins[operand]?.text ?? text(operand)
    }
    let inner = target.graph.operands(of: node).first.flatMap {
      target.graph.primitive(of: $0)?.name
    }
    return Remedy.find(
      primitive.name, birth, birth.operands.map(\.value), sources: sources, inner: inner)
  }

  var blocks: [Output.Block] {
    guard birth.kind != .none, let node = birth.node else {
      return [.paragraph(StyledText(sentence))]
    }
    var message = sentence
    if let reason { message += "; \(reason.because)" }
    var blocks: [Output.Block] = [
      .diagnostic(
        Diagnostic(
          message, at: target.origins[node], hint: reason?.rewrite.map { "write \($0)" },
          severity: .note))
    ]
    let path = birth.path.compactMap { symbol($0) }
    if path.count > 1 {
      let ends = birth.place == .value ? "from there to \(target.text)" : "from the variable there"
      blocks.append(
        .line(
          StyledText("path ", .faint) + StyledText(path.joined(separator: " → "), .symbol)
            + StyledText("   \(ends)", .faint)))
    }
    return blocks
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("command", .string(WhyCommand.name)), ("of", .string(target.text)),
      ("kind", .string(birth.kind.rawValue)), ("where", .string(birth.place.rawValue)),
      ("step", .string(step)), ("expression", .string(expression)),
      ("operands", .object(shownOperands.map { ($0.name, .number($0.value)) })),
      ("path", .array(birth.path.compactMap { symbol($0) }.map { .string($0) })),
    ]
    if let node = birth.node, let span = target.origins[node] {
      let (line, column) = span.source.position(of: span.range.lowerBound)
      members += [("line", .integer(line)), ("column", .integer(column))]
    }
    if let reason {
      members.append(("reason", .string(reason.because)))
      members.append(("rewrite", reason.rewrite.map { .string($0) } ?? .null))
    }
    return .object(members)
  }
}
