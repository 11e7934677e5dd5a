/// A definition as the user wrote it: syntax, not yet a graph.
public struct Definition: Sendable {
  public let tree: SyntaxTree
  public let value: SyntaxID
  /// Data takes no gradient.
  public var isData: Bool
  /// The names it reads, built-in ones included, each once, in order of appearance.
  public let freeNames: [Name]

  public init(tree: SyntaxTree, value: SyntaxID, isData: Bool) {
    self.tree = tree
    self.value = value
    self.isData = isData
    self.freeNames = tree.freeNames(of: value)
  }

  /// The right-hand side as typed.
  public var text: String { tree.text(of: value) }
}

/// What the session's names stand for. A value: keeping a copy is how a failed statement, `:undo` and
/// `at x=…` leave the session as it was.
public struct Environment: Sendable {
  public enum Binding: Sendable {
    case leaf(Leaf.ID, Tensor, isData: Bool)
    case definition(Definition)
  }

  public struct Entry: Sendable {
    /// The name as first typed.
    public let name: Name
    public var binding: Binding
    /// Grows with the order in which names were first bound.
    public let order: Int
  }

  private var entries: [String: Entry] = [:]
  private var nextOrder = 0

  public init() {}

  /// All names in the order in which they were bound.
  public var all: [Entry] { entries.values.sorted { $0.order < $1.order } }
  public var isEmpty: Bool { entries.isEmpty }

  public subscript(name: Name) -> Entry? { entries[name.key] }

  /// Binds a name to a value. A leaf that is bound again keeps its identity and its place.
  public mutating func setLeaf(_ name: Name, to value: Tensor, isData: Bool? = nil) {
    var identity: Leaf.ID?
    var wasData = false
    switch entries[name.key]?.binding {
    case .leaf(let id, _, let data): (identity, wasData) = (id, data)
    case .definition(let definition): wasData = definition.isData
    case nil: break
    }
    let id = identity ?? Leaf.ID(order: entries[name.key]?.order ?? nextOrder)
    bind(name, .leaf(id, value, isData: isData ?? wasData))
  }

  public mutating func setDefinition(_ name: Name, to definition: Definition) {
    bind(name, .definition(definition))
  }

  private mutating func bind(_ name: Name, _ binding: Binding) {
    if entries[name.key] == nil {
      entries[name.key] = Entry(name: name, binding: binding, order: nextOrder)
      nextOrder += 1
    } else {
      entries[name.key]?.binding = binding
    }
  }

  public mutating func remove(_ name: Name) { entries[name.key] = nil }

  public mutating func markData(_ name: Name, _ isData: Bool) {
    switch entries[name.key]?.binding {
    case .leaf(let id, let value, _): entries[name.key]?.binding = .leaf(id, value, isData: isData)
    case .definition(var definition):
      definition.isData = isData
      entries[name.key]?.binding = .definition(definition)
    case nil: break
    }
  }

  /// The definitions that read a name, directly or through others, in order of definition.
  public func dependents(of name: Name) -> [Name] {
    var affected: Set<String> = [name.key]
    var found: [Name] = []
    var changed = true
    let all = self.all
    while changed {
      changed = false
      for entry in all where !affected.contains(entry.name.key) {
        guard case .definition(let definition) = entry.binding,
          definition.freeNames.contains(where: { affected.contains($0.key) })
        else { continue }
        affected.insert(entry.name.key)
        found.append(entry.name)
        changed = true
      }
    }
    return all.map(\.name).filter { found.contains($0) }
  }
}
