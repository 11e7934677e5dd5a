/// Runs one loop of a program: the compiled body, whose inputs are pointed at the values of the step,
/// and where its results go.
///
/// Captured and mapped inputs are read where they are. The value that a step computes for a carry
/// becomes the input of the next by exchanging two pointers. A step allocates nothing.
final class LoopRunner {
  private typealias Slots = UnsafeMutablePointer<UnsafeMutablePointer<Double>>

  /// Slots of the body and of the program around it.
  private struct Transfer {
    var inner: Int
    var outer: Int
    var count: Int
  }

  private struct Carry {
    var input: Int
    var next: Int
    var count: Int
    var start: Int
    /// The slot around for the value after the last step, if it is wanted.
    var result: Int?
    /// An index into `spare` where the value is no operation of the body that may be exchanged:
    /// another input, a constant, the value of two carries.
    var spare: Int?
  }

  private let body: Program
  private let steps: Int
  private let isBackward: Bool
  private var captured: [Transfer] = []
  private var mapped: [Transfer] = []
  private var stacked: [Transfer] = []
  private var carries: [Carry] = []
  private let spare: Slots
  private let spareStorage: UnsafeMutablePointer<Double>
  /// The memory it owns besides the program around it, in bytes.
  let bytes: Int

  var operationCount: Int { steps * body.operationCount }

  /// - Parameters:
  ///   - operands: the slots of the operands in the program around.
  ///   - results: what is read of the loop, and the slots it goes to.
  /// - Throws: a diagnostic when the values of the body would not fit into `memoryLimit` bytes.
  init(
    _ loop: LoopBody, operands: [Int], results: [(output: LoopOutput, slot: Int)],
    memoryLimit: Int
  ) throws(Diagnostic) {
    let graph = loop.graph
    let live = loop.liveCarries(for: results.map(\.output))
    let nexts = live.map { loop.carries[$0].next }
    var kept: [(node: NodeID, slot: Int)] = []
    var finals: [Int: Int] = [:]
    for result in results {
      switch result.output {
      case .final(let position): finals[position] = result.slot
      case .stacked(let node): kept.append((node, result.slot))
      }
    }
    let body = try Program(
      graph, outputs: nexts + kept.map(\.node) + live.map { loop.carries[$0].input },
      borrowed: Set(loop.captured + loop.mapped),
      updatable: graph.updatableInputs(
        live.map { loop.carries[$0] }, keeping: nexts + kept.map(\.node)),
      memoryLimit: memoryLimit)
    func slot(_ input: NodeID) -> Int? { graph.leaf(of: input).flatMap { body.slot(of: $0.id) } }

    var position = 0
    for input in loop.captured + loop.mapped {
      if let inner = slot(input) {
        let transfer = Transfer(
          inner: inner, outer: operands[position], count: graph.shape(of: input).count)
        if position < loop.captured.count {
          captured.append(transfer)
        } else {
          mapped.append(transfer)
        }
      }
      position += 1
    }
    for (offset, result) in kept.enumerated() {
      stacked.append(
        Transfer(
          inner: body.slot(ofOutput: nexts.count + offset), outer: result.slot,
          count: graph.shape(of: result.node).count))
    }
    var exchanged: Set<NodeID> = []
    var spareCount = 0, spareEntries = 0
    for (offset, number) in live.enumerated() {
      let carry = loop.carries[number]
      let count = graph.shape(of: carry.input).count
      let isExchangeable =
        graph.primitive(of: carry.next) != nil && exchanged.insert(carry.next).inserted
      carries.append(
        Carry(
          input: body.slot(ofOutput: nexts.count + kept.count + offset),
          next: body.slot(ofOutput: offset), count: count,
          start: operands[loop.captured.count + loop.mapped.count + number],
          result: finals[number], spare: isExchangeable ? nil : spareCount))
      if !isExchangeable {
        spareCount += 1
        spareEntries += count
      }
    }
    bytes = body.bytes + spareEntries * 8
    guard bytes <= memoryLimit else { throw .memoryLimit(memoryLimit) }
    self.body = body
    steps = loop.steps
    isBackward = loop.isBackward
    spareStorage = .allocate(capacity: max(1, spareEntries))
    spareStorage.initialize(repeating: 0, count: spareEntries)
    spare = .allocate(capacity: max(1, spareCount))
    var next = spareStorage
    for carry in carries {
      guard let place = carry.spare else { continue }
      (spare + place).initialize(to: next)
      next += carry.count
    }
  }

  deinit {
    spare.deallocate()
    spareStorage.deallocate()
  }

  /// Runs all steps on the values of the program around.
  ///
  /// - Returns: why a step could not give a value that is handed on or kept, nil if all could.
  /// - Throws: the diagnostic of an interruption when Ctrl-C is pressed between two steps.
  func run(
    on outer: UnsafeMutablePointer<UnsafeMutablePointer<Double>>
  ) throws(Diagnostic) -> Diagnostic? {
    let slots = body.slots, mapped = mapped, stacked = stacked, carries = carries
    let copied = carries.filter { $0.spare != nil }
    var failure: Diagnostic?
    for input in captured { slots[input.inner] = outer[input.outer] }
    for carry in carries { copy(carry.count, from: outer[carry.start], to: slots[carry.input]) }
    for step in 0..<steps {
      let entry = isBackward ? steps - 1 - step : step
      for input in mapped { slots[input.inner] = outer[input.outer] + entry * input.count }
      if let report = try body.evaluate(), failure == nil { failure = report }
      for result in stacked {
        copy(
          result.count, from: slots[result.inner], to: outer[result.outer] + entry * result.count)
      }
      // Everything is read before any input changes.
      for carry in copied { copy(carry.count, from: slots[carry.next], to: spare[carry.spare!]) }
      for carry in carries {
        let value = slots[carry.input]
        if let place = carry.spare {
          slots[carry.input] = spare[place]
          spare[place] = value
        } else {
          slots[carry.input] = slots[carry.next]
          slots[carry.next] = value
        }
      }
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    }
    for carry in carries {
      if let result = carry.result {
        copy(carry.count, from: slots[carry.input], to: outer[result])
      }
    }
    return failure
  }

  @inline(__always)
  private func copy(
    _ count: Int, from source: UnsafeMutablePointer<Double>,
    to target: UnsafeMutablePointer<Double>
  ) {
    if count == 1 {
      target.pointee = source.pointee
    } else {
      target.update(from: source, count: count)
    }
  }
}
