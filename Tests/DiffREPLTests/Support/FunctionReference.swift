import Expr

@testable import DiffREPL

/// The page of all functions, made from the tables, with an example of each that has samples.
enum FunctionReference {
  static var text: String {
    var page = """
      # The functions

      Made from the tables the program works with; the tests keep it true and run every example.
      Functions of numbers work entry by entry on arrays. Those marked `dim=` take `dim=1` (down
      the columns) or `dim=2` (along the rows).

      ## Functions of numbers and arrays

      | function | what it is | example |
      |---|---|---|

      """
    for primitive in Primitive.all where primitive.isFunction {
      let marks = primitive.takesAxis ? ", `dim=`" : ""
      let others = primitive.aliases.filter { $0 != primitive.shownName }
      let aliases = others.map { ", also `\($0)`" }.joined()
      page += row(primitive.shownName, primitive.summary + aliases + marks, example(of: primitive))
    }
    page += heading("Made of others", "| function | what it is |  |")
    for composite in Composite.table.values.sorted(by: { $0.name < $1.name }) {
      page += row(composite.name, composite.summary + (composite.takesAxis ? ", `dim=`" : ""), "")
    }
    page += heading("Sizes and new arrays", "| function | what it is |  |")
    page += rows(Builtins.arrayFunctions)
    page += heading("Derivatives, loops, equations, files", "| function | what it is |  |")
    page += rows(Builtins.specialForms)
    page += heading("Constants", "| name | value |  |")
    for (name, value) in Builtins.constants.sorted(by: { $0.key < $1.key }) {
      page += row(name, NumberFormat().string(value), "")
    }
    return page
  }

  private static func heading(_ title: String, _ columns: String) -> String {
    "\n## \(title)\n\n\(columns)\n|---|---|---|\n"
  }

  private static func rows(_ table: [String: String]) -> String {
    table.sorted { $0.key < $1.key }.map { row($0.key, $0.value, "") }.joined()
  }

  private static func row(_ name: String, _ summary: String, _ example: String) -> String {
    func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
    return "| `\(name)` | \(cell(summary)) | \(cell(example)) |\n"
  }

  /// A call at the first sample, and what it prints.
  private static func example(of primitive: Primitive) -> String {
    guard let sample = primitive.samples.first else { return "" }
    let format = NumberFormat()
    let numbers = sample.map { format.string($0) }
    // Samples are numbers, one for each operand; a reduction takes them as one array.
    let isArray = primitive.arity == 1...1 && numbers.count > 1
    let list = numbers.joined(separator: ", ")
    let call = "\(primitive.shownName)(\(isArray ? "[\(list)]" : list))"
    let replay = Replay(call)
    guard replay.errorText.isEmpty else { return "" }
    return "`\(call)` is `\(replay.text.replacing("ans = ", with: "").split(separator: "\n")[0])`"
  }
}
