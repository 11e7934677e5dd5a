#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif
import Synchronization

/// A graph compiled for evaluation: one instruction a node, in the order of the arena, over buffers
/// that the program owns. Running it again allocates nothing.
///
/// One thread at a time may use a program.
public final class Program {
  /// The operations a scalar program is mostly made of have a case of their own; the rest go through
  /// the function of their primitive.
  enum Opcode: UInt8 {
    case add, subtract, multiply, divide, negate, strongMultiply
    case unary, binary, ternary, array, loop, projection

    init(_ primitive: Primitive, isScalar: Bool) {
      guard isScalar else {
        self = .array
        return
      }
      switch (primitive.symbol, primitive.evaluation) {
      case (.add, _): self = .add
      case (.subtract, _): self = .subtract
      case (.multiply, _): self = .multiply
      case (.divide, _): self = .divide
      case (.negate, _): self = .negate
      case (.strongMultiply, _): self = .strongMultiply
      case (_, .unary): self = .unary
      case (_, .binary): self = .binary
      case (_, .ternary): self = .ternary
      case (_, .kernel), (_, .loop): self = .array
      }
    }
  }

  struct Instruction {
    var primitive: Int16
    var opcode: Opcode
    var slot: Int32
    var operandStart: Int32
    var operandCount: Int32
    /// An index into `details`, for a loop into `loops`; -1 for scalars.
    var detail: Int32
  }

  /// What an instruction on arrays needs beside its slots.
  private struct Detail {
    var inputShapes: [Shape]
    var outputShape: Shape
    var attribute: Attribute
    /// Filled in anew at each run, since loops move the values of their body.
    var inputs: [UnsafePointer<Double>]
  }

  private(set) var instructions: [Instruction] = []
  private(set) var operandSlots: [Int32] = []
  private var details: [Detail] = []
  private(set) var loops: [LoopRunner] = []
  private var appendedLoops: Int32 = 0
  private(set) var shapes: [Shape] = []
  private var booleans: [Bool] = []
  private var leafSlots: [Leaf.ID: Int] = [:]
  private(set) var outputSlots: [Int] = []
  /// Where the user wrote what may fail, by slot.
  private var origins: [Int: SourceSpan] = [:]
  /// Where the value of each slot begins; the loop that a program is the body of moves its inputs.
  let slots: UnsafeMutablePointer<UnsafeMutablePointer<Double>>
  private let storage: UnsafeMutablePointer<Double>
  private let failure = KernelFailure()
  /// What kernels told of how they worked, in all runs.
  public var notes: [String] { failure.notes }

  /// The leaves whose values must be set before a run.
  public var leaves: [Leaf.ID] { leafSlots.keys.sorted() }
  /// The number of operations one run executes, an operation on an array counted once.
  public var operationCount: Int {
    loops.reduce(instructions.count { $0.opcode != .loop && $0.opcode != .projection }) {
      $0 + $1.operationCount
    }
  }
  /// The memory the program owns, in bytes.
  public let bytes: Int

  /// - Throws: a diagnostic when the values would not fit into `memoryLimit` bytes.
  public convenience init(
    _ graph: Graph, outputs: [NodeID], memoryLimit: Int = Program.defaultMemoryLimit
  ) throws(Diagnostic) {
    try self.init(graph, outputs: outputs, borrowed: [], memoryLimit: memoryLimit)
  }

  /// - Parameters:
  ///   - borrowed: leaves without memory of their own, pointed elsewhere before each run.
  ///   - updatable: leaves that are set anew before each run, so that they may be written over.
  init(
    _ graph: Graph, outputs: [NodeID], borrowed: Set<NodeID>, updatable: Set<NodeID> = [],
    memoryLimit: Int
  ) throws(Diagnostic) {
    let needed = graph.ancestors(of: outputs)
    let inPlace = graph.updatesInPlace(needed, outputs: outputs, updatable: updatable)
    var slotOf: [Int32] = Array(repeating: -1, count: graph.count)
    var offsets: [Int] = []
    var total = 0
    func plan(_ count: Int) throws(Diagnostic) {
      let (sum, overflow) = total.addingReportingOverflow(count)
      guard !overflow, sum <= memoryLimit / 8 else { throw .memoryLimit(memoryLimit) }
      total = sum
    }
    for index in 0..<graph.count where needed[index] {
      let id = NodeID(index)
      let shape = graph.shape(of: id)
      if let array = inPlace[id] {
        slotOf[index] = slotOf[array.index]
        continue
      }
      slotOf[index] = Int32(shapes.count)
      shapes.append(shape)
      booleans.append(graph.isBoolean(id))
      offsets.append(total)
      try plan(borrowed.contains(id) ? 0 : max(1, shape.count))
    }
    // Bodies of loops take their memory here, the values of this program below: each only once it is
    // known to fit beside all before it.
    let own = total
    let projections = graph.loopProjections()
    for index in 0..<graph.count where needed[index] {
      let node = NodeID(index)
      guard let body = graph.loopBody(of: node) else { continue }
      var results: [(output: LoopOutput, slot: Int)] = []
      for projection in projections[node] ?? [] where needed[projection.index] {
        guard let output = graph.loopOutput(of: projection) else { continue }
        results.append((output, Int(slotOf[projection.index])))
      }
      let loop = try LoopRunner(
        body, operands: graph.operands(of: node).map { Int(slotOf[$0.index]) }, results: results,
        memoryLimit: memoryLimit - total * 8)
      loops.append(loop)
      try plan(loop.bytes / 8)
    }
    bytes = total * 8
    total = own
    storage = .allocate(capacity: max(1, total))
    storage.initialize(repeating: 0, count: total)
    slots = .allocate(capacity: max(1, offsets.count))
    for (slot, offset) in offsets.enumerated() {
      (slots + slot).initialize(to: storage + offset)
    }
    outputSlots = outputs.map { Int(slotOf[$0.index]) }
    for index in 0..<graph.count where needed[index] {
      append(NodeID(index), of: graph, slotOf)
    }
  }

  deinit {
    slots.deallocate()
    storage.deallocate()
  }

  /// Half of the machine's memory.
  public static let defaultMemoryLimit: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES)), size = sysconf(Int32(_SC_PAGESIZE))
    return pages > 0 && size > 0 ? pages * size / 2 : 1 << 32
  }()

  private func append(_ id: NodeID, of graph: Graph, _ slotOf: [Int32]) {
    let slot = Int(slotOf[id.index])
    switch graph.kind(of: id) {
    case .leaf(let leaf): leafSlots[leaf.id] = slot
    case .constant(let tensor):
      tensor.elements.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        slots[slot].update(from: base, count: source.count)
      }
    case .operation(let primitive):
      let operands = graph.operands(of: id)
      if case .loop = primitive.evaluation {
        appendLoop(primitive, slot, operands.map { slotOf[$0.index] })
        return
      }
      if primitive.mayFail { origins[slot] = graph.origin(of: id) }
      let inputShapes = operands.map { graph.shape(of: $0) }
      let isScalar = shapes[slot].isScalar && inputShapes.allSatisfy(\.isScalar)
      var detail = Int32(-1)
      if !isScalar || Opcode(primitive, isScalar: true) == .array {
        detail = Int32(details.count)
        details.append(
          Detail(
            inputShapes: inputShapes, outputShape: shapes[slot], attribute: graph.attribute(of: id),
            inputs: operands.map { UnsafePointer(slots[Int(slotOf[$0.index])]) }))
      }
      let start = Int32(operandSlots.count)
      operandSlots += operands.map { slotOf[$0.index] }
      instructions.append(
        Instruction(
          primitive: primitive.index, opcode: Opcode(primitive, isScalar: detail < 0),
          slot: Int32(slot),
          operandStart: start, operandCount: Int32(operands.count), detail: detail))
    }
  }

  /// Loops run in the order of the arena, in which they were made; `detail` counts them. They write
  /// what projections read, which are there to be found when a failure is traced.
  private func appendLoop(_ primitive: Primitive, _ slot: Int, _ operands: [Int32]) {
    let isLoop = primitive.symbol == .loop
    instructions.append(
      Instruction(
        primitive: primitive.index, opcode: isLoop ? .loop : .projection, slot: Int32(slot),
        operandStart: Int32(operandSlots.count), operandCount: Int32(operands.count),
        detail: isLoop ? appendedLoops : -1))
    operandSlots += operands
    if isLoop { appendedLoops += 1 }
  }

  // MARK: Input and output

  /// The slot of a leaf; nil if the program does not read it.
  func slot(of leaf: Leaf.ID) -> Int? { leafSlots[leaf] }

  func slot(ofOutput position: Int) -> Int { outputSlots[position] }

  /// Sets the value of a leaf; leaves the program does not read are ignored.
  ///
  /// - Precondition: the value has the shape the leaf had when the graph was made.
  public func set(_ leaf: Leaf.ID, to value: Tensor) {
    guard let slot = leafSlots[leaf] else { return }
    precondition(shapes[slot] == value.shape, "a leaf keeps its shape within a program")
    value.elements.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      slots[slot].update(from: base, count: source.count)
    }
  }

  /// The buffer of a leaf, for optimisers that move it in place; nil if the program does not read it.
  public func buffer(of leaf: Leaf.ID) -> UnsafeMutableBufferPointer<Double>? {
    leafSlots[leaf].map { UnsafeMutableBufferPointer(start: slots[$0], count: shapes[$0].count) }
  }

  /// The buffer of an output after a run.
  public func buffer(ofOutput position: Int) -> UnsafeBufferPointer<Double> {
    let slot = outputSlots[position]
    return UnsafeBufferPointer(start: slots[slot], count: shapes[slot].count)
  }

  public func value(ofOutput position: Int) -> Tensor {
    let slot = outputSlots[position]
    return Tensor(
      shapes[slot], Array(UnsafeBufferPointer(start: slots[slot], count: shapes[slot].count)),
      isBoolean: booleans[slot])
  }

  // MARK: Running

  /// Evaluates every instruction once.
  ///
  /// - Throws: the diagnostic of an interruption when Ctrl-C is pressed during the run; what a kernel
  ///   reports (a singular matrix), if an output depends on its result.
  public func run() throws(Diagnostic) {
    if let diagnostic = try evaluate() { throw diagnostic }
  }

  /// Evaluates every instruction once; returns what `run` throws, but for an interruption.
  func evaluate() throws(Diagnostic) -> Diagnostic? {
    let slots = self.slots, table = Primitive.all
    var work = 0
    var failures: [Failure] = []
    for instruction in instructions {
      let target = slots[Int(instruction.slot)]
      let first = Int(instruction.operandStart)
      func operand(_ position: Int) -> Double { slots[Int(operandSlots[first + position])].pointee }
      work += 1
      switch instruction.opcode {
      case .add: target.pointee = operand(0) + operand(1)
      case .subtract: target.pointee = operand(0) - operand(1)
      case .multiply: target.pointee = operand(0) * operand(1)
      case .divide: target.pointee = operand(0) / operand(1)
      case .negate: target.pointee = -operand(0)
      case .strongMultiply:
        let weight = operand(0)
        target.pointee = weight == 0 ? 0 : weight * operand(1)
      case .unary:
        guard case .unary(let function) = table[Int(instruction.primitive)].evaluation else {
          break
        }
        target.pointee = function(operand(0))
      case .binary:
        guard case .binary(let function) = table[Int(instruction.primitive)].evaluation else {
          break
        }
        target.pointee = function(operand(0), operand(1))
      case .ternary:
        guard case .ternary(let function) = table[Int(instruction.primitive)].evaluation else {
          break
        }
        target.pointee = function(operand(0), operand(1), operand(2))
      case .array:
        work += runArray(instruction, table[Int(instruction.primitive)])
        if var diagnostic = failure.take() {
          if diagnostic.span == nil { diagnostic.span = origins[Int(instruction.slot)] }
          failures.append(Failure(slot: Int(instruction.slot), diagnostic: diagnostic))
        }
      case .loop:
        if let diagnostic = try loops[Int(instruction.detail)].run(on: slots) {
          failures.append(Failure(slot: Int(instruction.slot), diagnostic: diagnostic))
        }
      case .projection: break
      }
      if work > 4096 {
        work = 0
        if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      }
    }
    return failures.isEmpty ? nil : try cause(of: failures)
  }

  /// Runs one instruction on arrays; returns how much work that was, in entries.
  private func runArray(_ instruction: Instruction, _ primitive: Primitive) -> Int {
    let index = Int(instruction.detail), first = Int(instruction.operandStart)
    for position in 0..<Int(instruction.operandCount) {
      details[index].inputs[position] = UnsafePointer(slots[Int(operandSlots[first + position])])
    }
    let detail = details[index]
    primitive.evaluate(
      KernelArguments(
        inputs: detail.inputs, inputShapes: detail.inputShapes,
        output: slots[Int(instruction.slot)], outputShape: detail.outputShape,
        attribute: detail.attribute, failure: failure))
    return 64 + detail.outputShape.count
  }
}

extension Diagnostic {
  /// What a computation throws when Ctrl-C stops it.
  public static let interrupted = Diagnostic("interrupted")

  static func memoryLimit(_ bytes: Int) -> Diagnostic {
    Diagnostic(
      "this needs more memory than the limit of \(bytes >> 20) MiB", hint: "use smaller arrays")
  }
}
