import Synchronization

/// A graph compiled for evaluation: stretches of scalar code, fused loops over arrays, and what runs
/// on its own, over memory that the program owns. Running it again allocates nothing.
///
/// One thread at a time may use a program.
public final class Program {
  struct Input {
    let leaf: Leaf.ID
    let location: FusedLoop.Location
    let shape: Shape
    /// Memory of its own, if the array of the leaf is not read where it is.
    var owned: UnsafeMutablePointer<Double>?
    /// Keeps the array alive that the program reads.
    var held: [Double] = []
  }

  let graph: Graph
  private let outputNodes: [NodeID]
  let lowered: LoweredGraph
  private(set) var locations: [FusedLoop.Location?]
  private let isFused: Bool
  let loops: [FusedLoop]
  let tasks: [ProgramTask]
  // What runs lies in plain memory: references counted and arrays checked at every step would cost
  // more than a short step does.
  var steps: UnsafeMutableBufferPointer<ProgramStep>
  let code: UnsafeMutableBufferPointer<ScalarInstruction>
  /// Whether runs are counted, because one of the next two things is still to be done.
  var countsRuns = false
  /// Machine code is to be written when the scalar code has run for as long as that takes.
  var waitsForMachineCode: Bool
  /// Arrays that do not begin at a line of the cache are to be moved at this run; nil if there are none.
  var movingRun: Int?
  var runs = 0
  let memoryLimit: Int
  /// Whether what it was made with includes values of leaves: with others it would be another.
  public internal(set) var holdsValues = false
  /// Keeps what steps run.
  var machineCode: ExecutableCode?
  private let functions: ScalarFunctions
  /// `loops`, which keeps them alive.
  private let loopReferences: UnsafeMutableBufferPointer<Unmanaged<FusedLoop>>
  private let kernels = Kernels.set
  private(set) var inputs: [Input] = []
  private var inputIndex: [Leaf.ID: Int] = [:]
  /// Inputs that are arrays and have neither a value nor memory yet.
  private var unset: Set<Int> = [] { didSet { isComplete = unset.isEmpty } }
  private(set) var isComplete = true
  private let outputLocations: [FusedLoop.Location]
  let memory: ProgramMemory
  private let arena: UnsafeMutablePointer<Double>
  /// The arrays of constants, which the program reads where they are.
  private var heldConstants: [[Double]] = []
  private let failure = KernelFailure()
  /// What kernels told of how they worked, in all runs.
  public var notes: [String] { failure.notes }

  /// The leaves whose values must be set before a run.
  public var leaves: [Leaf.ID] { inputs.map(\.leaf).sorted() }
  /// The number of operations one run executes, an operation on an array counted once.
  public let operationCount: Int
  /// The memory the program owns, in bytes.
  public let bytes: Int

  /// How many threads its largest part runs on.
  public var threads: Int {
    let shared = tasks.map { task in
      switch task {
      case .product(let product): product.threads
      case .loop(let loop): loop.threads
      case .kernel, .accumulation: 1
      }
    }
    return max(shared.max() ?? 1, loops.map(\.threads).max() ?? 1)
  }

  /// - Throws: a diagnostic when the values would not fit into `memoryLimit` bytes.
  public convenience init(
    _ graph: Graph, outputs: [NodeID], memoryLimit: Int = Program.defaultMemoryLimit
  ) throws(Diagnostic) {
    try self.init(graph, outputs: outputs, borrowed: [], exchanged: 0, memoryLimit: memoryLimit)
  }

  /// - Parameters:
  ///   - borrowed: leaves without memory of their own, pointed elsewhere before each run.
  ///   - exchanged: how many of the first outputs may change places with inputs between runs.
  ///   - isFused: without it each value is computed alone and kept for looking at.
  ///   - threads: how many run what is large.
  ///   - vectors: what machine code is written for; nil for none.
  init(
    _ graph: Graph, outputs: [NodeID], borrowed: Set<NodeID>, exchanged: Int, memoryLimit: Int,
    isFused: Bool = true, threads: Int = Program.threadCount,
    vectors: VectorShape? = VectorShape.own
  ) throws(Diagnostic) {
    self.graph = graph
    self.isFused = isFused
    outputNodes = outputs
    var lowered = Lowering.lower(graph, outputs: outputs)
    if isFused { lowered.contractScalarProducts() }
    self.lowered = lowered
    let schedule = Schedule(lowered, isFused: isFused)
    let elsewhere = Set(borrowed.compactMap { graph.leaf(of: $0)?.id })
    let builder = try ProgramBuilder(
      graph, schedule, exchanged: exchanged, memoryLimit: memoryLimit, isFused: isFused,
      threads: threads, vectors: vectors)
    loops = builder.loops
    tasks = builder.tasks
    locations = builder.locations
    outputLocations = lowered.outputs.map { builder.location($0) }
    operationCount = builder.operationCount

    var total = builder.arenaCount
    for (value, leaf) in builder.inputs where !elsewhere.contains(leaf) {
      let (sum, overflow) = total.addingReportingOverflow(lowered.values[value].extent.count)
      total = overflow ? Int.max / 8 : sum
    }
    total += builder.registerCount
    guard total <= (memoryLimit - builder.loopBytes) / 8 else {
      throw .memoryLimit(memoryLimit, needed: Double(total) * 8 + Double(builder.loopBytes))
    }
    bytes = total * 8 + builder.loopBytes
    self.memoryLimit = memoryLimit
    waitsForMachineCode = isFused && vectors != nil && MachineStretches.pay(for: builder.steps)
    countsRuns = waitsForMachineCode

    let registers = UnsafeMutablePointer<Double>.allocate(capacity: max(1, builder.registerCount))
    registers.initialize(repeating: 0, count: builder.registerCount)
    arena = .allocateLines(builder.arenaCount)
    let buffers = UnsafeMutablePointer<UnsafeMutablePointer<Double>>.allocate(
      capacity: max(1, builder.bufferStarts.count))
    for (buffer, start) in builder.bufferStarts.enumerated() {
      (buffers + buffer).initialize(to: arena + max(0, start))
    }
    memory = ProgramMemory(registers: registers, buffers: buffers)
    steps = .holding(builder.steps)
    code = .holding(builder.code)
    functions = ScalarFunctions(builder.functions)
    loopReferences = .holding(loops.map { .passUnretained($0) })
    for constant in builder.constants { registers[constant.register] = constant.value }
    for (buffer, tensor) in builder.arrayConstants {
      heldConstants.append(tensor.elements)
      if let base = Self.base(of: tensor.elements) { buffers[buffer] = base }
    }
    for (value, leaf) in builder.inputs {
      enter(leaf, at: builder.locations[value]!, isElsewhere: elsewhere.contains(leaf))
    }
  }

  /// - Parameter isElsewhere: whether the program has no memory for it.
  private func enter(_ leaf: Leaf.ID, at location: FusedLoop.Location, isElsewhere: Bool) {
    if !isElsewhere, case .buffer = location { unset.insert(inputs.count) }
    inputIndex[leaf] = inputs.count
    inputs.append(
      Input(leaf: leaf, location: location, shape: graph.shape(of: graph.node(of: leaf)!)))
  }

  deinit {
    for input in inputs { input.owned?.deallocate() }
    memory.registers.deallocate()
    memory.buffers.deallocate()
    arena.deallocate()
    steps.deallocate()
    code.deallocate()
    functions.deallocate()
    loopReferences.deallocate()
  }

  // MARK: Input and output

  /// Where the entries of an array begin. They stay there as long as the array is kept and not
  /// changed, and whoever asks does keep it.
  private static func base(of elements: [Double]) -> UnsafeMutablePointer<Double>? {
    elements.withUnsafeBufferPointer { UnsafeMutablePointer(mutating: $0.baseAddress) }
  }

  /// Gives an input memory of its own, with the values it had.
  func own(_ index: Int) {
    guard case .buffer(let buffer, _) = inputs[index].location, inputs[index].owned == nil else {
      return
    }
    unset.remove(index)
    let count = inputs[index].shape.count
    let memory = UnsafeMutablePointer<Double>.allocateLines(count)
    if inputs[index].held.isEmpty {
      memory.initialize(repeating: 0, count: count)
    } else {
      memory.initialize(from: self.memory.buffers[buffer], count: count)
    }
    inputs[index].owned = memory
    inputs[index].held = []
    self.memory.buffers[buffer] = memory
  }

  /// Arrays of more entries than this are read where they are, not copied.
  private static let copiedEntries = 4096

  /// Where the value of a leaf is read; nil if the program does not read it.
  func location(of leaf: Leaf.ID) -> FusedLoop.Location? {
    inputIndex[leaf].map { inputs[$0].location }
  }

  func location(ofOutput position: Int) -> FusedLoop.Location { outputLocations[position] }

  /// Sets the value of a leaf; leaves the program does not read are ignored.
  ///
  /// - Precondition: the value has the shape the leaf had when the graph was made.
  public func set(_ leaf: Leaf.ID, to value: Tensor) {
    guard let index = inputIndex[leaf] else { return }
    precondition(inputs[index].shape == value.shape, "a leaf keeps its shape within a program")
    if case .buffer(let buffer, _) = inputs[index].location,
      value.elements.count > Self.copiedEntries
    {
      unset.remove(index)
      inputs[index].owned?.deallocate()
      inputs[index].owned = nil
      inputs[index].held = value.elements
      if let base = Self.base(of: inputs[index].held) {
        memory.buffers[buffer] = base
        if isShifted(base, value.elements.count) {
          movingRun = runs + Self.runsBeforeMoving
          countsRuns = true
        }
      }
      return
    }
    if !unset.isEmpty { own(index) }
    let target = memory.pointer(inputs[index].location)
    value.elements.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      target.update(from: base, count: source.count)
    }
  }

  /// The buffer of a leaf, for optimisers that move it in place; nil if the program does not read it.
  public func buffer(of leaf: Leaf.ID) -> UnsafeMutableBufferPointer<Double>? {
    guard let index = inputIndex[leaf] else { return nil }
    own(index)
    return UnsafeMutableBufferPointer(
      start: memory.pointer(inputs[index].location), count: inputs[index].shape.count)
  }

  /// The buffer of an output after a run.
  public func buffer(ofOutput position: Int) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(
      start: memory.pointer(outputLocations[position]),
      count: lowered.outputs[position].extent.count)
  }

  public func value(ofOutput position: Int) -> Tensor {
    let node = outputNodes[position]
    return Tensor(
      graph.shape(of: node), Array(buffer(ofOutput: position)), isBoolean: graph.isBoolean(node))
  }

  // MARK: Running

  /// Evaluates everything once.
  ///
  /// - Throws: the diagnostic of an interruption when Ctrl-C is pressed during the run; what a kernel
  ///   reports (a singular matrix), if an output depends on its result.
  public func run() throws(Diagnostic) {
    // Programs too small to look up in between may run in long loops.
    if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    if !isComplete { for index in unset { own(index) } }
    if try evaluate(), let diagnostic = try cause() { throw diagnostic }
  }

  /// Evaluates everything once; returns whether a kernel had no result to give.
  func evaluate() throws(Diagnostic) -> Bool {
    var hasFailed = false
    if countsRuns { countRun() }
    for step in steps {
      switch step {
      case .scalars(let range): try runCode(range)
      case .numbers(let function): function(memory.registers, memory.buffers)
      case .loop(let index): try runLoop(index)
      case .task(let index, _):
        try run(tasks[index])
        if failure.isReported { hasFailed = failure.take() != nil }
      }
    }
    return hasFailed
  }

  private func runCode(_ range: Range<Int>) throws(Diagnostic) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(range.upperBound, start + 65536)
      runScalars(
        UnsafeBufferPointer(rebasing: code[start..<end]), memory.registers, memory.buffers,
        functions, kernels)
      start = end
      if range.count > 65536, interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    }
  }

  private func runLoop(_ index: Int) throws(Diagnostic) {
    let isStopped = loopReferences[index]._withUnsafeGuaranteedRef { $0.run(memory, functions) }
    if isStopped { throw .interrupted }
  }

  private func run(_ task: ProgramTask) throws(Diagnostic) {
    switch task {
    case .kernel(let kernel):
      kernel.run(memory, failure)
    case .product(let product): product.run(memory)
    case .accumulation(let accumulation): accumulation.run(memory)
    case .loop(let loop): try loop.run(memory, failure)
    }
    if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
  }

  // MARK: Failures

  /// Why an output has no value, after a run in which a kernel failed: everything is computed once
  /// more without fusion, and kept, to see which failures an output depends on.
  private func cause() throws(Diagnostic) -> Diagnostic? {
    if !isFused { return try keptCause() }
    let kept = try Program(
      graph, outputs: outputNodes, borrowed: [], exchanged: 0, memoryLimit: Self.defaultMemoryLimit,
      isFused: false)
    for input in inputs {
      kept.buffer(of: input.leaf)?.baseAddress?.update(
        from: memory.pointer(input.location), count: input.shape.count)
    }
    return try kept.keptCause()
  }

  /// Runs an unfused program; returns the first failure that an output depends on.
  func keptCause() throws(Diagnostic) -> Diagnostic? {
    var failures: [Failure] = []
    for step in steps {
      switch step {
      case .scalars(let range): try runCode(range)
      case .numbers(let function): function(memory.registers, memory.buffers)
      case .loop(let index): try runLoop(index)
      case .task(let index, let value):
        try run(tasks[index])
        if var diagnostic = failure.take() {
          if diagnostic.span == nil, case .kernel(let node) = lowered.values[value].kind {
            diagnostic.span = graph.origin(of: node)
          }
          failures.append(Failure(value: value, diagnostic: diagnostic))
        }
      }
    }
    return failures.isEmpty ? nil : try cause(of: failures)
  }
}

extension Program {
  /// Whether an output is an array of its own that the program computes anew in each run, and no other
  /// of the first `count` outputs: its memory may be exchanged for other memory.
  func ownsOutput(_ position: Int, among count: Int) -> Bool {
    let operand = lowered.outputs[position], value = lowered.values[operand.value]
    guard operand.offset == 0, operand.extent.count == value.extent.count, !value.isScalar else {
      return false
    }
    switch value.kind {
    case .input, .constant: return false
    default: return !lowered.outputs[..<position].contains { $0.value == operand.value }
    }
  }
}
