import AD
import Expr

/// A trace as blocks and as JSON.
struct TraceView {
  let trace: Trace
  let target: Target
  let mode: StepMode
  let isBackward: Bool

  /// More rows than anyone reads are cut; `--json` has them all.
  private static let rowLimit = 300

  // MARK: The table

  var blocks: [Output.Block] { blocks(rows: trace.rows.count, adjointsFrom: 0) }

  /// The table with its first rows, and adjoints only from one row on: what `--step` reveals.
  func blocks(rows count: Int, adjointsFrom first: Int) -> [Output.Block] {
    let inTable = trace.rows.indices.filter { trace.rows[$0].number != nil || !isBackward }
    let shown = inTable.filter { $0 < count }
    var table = Table(columns: columns, rows: [], title: title)
    if isBackward { table.foldsAt = columns.count - 3 }
    for row in shown.prefix(Self.rowLimit) {
      table.rows += cells(of: row, showsAdjoint: isBackward && row >= first)
    }
    var blocks: [Output.Block] = [.table(table)]
    if shown.count > Self.rowLimit {
      let rest = shown.count - Self.rowLimit
      blocks.append(.line(StyledText("… and \(rest) more rows (--json prints them all)", .faint)))
    }
    if isBackward, count == trace.rows.count {
      let below = trace.rows.indices.filter { trace.rows[$0].number == nil && $0 >= first }
      if !below.isEmpty {
        blocks.append(.blank)
        blocks.append(.table(leafTable(below)))
      }
    }
    if count == trace.rows.count, let note = footnote { blocks.append(.paragraph(note)) }
    return blocks
  }

  /// Names the rewrites behind the rows marked `*`.
  private var footnote: StyledText? {
    guard !trace.rewrites.isEmpty else { return nil }
    let list = trace.rewrites.map { "\($0.name) as \($0.replacement)" }.joined(separator: ", ")
    return StyledText("* the stable value, where this row loses it: evaluated \(list)", .faint)
  }

  private var headers: (row: String, partial: String, adjoint: String) {
    trace.notation.headers(isChain: trace.isChain, target: target.functionName)
  }

  /// `f(w0) = log(1 + exp(-3.5 w0))` and the rules beside it.
  private var title: [StyledText] {
    let names = target.variables.map(\.name.spelling).joined(separator: ", ")
    let definitions = mode == .named ? target.names.filter { $0.node != target.node } : []
    var reader = FormulaReader(target.graph) { node in
      target.variables.first { $0.node == node }?.name.spelling
        ?? definitions.first { $0.node == node }?.name
    }
    let formula = reader.formula(of: target.node)
    let name = target.functionName
    var text = StyledText("\(name)(\(names)) = \(formula)", .heading)
    if text.text.count > 160 { text = StyledText("\(name)(\(names))", .heading) }
    var rules = trace.notation.rules(isChain: trace.isChain, target: name)
    // A forward pass has no adjoints to give a rule for.
    if !isBackward { rules = rules.prefix(1) + (showsTangents ? [trace.notation.tangentRule] : []) }
    return [text] + rules.map { StyledText($0, .faint) }
  }

  private var columns: [Table.Column] {
    let isWide = !trace.isChain
    func heading(_ text: String) -> StyledText { StyledText(text, .heading) }
    var columns: [Table.Column] = [
      .init(header: "", kind: .symbol, gap: 2),
      .init(header: heading(headers.row), kind: .formula, gap: 2),
      .init(header: "", kind: .value, gap: 3),
    ]
    if showsTangents {
      columns += [
        .init(header: "", kind: .symbol, gap: 3),
        .init(header: heading("tangent"), kind: .formula, gap: 2),
        .init(header: "", kind: .value, gap: 4),
      ]
      return columns
    }
    if isWide { columns.append(.init(header: "", kind: .symbol, gap: 4)) }
    columns += [
      .init(
        header: heading(headers.partial), kind: .formula, gap: isWide ? 2 : 6, headerSpansNext: true
      ),
      .init(header: "", kind: .value, gap: 2),
    ]
    if isBackward {
      columns += [
        .init(header: "", kind: .symbol, gap: 3),
        .init(header: heading(headers.adjoint), kind: .formula, gap: 2),
        .init(header: "", kind: .value, gap: 4),
      ]
    }
    return columns
  }

  private var showsTangents: Bool { trace.rows.contains { $0.tangent != nil } }

  /// One line for each partial; the row's own cells stand in the first.
  private func cells(of index: Int, showsAdjoint: Bool) -> [[Table.Cell]] {
    let row = trace.rows[index]
    var lines: [[Table.Cell]] = []
    for position in 0..<max(1, row.partials.count) {
      let isFirst = position == 0
      var line: [Table.Cell] =
        isFirst
        ? [.text(symbol(of: index)), .text(formula(of: index)), .value(row.primal.value)]
        : [.empty, .empty, .empty]
      if let tangent = row.tangent {
        line += [
          .text(StyledText(row.tangentSymbol, .adjoint)),
          .text(StyledText(tangent.formula.description)), .value(tangent.value),
        ]
        return [line]
      }
      line += partialCells(row, position)
      if isBackward {
        if isFirst, showsAdjoint, let adjoint = row.adjoint {
          line += [
            .text(StyledText(row.adjointSymbol + (row.isReplaced.adjoint ? "*" : ""), .adjoint)),
            .text(StyledText(adjoint.formula.description)), .value(adjoint.value),
          ]
        } else {
          line += [.empty, .empty, .empty]
        }
      }
      lines.append(line)
    }
    return lines
  }

  private func partialCells(_ row: Trace.Row, _ position: Int) -> [Table.Cell] {
    guard position < row.partials.count else {
      // The slides start the column of a chain with ∂v_0/∂w_0 = 1.
      return trace.isChain ? [.text("1"), .value(Tensor(1))] : [.empty, .empty, .empty]
    }
    let partial = row.partials[position]
    let value: Table.Cell
    switch partial.value {
    case .jacobian(let tensor): value = .value(tensor)
    case .diagonal(let tensor): value = .diagonal(tensor)
    case .omitted(let rows, let columns): value = .text("(\(rows)×\(columns))")
    }
    let formula = Table.Cell.text(StyledText(partial.formula.description))
    if trace.isChain { return [formula, value] }
    return [.text(StyledText(trace.rows[partial.parent].symbol, .symbol)), formula, value]
  }

  private func symbol(of index: Int) -> StyledText {
    let row = trace.rows[index]
    var text = StyledText(row.symbol + (row.isReplaced.primal ? "*" : ""), .symbol)
    if mode == .named, !row.isVariable {
      let names = row.names.enumerated().map { $0 == 0 ? $1 : "= \($1)" }
      if !names.isEmpty { text = text + StyledText(" (\(names.joined(separator: ", ")))", .name) }
    }
    return text
  }

  private func formula(of index: Int) -> StyledText {
    let row = trace.rows[index]
    return StyledText(row.primal.formula.description, row.isVariable ? .name : .plain)
  }

  /// The inputs that keep their names: `∂f/∂w1 = v_1 λ_2`.
  private func leafTable(_ rows: [Int]) -> Table {
    var table = Table(
      columns: [
        .init(header: "", kind: .symbol, gap: 2), .init(header: "", kind: .value, gap: 2),
        .init(header: "", kind: .symbol, gap: 4), .init(header: "", kind: .formula, gap: 1),
        .init(header: "", kind: .value, gap: 3),
      ], rows: [])
    for index in rows {
      let row = trace.rows[index]
      guard let adjoint = row.adjoint else { continue }
      table.rows.append([
        .text(StyledText(row.symbol, .name)), .value(row.primal.value),
        .text(StyledText(row.adjointSymbol + (row.isReplaced.adjoint ? "*" : ""), .adjoint)),
        .text(StyledText("= \(adjoint.formula)")), .value(adjoint.value),
      ])
    }
    return table
  }

  // MARK: Step by step

  /// One page a step, for the reader to turn: the table so far and the sentence that made its last line.
  var steps: [Output.Block] {
    var pages: [[Output.Block]] = []
    for index in trace.rows.indices {
      pages.append(
        blocks(rows: index + 1, adjointsFrom: Int.max) + [
          .blank, .paragraph(forwardSentence(index)),
        ])
    }
    if isBackward {
      for index in trace.rows.indices.reversed() {
        pages.append(
          blocks(rows: trace.rows.count, adjointsFrom: index)
            + [.blank, .paragraph(backwardSentence(index))])
      }
    }
    return [.pages(pages)]
  }

  private func text(_ value: Tensor) -> String { ValueFormat().line(value, width: 32) }

  private func forwardSentence(_ index: Int) -> StyledText {
    let row = trace.rows[index]
    let formula = row.primal.formula.description
    let step =
      (row.symbol == formula ? "" : "\(row.symbol) = ") + "\(formula) = \(text(row.primal.value))"
    if row.isVariable { return StyledText("Input: \(step).") }
    let partials = row.partials.map {
      "∂\(row.symbol)/∂\(trace.rows[$0.parent].symbol) = \($0.formula)"
    }
    return StyledText(
      "Forward: \(step)"
        + (partials.isEmpty ? "." : "; kept for the way back: \(partials.joined(separator: ", ")).")
    )
  }

  /// `λ_1: v_2 = v_1^2 pulls back pullback(λ_2) = λ_2 · 2 v_1 = 1 · 2.19722 = 2.19722.`
  private func backwardSentence(_ index: Int) -> StyledText {
    let row = trace.rows[index]
    guard let adjoint = row.adjoint else { return "" }
    if index == trace.output {
      let derivative = "∂\(target.functionName)/∂\(row.symbol)"
      let symbol = row.adjointSymbol == derivative ? "" : "\(row.adjointSymbol) = "
      return StyledText("Seed: \(symbol)\(derivative) = 1.")
    }
    var parts: [String] = []
    for (child, formula) in row.contributions {
      let user = trace.rows[child]
      var numbers = ""
      if let partial = user.partials.first(where: { $0.parent == index }),
        case .jacobian(let slope) = partial.value, let slope = slope.scalar,
        let incoming = user.adjoint?.value.scalar
      {
        let format = NumberFormat()
        numbers =
          " = \(format.string(slope)) · \(format.string(incoming)) = \(format.string(slope * incoming))"
      }
      parts.append(
        "\(user.symbol) = \(user.primal.formula) hands back pullback(\(user.adjointSymbol)) = "
          + "\(formula)\(numbers)")
    }
    let sum = parts.count > 1 ? "; summed, " : ", so "
    return StyledText(
      "Backward: \(parts.joined(separator: "; "))\(sum)\(row.adjointSymbol) = \(text(adjoint.value))."
    )
  }

  // MARK: JSON

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("command", .string("trace")), ("direction", .string(isBackward ? "backward" : "forward")),
      ("of", .string(target.text)), ("steps", .array(trace.rows.map(step))),
    ]
    if !trace.rewrites.isEmpty {
      members.append(("rewrites", .array(trace.rewrites.map { .string($0.name) })))
    }
    return .object(members)
  }

  private func step(_ row: Trace.Row) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("k", row.number.map { .integer($0) } ?? .null), ("symbol", .string(row.symbol)),
      ("expression", .string(row.primal.formula.description)),
      ("value", JSONValue(row.primal.value)),
    ]
    if !row.names.isEmpty { members.append(("names", .array(row.names.map { .string($0) }))) }
    if let tangent = row.tangent {
      members.append(("tangent", JSONValue(tangent.value)))
      members.append(("tangent_expression", .string(tangent.formula.description)))
    }
    let partials = row.partials.map { partial in
      JSONValue.object([
        ("of", .string(trace.rows[partial.parent].symbol)),
        ("expression", .string(partial.formula.description)),
        ("value", Self.value(partial.value)),
      ])
    }
    members.append(("partials", .array(partials)))
    if let adjoint = row.adjoint {
      members.append(
        (
          "adjoint",
          .object([
            ("symbol", .string(row.adjointSymbol)),
            ("expression", .string(adjoint.formula.description)),
            ("value", JSONValue(adjoint.value)),
          ])
        ))
    }
    return .object(members)
  }

  /// Diagonals are written out while they are small.
  private static func value(_ partial: Trace.PartialValue) -> JSONValue {
    switch partial {
    case .jacobian(let tensor): return JSONValue(tensor)
    case .diagonal(let diagonal):
      let count = diagonal.elements.count
      guard count <= 100 else { return .object([("diagonal", JSONValue(diagonal))]) }
      var entries = Array(repeating: 0.0, count: count * count)
      for (position, entry) in diagonal.elements.enumerated() {
        entries[position * count + position] = entry
      }
      return JSONValue(Tensor(.matrix(count, count), entries))
    case .omitted(let rows, let columns):
      return .object([("note", .string("a \(rows)×\(columns) matrix, not written out"))])
    }
  }
}
