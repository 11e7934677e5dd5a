import Synchronization

/// Runs one loop of a program: the compiled body, whose inputs are pointed at the values of the step,
/// and where its results go.
///
/// Captured and mapped arrays are read where they are, and what is kept of a step is written where it
/// is kept. The array that a step computes for a carry becomes the input of the next by exchanging two
/// pointers. A step allocates nothing.
final class LoopRunner {
  /// What goes from a place of the program around to an input of the body, or back.
  private struct Transfer {
    var inner: FusedLoop.Location
    var outer: FusedLoop.Location
    var count: Int
  }

  private struct Carry {
    var input: FusedLoop.Location
    var next: FusedLoop.Location
    var count: Int
    var start: FusedLoop.Location
    /// The place around for the value after the last step, if it is wanted.
    var result: FusedLoop.Location?
    /// An offset into `spare` where the value cannot be exchanged: a number, another input, a
    /// constant, the value of two carries.
    var spare: Int?
  }

  private let body: Program
  private let steps: Int
  private let isBackward: Bool
  private let isFused: Bool
  // In plain memory: the arrays of a class would be counted at every step.
  private let captured: UnsafeMutableBufferPointer<Transfer>
  private let mapped: UnsafeMutableBufferPointer<Transfer>
  /// Results that a step writes where they are kept, and those that are copied there.
  private let written: UnsafeMutableBufferPointer<Transfer>
  private let stacked: UnsafeMutableBufferPointer<Transfer>
  private let carries: UnsafeMutableBufferPointer<Carry>
  private let spare: UnsafeMutablePointer<Double>
  /// Own memory for carried inputs: what is exchanged must belong to the loop.
  private let carried: UnsafeMutablePointer<Double>
  /// The memory it owns besides the program around it, in bytes.
  let bytes: Int

  var operationCount: Int { steps * body.operationCount }
  var threads: Int { body.threads }
  func writeMachineCode() { body.writeMachineCode() }

  /// - Parameters:
  ///   - operands: the places of the operands in the program around.
  ///   - results: what is read of the loop, where it goes and how much it is.
  /// - Throws: a diagnostic when the values of the body would not fit into `memoryLimit` bytes.
  init(
    _ loop: LoopBody, operands: [FusedLoop.Location],
    results: [(output: LoopOutput, location: FusedLoop.Location, count: Int)], memoryLimit: Int,
    isFused: Bool, threads: Int, vectors: VectorShape?
  ) throws(Diagnostic) {
    let graph = loop.graph
    let live = loop.liveCarries(for: results.map(\.output))
    let nexts = live.map { loop.carries[$0].next }
    var kept: [(node: NodeID, location: FusedLoop.Location)] = []
    var finals: [Int: FusedLoop.Location] = [:]
    for result in results {
      switch result.output {
      case .final(let position): finals[position] = result.location
      case .stacked(let node): kept.append((node, result.location))
      }
    }
    let inputs = live.map { loop.carries[$0].input }
    let body = try Program(
      graph, outputs: nexts + kept.map(\.node) + inputs, borrowed: Set(loop.inputs),
      exchanged: nexts.count, memoryLimit: memoryLimit, isFused: isFused, threads: threads,
      vectors: vectors)
    self.body = body
    steps = loop.steps
    isBackward = loop.isBackward
    self.isFused = isFused

    let (captured, mapped) = Self.transfers(of: loop, into: body, from: operands)
    let (written, stacked) = Self.transfers(of: kept, from: body, after: nexts.count)
    let starts = operands.dropFirst(loop.captured.count + loop.mapped.count)
    var spareCount = 0, carriedCount = 0
    var carries: [Carry] = []
    for (offset, number) in live.enumerated() {
      let count = graph.shape(of: loop.carries[number].input).count
      let isExchanged = body.ownsOutput(offset, among: nexts.count)
      carries.append(
        Carry(
          input: body.location(ofOutput: nexts.count + kept.count + offset),
          next: body.location(ofOutput: offset), count: count,
          start: starts[starts.startIndex + number], result: finals[number],
          spare: isExchanged ? nil : spareCount))
      if !isExchanged { spareCount += count }
      carriedCount += count
    }
    bytes = body.bytes + (spareCount + carriedCount) * 8
    guard bytes <= memoryLimit else { throw .memoryLimit(memoryLimit) }
    self.captured = .holding(captured)
    self.mapped = .holding(mapped)
    self.written = .holding(written)
    self.stacked = .holding(stacked)
    self.carries = .holding(carries)
    spare = .allocate(capacity: max(1, spareCount))
    spare.initialize(repeating: 0, count: spareCount)
    carried = .allocate(capacity: max(1, carriedCount))
    carried.initialize(repeating: 0, count: carriedCount)
    var place = carried
    for carry in carries {
      if case .buffer(let buffer, _) = carry.input { body.memory.buffers[buffer] = place }
      place += carry.count
    }
  }

  /// What the body reads of the program around: the same in each step, or a row of it.
  private static func transfers(
    of loop: LoopBody, into body: Program, from operands: [FusedLoop.Location]
  ) -> (captured: [Transfer], mapped: [Transfer]) {
    var captured: [Transfer] = [], mapped = captured
    for (position, input) in (loop.captured + loop.mapped).enumerated() {
      guard let leaf = loop.graph.leaf(of: input), let inner = body.location(of: leaf.id) else {
        continue
      }
      let transfer = Transfer(
        inner: inner, outer: operands[position], count: loop.graph.shape(of: input).count)
      if position < loop.captured.count {
        captured.append(transfer)
      } else {
        mapped.append(transfer)
      }
    }
    return (captured, mapped)
  }

  /// What each step keeps in a row of its own: written there at once, or copied.
  ///
  /// - Parameter first: the first of the body's outputs that is kept.
  private static func transfers(
    of kept: [(node: NodeID, location: FusedLoop.Location)], from body: Program, after first: Int
  ) -> (written: [Transfer], stacked: [Transfer]) {
    var written: [Transfer] = [], stacked = written
    for (offset, result) in kept.enumerated() {
      let position = first + offset
      let transfer = Transfer(
        inner: body.location(ofOutput: position), outer: result.location,
        count: body.graph.shape(of: result.node).count)
      // Its buffer is nobody else's: a carry is changed in its place only by what it becomes, which
      // is an output before this one, and what is kept is not changed any more.
      if body.ownsOutput(position, among: position) {
        written.append(transfer)
      } else {
        stacked.append(transfer)
      }
    }
    return (written, stacked)
  }

  deinit {
    captured.deallocate()
    mapped.deallocate()
    written.deallocate()
    stacked.deallocate()
    carries.deallocate()
    spare.deallocate()
    carried.deallocate()
  }

  /// Runs all steps on the values of the program around. Why a step could not give a value that is
  /// handed on or kept goes to `failure`.
  ///
  /// - Throws: the diagnostic of an interruption when Ctrl-C is pressed between two steps.
  func run(_ outer: ProgramMemory, _ failure: KernelFailure) throws(Diagnostic) {
    let memory = body.memory
    for input in captured { enter(input.inner, outer.pointer(input.outer)) }
    for carry in carries {
      copy(carry.count, from: outer.pointer(carry.start), to: memory.pointer(carry.input))
    }
    for step in 0..<steps {
      let entry = isBackward ? steps - 1 - step : step
      for input in mapped { enter(input.inner, outer.pointer(input.outer) + entry * input.count) }
      for result in written {
        enter(result.inner, outer.pointer(result.outer) + entry * result.count)
      }
      if isFused {
        if try body.evaluate() { failure.report(.failedStep) }
      } else if let diagnostic = try body.keptCause() {
        failure.report(diagnostic)
      }
      for result in stacked {
        copy(
          result.count, from: memory.pointer(result.inner),
          to: outer.pointer(result.outer) + entry * result.count)
      }
      handOn(memory)
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    }
    for carry in carries {
      if let result = carry.result {
        copy(carry.count, from: memory.pointer(carry.input), to: outer.pointer(result))
      }
    }
  }

  /// Makes what a step computed the input of the next. Everything is read before any input changes.
  private func handOn(_ memory: ProgramMemory) {
    for carry in carries {
      if let place = carry.spare {
        copy(carry.count, from: memory.pointer(carry.next), to: spare + place)
      }
    }
    for carry in carries {
      if let place = carry.spare {
        copy(carry.count, from: spare + place, to: memory.pointer(carry.input))
      } else if case .buffer(let input, _) = carry.input, case .buffer(let next, _) = carry.next,
        input != next
      {
        swap(&memory.buffers[input], &memory.buffers[next])
      }
    }
  }

  /// Points an input or a result of the body at a value; a number is copied.
  @inline(__always)
  private func enter(_ inner: FusedLoop.Location, _ value: UnsafeMutablePointer<Double>) {
    switch inner {
    case .register(let register): body.memory.registers[register] = value[0]
    case .buffer(let buffer, _): body.memory.buffers[buffer] = value
    }
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

extension Diagnostic {
  /// Stands for the failure of a step until the program is run once more to find it.
  fileprivate static let failedStep = Diagnostic("a step of the loop failed")
}
