import AD
import CReadline
import Expr
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The streams of the C library, which Swift 6 does not let anyone name directly.
var standardOutput: UnsafeMutablePointer<FILE> { dr_stdout() }
var standardError: UnsafeMutablePointer<FILE> { dr_stderr() }

/// The C library's exit, which argument parsing has a method of the same name for.
func endProcess(_ code: Int32) -> Never { exit(code) }

/// Runs the inputs of a command line through one session and writes what comes of it.
struct Application {
  private let options: Options
  private let terminal = TerminalInfo.current()
  private var session: Session

  init(_ options: Options) {
    self.options = options
    Allocation.keepFreedMemory()
    session = Session(isSandboxed: options.has(.sandbox))
    if options.has(.sandbox) { Sandbox.enter() }
    session.settings.echo = options.has(.echo)
    session.settings.threads = ThreadChoice(options.threads)?.count
    Program.useThreads(session.settings.threads)
    session.edit { $0.random = RandomGenerator(seed: options.seed) }
  }

  /// - Returns: the exit code.
  mutating func run() -> Int32 {
    let inputs = options.inputs
    var code: Int32 = 0
    let writer = Writer(options: options, terminal: terminal)
    session.emit = { [settings = session.settings] in writer.write($0, settings) }
    if terminal.outputIsTerminal, !options.has(.json), !options.has(.quiet) {
      session.showProgress = { [settings = session.settings] in writer.showProgress($0, settings) }
    }
    for input in inputs where code == 0 || (options.has(.keepGoing) && code == 1) {
      code = max(code, runScript(input, writer))
      if session.isFinished { break }
    }
    let reads = inputs.isEmpty || (options.has(.interactive) && !session.isFinished && code != 130)
    if reads, code == 0 || options.has(.interactive) {
      if terminal.inputIsTerminal, terminal.outputIsTerminal || options.has(.interactive) {
        code = prompt(writer)
      } else {
        let reader =
          ScriptReader(fileDescriptor: STDIN_FILENO, name: ScriptReader.standardInputName)
        code = max(code, runScript(reader, writer))
      }
    }
    return writer.finish() ? code : max(code, 1)
  }

  // MARK: Scripts

  private mutating func runScript(_ input: Options.Input, _ writer: Writer) -> Int32 {
    switch input {
    case .text(let text): return runScript(ScriptReader(text: text, name: "-e"), writer)
    case .file("-"):
      return runScript(
        ScriptReader(fileDescriptor: STDIN_FILENO, name: ScriptReader.standardInputName), writer)
    case .file(let path):
      do {
        return runScript(try ScriptReader(path: path), writer)
      } catch {
        writer.write(error, isScript: true, session.settings)
        return 2
      }
    }
  }

  private mutating func runScript(_ reader: ScriptReader, _ writer: Writer) -> Int32 {
    Signals.install()
    session.settings.isInteractive = false
    var code: Int32 = 0
    let keepsGoing = options.has(.keepGoing)
    let isPiped = reader.name == ScriptReader.standardInputName
    var loop = StatementLoop(reader: reader)
    let stopped = loop.run(&session) { event, session, _ in
      switch event {
      case .entered: break
      case .echo(let line, let part): writer.echo(line, part, session.settings)
      case .output(let output):
        writer.write(output, session.settings)
        // A program at the other end of two pipes waits for this answer before it goes on.
        if isPiped { writer.flush() }
      case .interrupted:
        code = 130
        return false
      case .failure(let diagnostic):
        if diagnostic.message == Diagnostic.interrupted.message {
          code = 130
          return false
        }
        code = 1
        writer.write(diagnostic, isScript: true, session.settings)
        return keepsGoing
      }
      return true
    }
    if stopped == nil, let failure = reader.failure {
      writer.write(failure, isScript: true, session.settings)
      return 2
    }
    return code
  }

  // MARK: The prompt

  private mutating func prompt(_ writer: Writer) -> Int32 {
    session.settings.isInteractive = true
    let settings = writer.renderSettings(session.settings)
    if !options.has(.quiet), !options.has(.json) {
      var greeting = Output()
      greeting.blocks = [
        .line(StyledText("DiffREPL \(Version.current) · :help for commands", .faint))
      ]
      writer.write(greeting, session.settings)
    }
    let hasHistory = !options.has(.noHistory) && !options.has(.sandbox)
    let history = History(path: hasHistory ? History.defaultPath(in: environmentVariable) : nil)
    if let problem = history.problem { writer.write(problem, isScript: false, session.settings) }
    let reader = ReadlineReader(
      history: history, completer: Completer.of(session),
      prompt: Prompt(isUnicode: !settings.isASCII, color: settings.usesColour))
    var loop = StatementLoop(reader: reader)
    _ = loop.run(&session) { event, session, reader in
      switch event {
      case .output(let output):
        Self.present(output, session, &reader, writer)
        reader.completer = Completer.of(session)
      case .failure(let diagnostic): writer.write(diagnostic, isScript: false, session.settings)
      case .entered(let text): history.append(text)
      case .interrupted, .echo: break
      }
      writer.flush()
      return true
    }
    return 0
  }

  /// Writes an output; pages are turned by the reader.
  private static func present(
    _ output: Output, _ session: Session, _ reader: inout ReadlineReader, _ writer: Writer
  ) {
    var rest = output
    rest.blocks = output.blocks.filter { if case .pages = $0 { false } else { true } }
    for case .pages(let pages) in output.blocks where !writer.isJSON {
      var page = 0
      while page < pages.count {
        let keys = "Enter: next · b: back · q: out   (\(page + 1) of \(pages.count))"
        let isLast = page == pages.count - 1
        let below: [Output.Block] = isLast ? [] : [.line(StyledText(keys, .faint))]
        writer.write(Output(blocks: pages[page] + below), session.settings)
        writer.flush()
        if isLast { break }
        guard case .line(let answer, _) = reader.nextLine(isContinuation: true) else { break }
        let word = answer.lowercased()
        if word.hasPrefix("q") { break }
        page = word.hasPrefix("b") ? max(0, page - 1) : page + 1
      }
    }
    writer.write(rest, session.settings)
  }
}

extension Completer {
  /// What TAB knows: commands, the session's names, functions and constants.
  static func of(_ session: Session) -> Completer {
    let names = session.environment.all.map(\.name.spelling) + Builtins.names
    let words =
      names + CommandTable.optionWords + OptimiserTable.names
      + ["wrt", "over", "along", "with", "against", "optimal", "backtracking", "wolfe"]
    let source: Completer.Source = { prefix, _, _ in
      prefix.isEmpty ? [] : words.filter { $0.hasPrefix(prefix) }
    }
    return Completer(commands: CommandTable.names, names: source)
  }
}
