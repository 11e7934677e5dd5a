#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import Synchronization

extension Program {
  /// The most memory that programs take, in bytes: half of the machine's, or less if that was asked
  /// for.
  public static var defaultMemoryLimit: Int { min(half, chosen.load(ordering: .relaxed)) }

  /// Lowers the limit for all programs from here on.
  public static func limitMemory(to bytes: Int) { chosen.store(bytes, ordering: .relaxed) }

  private static let half: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES)), size = sysconf(Int32(_SC_PAGESIZE))
    return pages > 0 && size > 0 ? pages * size / 2 : 1 << 32
  }()

  private static let chosen = Atomic<Int>(Int.max)
}
