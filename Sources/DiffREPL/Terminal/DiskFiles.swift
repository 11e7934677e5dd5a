#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import Expr

/// The files of the system, for `read`.
struct DiskFiles: FileProvider {
  func contents(of path: String) throws(Diagnostic) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path) }
    defer { close(descriptor) }
    var contents: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return contents }
      guard count > 0 else { throw Self.failure(path) }
      contents += buffer[0..<count]
    }
  }

  private static func failure(_ path: String) -> Diagnostic {
    Diagnostic("cannot read '\(path)': \(String(cString: strerror(errno)))")
  }
}

/// The files that `--sandbox` leaves: none.
struct SandboxedFiles: FileProvider {
  func contents(of path: String) throws(Diagnostic) -> [UInt8] { throw .sandboxed("read a file") }
}

extension Diagnostic {
  /// - Parameter what: that needs a file.
  static func sandboxed(_ what: String, at span: SourceSpan? = nil) -> Diagnostic {
    Diagnostic(
      "--sandbox does not let a script \(what)", at: span,
      hint: "data can be written into the script: x = [1, 2, 3]")
  }
}
