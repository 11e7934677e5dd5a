/// Models of `:fit`, which are written for one observation.
extension Elaborator {
  /// A model written for one observation, for all of them at a time: normally a vector of `count`.
  ///
  /// A name whose value is a vector of `count` numbers stands for its entry, one that is a matrix of
  /// `count` rows for its row, wherever the model and the functions it calls read it. Definitions are
  /// elaborated as they are, with whole columns, and then stand for their entry in the same way.
  ///
  /// - Parameter parameters: keys of names that never stand for an entry.
  /// - Throws: what is wrong with the model when it is read so.
  public mutating func elaborateObservations(
    _ id: SyntaxID, of tree: SyntaxTree, count: Int, parameters: Set<String>
  ) throws(Diagnostic) -> NodeID {
    let names = tree.freeNames(of: id), span = tree.span(of: id)
    try elaborateDefinitions(under: names, at: span)
    let columns = try observedColumns(under: names, count, parameters, at: span)
    guard !columns.isEmpty else {
      let node = try self.node(id, tree)
      let isNumber = graph.shape(of: node).isScalar
      return isNumber ? graph.broadcast(node, to: .vector(count)) : node
    }
    let outer = (locals, valuesOfDefinitions)
    defer { (locals, valuesOfDefinitions) = outer }
    let walks = columns.map { Walk.tensor($0.value.nodes[0], count: count) }
    return try mapped(over: EntryTable(.zipped(walks)), at: span) {
      elaborator throws(Diagnostic) in
      guard case .tuple(let entries)? = elaborator.locals[EntryTable.soleName] else {
        preconditionFailure("columns side by side have a tuple of entries")
      }
      for (column, entry) in zip(columns, entries) {
        elaborator.valuesOfDefinitions[column.name.key] = column.value.replacing(entry.nodes)
      }
      return try elaborator.node(id, tree)
    }
  }

  /// The names, read directly or by functions, whose values have an entry or a row for each
  /// observation.
  private mutating func observedColumns(
    under names: [Name], _ count: Int, _ parameters: Set<String>, at span: SourceSpan
  ) throws(Diagnostic) -> [(name: Name, value: Elaborated)] {
    var columns: [(name: Name, value: Elaborated)] = []
    var seen = parameters
    var pending = names
    while let name = pending.popLast() {
      guard seen.insert(name.key).inserted else { continue }
      switch environment[name]?.binding {
      case .function(let function): pending += function.freeNames
      case .leaf, .definition:
        let value = try resolve(name, at: span)
        switch value {
        case .tensor(let node), .table(_, let node):
          let shape = graph.shape(of: node)
          if !shape.isRow, !shape.isScalar, shape.dimensions[0] == count {
            columns.append((name, value))
          }
        case .tuple, .string, .function: break
        }
      case nil: break
      }
    }
    return columns
  }
}
