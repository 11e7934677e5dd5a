import AD
import Expr

/// A birth with its step, its place in the source and the way out, in words.
struct Explanation {
  private let target: Target
  private let birth: Birth
  private let list: WengertList
  private let symbols: TraceNotation.Symbols
  private let hasVariables: Bool
  /// The rewrites that replaced each node in what is evaluated.
  private let applied: [NodeID: [Rewrite]]

  init(_ target: Target) throws(Diagnostic) {
    let shown = (try? target.unrolled(at: SourceSpan(SourceText(""), 0..<0))) ?? target
    self.target = shown
    let variables = shown.variables.map(\.node)
    hasVariables = !variables.isEmpty
    var evaluated = shown.graph
    applied = evaluated.stabilising([shown.node], cuts: variables).applied
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
    case (.zero, .adjoint) where birth.cause == .cancelling:
      return "the gradient of \(name) is 0: what comes back to \(step) along several ways cancels"
    case (.zero, .adjoint) where birth.cause == .unused:
      return "the gradient of \(name) is 0: it does not depend on \(expression)"
    case (.kink, _) where isReplaced:
      return "\(name) is at a kink of the form that is evaluated in its place"
    case (.zero, .adjoint) where isReplaced:
      return "the gradient of \(name) is 0: the form that is evaluated in its place is flat there"
    case (let kind, .adjoint) where isReplaced:
      return
        "the gradient of \(name) is \(kind.rawValue), born in the form that is evaluated in its "
        + "place"
    case (.kink, _): return "\(name) is at a kink: \(equation)\(place)"
    case (let kind, .value): return "\(name) is \(kind.rawValue): born at \(equation)\(place)"
    case (.zero, .adjoint): return "the gradient of \(name) is 0: it ends at \(equation)\(place)"
    case (let kind, .adjoint):
      return "the gradient of \(name) is \(kind.rawValue): born going back through "
        + "\(equation)\(place)"
    }
  }

  private var isReplaced: Bool {
    if case .replaced = birth.cause { true } else { false }
  }

  private var reason: Remedy? {
    guard birth.cause == .operation, let node = birth.node,
      let primitive = target.graph.primitive(of: node)
    else { return nil }
    let sources = target.graph.operands(of: node).map { operand in
      target.graph.origin(of: operand)?.text ?? text(operand)
    }
    return Remedy.find(
      Remedy.Place(primitive: primitive, birth: birth, sources: sources, slope: slope(at: node)))
  }

  /// The partial of the operation that an adjoint comes through, from its rule in the table, with
  /// its value at the entry of the birth; nil where the rule gives no formula.
  private func slope(at node: NodeID) -> (formula: String, value: Double)? {
    guard birth.place == .adjoint, birth.path.count > 1,
      let primitive = target.graph.primitive(of: node),
      let position = Array(target.graph.operands(of: node)).firstIndex(
        of: birth.path[birth.path.count - 2])
    else { return nil }
    let rule: Formula
    switch primitive.derivative {
    case .elementwise(let partials, _): rule = partials[position]
    case .reduction(let gradient): rule = gradient
    case .zero, .general, .loop: return nil
    }
    var graph = target.graph
    let partial = graph.instantiate(rule, for: node)
    guard let value = try? graph.values(asTyped: [partial], in: target.environment)[0].elements
    else { return nil }
    var reader = FormulaReader(graph) { symbol($0) }
    let entry = value.indices.contains(birth.entry) ? birth.entry : 0
    return value.isEmpty ? nil : (reader.formula(of: partial).description, value[entry])
  }

  /// The rewrites in play, each once: those at the birth; where nothing is wrong those of the target.
  private var rewrites: [Rewrite] {
    var seen: Set<String> = []
    let nodes =
      birth.node.map { isReplaced ? applied.keys.sorted() : [$0] } ?? applied.keys.sorted()
    return nodes.flatMap { applied[$0] ?? [] }.filter { seen.insert($0.name).inserted }
  }

  /// One fact under the note, its label in a column of its own.
  private func line(_ label: String, _ text: StyledText) -> Output.Block {
    let padding = String(repeating: " ", count: max(0, 11 - label.count))
    return .line(StyledText(label + padding, .faint) + text)
  }

  private var rewriteLines: [Output.Block] {
    rewrites.prefix(3).flatMap { rewrite in
      [
        line("rewrite", StyledText(rewrite.name)),
        line("", StyledText("→ \(rewrite.replacement)")),
        line("mends", StyledText(rewrite.mends)),
      ]
    }
  }

  var blocks: [Output.Block] {
    guard birth.kind != .none, let node = birth.node else {
      return [.paragraph(StyledText(sentence))] + rewriteLines
    }
    var blocks: [Output.Block] = [
      .diagnostic(
        Diagnostic(
          sentence, at: target.graph.origin(of: node), hint: reason?.hint, severity: .note))
    ]
    if let reason { blocks.append(line("because", StyledText(reason.because))) }
    if case .replaced(let formula?) = birth.cause {
      blocks.append(line("because", StyledText("\(formula) has a kink there")))
    }
    if let convention = reason?.convention {
      blocks.append(line("convention", StyledText(convention)))
    }
    blocks += rewriteLines
    let path = birth.path.compactMap { symbol($0) }
    if path.count > 1 {
      let ends = birth.place == .value ? "from there to \(target.text)" : "from the variable there"
      blocks.append(
        line(
          "path",
          StyledText(path.joined(separator: " → "), .symbol) + StyledText("   \(ends)", .faint)))
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
    if let node = birth.node, let span = target.graph.origin(of: node) {
      let (line, column) = span.source.position(of: span.range.lowerBound)
      members += [("line", .integer(line)), ("column", .integer(column))]
    }
    if let reason {
      members.append(("reason", .string(reason.because)))
      members.append(("convention", reason.convention.map { .string($0) } ?? .null))
      members.append(("rewrite", (reason.rewrite ?? reason.advice).map { .string($0) } ?? .null))
    }
    members.append(
      (
        "rewrites",
        .array(
          rewrites.map {
            .object([("typed", .string($0.name)), ("evaluated", .string($0.replacement))])
          })
      ))
    return .object(members)
  }
}
