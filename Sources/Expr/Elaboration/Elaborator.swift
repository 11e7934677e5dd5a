/// Turns syntax into a graph: names are resolved, shapes checked, definitions inlined as the nodes
/// they are, so that a name is one node however often it is used.
///
/// One elaborator makes one arena. Nesting is limited by the parser and by a depth of calls, and
/// chains of operators are walked in a loop, so the recursion here is bounded; definitions under
/// definitions are elaborated in dependency order, never recursively.
public struct Elaborator {
  public internal(set) var graph: Graph
  public let environment: Environment
  /// The definitions met, in the order in which they were elaborated.
  public private(set) var definitions: [(name: Name, value: Elaborated)] = []
  /// Leaves whose value decided something (a size, a bound): when it changes, elaborate again.
  public internal(set) var staticUses: Set<Leaf.ID> = []
  /// The names looked up in the environment, bound or not.
  private var namesRead: Set<Name> = []
  /// The definitions that drew random numbers, by key.
  private var drawing: Set<String> = []
  /// Whether a file was read, which may hold something else next time.
  var readsFiles = false

  /// What names of the session stand for, where that is known: definitions, and columns of data while
  /// a model is elaborated for one observation.
  var valuesOfDefinitions: [String: Elaborated] = [:]
  /// Parameters and locals of the function or block being elaborated.
  var locals: [String: Elaborated] = [:]
  /// The dimension that `end` stands for inside an index.
  var endValues: [Int] = []
  /// Nodes that stand for the entries a loop walks over; what depends on one is not known yet.
  var placeholders: [NodeID] = []
  var placeholderCount = 0
  /// The conditions of the branches being elaborated that are known only when the program runs.
  var branchConditions: [NodeID] = []
  /// Where the next random number comes from.
  public internal(set) var random: RandomGenerator
  /// Calls within calls, which recursion without end must not overflow.
  var callDepth = 0

  /// The last condition that was not known while elaborating: what a recursion fails to end by.
  var openCondition: String?

  static let callDepthLimit = 100

  /// - Parameters:
  ///   - foldsConstants: false keeps operations on constants as they were typed.
  ///   - recordsOrigins: for messages about a node; it costs a dictionary.
  public init(
    _ environment: Environment, foldsConstants: Bool = true, recordsOrigins: Bool = false
  ) {
    self.environment = environment
    graph = Graph(foldsConstants: foldsConstants, recordsOrigins: recordsOrigins)
    random = environment.random
  }

  /// The value of an expression as nodes.
  ///
  /// - Throws: what is wrong with it, with its place.
  public mutating func elaborateValue(
    _ id: SyntaxID, of tree: SyntaxTree
  ) throws(Diagnostic) -> Elaborated {
    try elaborateDefinitions(under: tree.freeNames(of: id), at: tree.span(of: id))
    return try value(id, tree)
  }

  /// The node of an expression that must be a number or an array.
  public mutating func elaborate(
    _ id: SyntaxID, of tree: SyntaxTree
  ) throws(Diagnostic) -> NodeID {
    try elaborateValue(id, of: tree).tensor(at: tree.span(of: id))
  }

  /// The value of a function called with values of the session.
  ///
  /// - Throws: what is wrong with the call, at `span`.
  public mutating func elaborateCall(
    of function: Function, with arguments: [Name], at span: SourceSpan
  ) throws(Diagnostic) -> Elaborated {
    var values: [Elaborated] = []
    for argument in arguments { values.append(try elaborateValue(argument, at: span)) }
    return try apply(function, to: values, at: span)
  }

  /// The value of a name of the session.
  public mutating func elaborateValue(
    _ name: Name, at span: SourceSpan?
  ) throws(Diagnostic) -> Elaborated {
    try elaborateDefinitions(under: [name], at: span)
    return try resolve(name, at: span)
  }

  /// The node of a name of the session that must be a number or an array.
  public mutating func elaborate(_ name: Name, at span: SourceSpan?) throws(Diagnostic) -> NodeID {
    try elaborateValue(name, at: span).tensor(at: span)
  }

  /// The node of an expression whose definitions are elaborated already.
  mutating func node(_ id: SyntaxID, _ tree: SyntaxTree) throws(Diagnostic) -> NodeID {
    try value(id, tree).tensor(at: tree.span(of: id))
  }

  // MARK: Definitions

  /// What a name rests on: a definition to elaborate, or a function whose body reads names.
  private struct Work {
    let name: Name
    let definition: Definition?
    let needs: [Name]
    var position = 0
  }

  /// Elaborates the definitions that some names need, those they rest on first.
  mutating func elaborateDefinitions(
    under names: [Name], at span: SourceSpan?
  ) throws(Diagnostic) {
    var visitedFunctions: Set<String> = []
    for name in names {
      guard let work = pending(name, &visitedFunctions) else { continue }
      var path = [work]
      // The definitions on the path, for a chain of thousands: one needed again closes a circle.
      var underway: Set<String> = work.definition == nil ? [] : [name.key]
      while let current = path.last {
        if current.position < current.needs.count {
          path[path.count - 1].position += 1
          let needed = current.needs[current.position]
          if underway.contains(needed.key) {
            let start = path.firstIndex { $0.name == needed && $0.definition != nil } ?? 0
            throw .cycle(path[start...].map(\.name), at: span)
          }
          guard let next = pending(needed, &visitedFunctions) else { continue }
          if next.definition != nil { underway.insert(needed.key) }
          path.append(next)
        } else {
          if let definition = current.definition {
            try finish(current.name, definition)
            underway.remove(current.name.key)
          }
          path.removeLast()
        }
      }
    }
  }

  private mutating func pending(_ name: Name, _ visitedFunctions: inout Set<String>) -> Work? {
    namesRead.insert(name)
    switch environment[name]?.binding {
    case .definition(let definition) where valuesOfDefinitions[name.key] == nil:
      return Work(name: name, definition: definition, needs: definition.freeNames)
    case .function(let function) where visitedFunctions.insert(name.key).inserted:
      return Work(name: name, definition: nil, needs: function.freeNames)
    default: return nil
    }
  }

  private mutating func finish(_ name: Name, _ definition: Definition) throws(Diagnostic) {
    // A definition draws the numbers it drew when it was entered.
    let outer = (endValues, locals, random)
    (endValues, locals, random) = ([], [:], definition.random)
    defer { (endValues, locals, random) = outer }
    var result = try value(definition.value, definition.tree)
    if random != definition.random { drawing.insert(name.key) }
    for position in definition.part {
      guard case .tuple(let parts) = result, parts.indices.contains(position) else {
        throw Diagnostic(
          "the tuple that '\(name)' is taken from has no part \(position + 1)",
          at: definition.tree.span(of: definition.value))
      }
      result = parts[position]
    }
    if definition.isData {
      result = result.replacing(result.nodes.map { graph.apply(Primitive.required("stop"), [$0]) })
    }
    valuesOfDefinitions[name.key] = result
    definitions.append((environment[name]?.name ?? name, result))
  }

  // MARK: Names

  mutating func resolve(_ name: Name, at span: SourceSpan?) throws(Diagnostic) -> Elaborated {
    if let local = locals[name.key] { return local }
    if let known = valuesOfDefinitions[name.key] { return known }
    switch environment[name]?.binding {
    case .leaf(let id, let value, let isData):
      if case .tensor = value, let known = graph.node(of: id) { return .tensor(known) }
      return leaf(environment[name]?.name ?? name, id, value, isData: isData)
    case .function(let function):
      return .function(
        .closure(
          Closure(
            name: function.name, tree: function.tree, parameters: function.parameters,
            body: function.body, locals: [:])))
    case .definition, nil: break
    }
    if let constant = Builtins.constants[name.key] { return .tensor(graph.constant(constant)) }
    if Builtins.isBuiltin(name.key) { return .function(.builtin(name)) }
    throw .unknownName(name, in: environment, at: span)
  }

  /// The nodes of a leaf, one for each tensor in it.
  private mutating func leaf(
    _ name: Name, _ id: Leaf.ID, _ value: Value, isData: Bool
  ) -> Elaborated {
    var parts: [NodeID] = []
    for (part, (path, tensor)) in zip(value.paths, value.tensors).enumerated() {
      let partName =
        path.isEmpty ? name : Name(key: name.key + path, spelling: name.spelling + path)
      let leaf = Leaf(id: Leaf.ID(order: id.order, part: part), name: partName, isData: isData)
      parts.append(graph.leaf(leaf, shape: tensor.shape))
    }
    return value.elaborated.replacing(parts)
  }

  /// What this elaboration rests on; nil where doing it again may give something else, since it read
  /// a file or drew random numbers outside definitions.
  public var dependencies: Dependencies? {
    guard !readsFiles, random == environment.random else { return nil }
    return Dependencies(namesRead, staticUses: staticUses, drawing: drawing, in: environment)
  }

  // MARK: Values known while elaborating

  /// The value of a node, computed now: a bound, a size, an index. The leaves under it become static
  /// uses.
  ///
  /// - Throws: `.notKnownYet` if it depends on the entry that a loop has reached.
  mutating func staticValue(of node: NodeID, at span: SourceSpan?) throws(Diagnostic) -> Tensor {
    if let constant = graph.constant(of: node) { return constant }
    if dependsOnPlaceholder(node) { throw .notKnownYet(at: span) }
    for (_, leaf) in graph.leaves(under: [node]) { staticUses.insert(leaf.id) }
    return try graph.values(of: [node], in: environment)[0]
  }

  func dependsOnPlaceholder(_ node: NodeID) -> Bool {
    guard !placeholders.isEmpty else { return false }
    let reached = graph.ancestors(of: [node])
    return placeholders.contains { reached[$0.index] }
  }

  /// Makes an operation on operands the user wrote: a misfit of shapes is their error, at `span`.
  mutating func apply(
    _ name: String, _ operands: [NodeID], _ attribute: Attribute = .none, at span: SourceSpan
  ) throws(Diagnostic) -> NodeID {
    graph.origin = span
    do {
      return try graph.checked(name, operands, attribute)
    } catch {
      throw Diagnostic(error.message, at: span, hint: error.hint)
    }
  }
}

extension Value {
  /// The structure with placeholders for its tensors.
  fileprivate var elaborated: Elaborated {
    switch self {
    case .tensor: .tensor(NodeID(rawValue: 0))
    case .table(let names, _): .table(names, NodeID(rawValue: 0))
    case .tuple(let parts): .tuple(parts.map(\.elaborated))
    case .string(let text): .string(text)
    case .function: .tuple([])
    }
  }
}

extension Graph {
  /// The values of some nodes with the leaves as they are in an environment.
  public func values(
    of outputs: [NodeID], in environment: Environment
  ) throws(Diagnostic) -> [Tensor] {
    try compiled(outputs).values(outputs.count, in: environment)
  }

  /// The values of some nodes by plain arithmetic, step by step as they are typed.
  public func values(
    asTyped outputs: [NodeID], in environment: Environment
  ) throws(Diagnostic) -> [Tensor] {
    try Program(self, outputs: outputs).values(outputs.count, in: environment)
  }

  /// The value of something elaborated, with the leaves as they are in an environment.
  public func value(
    of elaborated: Elaborated, in environment: Environment
  ) throws(Diagnostic) -> Value {
    try evaluation(of: elaborated, in: environment).value
  }

  /// The value, and what kernels tell of how it was found.
  public func evaluation(
    of elaborated: Elaborated, in environment: Environment
  ) throws(Diagnostic) -> (value: Value, notes: [String]) {
    let outputs = elaborated.nodes
    let program = try compiled(outputs)
    var tensors = try program.values(outputs.count, in: environment)[...]
    return (elaborated.value(from: &tensors), program.notes)
  }
}

extension Elaborated {
  /// The value of this structure with tensors in it, taken in order.
  public func value(from tensors: inout ArraySlice<Tensor>) -> Value {
    switch self {
    case .tensor: return .tensor(tensors.removeFirst())
    case .table(let names, _): return .table(names, tensors.removeFirst())
    case .tuple(let parts):
      var values: [Value] = []
      for part in parts { values.append(part.value(from: &tensors)) }
      return .tuple(values)
    case .string(let text): return .string(text)
    case .function(let function): return .function(function.signature)
    }
  }
}

extension Program {
  /// The first outputs with the leaves as they are in an environment.
  fileprivate func values(
    _ count: Int, in environment: Environment
  ) throws(Diagnostic) -> [Tensor] {
    setLeaves(from: environment)
    try run()
    return (0..<count).map { value(ofOutput: $0) }
  }

  /// Sets every leaf to its value in an environment.
  public func setLeaves(from environment: Environment) {
    environment.forEachLeaf { set($0, to: $1) }
  }
}
