import CReadline
import Expr
import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What the process does on signals.
///
/// Handlers only store to atomics and write one byte to a pipe. The pipe is there because a signal
/// that lands between looking at a flag and waiting for input would otherwise wait for the next
/// key. SIGPIPE keeps its default: `diffrepl … | head -1` ends silently with 141.
enum Signals {
  /// Makes Ctrl-C set `interruptionRequested` from here on instead of ending the process.
  ///
  /// A process started with Ctrl-C ignored (`nohup`, a background job) goes on ignoring it.
  static func install() {
    guard wakeReadEnd.load(ordering: .relaxed) < 0 else { return }
    // Globals are made on first use, which a handler must not be the one to do.
    interruptionRequested.store(false, ordering: .relaxed)
    pendingSignal.store(0, ordering: .relaxed)
    continued.store(false, ordering: .relaxed)
    windowChanged.store(false, ordering: .relaxed)
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
      wakeWriteEnd.store(ends[1], ordering: .relaxed)
      wakeReadEnd.store(ends[0], ordering: .relaxed)
    }
    if dr_is_ignored(SIGINT) == 0 { _ = dr_set_handler(SIGINT, onInterrupt) }
  }

  /// Takes over the signals that find the terminal in the line editor's mode, which has to be
  /// undone before the process stops or ends.
  static func enterPrompt() {
    pendingSignal.store(0, ordering: .relaxed)
    windowChanged.store(false, ordering: .relaxed)
    for signal in signalsAtPrompt where dr_is_ignored(signal) == 0 {
      _ = dr_set_handler(signal, onSignalAtPrompt)
    }
    _ = dr_set_handler(SIGWINCH, onWindowChange)
    _ = dr_set_handler(SIGCONT, onContinuation)
  }

  /// Gives those signals back, so that Ctrl-Z stops a computation as it stops any program.
  static func leavePrompt() {
    for signal in signalsAtPrompt where dr_is_ignored(signal) == 0 {
      _ = dr_set_handler(signal, SIG_DFL)
    }
    _ = dr_set_handler(SIGWINCH, SIG_DFL)
    _ = dr_set_handler(SIGCONT, SIG_DFL)
  }

  /// Stops or ends the process as `signal`, taken at the prompt, asks; returns after `fg`.
  ///
  /// Under `make run` the shell may take the terminal away before the line editor has undone its
  /// mode: that call then stops the process, and it must not stop once more when continued.
  static func obey(_ signal: Int32) {
    let stoppedBefore = signal == SIGTSTP && continued.load(ordering: .relaxed)
    leavePrompt()
    if !stoppedBefore { raise(signal) }
    enterPrompt()
  }

  /// The stop or end that was asked for at the prompt since the last call; 0 if none was.
  static func takePendingSignal() -> Int32 { pendingSignal.exchange(0, ordering: .relaxed) }

  /// Whether the window has another size since the last call.
  static func takeWindowChange() -> Bool { windowChanged.exchange(false, ordering: .relaxed) }

  /// Waits until `descriptor` can be read without blocking (at its end and on errors, too) or a
  /// signal arrives; true in the first case.
  static func waitForInput(_ descriptor: Int32) -> Bool {
    let wake = wakeReadEnd.load(ordering: .relaxed)
    var polled = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wake, events: Int16(POLLIN), revents: 0),  // a negative number is skipped
    ]
    let ready = poll(&polled, 2, -1)
    // Other failures than a signal would repeat for ever: let the read report them.
    if ready < 0 { return errno != EINTR }
    if polled[1].revents != 0 {
      var bytes: [UInt8] = Array(repeating: 0, count: 64)
      while read(wake, &bytes, bytes.count) == bytes.count {}
    }
    return polled[0].revents != 0
  }
}

private let pendingSignal = Atomic<Int32>(0)
/// Whether the process was stopped and continued since `pendingSignal` was set.
private let continued = Atomic<Bool>(false)
private let windowChanged = Atomic<Bool>(false)
private let wakeReadEnd = Atomic<Int32>(-1)
private let wakeWriteEnd = Atomic<Int32>(-1)

private let signalsAtPrompt = [SIGTSTP, SIGTERM, SIGHUP, SIGQUIT]

// Handlers are written outside any actor: a signal may arrive on any thread, and isolated code
// would check for its own and trap.
private let onInterrupt: @convention(c) (Int32) -> Void = { _ in
  interruptionRequested.store(true, ordering: .relaxed)
  wake()
}

private let onSignalAtPrompt: @convention(c) (Int32) -> Void = { signal in
  continued.store(false, ordering: .relaxed)
  pendingSignal.store(signal, ordering: .relaxed)
  wake()
}

private let onContinuation: @convention(c) (Int32) -> Void = { _ in
  continued.store(true, ordering: .relaxed)
}

private let onWindowChange: @convention(c) (Int32) -> Void = { _ in
  windowChanged.store(true, ordering: .relaxed)
  wake()
}

/// Ends the wait in `waitForInput`; a full pipe does so already. Code it interrupts keeps its errno.
private func wake() {
  let interruptedError = errno
  var byte: UInt8 = 0
  _ = write(wakeWriteEnd.load(ordering: .relaxed), &byte, 1)
  errno = interruptedError
}
