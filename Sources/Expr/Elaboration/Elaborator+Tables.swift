/// Reads files for the language, which has no access of its own.
public protocol FileProvider: Sendable {
  func contents(of path: String) throws(Diagnostic) -> [UInt8]
}

/// No files: for graphs that only compute.
public struct NoFiles: FileProvider {
  public init() {}

  public func contents(of path: String) throws(Diagnostic) -> [UInt8] {
    throw Diagnostic("files cannot be read here")
  }
}

extension Elaborator {
  /// `read("data.csv")`: a matrix with names for its columns.
  mutating func read(_ path: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> Elaborated {
    guard case .string(let name) = tree[path] else {
      throw Diagnostic(
        "the name of a file is needed, in quotes", at: tree.span(of: path),
        hint: "read(\"data.csv\")")
    }
    readsFiles = true
    do {
      let text = String(decoding: try environment.files.contents(of: name), as: UTF8.self)
      let table = try DelimitedText(text, name: name)
      let shape = Shape.matrix(table.rowCount, table.names.count)
      return .table(table.names, graph.constant(Tensor(shape, table.elements)))
    } catch {
      var placed = error
      placed.span = tree.span(of: path)
      throw placed
    }
  }

  /// `d.x`: a column of a table by its name.
  mutating func member(
    _ table: SyntaxID, _ column: Name, _ id: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    guard case .table(let names, let node) = try value(table, tree) else {
      throw Diagnostic(
        "only a table has columns by name", at: tree.span(of: id),
        hint: "d = read(\"data.csv\"), then d.\(column)")
    }
    guard let position = names.firstIndex(where: { Name($0) == column }) else {
      let close = Diagnostic.closest(to: column.spelling, among: names)
      throw Diagnostic(
        "this table has no column '\(column)'", at: tree.span(of: id),
        hint: close.map { "did you mean '\($0)'?" } ?? "columns: \(names.joined(separator: ", "))")
    }
    let shape = graph.shape(of: node)
    var axes = [Selection.Axis(positions: [position], isSingle: true)]
    // The row of a table that stands for one observation is a vector.
    if shape.rank == 2 {
      axes.insert(.init(positions: 0..<shape.dimensions[0], isSingle: false), at: 0)
    }
    return .tensor(
      graph.apply(Primitive[.index], [node], .selection(Selection(axes: axes, source: shape))))
  }
}
