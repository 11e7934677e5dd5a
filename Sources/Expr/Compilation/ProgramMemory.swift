/// Where the values of a program lie while it runs: numbers in registers, arrays in buffers.
///
/// Buffers are reached through a table of pointers, so that a loop can point the inputs of its body at
/// the entry of the step.
struct ProgramMemory {
  let registers: UnsafeMutablePointer<Double>
  let buffers: UnsafeMutablePointer<UnsafeMutablePointer<Double>>

  @inline(__always)
  func pointer(_ location: FusedLoop.Location) -> UnsafeMutablePointer<Double> {
    switch location {
    case .register(let register): registers + register
    case .buffer(let buffer, let offset): buffers[buffer] + offset
    }
  }
}

extension UnsafeMutablePointer<Double> {
  /// Room for so many numbers at the beginning of a line of the cache: the rows of a matrix then lie
  /// across as few lines as can be.
  static func allocateLines(_ count: Int) -> Self {
    UnsafeMutableRawPointer.allocate(byteCount: max(64, count * 8), alignment: 64)
      .bindMemory(to: Double.self, capacity: max(8, count))
  }
}

/// Gives arrays places in one arena, so that those not in use at the same time share memory.
struct ArenaPlan {
  private var free: [Range<Int>] = []
  /// The entries taken so far.
  private(set) var count = 0
  /// In entries.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Takes room for so many entries, at a cache line's beginning.
  mutating func take(_ entries: Int) -> Int? {
    guard entries <= limit else { return nil }
    let size = (max(1, entries) + 7) & ~7
    if let index = free.firstIndex(where: { $0.count >= size }) {
      let range = free[index]
      if range.count == size {
        free.remove(at: index)
      } else {
        free[index] = range.lowerBound + size..<range.upperBound
      }
      return range.lowerBound
    }
    // The last free stretch may grow.
    if let last = free.last, last.upperBound == count {
      guard last.lowerBound + size <= limit else { return nil }
      free.removeLast()
      count = last.lowerBound + size
      return last.lowerBound
    }
    guard count + size <= limit else { return nil }
    count += size
    return count - size
  }

  /// The bytes that all would be with so many entries more.
  func needed(for entries: Int) -> Double { 8 * (Double(count) + Double(entries)) }

  /// Gives it back.
  mutating func release(_ start: Int, _ entries: Int) {
    let size = (max(1, entries) + 7) & ~7
    var range = start..<start + size
    var index = free.firstIndex { $0.lowerBound > start } ?? free.count
    if index < free.count, free[index].lowerBound == range.upperBound {
      range = range.lowerBound..<free[index].upperBound
      free.remove(at: index)
    }
    if index > 0, free[index - 1].upperBound == range.lowerBound {
      index -= 1
      range = free[index].lowerBound..<range.upperBound
      free.remove(at: index)
    }
    free.insert(range, at: index)
  }
}
