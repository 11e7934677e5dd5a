/// What a command line asks for.
struct Options: Equatable {
  /// What is to be run, in the order of the command line.
  var inputs: [Input] = []
  var switches: [Switch] = []
  var colour = ColourChoice.auto
  var width: Int?
  var seed: UInt64 = 0
  var threads = "auto"

  /// Those of an empty command line.
  static let usual = Options()

  enum Input: Equatable {
    case file(String)
    case text(String)
  }

  enum ColourChoice: String, CaseIterable { case auto, always, never }

  func has(_ choice: Switch) -> Bool { switches.contains(choice) }
}

/// An option without a value.
enum Switch: String, CaseIterable {
  case interactive, json, echo
  case keepGoing = "keep-going"
  case quiet, ascii
  case noHistory = "no-history"
  case sandbox

  /// The letter of its short form.
  var short: Character? { self == .interactive ? "i" : nil }

  var help: String {
    switch self {
    case .interactive: "Stay at the prompt afterwards."
    case .json: "Print one JSON object for each statement."
    case .echo: "Print each line of a script before it runs."
    case .keepGoing: "Run on after an error; the exit code is still 1."
    case .quiet: "No greeting and no notes."
    case .ascii: "Write everything in ASCII."
    case .noHistory: "Neither read nor write the history file."
    case .sandbox:
      "Touch no file but the scripts named here; limit the memory, and the time of a statement."
    }
  }

  /// - Parameter argument: the whole of it: `--json`, `-i`.
  init?(_ argument: String) {
    guard let choice = Self.allCases.first(where: { argument.names($0.rawValue, $0.short) })
    else { return nil }
    self = choice
  }
}

/// An option whose value is run.
enum InputOption: String, CaseIterable {
  case file, eval

  /// The letter of its short form.
  var short: Character { self == .file ? "f" : "e" }

  /// - Parameter argument: the whole of it: `--eval`, `-e`.
  init?(_ argument: String) {
    guard let option = Self.allCases.first(where: { argument.names($0.rawValue, $0.short) })
    else { return nil }
    self = option
  }

  fileprivate func input(_ value: String) -> Options.Input {
    self == .file ? .file(value) : .text(value)
  }
}

extension String {
  /// Whether this is an option of that name.
  fileprivate func names(_ long: String, _ short: Character?) -> Bool {
    guard hasPrefix("-") else { return false }
    return self == "--\(long)" || short.map { self == "-\($0)" } ?? false
  }
}

extension Options {
  /// Reads a command line of switches, files and texts, each with a word of its own; nil for any other,
  /// be it wrong or one that needs parsing.
  ///
  /// Most starts are of this kind. The argument parser finds the same, but making its tables out of
  /// the declarations takes it longer than the program needs for a gradient.
  init?(simple arguments: [String]) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if let choice = Switch(argument) {
        switches.append(choice)
      } else if let option = InputOption(argument) {
        guard let value = rest.popFirst(), value.isPlain else { return nil }
        inputs.append(option.input(value))
      } else {
        guard argument.isPlain else { return nil }
        inputs.append(.file(argument))
      }
    }
  }
}

extension String {
  /// Whether it stands for itself on any command line. (A dash alone does: it is standard input.)
  fileprivate var isPlain: Bool { self == "-" || !hasPrefix("-") }
}
