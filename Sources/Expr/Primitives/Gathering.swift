import Synchronization

/// Many entries of one array written to another, on several threads.
final class Gathering: ChunkedWork {
  private let selection: Selection
  private let source: UnsafePointer<Double>
  private let target: UnsafeMutablePointer<Double>
  private let count: Int

  private static let chunk = 1 << 16
  /// Below, it is done before another thread has woken up.
  static let leastCount = 1 << 18

  init(
    _ selection: Selection, from source: UnsafePointer<Double>,
    to target: UnsafeMutablePointer<Double>, count: Int
  ) {
    self.selection = selection
    self.source = source
    self.target = target
    self.count = count
  }

  /// - Returns: whether it was stopped by Ctrl-C.
  func run() -> Bool {
    let chunks = (count + Self.chunk - 1) / Self.chunk
    return WorkerPool.run(self, chunks: chunks, lanes: min(chunks, Program.threadCount))
  }

  func run(chunk: Int, lane: Int) -> Bool {
    if interruptionRequested.load(ordering: .relaxed) { return true }
    let start = chunk * Self.chunk
    selection.forEachOffset(in: start..<min(count, start + Self.chunk)) { entry, offset in
      target[entry] = source[offset]
    }
    return false
  }
}
