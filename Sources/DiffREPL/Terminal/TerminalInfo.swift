#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What the process is connected to, and what may be written there.
struct TerminalInfo: Equatable, Sendable {
  var inputIsTerminal: Bool
  var outputIsTerminal: Bool
  /// Whether escape sequences are welcome on standard output: it is a terminal that knows them and
  /// nobody said `NO_COLOR`.
  var allowsColor: Bool
  /// Whether the locale writes UTF-8; otherwise everything is to be spelt in ASCII.
  var isUnicode: Bool

  /// The terminal of this process.
  ///
  /// Sets the C library's character type from the environment, which `nl_langinfo` needs; numbers
  /// keep the point of the C locale.
  static func current() -> TerminalInfo {
    let outputIsTerminal = isatty(STDOUT_FILENO) == 1
    setlocale(LC_CTYPE, "")
    return TerminalInfo(
      inputIsTerminal: isatty(STDIN_FILENO) == 1,
      outputIsTerminal: outputIsTerminal,
      allowsColor: outputIsTerminal && allowsColor(in: environmentVariable),
      isUnicode: isUnicode(codeset: nl_langinfo(nl_item(CODESET)).map { String(cString: $0) } ?? "")
    )
  }

  /// The columns of the terminal now: it may be resized at any time.
  ///
  /// Where there is no terminal, or one that does not know its width, `COLUMNS` counts, then 80.
  static func width() -> Int {
    for descriptor in [STDOUT_FILENO, STDIN_FILENO, STDERR_FILENO] {
      var size = winsize()
      if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
        return Int(size.ws_col)
      }
    }
    return width(in: environmentVariable)
  }

  /// The width that an environment asks for, 80 where it says nothing sensible.
  static func width(in environment: (String) -> String?) -> Int {
    guard let columns = environment("COLUMNS").flatMap({ Int($0) }), 1...10_000 ~= columns else {
      return 80
    }
    return columns
  }

  /// Whether an environment welcomes colour: see https://no-color.org for the first rule.
  static func allowsColor(in environment: (String) -> String?) -> Bool {
    if let refusal = environment("NO_COLOR"), !refusal.isEmpty { return false }
    guard let terminal = environment("TERM") else { return false }
    return !terminal.isEmpty && terminal != "dumb"
  }

  /// Whether the name of a locale's code set, which differs from system to system, means UTF-8.
  static func isUnicode(codeset: String) -> Bool {
    let name = codeset.lowercased()
    return name == "utf-8" || name == "utf8"
  }
}

/// A variable of the process environment; nil if it is not set.
func environmentVariable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
