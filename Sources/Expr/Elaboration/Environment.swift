/// A definition as the user wrote it: syntax, not yet a graph.
public struct Definition: Sendable {
  public let tree: SyntaxTree
  public let value: SyntaxID
  /// Data takes no gradient.
  public var isData: Bool
  /// The names it reads, built-in ones included, each once, in order of appearance.
  public let freeNames: [Name]
  /// Which part of the value, from 0, where a tuple is taken apart: `(A, b) = t`.
  public let part: [Int]

  /// Where its random numbers come from.
  let random: RandomGenerator

  /// - Parameter random: the session's generator when the definition was entered.
  public init(
    tree: SyntaxTree, value: SyntaxID, isData: Bool, part: [Int] = [], random: RandomGenerator
  ) {
    self.random = random
    self.tree = tree
    self.value = value
    self.isData = isData
    self.part = part
    self.freeNames = tree.freeNames(of: value)
  }

  /// The right-hand side as typed.
  public var text: String {
    let whole = tree.text(of: value)
    return part.isEmpty ? whole : "(\(whole))" + part.map { "[\($0 + 1)]" }.joined()
  }
}

/// A function of the session.
public struct FunctionDefinition: Sendable {
  public let tree: SyntaxTree
  public let name: Name
  public let parameters: [SyntaxID]
  public let body: SyntaxID
  /// The names the body reads, its parameters and locals apart.
  public let freeNames: [Name]
  /// The whole statement as typed.
  public let text: String

  public init(
    tree: SyntaxTree, statement: SyntaxID, name: Name, parameters: [SyntaxID], body: SyntaxID
  ) {
    self.tree = tree
    self.name = name
    self.parameters = parameters
    self.body = body
    self.freeNames = tree.freeNames(of: statement)
    self.text = tree.text(of: statement)
  }

  /// `f(x, y)`.
  public var signature: String {
    "\(name)(\(parameters.map { tree.text(of: $0) }.joined(separator: ", ")))"
  }
}

/// What the session's names stand for. A value: keeping a copy is how a failed statement, `:undo` and
/// `at x=…` leave the session as it was.
public struct Environment: Sendable {
  public enum Binding: Sendable {
    case leaf(Leaf.ID, Value, isData: Bool)
    case definition(Definition)
    case function(FunctionDefinition)
  }

  public struct Entry: Sendable {
    /// The name as first typed.
    public let name: Name
    public var binding: Binding
    /// Grows with the order in which names were first bound.
    public let order: Int

    /// The names that a definition or a function reads.
    var freeNames: [Name] {
      switch binding {
      case .definition(let definition): definition.freeNames
      case .function(let function): function.freeNames
      case .leaf: []
      }
    }
  }

  private var entries: [String: Entry] = [:]
  private var nextOrder = 0

  /// Differentiates graphs for the derivative operators of the language.
  public let derivatives: any DerivativeProvider

  /// Reads files for `read`.
  public let files: any FileProvider
  /// Where the next random number of a statement comes from.
  public var random: RandomGenerator

  public init(
    derivatives: any DerivativeProvider = NoDerivatives(), files: any FileProvider = NoFiles(),
    seed: UInt64 = 0
  ) {
    self.derivatives = derivatives
    self.files = files
    random = RandomGenerator(seed: seed)
  }

  /// The same without any name.
  public var cleared: Environment {
    var environment = self
    environment.entries = [:]
    return environment
  }

  /// All names in the order in which they were bound.
  public var all: [Entry] { entries.values.sorted { $0.order < $1.order } }
  public var isEmpty: Bool { entries.isEmpty }

  /// Calls `body` with each leaf and its value; of a tuple with each of its parts.
  func forEachLeaf(_ body: (Leaf.ID, Tensor) -> Void) {
    for entry in entries.values {
      guard case .leaf(let id, let value, _) = entry.binding else { continue }
      for (part, tensor) in value.tensors.enumerated() {
        body(Leaf.ID(order: id.order, part: part), tensor)
      }
    }
  }

  public subscript(name: Name) -> Entry? { entries[name.key] }

  /// Binds a name to a value. A leaf that is bound again keeps its identity and its place.
  public mutating func setLeaf(_ name: Name, to value: Value, isData: Bool? = nil) {
    var identity: Leaf.ID?
    var wasData = false
    switch entries[name.key]?.binding {
    case .leaf(let id, _, let data): (identity, wasData) = (id, data)
    case .definition(let definition): wasData = definition.isData
    case .function, nil: break
    }
    let id = identity ?? Leaf.ID(order: entries[name.key]?.order ?? nextOrder)
    bind(name, .leaf(id, value, isData: isData ?? wasData))
  }

  public mutating func setDefinition(_ name: Name, to definition: Definition) {
    bind(name, .definition(definition))
  }

  public mutating func setFunction(_ name: Name, to function: FunctionDefinition) {
    bind(name, .function(function))
  }

  private mutating func bind(_ name: Name, _ binding: Binding) {
    if entries[name.key] == nil {
      entries[name.key] = Entry(name: name, binding: binding, order: nextOrder)
      nextOrder += 1
    } else {
      entries[name.key]?.binding = binding
    }
  }

  /// Puts back what a name was, or forgets it: for names that live only for a while.
  public mutating func replace(_ name: Name, by entry: Entry?) { entries[name.key] = entry }

  public mutating func remove(_ name: Name) { entries[name.key] = nil }

  public mutating func markData(_ name: Name, _ isData: Bool) {
    switch entries[name.key]?.binding {
    case .leaf(let id, let value, _): entries[name.key]?.binding = .leaf(id, value, isData: isData)
    case .definition(var definition):
      definition.isData = isData
      entries[name.key]?.binding = .definition(definition)
    case .function, nil: break
    }
  }

  /// The names through which a definition leads back to itself, itself first; nil if it does not.
  /// One walk over the names under it, in a loop: chains may be long.
  public func circle(through name: Name) -> [Name]? {
    func reads(_ name: Name) -> [Name] { entries[name.key]?.freeNames ?? [] }
    var visited: Set<Name> = []
    var path = [(name: entries[name.key]?.name ?? name, needs: reads(name)[...])]
    while let needed = path[path.count - 1].needs.popFirst() ?? nil {
      if needed == name { return path.map(\.name) }
      if visited.insert(needed).inserted { path.append((needed, reads(needed)[...])) }
      while path.count > 1, path[path.count - 1].needs.isEmpty { path.removeLast() }
    }
    return nil
  }

  /// Whether one of some names is `function`, or a function that leads to it.
  public func call(_ names: [Name], leadsTo function: Name) -> Bool {
    var visited: Set<Name> = []
    var pending = names
    while let name = pending.popLast() {
      if name == function { return true }
      guard visited.insert(name).inserted, case .function(let called) = entries[name.key]?.binding
      else { continue }
      pending += called.freeNames
    }
    return false
  }

  /// The definitions that read a name, directly or through others, in order of definition.
  public func dependents(of name: Name) -> [Name] {
    // Nothing reads most names, and a session may have many: they are not put in order for that.
    guard entries.values.contains(where: { $0.freeNames.contains { $0.key == name.key } }) else {
      return []
    }
    var affected: Set<String> = [name.key]
    var found: [Name] = []
    var changed = true
    let all = self.all
    while changed {
      changed = false
      for entry in all where !affected.contains(entry.name.key) {
        guard entry.freeNames.contains(where: { affected.contains($0.key) }) else { continue }
        affected.insert(entry.name.key)
        if case .definition = entry.binding { found.append(entry.name) }
        changed = true
      }
    }
    return all.map(\.name).filter { found.contains($0) }
  }
}
