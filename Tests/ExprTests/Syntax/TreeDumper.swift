@testable import Expr

/// Syntax trees as S-expressions, for tables of inputs and trees.
struct TreeDumper {
  let tree: SyntaxTree

  static func dump(_ tree: SyntaxTree) -> String {
    let dumper = TreeDumper(tree: tree)
    return dumper.statements(tree.statements)
  }

  private func statements(_ list: [Statement]) -> String {
    list.map { show($0.node) + ($0.isSilent ? ";" : "") }.joined(separator: " ")
  }

  private func list(_ nodes: [SyntaxID]) -> String { nodes.map(show).joined(separator: " ") }

  private func show(_ id: SyntaxID) -> String {
    switch tree[id] {
    case .number(let value): "\(value)".hasSuffix(".0") ? "\("\(value)".dropLast(2))" : "\(value)"
    case .string(let text): "\"\(text)\""
    case .name(let name): name.key
    case .wholeDimension: ":"
    case .end: "end"
    case .unary(let operation, let a): "(\(operation.rawValue) \(show(a)))"
    case .binary(let operation, let a, let b): "(\(operation.rawValue) \(show(a)) \(show(b)))"
    case .comparison(let operators, let operands):
      "(" + show(operands[0])
        + zip(operators, operands.dropFirst()).map { " \($0.rawValue) \(show($1))" }.joined() + ")"
    case .range(let start, let step, let end):
      "(range \(list([start] + (step.map { [$0] } ?? []) + [end])))"
    case .conditional(let c, let then, let otherwise):
      "(if \(list([c, then] + (otherwise.map { [$0] } ?? []))))"
    case .call(let function, let arguments):
      "(\(([show(function)] + arguments.map(argument)).joined(separator: " ")))"
    case .index(let base, let indices): "(at \(list([base] + indices)))"
    case .member(let base, let name): "(. \(show(base)) \(name.key))"
    case .prime(let a): "(' \(show(a)))"
    case .array(let rows): "[\(rows.map(list).joined(separator: "; "))]"
    case .comprehension(let body, let generators, let condition):
      "(each \(show(body)) \(generators.map(clause).joined(separator: " "))"
        + (condition.map { " (if \(show($0)))" } ?? "") + ")"
    case .lambda(let parameters, let body): "(-> (\(list(parameters))) \(show(body)))"
    case .tuple(let parts): "(tuple\(parts.isEmpty ? "" : " ")\(list(parts)))"
    case .block(let body): "{\(statements(body))}"
    default: showStatement(id)
    }
  }

  private func showStatement(_ id: SyntaxID) -> String {
    switch tree[id] {
    case .definition(let targets, let value, let isData):
      "(\(isData ? "data" : "=") \(list(targets)) \(show(value)))"
    case .update(let targets, let values): "(:= (\(list(targets))) (\(list(values))))"
    case .function(let name, let parameters, let body):
      "(def \(name.key) (\(list(parameters))) \(show(body)))"
    case .print(let arguments): "(print \(list(arguments)))"
    case .assertion(let condition, let tolerance, let isAbsolute):
      "(assert \(list([condition] + (tolerance.map { [$0] } ?? [])))\(isAbsolute ? " abs" : ""))"
    case .repetition(let count, let body): "(repeat \(show(count)) \(show(body)))"
    case .forLoop(let generators, let body): "(loop \(clause(generators)) \(show(body)))"
    case .whileLoop(let condition, let body): "(while \(show(condition)) \(show(body)))"
    case .command(let word, let arguments): "(:\(word) <\(tree.source.text(in: arguments))>)"
    case .expectError(let statement): "(expect \(show(statement)))"
    case .malformed(let diagnostic): "(malformed \(diagnostic.message))"
    default: "?"
    }
  }

  private func argument(_ argument: Argument) -> String {
    (argument.label.map { "\($0.key)=" } ?? "") + show(argument.value)
  }

  private func clause(_ generators: [Generator]) -> String {
    "(for \(generators.map { "\(show($0.pattern)) \(show($0.range))" }.joined(separator: ", ")))"
  }
}
