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
