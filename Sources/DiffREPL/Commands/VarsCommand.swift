import Expr

enum VarsCommand: Command {
  static let name = "vars"
  static let summary = "the session's names"
  static let usage = ":vars"
  static let discussion = """
    Each name with its kind (value, data or definition), its shape or formula, and its value.
    """
  static let examples = ["w = 0.5", "data X = [1,2; 3,4]", "f = w^2 + sum(X)", ":vars"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var table = Table(
      columns: [
        .init(header: StyledText("name", .heading), kind: .symbol, gap: 2),
        .init(header: StyledText("kind", .heading), kind: .symbol, gap: 2),
        .init(header: StyledText("is", .heading), kind: .formula, gap: 2),
        .init(header: StyledText("value", .heading), kind: .value, gap: 2),
      ], rows: [])
    var objects: [JSONValue] = []
    for entry in session.environment.all {
      let value = try? session.value(of: entry.name)
      let (kind, description) = Self.describe(entry)
      table.rows.append([
        .text(StyledText(entry.name.spelling, .name)), .text(StyledText(kind, .faint)),
        .text(StyledText(description)), Self.cell(value),
      ])
      objects.append(
        .object([
          ("name", .string(entry.name.spelling)),
          ("kind", .string(kind == "value" ? "leaf" : kind)),
          ("value", value.map { JSONValue($0) } ?? .null),
        ]))
    }
    let json = JSONValue.object([("command", .string("vars")), ("names", .array(objects))])
    if objects.isEmpty {
      return Output(blocks: [.line("no names yet: w = 0.5 makes one")], json: [json])
    }
    return Output(blocks: [.table(table)], json: [json])
  }

  private static func describe(_ entry: Environment.Entry) -> (kind: String, description: String) {
    switch entry.binding {
    case .leaf(_, let value, let isData):
      (isData ? "data" : "value", value.description)
    case .definition(let definition): (definition.isData ? "data" : "definition", definition.text)
    case .function(let function): ("function", function.text)
    }
  }

  private static func cell(_ value: Value?) -> Table.Cell {
    switch value {
    case .tensor(let tensor): .value(tensor)
    case .function: .empty
    case .some(let other): .text(StyledText(ValueFormat().line(other, width: 30)))
    case nil: .text("does not fit")
    }
  }
}

extension Session {
  /// The value of a name now.
  func value(of name: Name, at span: SourceSpan? = nil) throws(Diagnostic) -> Value {
    if case .leaf(_, let value, _)? = environment[name]?.binding { return value }
    let environment = environment
    let computation = try computations.value(for: ComputationCache.Key(name), in: environment) {
      () throws(Diagnostic) in
      var elaborator = Elaborator(environment)
      let value = try elaborator.elaborateValue(name, at: span)
      return try Computation(elaborator, value)
    }
    return try computation.evaluation(in: environment).value
  }
}
