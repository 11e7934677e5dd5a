/// The order in which a fused loop runs: what machine code can do in one go is brought together, between
/// the kernels that it waits for.
struct LoopSegments {
  /// The instructions in the order in which they run.
  private(set) var order: [Int] = []
  /// Stretches of that order that machine code does.
  private(set) var ranges: [Range<Int>] = []

  /// Of fewer the kernels do as well.
  private static let leastCount = 2

  /// - Parameters:
  ///   - isInline: for each instruction whether machine code can do it.
  ///   - reads: the registers that each instruction reads.
  ///   - writes: those that it writes.
  init(isInline: [Bool], reads: [[Int]], writes: [[Int]], registerCount: Int) {
    let levels = Self.levels(isInline, reads, writes, registerCount)
    var stretches: [[Int]] = Array(repeating: [], count: (levels.max() ?? 0) + 1)
    var kernels = stretches
    for (instruction, level) in levels.enumerated() {
      if isInline[instruction] {
        stretches[level].append(instruction)
      } else {
        kernels[level].append(instruction)
      }
    }
    for (stretch, kernels) in zip(stretches, kernels) {
      let start = order.count
      order += stretch
      if stretch.count >= Self.leastCount { ranges.append(start..<order.count) }
      order += kernels
    }
  }

  /// For each instruction how many kernels follow each other at least before it: all that machine code
  /// does on one level comes first, then the kernels of that level.
  private static func levels(
    _ isInline: [Bool], _ reads: [[Int]], _ writes: [[Int]], _ registerCount: Int
  ) -> [Int] {
    var levels = Array(repeating: 0, count: isInline.count)
    var available = Array(repeating: 0, count: registerCount)
    for instruction in isInline.indices {
      levels[instruction] = reads[instruction].map { available[$0] }.max() ?? 0
      for register in writes[instruction] {
        available[register] = levels[instruction] + (isInline[instruction] ? 0 : 1)
      }
    }
    // What is read later only is computed later, so that it need not go to memory in between.
    var needed = Array(repeating: Int.max, count: registerCount)
    for instruction in isInline.indices.reversed() {
      let latest = writes[instruction].map { needed[$0] }.min() ?? .max
      if isInline[instruction], latest != .max { levels[instruction] = latest }
      for register in reads[instruction] {
        needed[register] = min(needed[register], levels[instruction])
      }
    }
    return levels
  }
}
