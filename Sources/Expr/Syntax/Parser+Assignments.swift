/// Definitions, functions and updates, and what may stand on their left.
extension TokenParser {
  /// A definition, a function, an update or an expression.
  mutating func parseAssignment() throws(Diagnostic) -> SyntaxID {
    let start = index
    let targets = try parseList()
    switch kind {
    case .assign:
      if targets.count == 1, let function = try parseFunction(targets[0], from: start) {
        return function
      }
      try checkTargets(targets)
      let value = try parseDefinedValue(of: targets)
      return make(.definition(targets: targets, value: value, isData: false), from: start)
    case .update: return try parseUpdate(of: targets, from: start)
    default:
      guard targets.count > 1 else { return targets[0] }
      let list = source.text(in: range(from: start))
      throw Diagnostic(
        "several expressions need brackets", at: SourceSpan(source, range(from: start)),
        hint: "(\(list)) is a tuple, [\(list)] a vector")
    }
  }

  /// Expressions between commas.
  mutating func parseList() throws(Diagnostic) -> [SyntaxID] {
    var list = [try parseExpression()]
    while kind == .comma {
      advance()
      list.append(try parseExpression())
    }
    return list
  }

  /// `f(x, y) = body`, if that is what the left side looks like.
  private mutating func parseFunction(
    _ target: SyntaxID, from start: Int
  ) throws(Diagnostic) -> SyntaxID? {
    guard case .call(let callee, let arguments) = tree[target],
      case .name(let name) = tree[callee], tokens[start].kind == .name
    else { return nil }
    for argument in arguments where argument.label != nil {
      throw Diagnostic(
        "a parameter has no default", at: tree.span(of: argument.value), hint: "f(x, y) = …")
    }
    let parameters = arguments.map(\.value)
    try checkParameters(parameters)
    advance()
    let body = try parseBody()
    try refuseSecondAssignment(after: start)
    return make(.function(name, parameters: parameters, body: body), from: start)
  }

  /// The right side of `=`, with the mistakes that only a definition can hold.
  private mutating func parseDefinedValue(of targets: [SyntaxID]) throws(Diagnostic) -> SyntaxID {
    let sign = index
    advance()
    let value = try parseValue(for: targets)
    if context == .top, let entry = targets.first(where: { isIndex($0) }) {
      let hint = "\(tree.text(of: entry)) := \(tree.text(of: value))"
      throw Diagnostic(
        "'=' can not change an entry here", at: SourceSpan(source, tokens[sign].range), hint: hint)
    }
    return value
  }

  private func isIndex(_ node: SyntaxID) -> Bool {
    if case .index = tree[node] { true } else { false }
  }

  /// One expression, or as many as there are targets, then a tuple.
  mutating func parseValue(for targets: [SyntaxID]) throws(Diagnostic) -> SyntaxID {
    let start = index
    let values = try parseList()
    try refuseSecondAssignment(after: statementStart)
    try checkCount(of: values, for: targets, from: start)
    return values.count == 1 ? values[0] : make(.tuple(values), from: start)
  }

  private mutating func parseUpdate(
    of targets: [SyntaxID], from start: Int
  ) throws(Diagnostic) -> SyntaxID {
    if context == .function {
      throw Diagnostic(
        "':=' can not stand in a function: functions have no effects", at: here,
        hint: "'=' gives a local name a new value")
    }
    if case .call(let callee, _)? = targets.first.map({ tree[$0] }), case .name = tree[callee] {
      throw Diagnostic("':=' can not define a function", at: here, hint: "f(x) = …")
    }
    try checkTargets(targets)
    advance()
    let first = index
    let values = try parseList()
    try refuseSecondAssignment(after: start)
    try checkCount(of: values, for: targets, from: first)
    return make(.update(targets: targets, values: values), from: start)
  }

  private func checkCount(
    of values: [SyntaxID], for targets: [SyntaxID], from start: Int
  ) throws(Diagnostic) {
    guard values.count != 1, values.count != targets.count else { return }
    let place = SourceSpan(source, range(from: start))
    let list = place.text
    throw Diagnostic(
      "\(values.count) values for \(targets.count) name\(targets.count == 1 ? "" : "s")", at: place,
      hint: targets.count == 1 ? "(\(list)) is a tuple, [\(list)] a vector" : nil)
  }

  // MARK: Names on the left

  func checkTargets(_ targets: [SyntaxID]) throws(Diagnostic) {
    for target in targets where !isTarget(target) {
      throw Diagnostic(
        "'\(text(at: index))' needs a name on its left", at: tree.span(of: target),
        hint: "x = …, f(x) = …, a, b = …; == compares")
    }
  }

  private func isTarget(_ node: SyntaxID) -> Bool {
    switch tree[node] {
    case .name: true
    case .tuple(let parts): !parts.isEmpty && parts.allSatisfy(isTarget)
    case .index(let base, _): isIndexedName(base)
    default: false
    }
  }

  private func isIndexedName(_ node: SyntaxID) -> Bool {
    var base = node
    while case .index(let inner, _) = tree[base] { base = inner }
    if case .name = tree[base] { return true }
    return false
  }

  /// Parameters are names, or tuples of names, each name once.
  func checkParameters(_ parameters: [SyntaxID]) throws(Diagnostic) {
    var seen: Set<Name> = []
    var pending = Array(parameters.reversed())
    while let node = pending.popLast() {
      switch tree[node] {
      case .name(let name):
        guard seen.insert(name).inserted else {
          throw Diagnostic("'\(name)' stands twice among the names", at: tree.span(of: node))
        }
      case .tuple(let parts): pending += parts.reversed()
      default:
        throw Diagnostic(
          "a parameter is a name", at: tree.span(of: node),
          hint: "x -> …, (x, y) -> …, f(x, (a, b)) = …")
      }
    }
  }
}
