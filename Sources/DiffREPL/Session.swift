import AD
import Expr

/// All state of a session: names, settings, what can be undone. The read loop owns the only one.
struct Session {
  private(set) var environment: Environment
  /// Whether no file may be touched, and each statement has a clock.
  let isSandboxed: Bool
  /// What the names were before each statement that changed something, the latest last.
  private var undoable: [(before: Environment, what: String)] = []
  var settings = SessionSettings()
  /// The last scalar expression or definition: what a command without target takes.
  var lastTarget: (tree: SyntaxTree, node: SyntaxID)?
  /// Whether statements run in the rounds of a loop, which show nothing of their results.
  var isInLoop = false
  /// Set by `:quit`.
  var isFinished = false
  /// What was elaborated and compiled and may be asked again. Shared by all copies of a session: it
  /// goes by what an environment holds, not by what happened to it.
  var computations = ComputationCache()
  /// Takes results that appear while a command still runs: the lines of a loaded file.
  var emit: (Output) -> Void = { _ in }
  /// Shows a line on the terminal while a command still runs, in the place of the one before, and ""
  /// takes it away; nil where nobody looks.
  var showProgress: ((String) -> Void)?
  /// What the last run of `:minimize` stored.
  var lastRun: RunArrays?
  /// Files being loaded, outermost first.
  var loading: [String] = []

  /// The most statements `:undo` goes back.
  private static let undoLimit = 200

  init(isSandboxed: Bool = false) {
    self.isSandboxed = isSandboxed
    let files: any FileProvider = isSandboxed ? SandboxedFiles() : DiskFiles()
    environment = Environment(derivatives: GraphDerivatives(), files: files)
  }

  /// Runs one statement. If it throws, the session is as it was.
  mutating func run(_ statement: Statement, of tree: SyntaxTree) throws(Diagnostic) -> Output {
    let before = self
    do {
      if isSandboxed { try Sandbox.startStatement() }
      var output = try execute(statement.node, of: tree)
      if let warning = birthWarning(output) { output.append(warning) }
      if isSandboxed { _ = Sandbox.endStatement() }
      if statement.isSilent { output.silence() }
      let place = tree.range(of: statement.node).lowerBound
      output.placeWarnings(line: tree.source.position(of: place).line)
      return output
    } catch {
      let quits = isFinished
      self = before
      isFinished = quits
      var placed = error
      if isSandboxed, let late = Sandbox.endStatement() { placed = late }
      // What fails while it runs (a singular matrix) is the statement's.
      if placed.span == nil, placed.message != Diagnostic.interrupted.message {
        placed.span = tree.span(of: statement.node)
      }
      throw placed
    }
  }

  /// Changes the names, so that `:undo` can take it back.
  mutating func change(_ what: String, _ body: (inout Environment) -> Void) {
    undoable.append((environment, what))
    if undoable.count > Self.undoLimit { undoable.removeFirst() }
    body(&environment)
  }

  /// Changes the names for a while, with nothing to take back.
  mutating func edit(_ body: (inout Environment) -> Void) { body(&environment) }

  var undoDepth: Int { undoable.count }

  /// Makes the changes since a depth one, to be taken back as a whole.
  mutating func mergeUndo(to depth: Int, _ before: Environment, what: String) {
    undoable.removeLast(max(0, undoable.count - depth))
    undoable.append((before, what))
  }

  /// Sets the result of an expression; that alone is no change to take back.
  mutating func setAnswer(_ value: Value) { environment.setLeaf(Name("ans"), to: value) }

  /// Takes the last change back and says what it was; nil if there is none.
  mutating func undo() -> String? {
    guard let last = undoable.popLast() else { return nil }
    environment = last.before
    return last.what
  }
}

/// What `:set` changes.
struct SessionSettings: Sendable, Equatable {
  var digits = 6
  var notation = TraceNotation.roulet
  /// Printed values and gradients are checked in double-double arithmetic.
  var certifies = false
  /// Scripts print each line they run.
  var echo = false
  /// A person types: commands may be shortened without a warning.
  var isInteractive = false
  /// Columns; nil follows the terminal.
  var width: Int?
  /// What large programs use; nil is one a core. They are those of the process: one that is set last
  /// counts.
  var threads: Int?
  /// nil follows the locale.
  var isASCII: Bool?
  /// Tables of runs have a column of times, which differ from run to run.
  var showsTimes = true
  /// nil follows the terminal.
  var usesColour: Bool?
}

/// A number of threads as it is typed: 1 to the limit, or `auto`.
struct ThreadChoice {
  static let choices = "1 to \(Program.threadLimit), auto"

  /// nil is one a core.
  let count: Int?

  init?(_ word: String) {
    guard word != "auto" else {
      count = nil
      return
    }
    guard let number = Int(word), (1...Program.threadLimit).contains(number) else { return nil }
    count = number
  }
}

extension Output {
  /// Tells the objects of warnings the line of their statement.
  fileprivate mutating func placeWarnings(line: Int) {
    json = json.map { object in
      guard object.isWarning, case .object(let members) = object,
        !members.contains(where: { $0.key == "line" })
      else { return object }
      return .object(members + [("line", .integer(line))])
    }
  }

  /// Keeps warnings only: what a trailing `;` asks for.
  fileprivate mutating func silence() {
    blocks = blocks.filter {
      if case .diagnostic(let diagnostic) = $0 { diagnostic.severity == .warning } else { false }
    }
    json = json.filter { $0.isWarning }
  }
}
