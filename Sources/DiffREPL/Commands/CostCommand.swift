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
