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

  @Option(name: [.customShort("f"), .customLong("file")], help: "Run a script file (repeatable).")
  var files: [String] = []

  @Option(name: [.customShort("e"), .customLong("eval")], help: "Run a text (repeatable).")
  var texts: [String] = []

  @Flag(name: [.customShort("i"), .long], help: "Stay at the prompt afterwards.")
  var interactive = false

  @Flag(help: "Print one JSON object for each statement.")
  var json = false

  @Flag(help: "Print each line of a script before it runs.")
  var echo = false

  @Flag(help: "Run on after an error; the exit code is still 1.")
  var keepGoing = false

  @Flag(help: "No greeting and no notes.")
  var quiet = false

  @Option(help: "Colour: auto, always or never.")
  var color = ColourChoice.auto

  @Flag(help: "Write everything in ASCII.")
  var ascii = false

  @Option(help: "Columns to fit tables into.")
  var width: Int?

  @Option(help: "Seed of the random numbers.")
  var seed: UInt64 = 0

  @Option(help: "Threads of large programs: a number, or auto for one a core.")
  var threads = "auto"

  @Flag(help: "Neither read nor write the history file.")
  var noHistory = false

  @Flag(
    help: "Touch no file but the scripts named here; limit the memory, and the time of a statement."
  )
  var sandbox = false

  enum ColourChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

  static func main() {
    do {
      var command = try parseAsRoot()
      if let tool = command as? CommandLineTool {
        var application = Application(tool)
        endProcess(application.run())
      }
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

  func validate() throws {
    if let width, width < 20 { throw ValidationError("--width takes at least 20 columns") }
    if ThreadChoice(threads) == nil {
      throw ValidationError("--threads takes \(ThreadChoice.choices)")
    }
  }

  /// Files and texts in the order of the command line, which the parsed lists have lost.
  var inputs: [Input] {
    var files = files[...], texts = texts[...], scripts = scripts[...]
    var inputs: [Input] = []
    for argument in CommandLine.arguments.dropFirst() {
      if argument.hasPrefix("--file") || argument.hasPrefix("-f") {
        if let file = files.popFirst() { inputs.append(.file(file)) }
      } else if argument.hasPrefix("--eval") || argument.hasPrefix("-e") {
        if let text = texts.popFirst() { inputs.append(.text(text)) }
      } else if argument == scripts.first {
        inputs.append(.file(scripts.removeFirst()))
      }
    }
    return inputs + files.map { .file($0) } + texts.map { .text($0) } + scripts.map { .file($0) }
  }

  enum Input {
    case file(String)
    case text(String)
  }
}

enum Version {
  static let current = "0.1"
}
