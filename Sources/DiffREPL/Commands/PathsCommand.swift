import AD
import Expr

enum PathsCommand: Command {
  static let name = "paths"
  static let summary = "the chain rule as a sum over paths of the graph"
  static let usage =
    ":paths [target] [wrt x] [at x=1] [steps=slide|fine|named]\n"
    + "       [notation=roulet|peyre|finistr|wengert]"
  static let discussion = """
    The product of the partials along each path from a variable to the target, and their sum, which
    is the gradient. The rows are those of :trace. The largest products come first; 50 paths are
    shown, and all are counted.
    """
  static let examples = ["x = 2", "y = x*sin(x)*exp(x)", ":paths y", ":paths y notation=peyre"]
  static let options = ["steps", "notation"]
  static let clauses = ["wrt", "at"]

  private static let shownLimit = 50
  /// Of more steps :trace has the table.
  private static let legendLimit = 16

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let target = try Target(arguments, in: session).unrolled(at: arguments.span)
    try target.requireScalar(at: arguments.targetSpan)
    var request = TraceRequest()
    request.mode = try arguments.choice("steps", StepMode.self) ?? .slide
    request.notation =
      try arguments.choice("notation", TraceNotation.self) ?? session.settings.notation
    request.target = target.functionName
    request.names = target.names
    let inputs = target.inputs
    var builder = TraceBuilder(
      target.graph, output: target.node, variables: inputs.map(\.node), request: request,
      environment: target.environment)
    let trace = try builder.build()
    var output = Output()
    for variable in target.variables {
      guard let row = inputs.firstIndex(where: { $0.node == variable.node }) else {
        throw Diagnostic(
          "no path leads from '\(variable.name)' to '\(target.text)'", at: arguments.targetSpan)
      }
      let sum = try PathSum(trace, from: row, limit: shownLimit)
      if !output.blocks.isEmpty { output.blocks.append(.blank) }
      output += view(sum, trace, variable.name, target)
    }
    if let legend = legend(trace) { output.blocks.append(legend) }
    return output
  }

  /// What the symbols stand for, where they are few: `v_0 = x, v_1 = sin(v_0)`.
  private static func legend(_ trace: Trace) -> Output.Block? {
    let meanings = trace.rows.compactMap { row -> String? in
      let formula = row.primal.formula.description
      return formula == row.symbol ? nil : "\(row.symbol) = \(formula)"
    }
    guard !meanings.isEmpty, meanings.count <= legendLimit else { return nil }
    return .paragraph(StyledText("where \(meanings.joined(separator: ", "))", .faint))
  }

  private static func view(
    _ sum: PathSum, _ trace: Trace, _ variable: Name, _ target: Target
  ) -> Output {
    func symbols(_ path: PathSum.Path) -> [String] { path.rows.map { trace.rows[$0].symbol } }
    var table = Table(
      columns: [
        .init(
          header: StyledText("paths from \(variable) to \(target.functionName)", .heading),
          kind: .formula, gap: 2),
        .init(header: StyledText("partials multiplied", .heading), kind: .formula, gap: 4),
        .init(header: "", kind: .value, gap: 3),
      ], rows: [])
    for path in sum.paths {
      table.rows.append([
        .text(StyledText(symbols(path).joined(separator: " → "), .symbol)),
        .text(StyledText(factors(path, trace))), .value(path.product),
      ])
    }
    var blocks: [Output.Block] = [.table(table)]
    let shown = "\(sum.paths.count)", all = sum.count.description
    blocks.append(
      .line(
        StyledText(
          shown == all
            ? "\(all) path\(all == "1" ? "" : "s"); their sum is the gradient"
            : "\(shown) of \(all) paths; the sum over all of them is the gradient", .faint)))
    blocks.append(
      .value(
        name: StyledText("∂\(target.functionName)/∂\(variable)", .adjoint), .tensor(sum.total)))
    let object: JSONValue = .object([
      ("command", .string(name)), ("of", .string(target.text)), ("wrt", .string(variable.spelling)),
      (
        "paths",
        .array(
          sum.paths.map { path in
            .object([
              ("through", .array(symbols(path).map { .string($0) })),
              ("product", JSONValue(path.product)),
            ])
          })
      ), ("count", sum.count.exactly.map { .integer($0) } ?? .string(all)),
      ("total", JSONValue(sum.total)),
    ])
    return Output(blocks: blocks, json: [object])
  }

  /// `exp(θ_1) · θ_2`, from the variable's end.
  private static func factors(_ path: PathSum.Path, _ trace: Trace) -> String {
    zip(path.rows, path.rows.dropFirst()).map { parent, child in
      let partial = trace.rows[child].partials.first { $0.parent == parent }
      let text = partial?.formula.description ?? "?"
      let isSum = text.contains(" + ") || text.contains(" - ") || text.hasPrefix("-")
      return isSum ? "(\(text))" : text
    }.joined(separator: " · ")
  }
}

extension Target {
  /// The variables and the other values that could vary, in order of definition: what heads a trace.
  var inputs: [(name: Name, node: NodeID)] {
    let chosen = variables.map(\.node)
    let reached = graph.ancestors(of: [node], stoppingAt: chosen)
    let others = graph.leaves(under: [node]).filter {
      !$0.leaf.isData && reached[$0.node.index] && !chosen.contains($0.node)
    }.map { (name: $0.leaf.name, node: $0.node) }
    let used = variables.filter { reached[$0.node.index] }
    guard !others.isEmpty else { return used }
    return (used + others).sorted {
      (graph.leaf(of: $0.node)?.id ?? Leaf.ID(order: .max))
        < (graph.leaf(of: $1.node)?.id ?? Leaf.ID(order: .max))
    }
  }
}

extension CommandArguments {
  /// The parts of a range between commas outside brackets, blanks around them left out.
  func pieces(of range: Range<Int>) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var depth = 0
    var start = range.lowerBound
    for place in range {
      switch source.utf8[place] {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ",") where depth == 0:
        pieces.append(trimmed(start..<place))
        start = place + 1
      default: break
      }
    }
    return pieces + (range.isEmpty ? [] : [trimmed(start..<range.upperBound)])
  }
}
