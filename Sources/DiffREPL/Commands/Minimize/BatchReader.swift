import AD
import Expr

/// Reads `batch=m rows=X,y order=… seed=…`: which data is taken in rows, and the target made of that
/// many rows.
struct BatchReader {
  let batches: MiniBatches
  let parts: (batch: MiniBatches.Part, rest: MiniBatches.Part?)

  private enum Order: String, CaseIterable { case random, cyclic }

  /// Data whose first dimension counts rows.
  private struct Rows {
    let name: Name
    let value: Tensor
    let columns: [String]?
    var count: Int { value.shape.isRow ? 1 : value.shape.dimensions.first ?? 0 }
    var width: Int { count == 0 ? 0 : value.shape.count / count }

    /// The same with the first rows only.
    func first(_ rows: Int) -> Value {
      let entries = Array(value.elements.prefix(rows * width))
      let shape = Shape([rows] + value.shape.dimensions.dropFirst())
      return columns.map { .table($0, Tensor(shape, entries)) } ?? .tensor(Tensor(shape, entries))
    }
  }

  init(
    _ arguments: CommandArguments, _ target: Target, in session: Session
  ) throws(Diagnostic) {
    let rows = try Self.rows(arguments, target)
    let count = rows[0].count
    guard let size = try arguments.count("batch", least: 1, in: session) else {
      throw Diagnostic(
        "'rows=' needs 'batch=', the rows of one step", at: arguments.place(of: "rows"),
        hint: "batch=1")
    }
    guard size <= count else {
      throw Diagnostic(
        "a batch of \(size) is more than the \(count) rows there are",
        at: arguments.place(of: "batch"))
    }
    let order = try arguments.choice("order", Order.self) ?? .random
    var generator = session.environment.random
    if let seed = try arguments.count("seed", least: 0, in: session) {
      generator = RandomGenerator(seed: UInt64(seed))
    }
    let tables = rows.compactMap { rows -> MiniBatches.Table? in
      guard
        case .leaf(let id, _, _)? = Self.session(session, rows: [rows], size)
          .environment[rows.name]?.binding
      else { return nil }
      return MiniBatches.Table(leaf: id, values: rows.value.elements, width: rows.width)
    }
    batches = MiniBatches(
      tables, rows: count, size: size, isRandom: order == .random, generator: generator)
    let rest = count % size
    let batch = try Self.part(arguments, session, rows, size)
    parts = (batch, rest == 0 ? nil : try Self.part(arguments, session, rows, rest))
  }

  private static func rows(
    _ arguments: CommandArguments, _ target: Target
  ) throws(Diagnostic) -> [Rows] {
    guard let span = arguments.place(of: "rows") else {
      let data = target.graph.leaves(under: [target.node]).filter { $0.leaf.isData }
      let names = data.map(\.leaf.name.spelling).joined(separator: ",")
      throw Diagnostic(
        "'batch=' needs 'rows=', the data that is taken in rows", at: arguments.place(of: "batch"),
        hint: "rows=\(names.isEmpty ? "X,y" : names)")
    }
    var rows: [Rows] = []
    for piece in arguments.pieces(of: span.range, separator: UInt8(ascii: ",")) {
      let place = SourceSpan(arguments.source, piece)
      guard let names = try? arguments.names(in: piece), names.count == 1 else {
        let text = arguments.source.text(in: piece)
        throw Diagnostic(
          "'rows=' takes names of data, not '\(text)'", at: piece.isEmpty ? span : place,
          hint: text.isEmpty ? "rows=X,y" : "data Z = \(text) gives it a name")
      }
      rows.append(try Self.rows(names[0], target, place))
    }
    for other in rows.dropFirst() where other.count != rows[0].count {
      throw Diagnostic(
        "'\(rows[0].name)' has \(rows[0].count) rows and '\(other.name)' \(other.count)", at: span,
        hint: "row i of one belongs to row i of the other")
    }
    return rows
  }

  private static func rows(
    _ name: Name, _ target: Target, _ span: SourceSpan
  ) throws(Diagnostic) -> Rows {
    guard !target.groups.contains(where: { $0.name == name }) else {
      throw Diagnostic("'\(name)' is moved: only data is taken in rows", at: span)
    }
    var elaborator = Elaborator(target.environment)
    let elaborated = try elaborator.elaborateValue(name, at: span)
    let value = try elaborator.graph.value(of: elaborated, in: target.environment)
    let shown = target.environment[name]?.name ?? name
    switch value {
    case .tensor(let tensor) where !tensor.shape.isScalar && !tensor.shape.isRow:
      return Rows(name: shown, value: tensor, columns: nil)
    case .table(let columns, let tensor): return Rows(name: shown, value: tensor, columns: columns)
    default:
      throw Diagnostic("'\(name)' is a \(value): it has no rows", at: span)
    }
  }

  /// The session with fewer rows.
  private static func session(_ session: Session, rows: [Rows], _ size: Int) -> Session {
    var session = session
    session.edit { environment in
      for rows in rows { environment.setLeaf(rows.name, to: rows.first(size), isData: true) }
    }
    return session
  }

  /// The target made of some number of rows.
  ///
  /// - Throws: where it is not made for that number, and says what to look for.
  private static func part(
    _ arguments: CommandArguments, _ session: Session, _ rows: [Rows], _ size: Int
  ) throws(Diagnostic) -> MiniBatches.Part {
    do {
      let target = try Target(
        arguments, in: Self.session(session, rows: rows, size), variablesClause: "over")
      return MiniBatches.Part(
        output: target.node, variables: target.variables.map(\.node), graph: target.graph,
        environment: target.environment)
    } catch {
      throw Diagnostic(
        "with \(size) rows the target does not fit together: \(error.message)",
        at: arguments.place(of: "rows"),
        hint: "name all data that has a row for each observation")
    }
  }
}
