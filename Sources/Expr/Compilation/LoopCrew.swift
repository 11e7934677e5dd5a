/// Runs the chunks of a large fused loop on several threads, each with blocks of its own.
final class LoopCrew: ChunkedWork {
  private let chunks: LoopChunks
  /// The same loop for each thread but the one that calls.
  let helpers: [FusedLoop]
  /// For each thread the last run it has prepared for.
  private let prepared: UnsafeMutableBufferPointer<Int>
  private let results: UnsafeMutablePointer<Double>
  // The run of now. The loop owns its crew, so it is only borrowed.
  private unowned(unsafe) var loop: FusedLoop?
  private var memory: ProgramMemory?
  private var functions: ScalarFunctions?
  private var runs = 0

  /// The memory of the crew, in bytes.
  let bytes: Int
  var threads: Int { helpers.count + 1 }

  init(_ chunks: LoopChunks, helpers: [FusedLoop]) {
    self.chunks = chunks
    self.helpers = helpers
    prepared = .holding(Array(repeating: 0, count: helpers.count + 1))
    results = UnsafeMutableRawPointer.allocate(byteCount: max(64, chunks.bytes), alignment: 64)
      .bindMemory(to: Double.self, capacity: max(8, chunks.stride * chunks.count))
    bytes = helpers.reduce(chunks.bytes) { $0 + $1.bytes }
  }

  deinit {
    prepared.deallocate()
    results.deallocate()
  }

  /// - Returns: whether it was stopped by Ctrl-C.
  func run(_ loop: FusedLoop, _ memory: ProgramMemory, _ functions: ScalarFunctions) -> Bool {
    self.loop = loop
    self.memory = memory
    self.functions = functions
    runs += 1
    if WorkerPool.run(self, chunks: chunks.count, lanes: threads) { return true }
    for (special, place) in zip(loop.specials, chunks.places) where !place.isEmpty {
      putTogether(special, place, memory)
    }
    return false
  }

  func run(chunk: Int, lane: Int) -> Bool {
    guard let memory, let functions, let loop = lane == 0 ? self.loop : helpers[lane - 1] else {
      return false
    }
    if prepared[lane] != runs {
      loop.prepare(memory)
      prepared[lane] = runs
    }
    let first = chunk * chunks.length
    let end = min(first + chunks.length, loop.extent.count)
    let own = results + chunk * chunks.stride
    for index in loop.specials.indices {
      let place = chunks.places[index]
      guard !place.isEmpty else { continue }
      if case .accumulate = loop.specials[index] {
        loop.heads[index] = own + place.lowerBound
        (own + place.lowerBound).update(repeating: 0, count: place.count)
      } else {
        loop.targets[index] = own + place.lowerBound
      }
    }
    loop.begin(at: first, end: end)
    if loop.runBlocks(memory, functions, first, end) { return true }
    loop.finish()
    return false
  }

  /// Combines what the chunks have for one result, in their order.
  private func putTogether(
    _ special: FusedLoop.Special, _ place: Range<Int>, _ memory: ProgramMemory
  ) {
    guard let location = special.target else { return }
    let target = memory.pointer(location), count = place.count
    if case .accumulate(let range, _, _) = special, let loop {
      let least = loop.parts[range].map(\.offset).min() ?? 0
      for chunk in 1..<chunks.count {
        let start = target + chunk * chunks.length + least
        Kernels.add(start, start, results + chunk * chunks.stride + place.lowerBound, count)
      }
      return
    }
    target.update(from: results + place.lowerBound, count: count)
    for chunk in 1..<chunks.count {
      let part = results + chunk * chunks.stride + place.lowerBound
      if case .maximum = special {
        Kernels.maximum(target, target, part, count)
      } else {
        Kernels.add(target, target, part, count)
      }
    }
  }
}
