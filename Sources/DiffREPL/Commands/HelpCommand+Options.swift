import AD
import Expr

extension HelpCommand {
  /// The methods of `:minimize`.
  static var methods: [Output.Block] {
    var table = Table(
      columns: [
        .init(header: "", kind: .symbol, gap: 2), .init(header: "", kind: .formula, gap: 3),
      ], rows: [])
    for method in OptimiserTable.all {
      table.rows.append([
        .text(StyledText(method.about.name, .name)), .text(StyledText(method.about.summary)),
      ])
    }
    return [.table(table), .line(":help adam tells more of a method.")]
  }

  /// An option, with the commands that take it; nil where none does.
  static func help(forOption topic: String) -> [Output.Block]? {
    let name = topic.hasSuffix("=") ? String(topic.dropLast()) : topic
    var blocks: [Output.Block] = []
    for command in CommandTable.all where command.options.contains(name) {
      let head = StyledText("\(name)=", .name) + StyledText("  of :\(command.name)")
      if let note = command.notes.first(where: { $0.option == name }) {
        blocks.append(.paragraph(head + StyledText(": \(note.text)")))
      } else {
        blocks.append(.line(head + StyledText(", :help \(command.name) tells more")))
      }
    }
    return blocks.isEmpty ? nil : blocks
  }

  /// What has help beside functions, for who mistypes it.
  static var topics: [String] {
    var topics = CommandTable.names + OptimiserTable.names + ["functions", "rewrites", "methods"]
    for command in CommandTable.all { topics += command.options }
    return topics
  }
}
