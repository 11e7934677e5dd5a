import Expr

/// Unknowns of a command, with the values they start from.
extension CommandArguments {
  /// The names behind `over`, `b1=500, b2`, with the starts given there as their values in
  /// `environment`; nil without `over`.
  func parameters(
    in session: Session, _ environment: inout Environment
  ) throws(Diagnostic) -> [Name]? {
    guard let over = clause("over") else { return nil }
    var found: [Name] = []
    for piece in pieces(of: over.range, separator: UInt8(ascii: ",")) {
      let span = SourceSpan(source, piece)
      var words = WordScanner(source.utf8, piece)
      let hasStart = words.next()?.assignment != nil
      let start = hasStart ? try assignments(in: piece).first : nil
      let typed: Name
      if let start {
        typed = start.name
      } else {
        guard let only = try names(in: piece).first else {
          throw Diagnostic("a parameter is missing here", at: over.span)
        }
        typed = only
      }
      let name = environment[typed]?.name ?? typed
      guard !found.contains(name) else {
        throw Diagnostic("'\(name)' is named twice", at: span)
      }
      try session.environment.requireMovable(name, hasStart: start != nil, at: span)
      if let start {
        let value = try self.value(in: start.value, session)
        guard value.isNumeric else {
          throw Diagnostic("a start is a number, an array or a tuple, not a \(value)", at: span)
        }
        guard value.tensors.allSatisfy({ $0.elements.allSatisfy(\.isFinite) }) else {
          throw Diagnostic("a start is finite", at: span)
        }
        environment.setLeaf(name, to: value)
      }
      found.append(name)
    }
    return found
  }
}

extension Environment {
  /// Refuses to move what is data, a function, or has no value.
  fileprivate func requireMovable(
    _ name: Name, hasStart: Bool, at span: SourceSpan
  ) throws(Diagnostic) {
    switch self[name]?.binding {
    case .leaf(_, _, isData: true):
      throw Diagnostic(
        "'\(name)' is data: it is not moved", at: span, hint: ":param \(name) makes it a parameter"
      )
    case .function:
      throw Diagnostic("'\(name)' is a function", at: span, hint: "take another name")
    case .definition where !hasStart:
      throw Diagnostic(
        "'\(name)' is a definition: it has no value of its own to move", at: span,
        hint: "name the values it is made of, or give it a start: over \(name)=1")
    case nil where !hasStart:
      throw Diagnostic(
        "'\(name)' has no value to start from", at: span, hint: "over \(name)=1 gives it one")
    case .leaf, .definition, nil: break
    }
  }
}

extension Value {
  /// Numbers only, in any structure.
  var isNumeric: Bool {
    switch self {
    case .tensor(let tensor): !tensor.elements.isEmpty
    case .tuple(let parts): !parts.isEmpty && parts.allSatisfy(\.isNumeric)
    case .table, .string, .function: false
    }
  }
}
