import Expr

/// All commands. Adding one: a file with a type, and a row here.
enum CommandTable {
  static let all: [any Command.Type] = [
    GradCommand.self, DiffCommand.self, JacCommand.self, HessCommand.self, JvpCommand.self,
    VjpCommand.self, HvpCommand.self, TraceCommand.self, PathsCommand.self, WhyCommand.self,
    CheckCommand.self, ClaimCommand.self, CostCommand.self, ChainCommand.self,
    MinimizeCommand.self, FitCommand.self, SolveCommand.self, PlotCommand.self, ShowCommand.self,
    VarsCommand.self, DataCommand.self, ParamCommand.self, DeleteCommand.self, ClearCommand.self,
    UndoCommand.self, SetCommand.self, SeedCommand.self, TimeCommand.self, LoadCommand.self,
    SaveCommand.self,
    HelpCommand.self, QuitCommand.self,
  ]

  /// The names of all commands, in the order of help.
  static let names: [String] = {
    var names: [String] = []
    for command in all { names.append(command.name) }
    return names
  }()

  /// The options of all commands as they are typed, `steps=`.
  static let optionWords: [String] = {
    var words: Set<String> = []
    for command in all { for option in command.options { words.insert("\(option)=") } }
    return words.sorted()
  }()

  /// Commands of the language that this version does not have.
  static let planned = [
    "graph", "contour", "export", "quiz", "tutorial", "history",
  ]

  /// Runs a command by its name, an alias or an unambiguous beginning of its name.
  static func run(
    _ typed: String, arguments: Range<Int>, at span: SourceSpan, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let isForced = typed.hasSuffix("!")
    let word = isForced ? String(typed.dropLast()) : typed
    let start = span.range.lowerBound
    let (command, isPrefix) = try find(
      word, at: SourceSpan(span.source, start..<start + 1 + typed.utf8.count))
    if session.isSandboxed, command.usesFiles || span.text.hasFile {
      throw .sandboxed("run :\(command.name) on files", at: span)
    }
    let parsed = try CommandArguments(
      span.source, arguments, word: typed, wordSpan: span, command: command, isForced: isForced)
    var output = try command.run(parsed, in: &session)
    if isPrefix, !session.settings.isInteractive {
      output.append(
        Diagnostic(
          ":\(typed) is short for :\(command.name); scripts had better write it out",
          severity: .warning))
    }
    return output
  }

  /// The command of a name, an alias or an unambiguous beginning of its name.
  ///
  /// - Throws: when none or several could be meant, or one that this version does not have.
  static func find(
    _ word: String, at span: SourceSpan
  ) throws(Diagnostic) -> (command: any Command.Type, isPrefix: Bool) {
    if let exact = all.first(where: { $0.name == word || $0.aliases.contains(word) }) {
      return (exact, false)
    }
    let begun = names.filter { $0.hasPrefix(word) }
    let begunPlanned = planned.filter { $0.hasPrefix(word) }
    if begun.count == 1, begunPlanned.isEmpty, let only = all.first(where: { $0.name == begun[0] })
    {
      return (only, true)
    }
    if planned.contains(word) || (begun.isEmpty && begunPlanned.count == 1) {
      throw Diagnostic(":\(begunPlanned.first ?? word) comes later: not supported yet", at: span)
    }
    let meant = (begun + begunPlanned).map { ":\($0)" }
    if meant.count > 1 {
      throw Diagnostic(
        ":\(word) may be \(meant.joined(separator: ", "))", at: span,
        hint: "write some more letters")
    }
    let close = Diagnostic.closest(to: word, among: names)
    throw Diagnostic(
      "there is no command :\(word)", at: span,
      hint: close.map { "did you mean :\($0)?" } ?? ":help lists the commands")
  }
}

extension String {
  /// Whether a command ends in `> name`: a comparison there would stand in parentheses.
  fileprivate var hasFile: Bool {
    guard let mark = lastIndex(of: ">"), mark > startIndex else { return false }
    let before = self[..<mark], after = self[index(after: mark)...]
    return !before.hasSuffix("-") && !after.hasPrefix("=") && !after.contains(")")
  }
}
