import CKernels

/// How the C library gives out memory.
public enum Allocation {
  /// Has the process keep what it frees, up to 64 MiB, for what comes next.
  ///
  /// Else a command whose arrays lie at the end of the heap returns them to the system when it is done,
  /// and the next one takes them anew, page by page, or not, as the heap happens to lie: a tenth of the
  /// time of a thousand short steps.
  public static func keepFreedMemory() { ck_keep_freed_memory() }
}
