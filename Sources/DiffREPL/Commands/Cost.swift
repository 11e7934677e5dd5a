import AD
import Expr

/// The cost of one target.
struct Cost {
  let text: String
  let count: OperationCount
  /// Operations that the programs of each method execute.
  let executed: [Int]
  /// Medians, without differences and forward mode measured more than once.
  var seconds: [Double]?

  init(_ target: Target, times: Bool, at span: SourceSpan) throws(Diagnostic) {
    try target.requireScalar(at: span)
    text = target.text
    let nodes = target.variables.map(\.node)
    count = OperationCount(target.graph, output: target.node, variables: nodes)
    var graph = target.graph
    let gradients = gradient(of: target.node, variables: nodes, in: &graph)
    var directions: [NodeID: NodeID] = [:]
    for node in nodes { directions[node] = graph.filled(1, graph.shape(of: node)) }
    let tangent = jacobianVectorProduct(of: target.node, along: directions, in: &graph)
    let value = try Program(graph, outputs: [target.node])
    let reverse = try Program(graph, outputs: [target.node] + gradients)
    let forward = try Program(graph, outputs: [target.node, tangent])
    let sweeps = count.inputs
    executed = [
      value.operationCount, reverse.operationCount, sweeps * forward.operationCount,
      (sweeps + 1) * value.operationCount,
    ]
    guard times else { return }
    var medians: [Double] = []
    for program in [value, reverse, forward] {
      program.setLeaves(from: target.environment)
      medians.append(try Stopwatch.median(of: program, budget: 0.05))
    }
    seconds = [
      medians[0], medians[1], Double(sweeps) * medians[2], Double(sweeps + 1) * medians[0],
    ]
  }

  private var counted: [Int] { [count.value, count.reverse, count.forward, count.finite] }
  private var ratio: Double { Double(count.reverse) / Double(max(1, count.value)) }

  var blocks: [Output.Block] {
    func heading(_ text: String) -> StyledText { StyledText(text, .heading) }
    let format = NumberFormat(digits: 3)
    let n = count.inputs
    var table = Table(
      columns: [
        .init(header: "", kind: .symbol, gap: 2), .init(header: "", kind: .formula, gap: 2),
        .init(header: heading("on the graph"), kind: .count, gap: 3),
        .init(header: heading("÷ f"), kind: .count, gap: 2),
        .init(header: heading("programs"), kind: .count, gap: 4),
      ], rows: [])
    if seconds != nil { table.columns.append(.init(header: heading("time"), kind: .count, gap: 3)) }
    let methods = [
      ("f", "K"), ("∇f reverse", "one sweep back"),
      ("∇f forward", "\(n) sweep\(n == 1 ? "" : "s")"), ("∇f differences", "K (n + 1), n = \(n)"),
    ]
    for (row, (method, how)) in methods.enumerated() {
      let quotient = Double(counted[row]) / Double(max(1, count.value))
      var cells: [Table.Cell] = [
        .text(StyledText(method, .name)), .text(StyledText(how, .faint)),
        .text(StyledText("\(counted[row])", .number)),
        .text(StyledText(format.string(quotient))),
        .text(StyledText("\(executed[row])", .number)),
      ]
      if let seconds { cells.append(.text(StyledText(Stopwatch.shown(seconds[row])))) }
      table.rows.append(cells)
    }
    let kinds = count.kinds.map { Self.text($0.count, $0.kind) }.joined(separator: ", ")
    return [
      .table(table),
      .paragraph(StyledText("f: \(kinds.isEmpty ? "no operations" : kinds)", .faint)),
    ]
  }

  /// `1 multiplication`, `2 multiplications`, `2 sin`.
  private static func text(_ count: Int, _ kind: String) -> String {
    let isOne = count == 1 && kind.hasSuffix("ions") || count == 1 && kind.hasSuffix("sons")
    return "\(count) \(isOne ? String(kind.dropLast()) : kind)"
  }

  var json: JSONValue {
    let methods = ["value", "reverse", "forward", "finite"]
    return .object([
      ("command", .string(CostCommand.name)), ("of", .string(text)), ("operations", count.json),
      ("ratio", .number(ratio)),
      ("executed", .object(zip(methods, executed).map { ($0, .integer($1)) })),
      ("kinds", .object(count.kinds.map { ($0.kind, .integer($0.count)) })),
      ("inputs", .integer(count.inputs)),
      (
        "seconds",
        .object(seconds.map { zip(methods, $0).map { ($0, .number($1)) } } ?? [])
      ),
    ])
  }
}

extension OperationCount {
  /// The operations of a value and of its gradient by each method.
  var json: JSONValue {
    .object([
      ("value", .integer(value)), ("reverse", .integer(reverse)), ("forward", .integer(forward)),
      ("finite", .integer(finite)),
    ])
  }
}
