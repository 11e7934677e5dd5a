/// What an expression elaborates to: a node of the graph, or a value made of nodes.
public indirect enum Elaborated: Sendable {
  case tensor(NodeID)
  case tuple([Elaborated])
  case string(String)
  case function(Function)
  /// A matrix with names for its columns.
  case table([String], NodeID)

  /// The tensors in it, in order.
  public var nodes: [NodeID] {
    switch self {
    case .tensor(let node), .table(_, let node): [node]
    case .tuple(let parts): parts.flatMap(\.nodes)
    case .string, .function: []
    }
  }

  /// The same structure with other nodes in it, taken in order.
  public func replacing(_ nodes: inout ArraySlice<NodeID>) -> Elaborated {
    switch self {
    case .tensor: return .tensor(nodes.removeFirst())
    case .table(let names, _): return .table(names, nodes.removeFirst())
    case .tuple(let parts):
      var replaced: [Elaborated] = []
      for part in parts { replaced.append(part.replacing(&nodes)) }
      return .tuple(replaced)
    case .string, .function: return self
    }
  }

  public func replacing(_ nodes: [NodeID]) -> Elaborated {
    var rest = nodes[...]
    return replacing(&rest)
  }

  /// Where each tensor stands in it, as it is written: `[1][2]`; empty for a tensor itself.
  public var paths: [String] {
    switch self {
    case .tensor, .table: [""]
    case .tuple(let parts):
      parts.enumerated().flatMap { position, part in part.paths.map { "[\(position + 1)]\($0)" } }
    case .string, .function: []
    }
  }

  /// Whether a function is in it, which no leaf can hold.
  public var holdsFunction: Bool {
    switch self {
    case .function: true
    case .tuple(let parts): parts.contains { $0.holdsFunction }
    case .tensor, .string, .table: false
    }
  }

  var function: Function? { if case .function(let function) = self { function } else { nil } }

  /// The node of what must be a number or an array.
  public func tensor(at span: SourceSpan?) throws(Diagnostic) -> NodeID {
    switch self {
    case .tensor(let node), .table(_, let node): return node
    case .tuple(let parts):
      throw Diagnostic(
        "a number or an array is needed here, not a tuple of \(parts.count)", at: span,
        hint: "t[1] is its first part")
    case .function(let function): throw .functionAsValue(function, at: span)
    case .string:
      throw Diagnostic("a text is no number", at: span, hint: "print(\"…\", x) prints texts")
    }
  }

  /// What must be a function.
  func requiredFunction(at span: SourceSpan) throws(Diagnostic) -> Function {
    guard case .function(let function) = self else {
      throw Diagnostic("a function is needed here", at: span, hint: "x -> x^2 is one")
    }
    return function
  }
}

/// A function as a value.
public indirect enum Function: Sendable {
  /// A lambda or a function of the session, with the locals it saw where it was made.
  case closure(Closure)
  /// One of the language, by name.
  case builtin(Name)
  /// A derivative of another function.
  case derivative(Derivative, Function)

  public enum Derivative: String, Sendable {
    /// f': the derivative in one number.
    case slope
    case gradient = "grad"
    case jacobian = "jac"
    case hessian = "hess"
  }

  /// The names of its arguments, x, y and z for a function of the language; nil where an argument is
  /// a tuple to take apart.
  public var parameters: [Name]? {
    switch self {
    case .closure(let closure):
      var names: [Name] = []
      for parameter in closure.parameters {
        guard case .name(let name) = closure.tree[parameter] else { return nil }
        names.append(name)
      }
      return names
    case .builtin(let name):
      let arity =
        Primitive.function(named: name.key)?.arity ?? Composite.table[name.key]?.arity ?? 1...1
      return ["x", "y", "z"].prefix(arity.lowerBound).map { Name($0) }
    case .derivative(_, let function): return function.parameters
    }
  }

  /// How it is shown: `f(x, y)`, `x -> …`, `grad(f)`.
  public var signature: String {
    switch self {
    case .closure(let closure): closure.signature
    case .builtin(let name): name.spelling
    case .derivative(.slope, let function): "(\(function.signature))'"
    case .derivative(let kind, let function): "\(kind.rawValue)(\(function.signature))"
    }
  }
}

/// Parameters and a body, and what the body's names meant where it was written.
public struct Closure: Sendable {
  /// nil for a lambda.
  public let name: Name?
  public let tree: SyntaxTree
  public let parameters: [SyntaxID]
  public let body: SyntaxID
  let locals: [String: Elaborated]

  var signature: String {
    let list = parameters.map { tree.text(of: $0) }.joined(separator: ", ")
    return name.map { "\($0)(\(list))" } ?? "(\(list)) -> \(tree.text(of: body))"
  }
}
