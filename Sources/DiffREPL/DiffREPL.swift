import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The command line of `diffrepl`.
@main
struct CommandLineTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diffrepl",
    abstract: "A terminal calculator that differentiates, and shows how.",
    discussion: """
      Without files or texts it reads standard input: a prompt on a terminal, else a script. Exit \
      codes: 0, 1 a statement failed, 2 usage or an unreadable file, 130 interrupted.
      """,
    version: "DiffREPL \(Version.current)")

  @Argument(help: "Script files to run.", completion: .file())
  var scripts: [String] = []

  @Option(name: InputOption.file.names, help: "Run a script file (repeatable).")
  var files: [String] = []

  @Option(name: InputOption.eval.names, help: "Run a text (repeatable).")
  var texts: [String] = []

  @Flag var switches: [Switch] = []

  @Option(help: "Colour: auto, always or never.")
  var color = Options.usual.colour

  @Option(help: "Columns to fit tables into.")
  var width: Int?

  @Option(help: "Seed of the random numbers.")
  var seed = Options.usual.seed

  @Option(help: "Threads of large programs: a number, or auto for one a core.")
  var threads = Options.usual.threads

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let options = Options(simple: arguments) { run(options) }
    do {
      var command = try parseAsRoot(arguments)
      if let tool = command as? CommandLineTool { run(tool.options(of: arguments)) }
      try command.run()
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code == .success {
        fputs(message + "\n", standardOutput)
        endProcess(0)
      }
      fputs(message + "\n", standardError)
      endProcess(2)
    }
  }

  private static func run(_ options: Options) -> Never {
    var application = Application(options)
    endProcess(application.run())
  }

  func validate() throws {
    if let width, width < 20 { throw ValidationError("--width takes at least 20 columns") }
    if ThreadChoice(threads) == nil {
      throw ValidationError("--threads takes \(ThreadChoice.choices)")
    }
  }

  /// What the command line asks for, once it is parsed.
  func options(of arguments: [String]) -> Options {
    Options(
      inputs: inputs(in: arguments), switches: switches, colour: color, width: width, seed: seed,
      threads: threads)
  }

  /// Files and texts in the order of the command line, which the parsed lists have lost.
  private func inputs(in arguments: [String]) -> [Options.Input] {
    var files = files[...], texts = texts[...], scripts = scripts[...]
    var inputs: [Options.Input] = []
    var isValue = false
    for argument in arguments {
      let option = InputOption(in: argument)
      defer {
        let isOption = option != nil || Self.otherOptions.contains(argument)
        isValue = !isValue && isOption && !argument.contains("=")
      }
      if isValue { continue }
      switch option {
      case .file: if let file = files.popFirst() { inputs.append(.file(file)) }
      case .eval: if let text = texts.popFirst() { inputs.append(.text(text)) }
      case nil: if argument == scripts.first { inputs.append(.file(scripts.removeFirst())) }
      }
    }
    return inputs + files.map { .file($0) } + texts.map { .text($0) } + scripts.map { .file($0) }
  }

  /// Those whose values are nothing to run: the 1 of `--seed 1` is no script, though one has that name.
  private static let otherOptions = ["--color", "--width", "--seed", "--threads"]
}

extension InputOption {
  fileprivate var names: NameSpecification { [.customShort(short), .customLong(rawValue)] }

  /// The option of `-e`, `--eval=x` or `-ie`, whatever comes with it.
  fileprivate init?(in argument: String) {
    var name = String(argument.prefix { $0 != "=" })
    if name.hasPrefix("-i") { name = "-" + name.dropFirst().drop { $0 == "i" } }
    self.init(name)
  }
}

extension Switch: EnumerableFlag {
  static func name(for value: Switch) -> NameSpecification {
    guard let short = value.short else { return .customLong(value.rawValue) }
    return [.customShort(short), .customLong(value.rawValue)]
  }

  static func help(for value: Switch) -> ArgumentHelp? { ArgumentHelp(value.help) }
}

extension Options.ColourChoice: ExpressibleByArgument {}

enum Version {
  static let current = "0.1"
}
