import Glibc
import Testing

/// The program at a terminal of its own, as a person would have it.
///
/// It is waited for with deadlines only, and killed at the end if it still runs.
final class PseudoTerminal {
  /// All that was shown so far, without escape sequences and carriage returns.
  private(set) var shown = ""

  private let screen: Int32
  private let process: pid_t
  private var bytes: [UInt8] = []
  /// How far `expect` has got in `shown`, in characters.
  private var consumed = 0
  private var exitStatus: Int32?

  /// Starts `diffrepl`; everything in its environment that counts is set here.
  ///
  /// - Parameters:
  ///   - home: an existing folder, where its history goes.
  ///   - environment: changes to the usual environment.
  static func start(
    arguments: [String] = [], home: String, columns: UInt16 = 80,
    environment: [String: String] = [:]
  ) throws -> PseudoTerminal {
    var variables = [
      "PATH": "/usr/bin:/bin", "HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8",
      "INPUTRC": "/dev/null",
    ]
    variables["ASAN_OPTIONS"] = Sanitizer.options
    variables.merge(environment) { $1 }
    var screen: Int32 = -1
    var keyboard: Int32 = -1
    var name: [CChar] = Array(repeating: 0, count: 128)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&screen, &keyboard, &name, nil, &size) == 0)
    defer { close(keyboard) }
    _ = fcntl(screen, F_SETFD, FD_CLOEXEC)
    let process = try spawn(
      try programPath(), arguments, variables.map { "\($0)=\($1)" }, terminal: name)
    return PseudoTerminal(screen: screen, process: process)
  }

  private init(screen: Int32, process: pid_t) {
    self.screen = screen
    self.process = process
  }

  deinit {
    if exitStatus == nil {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(screen)
  }

  /// Types text as it is: `\r` is Enter, `\u{3}` Ctrl-C, `\u{4}` Ctrl-D.
  func send(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(write(screen, bytes, bytes.count) == bytes.count)
  }

  /// Waits until `text` is shown after what was expected before; fails the test if it is not.
  func expect(
    _ text: String, within limit: Duration = .seconds(10),
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let isShown = appears(text, within: limit)
    try #require(
      isShown, "no \(text.debugDescription) in \(unread.debugDescription)",
      sourceLocation: sourceLocation)
  }

  /// Whether `text` is shown in time; goes behind it if so.
  func appears(_ text: String, within limit: Duration) -> Bool {
    let deadline = ContinuousClock.now + limit
    repeat {
      if let end = position(after: text) {
        consumed = end
        return true
      }
    } while readMore(until: deadline)
    return false
  }

  /// What is shown and was not expected yet.
  var unread: String { String(shown.dropFirst(consumed)) }

  /// Changes the size of the window, which the program is told by a signal.
  func resize(columns: UInt16, rows: UInt16 = 24) {
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    #expect(ioctl(screen, UInt(TIOCSWINSZ), &size) == 0)
  }

  /// The exit code, or 128 and the signal that ended it, as a shell counts; nil if it still runs.
  func waitForExit(within limit: Duration = .seconds(10)) -> Int32? {
    let deadline = ContinuousClock.now + limit
    while exitStatus == nil, ContinuousClock.now < deadline {
      var status: Int32 = 0
      if waitpid(process, &status, WNOHANG) == process {
        exitStatus = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
      } else {
        // A process blocks at its end while what it wrote is not read.
        _ = readMore(until: ContinuousClock.now + .milliseconds(10))
      }
    }
    return exitStatus
  }

  private func position(after text: String) -> Int? {
    let characters = Array(shown.dropFirst(consumed))
    let wanted = Array(text)
    guard characters.count >= wanted.count else { return nil }
    for start in 0...(characters.count - wanted.count)
    where characters[start..<(start + wanted.count)].elementsEqual(wanted) {
      return consumed + start + wanted.count
    }
    return nil
  }

  /// Takes what the program writes next; false when the time is over or the program gone.
  private func readMore(until deadline: ContinuousClock.Instant) -> Bool {
    let left = (deadline - .now).components
    guard left.seconds >= 0, left.attoseconds > 0 || left.seconds > 0 else { return false }
    let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000 + 1
    var polled = pollfd(fd: screen, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, Int32(milliseconds)) > 0 else { return false }
    var chunk: [UInt8] = Array(repeating: 0, count: 4_096)
    let count = read(screen, &chunk, chunk.count)
    guard count > 0 else { return false }
    bytes += chunk.prefix(count)
    shown = plainText(bytes)
    return true
  }
}

/// The text without escape sequences (`ESC [ … letter`, `ESC ] … BEL`), carriage returns and bells.
private func plainText(_ bytes: [UInt8]) -> String {
  var text: [UInt8] = []
  var rest = bytes[...]
  while let byte = rest.popFirst() {
    switch byte {
    case 0x1B:
      let kind = rest.popFirst()
      if kind == UInt8(ascii: "[") {
        rest = rest.drop { !(0x40...0x7E ~= $0) }.dropFirst()
      } else if kind == UInt8(ascii: "]") {
        rest = rest.drop { $0 != 0x07 }.dropFirst()
      }
    case 0x07, 0x0D: break
    default: text.append(byte)
    }
  }
  return String(decoding: text, as: UTF8.self)
}

/// The program lies beside the tests that were built with it.
func programPath() throws -> String {
  var buffer: [CChar] = Array(repeating: 0, count: Int(PATH_MAX) + 1)
  let count = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
  try #require(count > 0)
  let tests = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let folder = tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)]
  let program = "\(folder)/diffrepl"
  try #require(access(program, X_OK) == 0, "\(program) is not built")
  return program
}

/// Starts a program in a session of its own, whose terminal is the named one.
private func spawn(
  _ program: String, _ arguments: [String], _ environment: [String], terminal: [CChar]
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  // A session leader that opens a terminal gets it as its own.
  posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
  posix_spawn_file_actions_adddup2(&actions, 0, 1)
  posix_spawn_file_actions_adddup2(&actions, 0, 2)

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  // The threads of the tests block every signal, and a background job ignores Ctrl-C; a child
  // would inherit both.
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  var usual = sigset_t()
  sigemptyset(&usual)
  for signal in [SIGINT, SIGQUIT, SIGTSTP, SIGHUP, SIGPIPE] { sigaddset(&usual, signal) }
  posix_spawnattr_setsigdefault(&attributes, &usual)
  let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which Swift's Glibc module hides
  let flags = newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
  posix_spawnattr_setflags(&attributes, Int16(flags))

  var argumentPointers = ([program] + arguments).map { strdup($0) } + [nil]
  var environmentPointers = environment.map { strdup($0) } + [nil]
  defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
  var process: pid_t = 0
  let error = posix_spawn(
    &process, program, &actions, &attributes, &argumentPointers, &environmentPointers)
  try #require(error == 0, "\(program): \(String(cString: strerror(error)))")
  return process
}
