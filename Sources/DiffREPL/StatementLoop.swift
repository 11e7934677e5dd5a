import Expr
import Synchronization

/// What a line of a script is: it decides on the prompt before its echo.
enum LinePart {
  case statement
  case continuation
  /// A comment or nothing, between statements.
  case remark
}

/// Reads lines, puts statements together, runs them, and hands on what comes of it.
struct StatementLoop<Reader: LineReader> {
  enum Event {
    /// A whole input, before anything of it runs: for the history.
    case entered(String)
    /// A line as it is about to run.
    case echo(String, LinePart)
    case output(Output)
    case failure(Diagnostic)
    /// Ctrl-C at the prompt or while waiting for input.
    case interrupted
  }

  var reader: Reader

  /// Runs until the input ends, `:quit`, or a handler that says stop.
  ///
  /// - Returns: the failure after which the handler stopped, or of an input that could not be read.
  mutating func run(
    _ session: inout Session, _ handle: (Event, inout Session, inout Reader) -> Bool
  ) -> Diagnostic? {
    var pending = PendingInput()
    while !session.isFinished {
      switch reader.nextLine(isContinuation: !pending.isEmpty) {
      case .interrupted:
        pending = PendingInput()
        if !handle(.interrupted, &session, &reader) { return nil }
      case .endOfInput:
        guard let diagnostic = pending.atEnd(named: reader.name) else { return nil }
        return handle(.failure(diagnostic), &session, &reader) ? nil : diagnostic
      case .line(let line, let number):
        if session.settings.echo, !session.settings.isInteractive {
          let part: LinePart =
            !pending.isEmpty ? .continuation : line.isCommentOrBlank ? .remark : .statement
          _ = handle(.echo(line, part), &session, &reader)
        }
        let text = pending.isEmpty ? line : "\(pending.text)\n\(line)"
        guard let outcome = pending.add(line, number: number, named: reader.name) else { continue }
        if let failure = perform(outcome, of: text, &session, handle) { return failure }
      }
    }
    return nil
  }

  private mutating func perform(
    _ outcome: Result<SyntaxTree, Diagnostic>, of text: String, _ session: inout Session,
    _ handle: (Event, inout Session, inout Reader) -> Bool
  ) -> Diagnostic? {
    _ = handle(.entered(text), &session, &reader)
    let tree: SyntaxTree
    switch outcome {
    case .failure(let diagnostic):
      return handle(.failure(diagnostic), &session, &reader) ? nil : diagnostic
    case .success(let parsed): tree = parsed
    }
    for statement in tree.statements where !session.isFinished {
      interruptionRequested.store(false, ordering: .relaxed)
      do {
        let output = try session.run(statement, of: tree)
        // An interruption that the statement dealt with is over.
        interruptionRequested.store(false, ordering: .relaxed)
        _ = handle(.output(output), &session, &reader)
      } catch {
        interruptionRequested.store(false, ordering: .relaxed)
        if !handle(.failure(error), &session, &reader) { return error }
        // The rest of a line is not run after its first statement failed.
        return nil
      }
    }
    return nil
  }
}

/// Lines of a statement that is not complete yet.
private struct PendingInput {
  private(set) var text = ""
  private var firstLine = 1
  private var incomplete: Diagnostic?
  private var brackets = BracketCount()

  var isEmpty: Bool { text.isEmpty }

  /// Adds a line; nil while more are needed.
  mutating func add(
    _ line: String, number: Int, named name: String
  ) -> Result<SyntaxTree, Diagnostic>? {
    if text.isEmpty {
      firstLine = number
      text = line
    } else {
      text += "\n" + line
    }
    brackets.add(line)
    // While a bracket is open for sure, parsing would find nothing new: a long array stays linear.
    if incomplete != nil, brackets.areOpen { return nil }
    let source = SourceText(text, name: name, firstLine: firstLine)
    do {
      switch try Parser.parse(source) {
      case .complete(let tree):
        self = PendingInput()
        return .success(tree)
      case .incomplete(let diagnostic):
        incomplete = diagnostic
        return nil
      }
    } catch {
      self = PendingInput()
      return .failure(error)
    }
  }

  /// What to report if the input ends here.
  func atEnd(named name: String) -> Diagnostic? {
    guard !text.isEmpty else { return nil }
    let source = SourceText(text, name: name, firstLine: firstLine)
    do {
      if case .incomplete(let diagnostic) = try Parser.parse(source) { return diagnostic }
    } catch {
      return error
    }
    return incomplete
  }
}

/// A rough count of brackets, outside texts and comments: only to tell when parsing is worth while.
private struct BracketCount {
  private var depth = 0

  var areOpen: Bool { depth > 0 }

  mutating func add(_ line: String) {
    var inText = false
    for byte in line.utf8 {
      switch byte {
      case UInt8(ascii: "\""): inText.toggle()
      case UInt8(ascii: "#") where !inText: return
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += inText ? 0 : 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= inText ? 0 : 1
      default: break
      }
    }
  }
}

extension String {
  fileprivate var isCommentOrBlank: Bool {
    let content = drop { $0 == " " || $0 == "\t" }
    return content.isEmpty || content.hasPrefix("#")
  }
}
