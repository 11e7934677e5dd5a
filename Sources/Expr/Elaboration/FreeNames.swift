extension SyntaxTree {
  /// The names an expression reads and does not bind itself, each once, in the order of appearance;
  /// built-in constants and functions are among them, since the user may shadow those.
  public func freeNames(of root: SyntaxID) -> [Name] {
    var collector = FreeNameCollector(tree: self)
    collector.visit(root, bound: [])
    return collector.names
  }
}

private struct FreeNameCollector {
  let tree: SyntaxTree
  var names: [Name] = []
  private var seen: Set<String> = []

  init(tree: SyntaxTree) { self.tree = tree }

  /// Recursive in the nesting only, which the parser limits; chains of operators are walked in a loop.
  mutating func visit(_ id: SyntaxID, bound: Set<String>) {
    var next: SyntaxID? = id
    var rightOperands: [SyntaxID] = []
    while let current = next, case .binary(_, let left, let right) = tree[current] {
      rightOperands.append(right)
      next = left
    }
    if let next { visitNode(next, bound: bound) }
    for operand in rightOperands.reversed() { visit(operand, bound: bound) }
  }

  private mutating func add(_ name: Name, bound: Set<String>) {
    if bound.contains(name.key) || seen.contains(name.key) { return }
    seen.insert(name.key)
    names.append(name)
  }

  private mutating func visitNode(_ id: SyntaxID, bound: Set<String>) {
    switch tree[id] {
    case .name(let name): add(name, bound: bound)
    case .number, .string, .wholeDimension, .end, .command, .malformed: break
    case .unary(_, let a), .prime(let a), .member(let a, _), .expectError(let a):
      visit(a, bound: bound)
    case .binary(_, let a, let b):
      visit(a, bound: bound)
      visit(b, bound: bound)
    case .comparison(_, let operands), .tuple(let operands), .print(let operands):
      for operand in operands { visit(operand, bound: bound) }
    case .range(let start, let step, let end):
      for part in [start, step, end].compactMap({ $0 }) { visit(part, bound: bound) }
    case .conditional(let condition, let then, let otherwise):
      for part in [condition, then, otherwise].compactMap({ $0 }) { visit(part, bound: bound) }
    case .call(let callee, let arguments):
      visit(callee, bound: bound)
      for argument in arguments { visit(argument.value, bound: bound) }
    case .index(let base, let items):
      visit(base, bound: bound)
      for item in items { visit(item, bound: bound) }
    case .array(let rows):
      for row in rows { for item in row { visit(item, bound: bound) } }
    case .comprehension(let body, let generators, let condition):
      var inner = bound
      for group in generators {
        for generator in group {
          visit(generator.range, bound: inner)
          bind(generator.pattern, in: &inner)
        }
      }
      if let condition { visit(condition, bound: inner) }
      visit(body, bound: inner)
    case .lambda(let parameters, let body):
      var inner = bound
      for parameter in parameters { bind(parameter, in: &inner) }
      visit(body, bound: inner)
    case .block(let statements):
      var inner = bound
      for statement in statements { visitStatement(statement.node, bound: &inner) }
    case .definition, .update, .function, .assertion, .repetition, .forLoop, .whileLoop:
      var inner = bound
      visitStatement(id, bound: &inner)
    }
  }

  /// Statements bind names for those after them in the same block.
  private mutating func visitStatement(_ id: SyntaxID, bound: inout Set<String>) {
    switch tree[id] {
    case .definition(let targets, let value, _):
      visit(value, bound: bound)
      for target in targets { bindTarget(target, in: &bound) }
    case .update(let targets, let values):
      for value in values { visit(value, bound: bound) }
      for target in targets { bindTarget(target, in: &bound) }
    case .function(let name, let parameters, let body):
      var inner = bound
      inner.insert(name.key)
      for parameter in parameters { bind(parameter, in: &inner) }
      visit(body, bound: inner)
      bound.insert(name.key)
    case .assertion(let condition, let tolerance, _):
      visit(condition, bound: bound)
      if let tolerance { visit(tolerance, bound: bound) }
    case .repetition(let count, let body):
      visit(count, bound: bound)
      visit(body, bound: bound)
    case .whileLoop(let condition, let body):
      visit(condition, bound: bound)
      visit(body, bound: bound)
    case .forLoop(let generators, let body):
      var inner = bound
      for generator in generators {
        visit(generator.range, bound: inner)
        bind(generator.pattern, in: &inner)
      }
      visit(body, bound: inner)
    default: visitNode(id, bound: bound)
    }
  }

  private func bind(_ pattern: SyntaxID, in bound: inout Set<String>) {
    switch tree[pattern] {
    case .name(let name): bound.insert(name.key)
    case .tuple(let parts): for part in parts { bind(part, in: &bound) }
    default: break
    }
  }

  private mutating func bindTarget(_ target: SyntaxID, in bound: inout Set<String>) {
    if case .index(let base, let items) = tree[target] {
      for item in items { visit(item, bound: bound) }
      bindTarget(base, in: &bound)
    } else {
      bind(target, in: &bound)
    }
  }
}
