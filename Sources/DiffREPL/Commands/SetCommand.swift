import AD
import Expr

enum SetCommand: Command {
  static let name = "set"
  static let summary = "show or change a setting"
  static let usage = ":set [key [value]]"
  static let discussion = """
    digits 1…17 (17: as many as it takes to read the number back) · notation
    roulet|peyre|finistr|wengert · width n|auto · ascii on|off|auto · color on|off|auto ·
    echo on|off (a script prints the lines it runs) · times on|off (races show how long they took) ·
    threads n|auto (what large programs use; results do not depend on it) ·
    certify on|off (printed values and gradients are computed again with twice the digits; those
    that differ stand grey, or in brackets)
    """
  static let examples = [":set digits 17", "1/3", ":set notation peyre", ":set"]

  /// One setting: how it reads now, and how a word changes it (false if the word is none of its own).
  private struct Setting {
    let key: String
    let values: String
    let read: (SessionSettings) -> String
    let write: (inout SessionSettings, String) -> Bool
  }

  private static var settings: [Setting] {
    [
      Setting(
        key: "digits", values: "1 to 17", read: { "\($0.digits)" },
        write: { settings, word in
          guard let digits = Int(word), (1...17).contains(digits) else { return false }
          settings.digits = digits
          return true
        }),
      Setting(
        key: "notation", values: TraceNotation.allCases.map(\.rawValue).joined(separator: ", "),
        read: { $0.notation.rawValue },
        write: { settings, word in
          guard let notation = TraceNotation(rawValue: word) else { return false }
          settings.notation = notation
          return true
        }),
      Setting(
        key: "width", values: "20 or more, auto", read: { $0.width.map(String.init) ?? "auto" },
        write: { settings, word in
          if word == "auto" {
            settings.width = nil
          } else {
            guard let width = Int(word), width >= 20 else { return false }
            settings.width = width
          }
          return true
        }),
      Setting(
        key: "threads", values: ThreadChoice.choices,
        read: { $0.threads.map(String.init) ?? "auto" },
        write: { settings, word in
          guard let choice = ThreadChoice(word) else { return false }
          settings.threads = choice.count
          return true
        }),
      flag("ascii", \.isASCII), flag("color", \.usesColour),
      switching("echo", \.echo), switching("times", \.showsTimes),
      switching("certify", \.certifies),
    ]
  }

  private static func switching(
    _ key: String, _ path: WritableKeyPath<SessionSettings, Bool>
  ) -> Setting {
    Setting(
      key: key, values: "on, off", read: { $0[keyPath: path] ? "on" : "off" },
      write: { settings, word in
        guard word == "on" || word == "off" else { return false }
        settings[keyPath: path] = word == "on"
        return true
      })
  }

  private static func flag(
    _ key: String, _ path: WritableKeyPath<SessionSettings, Bool?>
  ) -> Setting {
    Setting(
      key: key, values: "on, off, auto",
      read: { $0[keyPath: path].map { $0 ? "on" : "off" } ?? "auto" },
      write: { settings, word in
        switch word {
        case "on": settings[keyPath: path] = true
        case "off": settings[keyPath: path] = false
        case "auto": settings[keyPath: path] = nil
        default: return false
        }
        return true
      })
  }

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let words = arguments.targetText.split(separator: " ").map(String.init)
    guard let key = words.first else { return list(settings, session) }
    guard let setting = settings.first(where: { $0.key == key }) else {
      let keys = settings.map(\.key)
      throw Diagnostic(
        "there is no setting '\(key)'", at: SourceSpan(arguments.source, arguments.target),
        hint: Diagnostic.closest(to: key, among: keys).map { "did you mean '\($0)'?" }
          ?? "settings: \(keys.joined(separator: ", "))")
    }
    guard words.count > 1 else { return list([setting], session) }
    guard words.count == 2, setting.write(&session.settings, words[1]) else {
      throw Diagnostic(
        "'\(key)' takes \(setting.values)", at: SourceSpan(arguments.source, arguments.target))
    }
    if key == "threads" {
      Program.useThreads(session.settings.threads)
      // What was compiled before has the threads of then.
      session.computations = ComputationCache()
    }
    return Output(json: [json([setting], session)])
  }

  private static func list(_ settings: [Setting], _ session: Session) -> Output {
    var table = Table(
      columns: [
        .init(header: "", kind: .symbol, gap: 2), .init(header: "", kind: .symbol, gap: 2),
        .init(header: "", kind: .formula, gap: 3),
      ], rows: [])
    for setting in settings {
      table.rows.append([
        .text(StyledText(setting.key, .name)), .text(StyledText(setting.read(session.settings))),
        .text(StyledText("(\(setting.values))", .faint)),
      ])
    }
    return Output(blocks: [.table(table)], json: [json(settings, session)])
  }

  private static func json(_ settings: [Setting], _ session: Session) -> JSONValue {
    .object(
      [("command", .string(name))]
        + settings.map { ($0.key, .string($0.read(session.settings))) })
  }
}
