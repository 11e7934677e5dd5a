import CKernels
import Synchronization

extension Program {
  /// How many threads large programs are compiled for: as many as were asked for, else one for each
  /// core that this process may use.
  public static var threadCount: Int {
    let asked = chosen.load(ordering: .relaxed)
    return asked > 0 ? asked : availableCores
  }

  /// The most threads that can be asked for.
  public static let threadLimit = 256

  /// Sets the number of threads for programs compiled from here on; nil goes back to one a core.
  /// Results do not depend on it.
  ///
  /// - Precondition: `count` is 1 to `threadLimit`.
  public static func useThreads(_ count: Int?) {
    precondition(count.map { (1...threadLimit).contains($0) } ?? true, "so many threads can be had")
    chosen.store(count ?? 0, ordering: .relaxed)
  }

  private static let chosen = Atomic<Int>(0)

  private static let availableCores = min(ck_available_cores(), threadLimit)
}
