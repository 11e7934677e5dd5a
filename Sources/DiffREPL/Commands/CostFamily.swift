import Expr

/// `for n in 10, 100, 1000` behind the target.
struct CostFamily {
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
