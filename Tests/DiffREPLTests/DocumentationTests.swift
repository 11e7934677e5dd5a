import AD
import Expr
import Foundation
import Testing

@testable import DiffREPL

/// The pages in `docs/` and the README say what the program does.
@Suite struct DocumentationTests {
  /// The sessions of a page are one session: typing them in order prints what the page shows.
  @Test(arguments: [
    "README.md", "docs/manual.md", "docs/methods.md", "docs/fitting.md",
    "docs/numerical-conventions.md",
  ])
  func sessionsAreReal(page: String) throws {
    let blocks = try Markdown(TestFiles.text(of: page)).blocks
    var session = ""
    for block in blocks where block.contains("∂> ") {
      let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
        .drop { !$0.hasPrefix("∂> ") }
      session += lines.joined(separator: "\n") + "\n"
    }
    #expect(!session.isEmpty)
    Dialogue(text: String(session.dropLast())).check(width: 100)
  }

  /// Options and flags that a page shows behind `diffrepl` exist.
  @Test(arguments: ["README.md", "docs/manual.md", "docs/methods.md", "docs/fitting.md"])
  func optionsExist(page: String) throws {
    let help = try Program.run(["--help"]).output
    let words = try TestFiles.text(of: page).split { " `,;.\n|()".contains($0) }
    for word in words where word.hasPrefix("--") && word.count > 2 && !word.hasPrefix("---") {
      let isFlag = CommandTable.all.contains { $0.flags.contains(String(word.dropFirst(2))) }
      #expect(isFlag || help.contains(word), "\(page): \(word)")
    }
  }

  /// Every method has its section.
  @Test func methodsAreDescribed() throws {
    let page = try TestFiles.text(of: "docs/methods.md")
    for name in OptimiserTable.names { #expect(page.contains("\n## \(name)\n"), "\(name)") }
  }

  /// The list of rewrites on their page is made from their table.
  @Test func rewritesAreListed() throws {
    let page = "docs/numerical-conventions.md"
    let parts = try TestFiles.text(of: page).components(separatedBy: "<!-- ")
    try #require(parts.count == 3)
    func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
    var table = "| typed | evaluated as | where | mends |\n|---|---|---|---|\n"
    for rewrite in Rewrite.all {
      table +=
        "| `\(cell(rewrite.name))` | `\(cell(rewrite.replacement))` | "
        + "\(cell(rewrite.condition)) | \(cell(rewrite.mends)) |\n"
    }
    try Recording(of: page).compare(
      with: parts[0] + "<!-- rewrites -->\n\n" + table + "\n<!-- " + parts[2])
  }

  /// `docs/functions.md` is made from the tables of functions.
  @Test func functionsAreListed() throws {
    try Recording(of: "docs/functions.md").compare(with: FunctionReference.text)
  }

  /// `docs/commands.md` is made from the table of commands.
  @Test func commandsAreListed() throws {
    try Recording(of: "docs/commands.md").compare(with: CommandReference.text)
  }
}

/// The code blocks of a page.
private struct Markdown {
  let blocks: [String]

  init(_ text: String) {
    var blocks: [String] = []
    var open: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let lines = open { blocks.append(lines.joined(separator: "\n")) }
        open = open == nil ? [] : nil
      } else {
        open?.append(line)
      }
    }
    self.blocks = blocks
  }
}

/// The page of all commands.
enum CommandReference {
  /// Examples whose results depend on the day, the machine or the rest of the page.
  private static let unprinted: Set<String> = ["time", "check", "load", "save", "help", "quit"]

  static var text: String {
    var page = """
      # The commands

      Made from what each command declares; the tests keep it true. `target` is a name or an
      expression, by default the last one; `wrt x, y` picks variables, `at x=1` evaluates elsewhere.
      Commands may be shortened at the prompt to any beginning that is not ambiguous.

      """
    for command in CommandTable.all { page += "\n" + entry(command) }
    return page
  }

  private static func entry(_ command: any Command.Type) -> String {
    var text = "## :\(command.name)\n\n"
    let aliases = command.aliases.map { "`:\($0)`" }.joined(separator: ", ")
    text += "\(command.summary.capitalizedFirst)\(aliases.isEmpty ? "" : ", also \(aliases)").\n\n"
    text += "    " + command.usage.split(separator: "\n").joined(separator: "\n    ") + "\n\n"
    if !command.discussion.isEmpty { text += command.discussion + "\n\n" }
    return text + "```\n\(session(command))```\n"
  }

  private static func session(_ command: any Command.Type) -> String {
    let examples = command.examples.map { "∂> \($0)" }.joined(separator: "\n")
    if unprinted.contains(command.name) { return examples + "\n" }
    return Dialogue(text: examples).printed(width: 80)
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
