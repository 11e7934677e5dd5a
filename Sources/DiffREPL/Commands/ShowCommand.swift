import AD
import Expr

enum ShowCommand: Command {
  static let name = "show"
  static let aliases = ["s"]
  static let summary = "what a name or expression is made of and what uses it"
  static let usage = ":show [target]"
  static let discussion = """
    Formula, shape and value; the operation that makes it and its operands (grad_fn and
    next_functions of torch); who uses it; its nodes as a tree and as a graph that shares equal
    parts, the edges, and in how many orders the steps could be computed.
    """
  static let examples = ["x = 3", "y = log(x)^2", ":show y"]
  static let clauses = ["at"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let target = try Target(arguments, in: session, needsVariables: false)
    let value = try target.graph.values(of: [target.node], in: target.environment)[0]
    let size = GraphSize(target.graph, root: target.node)
    var names = target.names.filter { $0.node != target.node }
    for (node, leaf) in target.graph.leaves(under: [target.node]) {
      names.append((leaf.name.spelling, node))
    }
    func formula(_ node: NodeID) -> String {
      var reader = FormulaReader(target.graph) { node in names.first { $0.node == node }?.name }
      return reader.formula(of: node).description
    }
    let operation = target.graph.primitive(of: target.node).map { $0.shownName }
    let inputs = Array(target.graph.operands(of: target.node)).map(formula)
    let name = Name(target.text)
    let entry = session.environment[name]
    let uses = entry == nil ? [] : session.environment.dependents(of: name).map(\.spelling)
    var typed = target.text
    if case .definition(let definition)? = entry?.binding { typed = definition.text }

    var lines = ["\(target.functionName == target.text ? "\(target.text) = " : "")\(typed)"]
    if let operation {
      lines.append("made by \(operation) of \(inputs.joined(separator: ", "))")
    } else if let entry, case .leaf(_, _, let isData) = entry.binding {
      lines = ["\(entry.name) is a \(isData ? "data " : "")value, a \(value.shape)"]
    }
    if !uses.isEmpty { lines.append("used by \(uses.joined(separator: ", "))") }
    let tree = size.treeNodes.map(String.init) ?? "over 10^15"
    lines.append(
      "\(size.nodes) nodes shared, \(tree) as a tree; \(size.edges) edges"
        + (size.orders.map { "; \($0) order\($0 == 1 ? "" : "s") of evaluation" } ?? ""))
    return Output(
      blocks: lines.map { .line(StyledText($0)) }
        + [.value(name: StyledText("value"), .tensor(value))],
      json: [
        .object([
          ("command", .string(Self.name)), ("name", .string(target.text)),
          ("formula", .string(typed)),
          ("shape", .array(value.shape.dimensions.map { .integer($0) })),
          ("value", JSONValue(value)), ("operation", operation.map { .string($0) } ?? .null),
          ("inputs", .array(inputs.map { .string($0) })),
          ("uses", .array(uses.map { .string($0) })), ("nodes", .integer(size.nodes)),
          ("tree", size.treeNodes.map { .integer($0) } ?? .null), ("edges", .integer(size.edges)),
          ("orders", size.orders.map { .integer($0) } ?? .null),
        ])
      ])
  }
}
