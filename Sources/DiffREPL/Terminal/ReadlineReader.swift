import CReadline
import Expr
import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Lines typed at a terminal, edited with GNU readline.
///
/// readline runs through its callback interface under our own wait: with its blocking call, a
/// Ctrl-C would take effect only at the next key, and swallow it. The library exists once in a
/// process, and so may a reader that is in use. Everything here belongs on the main thread.
final class ReadlineReader: LineReader {
  let name = "<prompt>"
  /// What TAB offers; set it again when the session's names change.
  var completer: Completer

  private let history: History
  private let prompt: Prompt
  private var lineNumber = 1
  /// How many of the history's entries readline has.
  private var recalled = 0

  /// Sets up readline and `Signals`, and offers the entries of `history` to the arrow keys.
  init(history: History, completer: Completer = Completer(), prompt: Prompt = Prompt()) {
    self.history = history
    self.completer = completer
    self.prompt = prompt
    Signals.install()
    // For `$if DiffREPL` in ~/.inputrc. readline keeps the pointer.
    rl_readline_name = UnsafePointer(strdup("DiffREPL"))
    rl_catch_signals = 0
    rl_catch_sigwinch = 0
    rl_getc_function = readKey
    // Needed before the first question for the size of the window.
    rl_initialize()
    using_history()
  }

  /// What was typed up to Enter; a pasted block comes as one, its lines separated by newlines.
  func nextLine(isContinuation: Bool) -> LineEvent {
    recallNewEntries()
    ReadlineCompletion.use(completer)
    // An interruption from before the prompt has nothing to drop here.
    interruptionRequested.store(false, ordering: .relaxed)
    state = PromptState()
    Signals.enterPrompt()
    // The window may have changed while nobody listened.
    rl_reset_screen_size()
    rl_callback_handler_install(isContinuation ? prompt.continuation : prompt.primary, takeLine)
    while state.result == nil { waitForKey() }
    Signals.leavePrompt()
    switch state.result {
    case .line(let text): return numbered(text)
    case .interrupted: return .interrupted
    case .endOfInput, nil:
      // readline ends the line itself, but only where it has told the terminal to mark pastes.
      if String(cString: rl_variable_value("enable-bracketed-paste")) != "on" { write("\n") }
      return .endOfInput
    }
  }

  private func numbered(_ text: String) -> LineEvent {
    // A paste often ends with a newline, before the Enter that sends it.
    let end = text.lastIndex { !$0.isNewline }.map { text.index(after: $0) } ?? text.startIndex
    let line = String(text[..<end])
    let number = lineNumber
    lineNumber += 1 + line.count(where: \.isNewline)
    return .line(line, number: number)
  }

  private func recallNewEntries() {
    for entry in history.entries.dropFirst(recalled) { add_history(entry) }
    recalled = history.entries.count
  }

  /// One turn of the input loop: a signal that came, or a key.
  private func waitForKey() {
    let hasInput = Signals.waitForInput(STDIN_FILENO)
    if Signals.takeWindowChange() { rl_resize_terminal() }
    let signal = Signals.takePendingSignal()
    if signal != 0 { stop(by: signal) }
    if interruptionRequested.exchange(false, ordering: .relaxed) {
      interrupt()
    } else if hasInput {
      rl_callback_read_char()
      switch state.failure {
      case .interrupted: interrupt()
      case .unreadable: state.result = .endOfInput
      case nil: break
      }
    }
  }

  /// Drops the line, and what was pasted behind it, and leaves the cursor below.
  private func interrupt() {
    // First of all, while the terminal does not echo.
    discardInput()
    rl_point = rl_end
    rl_redisplay()
    rl_free_line_state()
    rl_callback_sigcleanup()
    rl_cleanup_after_signal()
    rl_callback_handler_remove()
    write("^C\n")
    interruptionRequested.store(false, ordering: .relaxed)
    state.result = .interrupted
  }

  /// Throws away what has arrived, and what still does: a paste that holds a Ctrl-C comes in pieces,
  /// and what follows it must not run.
  private func discardInput() {
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    let milliseconds: Int32 = 20
    for _ in 0..<50 {
      tcflush(STDIN_FILENO, TCIFLUSH)
      if poll(&input, 1, milliseconds) == 0 { return }
    }
  }

  /// Gives the terminal back in order before stopping, or ending, as `signal` asks.
  private func stop(by signal: Int32) {
    rl_cleanup_after_signal()
    Signals.obey(signal)
    // Here again after `fg`.
    rl_reset_after_signal()
    rl_forced_update_display()
  }
}

/// What stands before the cursor.
struct Prompt: Sendable {
  /// Before the first line of a statement, and before the others: of the same width.
  var primary: String
  var continuation: String

  /// `∂> ` and `.. `; escape sequences are marked as taking no room on the line.
  init(isUnicode: Bool = true, color: Bool = false) {
    let (on, off) = color ? ("\u{1}\u{1B}[1;36m\u{2}", "\u{1}\u{1B}[0m\u{2}") : ("", "")
    primary = on + (isUnicode ? "∂> " : "d> ") + off
    continuation = on + ".. " + off
  }

  /// What stands before a line of a script in its echo: nothing before a comment.
  func text(before part: LinePart) -> String {
    switch part {
    case .statement: primary
    case .continuation: continuation
    case .remark: ""
    }
  }
}

private struct PromptState {
  enum Result {
    case line(String)
    case interrupted
    case endOfInput
  }

  /// Why a key could not be read. readline then hands over the unfinished line as if it were done.
  enum Failure {
    case interrupted
    /// The terminal is gone, or belongs to somebody else for good.
    case unreadable
  }

  var result: Result?
  var failure: Failure?
}

// C callbacks capture nothing, so what they share with the reader is a global. Safe without
// protection: readline calls back only from inside the calls above, and those are made on the main
// thread, one at a time. Signal handlers (Signals.swift) do not touch it.
private nonisolated(unsafe) var state = PromptState()

private func write(_ text: String) {
  fputs(text, dr_stdout())
  fflush(dr_stdout())
}

private let takeLine: @convention(c) (UnsafeMutablePointer<CChar>?) -> Void = { line in
  state.result = line.map { .line(String(cString: $0)) } ?? .endOfInput
  free(line)
  rl_callback_handler_remove()
}

/// Reads a byte in place of readline's own function, which takes a failed read for an empty line,
/// again and again, and sleeps through Ctrl-C while it waits for the rest of a paste.
private let readKey: @convention(c) (UnsafeMutablePointer<FILE>?) -> Int32 = { _ in
  var byte: UInt8 = 0
  while true {
    if interruptionRequested.load(ordering: .relaxed) {
      state.failure = .interrupted
      return READERR
    }
    guard Signals.waitForInput(STDIN_FILENO) else { continue }
    switch read(STDIN_FILENO, &byte, 1) {
    case 1: return Int32(byte)
    case 0: return EOF
    default:
      if errno == EINTR || errno == EAGAIN { continue }
      state.failure = .unreadable
      return READERR
    }
  }
}
