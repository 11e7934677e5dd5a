import AD
import Expr

enum ChainCommand: Command {
  static let name = "chain"
  static let summary = "what a product of Jacobians costs forward, backward and in the best order"
  static let usage = ":chain A0, A1, …\n:chain 50x40, 40x30, 30x1"
  static let discussion = """
    Multiplications of the product A0 A1 …, given by sizes or by matrices of the session: from the
    left (forward mode), from the right (reverse mode), and in the order that is best, found by
    dynamic programming. Backward wins where the last matrix is narrow, as a loss is; forward where
    the first is flat; sometimes neither.
    """
  static let examples = [":chain 50x40, 40x30, 30x1", ":chain 10x2, 2x10, 10x2, 2x10"]

  /// A chain of more matrices is shown by its costs alone.
  private static let writtenLimit = 8

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var names: [String] = []
    var sizes: [Int] = []
    for (position, piece) in arguments.pieces(of: arguments.target).enumerated() {
      let span = SourceSpan(arguments.source, piece)
      let (name, rows, columns) = try factor(piece, position, arguments, session)
      if let last = sizes.last, last != rows {
        throw Diagnostic(
          "this has \(rows) rows, the matrix before it \(last) columns", at: span,
          hint: "in a product the columns of one are the rows of the next")
      }
      if sizes.isEmpty { sizes.append(rows) }
      sizes.append(columns)
      names.append(name)
    }
    guard names.count > 1 else {
      throw Diagnostic(
        "a chain has two matrices or more", at: arguments.targetSpan,
        hint: ":chain 50x40, 40x30, 30x1")
    }
    let chain = try MatrixChain(sizes: sizes)
    return Output(
      blocks: [.table(table(chain, names)), .paragraph(StyledText(verdict(chain)))],
      json: [
        .object([
          ("command", .string(name)), ("sizes", .array(sizes.map { .integer($0) })),
          ("forward", .integer(chain.forward)), ("backward", .integer(chain.backward)),
          ("optimal", .integer(chain.optimal)), ("order", .string(chain.bestOrder(names))),
        ])
      ])
  }

  /// The name and the size of one matrix: `50x40`, or an expression; a vector is a column.
  private static func factor(
    _ piece: Range<Int>, _ position: Int, _ arguments: CommandArguments, _ session: Session
  ) throws(Diagnostic) -> (name: String, rows: Int, columns: Int) {
    let text = arguments.source.text(in: piece)
    let span = SourceSpan(arguments.source, piece)
    let parts = text.split(
      separator: text.contains("×") ? "×" : "x", omittingEmptySubsequences: false
    )
    .map { $0.filter { $0 != " " } }
    if parts.count == 2, parts.allSatisfy({ $0.first?.isNumber ?? false }) {
      guard let rows = Int(parts[0]), let columns = Int(parts[1]), rows > 0, columns > 0 else {
        throw Diagnostic("a size is written rows x columns, 50x40", at: span)
      }
      return ("A\(position)", rows, columns)
    }
    let tree = try Parser.parseExpressions(in: arguments.source, range: piece)
    guard let node = tree.statements.first?.node, tree.statements.count == 1 else {
      throw Diagnostic("a size or a matrix is needed here", at: span, hint: ":chain 50x40, 40x1")
    }
    let shape = try session.evaluate(node, tree).shape
    guard !shape.isScalar else {
      throw Diagnostic("a number has no size to count", at: span, hint: "a 1×1 matrix is 1x1")
    }
    var shown = "A\(position)"
    if case .name = tree[node] { shown = text }
    return (shown, shape.dimensions[0], shape.isVector ? 1 : shape.dimensions[1])
  }

  private static func table(_ chain: MatrixChain, _ names: [String]) -> Table {
    let isWritten = names.count <= writtenLimit
    let rows: [(String, Int, String)] = [
      ("forward", chain.forward, isWritten ? chain.forwardOrder(names) : "from the left"),
      ("backward", chain.backward, isWritten ? chain.backwardOrder(names) : "from the right"),
      ("best", chain.optimal, isWritten ? chain.bestOrder(names) : ""),
    ]
    let most = Double(max(1, rows.map(\.1).max() ?? 1))
    var table = Table(
      columns: [
        .init(header: "", kind: .symbol, gap: 2),
        .init(header: StyledText("multiplications", .heading), kind: .count, gap: 2),
        .init(header: "", kind: .symbol, gap: 2),
        .init(header: StyledText("order", .heading), kind: .formula, gap: 2),
      ], rows: [])
    for (name, cost, order) in rows {
      let length = max(cost > 0 ? 1 : 0, Int((Double(cost) / most * 24).rounded()))
      table.rows.append([
        .text(StyledText(name, .name)), .text(StyledText("\(cost)", .number)),
        .text(StyledText(String(repeating: "█", count: length), .adjoint)),
        .text(StyledText(order)),
      ])
    }
    return table
  }

  private static func verdict(_ chain: MatrixChain) -> String {
    let format = NumberFormat(digits: 3)
    let best = Double(max(1, chain.optimal))
    func times(_ cost: Int) -> String { format.string(Double(cost) / best) }
    if chain.optimal < min(chain.forward, chain.backward) {
      return "Neither end is best: forward costs \(times(chain.forward)) times the best order, "
        + "backward \(times(chain.backward)) times."
    }
    if chain.forward == chain.backward { return "Both ends cost the same, and nothing is better." }
    return chain.backward < chain.forward
      ? "Backward is best: forward costs \(times(chain.forward)) times as much."
      : "Forward is best: backward costs \(times(chain.backward)) times as much."
  }
}
