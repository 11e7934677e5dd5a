import CKernels
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension Program {
  /// The most memory that programs take, in bytes: half of the machine's and of what the process may
  /// have, or less if that was asked for. The rest is for what they read and for copies of results.
  public static var defaultMemoryLimit: Int { min(half, chosen.load(ordering: .relaxed)) }

  /// Lowers the limit for all programs from here on.
  public static func limitMemory(to bytes: Int) { chosen.store(bytes, ordering: .relaxed) }

  private static let half: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES)), size = sysconf(Int32(_SC_PAGESIZE))
    let machine = pages > 0 && size > 0 ? pages * size / 2 : 1 << 32
    return min(machine, ck_address_space() / 2)
  }()

  private static let chosen = Atomic<Int>(Int.max)
}

extension Diagnostic {
  /// What a computation throws when Ctrl-C stops it.
  public static let interrupted = Diagnostic("interrupted")

  /// - Parameter needed: in bytes, if it is known.
  static func memoryLimit(_ limit: Int, needed: Double? = nil) -> Diagnostic {
    // Beyond, counts of entries stay at the largest integer.
    let most = 0x1p62
    let size =
      needed.map { "\($0 > most ? "at least " : "")\(shownBytes(min($0, most))), " } ?? ""
    return Diagnostic(
      "this needs \(size)more memory than the limit of \(shownBytes(Double(limit)))",
      hint: "use smaller arrays, or sum over parts")
  }

  private static func shownBytes(_ bytes: Double) -> String {
    var size = bytes / 1024
    var units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][...]
    while size >= 10_000, units.count > 1 {
      size /= 1024
      units.removeFirst()
    }
    return "\(NumberFormat(digits: 4).string(size)) \(units.first ?? "")"
  }
}
