import Synchronization

/// Set by the Ctrl-C handler, polled by everything that may take long, cleared by the read loop.
public let interruptionRequested = Atomic<Bool>(false)

/// Calls `body` with stretches of 0..<count, each a millisecond's work or so, until it is done or
/// Ctrl-C is pressed.
///
/// - Returns: whether it was stopped.
func stretches(_ count: Int, of length: Int = 1 << 17, _ body: (Range<Int>) -> Void) -> Bool {
  var start = 0
  while start < count {
    if interruptionRequested.load(ordering: .relaxed) { return true }
    let end = min(count, start + length)
    body(start..<end)
    start = end
  }
  return false
}
