#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif
import Testing

/// One run of the program without a terminal: what went in, what came out.
struct Program {
  let output: String
  let errors: String
  /// The exit code, or 128 and the signal that ended it, as a shell counts.
  let exitCode: Int32
  /// How often it touched a page of memory that the system had yet to give.
  let pages: Int

  /// The objects of `--json`, one a line.
  var lines: [String] { output.split(separator: "\n").map(String.init) }

  /// Runs it and waits.
  ///
  /// - Parameters:
  ///   - input: standard input.
  ///   - outputPath: where standard output goes instead, `/dev/full` for one.
  ///   - limit: what `ulimit` is told before.
  static func run(
    _ arguments: [String], input: String = "", inputBytes: [UInt8]? = nil,
    outputPath: String? = nil, limit: String? = nil
  ) throws -> Program {
    let folder = try TemporaryFolder()
    try folder.write(inputBytes ?? Array(input.utf8), to: "in")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let create = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, folder.path("in"), O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, outputPath ?? folder.path("out"), create, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, folder.path("err"), create, 0o600)

    // The threads of the tests block every signal; one that ends the program must come through.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let program = try programPath()
    let shell = limit.map { ["/bin/sh", "-c", "ulimit \($0) && exec \"$0\" \"$@\""] } ?? []
    let command = shell + [program] + arguments
    var variables = ["PATH=/usr/bin:/bin", "HOME=\(folder.root)", "LANG=C.UTF-8"]
    if let options = Sanitizer.options { variables.append("ASAN_OPTIONS=\(options)") }
    var argumentPointers = command.map { strdup($0) } + [nil]
    var environmentPointers = variables.map { strdup($0) } + [nil]
    defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
    var process: pid_t = 0
    try #require(
      posix_spawn(
        &process, command[0], &actions, &attributes, &argumentPointers, &environmentPointers) == 0)
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0, errno == EINTR {}
    return Program(
      output: outputPath == nil ? folder.text("out") : "", errors: folder.text("err"),
      exitCode: status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F,
      pages: Int(usage.ru_minflt))
  }
}

/// A folder of its own for a test, gone with it.
final class TemporaryFolder {
  let root: String

  init() throws {
    var name = Array("/tmp/diffrepl-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&name) != nil)
    root = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    if let stream = opendir(root) {
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { unlink(path(name)) }
      }
      closedir(stream)
    }
    rmdir(root)
  }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  func write(_ bytes: [UInt8], to name: String) throws {
    let file = try #require(fopen(path(name), "w"))
    defer { fclose(file) }
    try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
  }

  func text(_ name: String) -> String {
    guard let file = fopen(path(name), "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk: [UInt8] = Array(repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes += chunk.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
