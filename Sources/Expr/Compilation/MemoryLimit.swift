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
