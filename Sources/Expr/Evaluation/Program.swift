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
    case unary, binary, ternary, array

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
      case (_, .kernel): self = .array
      }
    }
  }

  struct Instruction {
    var primitive: Int16
    var opcode: Opcode
    var slot: Int32
    var operandStart: Int32
    var operandCount: Int32
    /// An index into `details`, -1 for scalars.
    var detail: Int32
  }

  /// What an instruction on arrays needs beside its slots.
  private struct Detail {
    var inputShapes: [Shape]
    var outputShape: Shape
    var attribute: Attribute
  }

  private(set) var instructions: [Instruction] = []
  private(set) var operandSlots: [Int32] = []
  private var details: [Detail] = []
  private(set) var shapes: [Shape] = []
  private var booleans: [Bool] = []
  private var leafSlots: [Leaf.ID: Int] = [:]
  private(set) var outputSlots: [Int] = []
  /// Where the value of each slot begins.
  let slots: UnsafeMutablePointer<UnsafeMutablePointer<Double>>
  private let storage: UnsafeMutablePointer<Double>
  private let failure = KernelFailure()

  /// The leaves whose values must be set before a run.
  public var leaves: [Leaf.ID] { leafSlots.keys.sorted() }
  /// The number of operations one run executes, an operation on an array counted once.
  public var operationCount: Int { instructions.count }
  /// The memory the program owns, in bytes.
  public let bytes: Int

  /// - Throws: a diagnostic when the values would not fit into `memoryLimit` bytes.
  public init(
    _ graph: Graph, outputs: [NodeID], memoryLimit: Int = Program.defaultMemoryLimit
  ) throws(Diagnostic) {
    let needed = graph.ancestors(of: outputs)
    var slotOf: [Int32] = Array(repeating: -1, count: graph.count)
    var offsets: [Int] = []
    var total = 0
    for index in 0..<graph.count where needed[index] {
      let id = NodeID(index)
      let shape = graph.shape(of: id)
      slotOf[index] = Int32(shapes.count)
      shapes.append(shape)
      booleans.append(graph.isBoolean(id))
      offsets.append(total)
      let (sum, overflow) = total.addingReportingOverflow(max(1, shape.count))
      guard !overflow, sum <= memoryLimit / 8 else {
        throw Diagnostic(
          "this needs more memory than the limit of \(memoryLimit >> 20) MiB",
          hint: "use smaller arrays")
      }
      total = sum
    }
    bytes = total * 8
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
      let inputShapes = operands.map { graph.shape(of: $0) }
      let isScalar = shapes[slot].isScalar && inputShapes.allSatisfy(\.isScalar)
      var detail = Int32(-1)
      if !isScalar || primitive.isKernel {
        detail = Int32(details.count)
        details.append(
          Detail(
            inputShapes: inputShapes, outputShape: shapes[slot], attribute: graph.attribute(of: id))
        )
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

  // MARK: Input and output

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
        if let diagnostic = failure.take() {
          failures.append(Failure(slot: Int(instruction.slot), diagnostic: diagnostic))
        }
      }
      if work > 4096 {
        work = 0
        if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      }
    }
    if !failures.isEmpty { try raise(failures) }
  }

  /// Runs one instruction on arrays; returns how much work that was, in entries.
  private func runArray(_ instruction: Instruction, _ primitive: Primitive) -> Int {
    let detail = details[Int(instruction.detail)]
    let first = Int(instruction.operandStart)
    let inputs = (0..<Int(instruction.operandCount)).map {
      UnsafePointer(slots[Int(operandSlots[first + $0])])
    }
    primitive.evaluate(
      KernelArguments(
        inputs: inputs, inputShapes: detail.inputShapes, output: slots[Int(instruction.slot)],
        outputShape: detail.outputShape, attribute: detail.attribute, failure: failure))
    return 64 + detail.outputShape.count
  }
}

extension Diagnostic {
  /// What a computation throws when Ctrl-C stops it.
  public static let interrupted = Diagnostic("interrupted")
}
