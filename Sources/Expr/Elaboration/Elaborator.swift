/// Turns syntax into a graph: names are resolved, shapes checked, definitions inlined as the nodes
/// they are, so that a name is one node however often it is used.
///
/// One elaborator makes one arena. Nesting is limited by the parser and chains of operators are
/// walked in a loop, so the recursion here is shallow; definitions under definitions are elaborated
/// in dependency order, never recursively.
public struct Elaborator {
  public internal(set) var graph = Graph()
  public let environment: Environment
  /// The nodes of the definitions met, in the order in which they were elaborated.
  public private(set) var definitions: [(name: Name, node: NodeID)] = []
  /// Leaves whose value decided something (a size, a bound): when it changes, elaborate again.
  public private(set) var staticUses: Set<Leaf.ID> = []

  private var nodesOfDefinitions: [String: NodeID] = [:]
  /// The dimension that `end` stands for inside an index.
  var endValues: [Int] = []

  public init(_ environment: Environment) { self.environment = environment }

  /// The node of an expression.
  ///
  /// - Throws: what is wrong with it, with its place.
  public mutating func elaborate(
    _ id: SyntaxID, of tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    try elaborateDefinitions(under: tree.freeNames(of: id), at: tree.span(of: id))
    return try node(id, tree)
  }

  /// The node of a name of the session.
  public mutating func elaborate(_ name: Name, at span: SourceSpan?) throws(Diagnostic) -> NodeID {
    try elaborateDefinitions(under: [name], at: span)
    return try resolve(name, at: span)
  }

  /// The name of the first definition that is this node.
  public func definitionName(of node: NodeID) -> Name? {
    definitions.first { $0.node == node }?.name
  }

  // MARK: Definitions

  /// Elaborates the definitions that some names need, those they rest on first.
  mutating func elaborateDefinitions(
    under names: [Name], at span: SourceSpan?
  ) throws(Diagnostic) {
    /// A definition being elaborated and how many of its names are done.
    var path: [(name: Name, definition: Definition, position: Int)] = []
    for name in names {
      guard let definition = pending(name) else { continue }
      path.append((name, definition, 0))
      while let current = path.last {
        if current.position < current.definition.freeNames.count {
          path[path.count - 1].position += 1
          let needed = current.definition.freeNames[current.position]
          guard let next = pending(needed) else { continue }
          if let start = path.firstIndex(where: { $0.name == needed }) {
            throw .cycle(path[start...].map(\.name), at: span)
          }
          path.append((needed, next, 0))
        } else {
          try finish(current.name, current.definition)
          path.removeLast()
        }
      }
    }
  }

  /// The definition of a name that is not elaborated yet.
  private func pending(_ name: Name) -> Definition? {
    guard nodesOfDefinitions[name.key] == nil,
      case .definition(let definition) = environment[name]?.binding
    else { return nil }
    return definition
  }

  private mutating func finish(_ name: Name, _ definition: Definition) throws(Diagnostic) {
    let outerEnds = endValues
    endValues = []
    defer { endValues = outerEnds }
    var result = try node(definition.value, definition.tree)
    if definition.isData { result = graph.apply(Primitive.required("stop"), [result]) }
    nodesOfDefinitions[name.key] = result
    definitions.append((environment[name]?.name ?? name, result))
  }

  // MARK: Names

  func span(_ id: SyntaxID, _ tree: SyntaxTree) -> SourceSpan { tree.span(of: id) }

  mutating func resolve(_ name: Name, at span: SourceSpan?) throws(Diagnostic) -> NodeID {
    if let known = nodesOfDefinitions[name.key] { return known }
    if let entry = environment[name], case .leaf(let id, let value, let isData) = entry.binding {
      return graph.leaf(Leaf(id: id, name: entry.name, isData: isData), shape: value.shape)
    }
    if let constant = Builtins.constants[name.key] { return graph.constant(constant) }
    if Builtins.planned.contains(name.key) { throw .notSupportedYet("'\(name)'", at: span) }
    if Builtins.isBuiltin(name.key) { throw .functionAsValue(name, at: span) }
    throw .unknownName(name, in: environment, at: span)
  }

  // MARK: Values known while elaborating

  /// The value of a node, computed now: a bound, a size, an index. The leaves under it become static
  /// uses.
  mutating func staticValue(of node: NodeID) throws(Diagnostic) -> Tensor {
    if let constant = graph.constant(of: node) { return constant }
    for (_, leaf) in graph.leaves(under: [node]) { staticUses.insert(leaf.id) }
    return try graph.values(of: [node], in: environment)[0]
  }

  /// Makes an operation on operands the user wrote: a misfit of shapes is their error, at `span`.
  mutating func apply(
    _ name: String, _ operands: [NodeID], _ attribute: Attribute = .none, at span: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    do {
      return try graph.checked(name, operands, attribute)
    } catch {
      throw Diagnostic(error.message, at: span, hint: error.hint)
    }
  }
}

extension Graph {
  /// The values of some nodes with the leaves as they are in an environment.
  public func values(
    of outputs: [NodeID], in environment: Environment
  ) throws(Diagnostic) -> [Tensor] {
    let program = try Program(self, outputs: outputs)
    program.setLeaves(from: environment)
    try program.run()
    return outputs.indices.map { program.value(ofOutput: $0) }
  }
}

extension Program {
  /// Sets every leaf to its value in an environment.
  public func setLeaves(from environment: Environment) {
    for entry in environment.all {
      if case .leaf(let id, let value, _) = entry.binding { set(id, to: value) }
    }
  }
}
