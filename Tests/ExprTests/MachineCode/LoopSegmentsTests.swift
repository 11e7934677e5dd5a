import Testing

@testable import Expr

/// The order in which a fused loop runs.
@Suite struct LoopSegmentsTests {
  /// What an instruction reads is computed before; stretches are of what machine code can do.
  @Test(arguments: 1...100) func keepsDependencies(seed: Int) {
    var random = RandomGenerator(seed: UInt64(seed))
    let given = 5, share = random.uniform()
    var isInline: [Bool] = [], reads: [[Int]] = [], writes: [[Int]] = []
    var registers = given
    for _ in 0..<random.integer(in: 1...120) {
      isInline.append(random.uniform() < share)
      reads.append(
        (0..<random.integer(in: 1...3)).map { _ in random.integer(in: 0...registers - 1) })
      let results = random.integer(in: 0...2)
      writes.append((0..<results).map { registers + $0 })
      registers += results
    }
    let segments = LoopSegments(
      isInline: isInline, reads: reads, writes: writes, registerCount: registers)
    #expect(segments.order.sorted() == Array(isInline.indices))
    var known = Set(0..<given)
    for instruction in segments.order {
      #expect(reads[instruction].allSatisfy(known.contains))
      known.formUnion(writes[instruction])
    }
    #expect(segments.ranges.joined().allSatisfy { isInline[segments.order[$0]] })
  }

  /// Arranging takes time in proportion to the instructions, however many kernels follow each other:
  /// looking at all of them level by level would take minutes.
  @Test(.timeLimit(.minutes(1))) func arrangesLongChains() {
    let count = 90_000
    let segments = LoopSegments(
      isInline: (0..<count).map { $0 % 3 < 2 }, reads: (0..<count).map { [$0] },
      writes: (0..<count).map { [$0 + 1] }, registerCount: count + 1)
    #expect(segments.order == Array(0..<count))
    #expect(segments.ranges.count == count / 3)
  }
}
