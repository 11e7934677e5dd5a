import AD
import Expr

enum HelpCommand: Command {
  static let name = "help"
  static let aliases = ["h", "?"]
  static let summary = "this list, or help on a command, a function or 'functions'"
  static let usage = ":help [topic]"
  static let examples = [":help", ":help grad", ":help tanh", ":help functions"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    var topic = arguments.targetText
    if topic.hasPrefix(":") { topic.removeFirst() }
    let json = [
      JSONValue.object([("command", .string(name)), ("topic", .string(topic))])
    ]
    return Output(blocks: try blocks(topic, arguments), json: json)
  }

  private static func blocks(
    _ topic: String, _ arguments: CommandArguments
  ) throws(Diagnostic) -> [Output.Block] {
    if topic.isEmpty { return overview }
    if topic == "functions" { return functions }
    if topic == "rewrites" { return rewrites }
    if topic == "methods" { return methods }
    if let command = CommandTable.all.first(where: {
      $0.name == topic || $0.aliases.contains(topic)
    }) {
      return help(for: command)
    }
    let about = Primitive.all.filter {
      $0.isFunction && ($0.name == topic || $0.aliases.contains(topic))
    }.map(\.summary)
    if let method = OptimiserTable.named(topic) { return help(for: method.about) }
    let others = [
      Composite.table[topic]?.summary, Builtins.arrayFunctions[topic], Builtins.specialForms[topic],
    ].compactMap { $0 }
    let summaries = about + others
    if summaries.isEmpty, let blocks = help(forOption: topic) { return blocks }
    guard !summaries.isEmpty else {
      throw Diagnostic(
        "no help on '\(topic)'", at: SourceSpan(arguments.source, arguments.target),
        hint: Diagnostic.closest(
          to: topic, among: topics + Builtins.names
        )
        .map { "did you mean '\($0)'?" } ?? ":help and :help functions list what there is")
    }
    return summaries.map { .line(StyledText(topic, .name) + StyledText("  \($0)")) }
  }

  private static var overview: [Output.Block] {
    let lines: [(String, String)] = [
      ("w0 = 0.5", "a value"),
      ("f = log(1 + exp(-3.5*w0))", "a definition: it follows w0"),
      ("w0 := w0 - 0.1", "a new value, computed now"),
      ("data X = [1,2; 3,4]", "data takes no gradient"),
    ]
    var table = Table(
      columns: [
        .init(header: "", kind: .symbol, gap: 2), .init(header: "", kind: .formula, gap: 3),
      ], rows: [])
    for (text, meaning) in lines {
      table.rows.append([.text(StyledText(text, .name)), .text(StyledText(meaning))])
    }
    table.rows.append([.empty, .empty])
    for command in CommandTable.all {
      let aliases = command.aliases.map { " :\($0)" }.joined()
      table.rows.append([
        .text(StyledText(":\(command.name)", .name) + StyledText(aliases, .faint)),
        .text(StyledText(command.summary)),
      ])
    }
    return [
      .table(table), .blank,
      .line(":help trace tells more of a command, :help functions lists the functions,"),
      .line(":help rewrites the forms that are evaluated in another way, to keep their digits,"),
      .line(":help methods those of :minimize, :help step what an option is."),
    ]
  }

  private static func help(for command: any Command.Type) -> [Output.Block] {
    var blocks: [Output.Block] = command.usage.split(separator: "\n").map {
      .line(StyledText(String($0), .name))
    }
    blocks.append(.line(StyledText(command.summary)))
    let discussion = command.discussion.split(separator: "\n").joined(separator: " ")
    if !discussion.isEmpty { blocks.append(.paragraph(StyledText(discussion))) }
    blocks.append(.line(StyledText("example:", .faint)))
    blocks += command.examples.map { .line(StyledText("  \($0)")) }
    return blocks
  }

  /// A method of `:minimize`.
  private static func help(for method: OptimiserDescription) -> [Output.Block] {
    var blocks: [Output.Block] = [
      .line(StyledText(method.name, .name) + StyledText("  \(method.summary)")),
      .line(StyledText("  \(method.formula)")),
      .line(StyledText("  (\(method.source))", .faint)),
    ]
    let steps = MinimizePlan.stepWords(of: method).joined(separator: ", step=")
    blocks.append(.line(StyledText("  step=\(steps) (the first is the default)")))
    if !method.constants.isEmpty {
      let format = NumberFormat()
      let constants = method.constants.map { "\($0.name)=\(format.string($0.value))" }
      blocks.append(.line(StyledText("  \(constants.joined(separator: ", "))")))
    }
    let penalty = method.takesPenalty ? " prox=l1(0.1)" : ""
    blocks.append(.line(StyledText("  :minimize E method=\(method.name)\(penalty)", .faint)))
    return blocks
  }

  private static var functions: [Output.Block] {
    var table = Table(
      columns: [
        .init(header: "", kind: .symbol, gap: 2), .init(header: "", kind: .formula, gap: 2),
      ], rows: [])
    func add(_ names: [String], _ summary: String) {
      table.rows.append([
        .text(StyledText(names.joined(separator: " "), .name)), .text(StyledText(summary)),
      ])
    }
    for primitive in Primitive.all where primitive.isFunction {
      add([primitive.name] + primitive.aliases, primitive.summary)
    }
    for composite in Composite.table.values.sorted(by: { $0.name < $1.name }) {
      add([composite.name], composite.summary)
    }
    let forms = Builtins.arrayFunctions.merging(Builtins.specialForms) { first, _ in first }
    for (name, summary) in forms.sorted(by: { $0.key < $1.key }) {
      add([name], summary)
    }
    return [.table(table)]
  }

  /// What is evaluated in another form than it is typed in.
  private static var rewrites: [Output.Block] {
    func heading(_ text: String) -> StyledText { StyledText(text, .heading) }
    var table = Table(
      columns: [
        .init(header: heading("typed"), kind: .formula, gap: 0),
        .init(header: heading("evaluated as"), kind: .formula, gap: 3),
        .init(header: heading("mends"), kind: .formula, gap: 3),
      ], rows: [])
    for rewrite in Rewrite.all {
      let condition = rewrite.condition.isEmpty ? "" : " (\(rewrite.condition))"
      table.rows.append([
        .text(StyledText(rewrite.name, .name)), .text(StyledText(rewrite.replacement + condition)),
        .text(StyledText(rewrite.mends, .faint)),
      ])
    }
    return [.table(table)]
  }
}
