import Expr

/// One `:command`. A command is one file with one type, and one row in `CommandTable`; help,
/// completion and the reference are made from what it declares, and the tests run its examples.
protocol Command: Sendable {
  static var name: String { get }
  /// Short forms that work in scripts too.
  static var aliases: [String] { get }
  /// One line for the list of commands.
  static var summary: String { get }
  /// `:grad target [wrt …] [at …]`.
  static var usage: String { get }
  /// What it does, a few lines.
  static var discussion: String { get }
  /// Lines to type, in order, in a fresh session; the last ones show the command.
  static var examples: [String] { get }
  /// A line that needs nothing before it, for who typed the command alone.
  static var opening: String { get }
  /// What to type instead of an equation `left = right`; nil where nobody means one.
  static func mended(_ left: String, _ right: String) -> String?
  /// The `name=` options and `--flags` it takes.
  static var options: [String] { get }
  /// What an option is, for help; those that the discussion explains may be missing.
  static var notes: [(option: String, text: String)] { get }
  /// The clauses it takes: `at`, `wrt`, `over`, `along`, `with`.
  static var clauses: [String] { get }
  static var flags: [String] { get }
  /// Whether it reads or writes files, which `--sandbox` refuses. A command that does so only where a
  /// file is named behind `>` is known by that.
  static var usesFiles: Bool { get }

  static func run(_ arguments: CommandArguments, in session: inout Session) throws(Diagnostic)
    -> Output
}

extension Command {
  static var aliases: [String] { [] }
  static var discussion: String { "" }
  static var opening: String {
    clauses.contains("at") ? ":\(name) x^2 at x=3" : ":grad x^2 at x=3"
  }
  static func mended(_ left: String, _ right: String) -> String? { nil }
  static var options: [String] { [] }
  static var notes: [(option: String, text: String)] { [] }
  static var clauses: [String] { [] }
  static var flags: [String] { [] }
  static var usesFiles: Bool { false }
}
