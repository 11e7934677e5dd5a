import CReadline
import Expr
import Synchronization

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What `--sandbox` allows: no files but the scripts of the command line, so much memory, so much time
/// for a statement and for the whole run.
enum Sandbox {
  static let secondsPerStatement = 10
  static let secondsPerRun = 60
  static let bytes = 1 << 29

  /// Limits the process from here on; nothing lifts these limits again.
  ///
  /// A computation that does not look at the flag of the alarm is ended by the second one, memory
  /// that no program planned by the system.
  static func enter() {
    Program.limitMemory(to: bytes)
    var memory = rlimit(rlim_cur: rlim_t(bytes * 4), rlim_max: rlim_t(bytes * 4))
    _ = dr_limit_address_space(&memory)
    _ = dr_set_handler(SIGALRM, onAlarm)
    started.store(time(nil), ordering: .relaxed)
  }

  /// Starts the clock of a statement.
  ///
  /// - Throws: when the run has used up its time.
  static func startStatement() throws(Diagnostic) {
    let left = started.load(ordering: .relaxed) + secondsPerRun - time(nil)
    guard left > 0 else { throw overtime(secondsPerRun, "a run") }
    expired.store(false, ordering: .relaxed)
    setTimer(seconds: min(secondsPerStatement, left))
  }

  /// Stops the clock; what an interruption was, if it was the clock's.
  static func endStatement() -> Diagnostic? {
    setTimer(seconds: 0)
    return expired.exchange(false, ordering: .relaxed)
      ? overtime(secondsPerStatement, "a statement") : nil
  }

  private static func overtime(_ seconds: Int, _ what: String) -> Diagnostic {
    Diagnostic(
      "\(what) may take \(seconds) seconds with --sandbox", hint: "fewer rounds, smaller arrays")
  }

  private static func setTimer(seconds: Int) {
    let first = timeval(tv_sec: seconds, tv_usec: 0)
    let again = timeval(tv_sec: seconds == 0 ? 0 : 5, tv_usec: 0)
    var timer = itimerval(it_interval: again, it_value: first)
    _ = dr_set_real_timer(&timer)
  }
}

private let expired = Atomic<Bool>(false)
private let started = Atomic<Int>(0)

private let onAlarm: @convention(c) (Int32) -> Void = { _ in
  if expired.exchange(true, ordering: .relaxed) {
    let message: StaticString = "error: out of time: the limit of --sandbox\n"
    _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
    _exit(1)
  }
  interruptionRequested.store(true, ordering: .relaxed)
}
