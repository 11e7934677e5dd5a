import AD
import Expr

enum CostCommand: Command {
  static let name = "cost"
  static let summary = "operations of a value and of its gradient, by every method"
  static let usage =
    ":cost [target] [wrt x, y] [at x=1] [time=yes|no]\n:cost target for n in 10, 100, 1000"
  static let discussion = """
    Counted by the method on the graph: an array counts by its entries, and each arrow of the graph
    takes one multiplication, λ times a partial. So reverse mode costs a small multiple of f whatever
    the number n of inputs, forward mode n sweeps and differences n + 1 evaluations. Beside it what
    the compiled programs execute, where an operation on an array is one, and the median time.
    With `for n in …` the cost of a family: the name n takes these values, or, where there is no
    such name, the vectors under the target get that length.
    """
  static let examples = [
    "x = 1:10", ":cost prod(x) time=no", ":cost prod(x) for n in 10, 100, 1000",
  ]
  static let options = ["time"]
  static let clauses = ["wrt", "at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var arguments = arguments
    if let family = try CostFamily(&arguments, in: session) {
      return try growth(family, arguments, session)
    }
    var times = true
    if arguments.option("time") != nil { times = try arguments.isYes("time") }
    let target = try Target(arguments, in: session)
    let cost = try Cost(target, times: times, at: arguments.targetSpan)
    return Output(blocks: cost.blocks, json: [cost.json])
  }

  private static func growth(
    _ family: CostFamily, _ arguments: CommandArguments, _ session: Session
  ) throws(Diagnostic) -> Output {
    func heading(_ text: String) -> StyledText { StyledText(text, .heading) }
    var table = Table(
      columns: [heading(family.name.spelling)].map { .init(header: $0, kind: .count, gap: 2) },
      rows: [])
    for text in ["f", "∇f reverse", "∇f forward", "∇f differences", "reverse/f"] {
      table.columns.append(.init(header: heading(text), kind: .count, gap: 3))
    }
    var objects: [JSONValue] = []
    let format = NumberFormat(digits: 3)
    var text = ""
    for size in family.sizes {
      let target = try Target(arguments, in: family.session(session, size: size, arguments))
      try target.requireScalar(at: arguments.targetSpan)
      text = target.text
      let count = OperationCount(
        target.graph, output: target.node, variables: target.variables.map(\.node))
      let numbers = [size, count.value, count.reverse, count.forward, count.finite]
      let ratio = Double(count.reverse) / Double(max(1, count.value))
      table.rows.append(
        (numbers.map { "\($0)" } + [format.string(ratio)]).map { .text(StyledText($0, .number)) })
      objects.append(
        .object([
          ("n", .integer(size)), ("operations", count.json), ("ratio", .number(ratio)),
        ]))
    }
    return Output(
      blocks: [.table(table)],
      json: [
        .object([
          ("command", .string(name)), ("of", .string(text)),
          ("family", .string(family.name.spelling)), ("sizes", .array(objects)),
        ])
      ])
  }
}

/// The cost of one target.
private struct Cost {
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
    let kinds = count.kinds.map { "\($0.count) \($0.kind)" }.joined(separator: ", ")
    return [
      .table(table),
      .paragraph(StyledText("f: \(kinds.isEmpty ? "no operations" : kinds)", .faint)),
    ]
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
  fileprivate var json: JSONValue {
    .object([
      ("value", .integer(value)), ("reverse", .integer(reverse)), ("forward", .integer(forward)),
      ("finite", .integer(finite)),
    ])
  }
}

/// `for n in 10, 100, 1000` behind the target.
private struct CostFamily {
  let name: Name
  let sizes: [Int]
  private static let sizeLimit = 10_000_000

  /// Takes the family off the target; nil if there is none.
  init?(_ arguments: inout CommandArguments, in session: Session) throws(Diagnostic) {
    var scanner = WordScanner(arguments.source.utf8, arguments.target)
    var words: [WordScanner.Word] = []
    while let word = scanner.next() { words.append(word) }
    func text(_ word: WordScanner.Word) -> String { arguments.source.text(in: word.range) }
    guard let place = words.firstIndex(where: { text($0) == "for" }) else { return nil }
    guard place + 2 < words.count, text(words[place + 2]) == "in" else {
      throw Diagnostic(
        "a family is written 'for n in 10, 100, 1000'",
        at: SourceSpan(arguments.source, words[place].range))
    }
    name = Name(text(words[place + 1]))
    let list = words[place + 2].range.upperBound..<arguments.target.upperBound
    let span = SourceSpan(arguments.source, arguments.trimmed(list))
    let tree = try Parser.parseExpressions(in: arguments.source, range: list)
    var sizes: [Int] = []
    for statement in tree.statements {
      for entry in try session.evaluate(statement.node, tree).elements {
        guard let size = Int(exactly: entry), size > 0, size <= Self.sizeLimit else {
          throw Diagnostic("sizes are whole numbers from 1 to \(Self.sizeLimit)", at: span)
        }
        sizes.append(size)
      }
    }
    guard !sizes.isEmpty else {
      throw Diagnostic("sizes are missing", at: arguments.span, hint: "for n in 10, 100, 1000")
    }
    self.sizes = sizes
    let start = arguments.target.lowerBound
    arguments.target = arguments.trimmed(start..<words[place].range.lowerBound)
  }

  /// The session with the family at one size.
  func session(
    _ session: Session, size: Int, _ arguments: CommandArguments
  ) throws(Diagnostic) -> Session {
    var session = session
    let leaves = try leaves(under: arguments, session)
    if session.environment[name] != nil {
      session.edit { $0.setLeaf(name, to: .tensor(Tensor(Double(size))), isData: true) }
      return session
    }
    let length = leaves.lazy.compactMap { leaf -> Int? in
      if case .tensor(let tensor) = leaf.value, !leaf.isData, tensor.shape.isVector {
        return tensor.shape.count
      }
      return nil
    }.first
    guard let length, length > 0 else {
      throw Diagnostic(
        "nothing grows with '\(name)'", at: arguments.targetSpan,
        hint: "the target has no vector; define \(name) = 10 and use it in the target")
    }
    session.edit { $0.setLeaf(name, to: .tensor(Tensor(Double(size))), isData: true) }
    for leaf in leaves {
      guard case .tensor(let tensor) = leaf.value else { continue }
      let grown = tensor.resized(from: length, to: size)
      session.edit { $0.setLeaf(leaf.name, to: .tensor(grown)) }
    }
    return session
  }

  private func leaves(
    under arguments: CommandArguments, _ session: Session
  ) throws(Diagnostic) -> [(name: Name, value: Value, isData: Bool)] {
    let tree = try Parser.parseExpressions(in: arguments.source, range: arguments.target)
    guard let root = tree.statements.first?.node else { return [] }
    var open = tree.freeNames(of: root)
    var seen: Set<String> = []
    var leaves: [(name: Name, value: Value, isData: Bool)] = []
    while let next = open.popLast() {
      guard seen.insert(next.key).inserted, let entry = session.environment[next] else { continue }
      switch entry.binding {
      case .leaf(_, let value, let isData): leaves.append((entry.name, value, isData))
      case .definition(let definition): open += definition.freeNames
      case .function(let function): open += function.freeNames
      }
    }
    return leaves
  }
}

extension Tensor {
  /// Every dimension of `old` entries made `new` long, the entries repeated in turn.
  fileprivate func resized(from old: Int, to new: Int) -> Tensor {
    if shape.isScalar || !shape.dimensions.contains(old) { return self }
    let columns = shape.isVector ? 1 : shape.dimensions[1]
    let rows = shape.dimensions[0]
    let newRows = rows == old && !shape.isRow ? new : rows
    let newColumns = !shape.isVector && columns == old ? new : columns
    let entries = (0..<newRows * newColumns).map { entry in
      elements[entry / newColumns % rows * columns + entry % newColumns % columns]
    }
    let result: Shape =
      shape.isVector
      ? .vector(newRows) : shape.isRow ? .row(newColumns) : .matrix(newRows, newColumns)
    return Tensor(result, entries)
  }
}
