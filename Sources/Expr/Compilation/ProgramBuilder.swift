/// Writes the instructions of a program: gives every value its place, and every stage its steps.
struct ProgramBuilder {
  let graph: Graph
  let schedule: Schedule
  private let lowered: LoweredGraph

  /// Where each value lies; nil for what never leaves a fused loop.
  private(set) var locations: [FusedLoop.Location?]
  private(set) var registerCount = 0
  private(set) var constants: [(register: Int, value: Double)] = []
  /// For each buffer where it begins in the arena; -1 for those that lie elsewhere.
  private(set) var bufferStarts: [Int] = []
  private(set) var arrayConstants: [(buffer: Int, tensor: Tensor)] = []
  private(set) var arenaCount = 0
  private(set) var inputs: [(value: Int, leaf: Leaf.ID)] = []
  private(set) var code: [ScalarInstruction] = []
  private(set) var functions = ScalarFunctionList()
  private(set) var loops: [FusedLoop] = []
  private(set) var tasks: [ProgramTask] = []
  private(set) var steps: [ProgramStep] = []
  private(set) var loopBytes = 0

  private let memoryLimit: Int
  private let isFused: Bool
  private let threads: Int
  private let vectors: VectorShape?
  private let exchanged: Int
  /// The values of each step, in the order in which they run.
  private var groups: [Range<Int>] = []
  private var stepOf: [Int]
  private var lastStep: [Int]
  /// For each value the last of its stretch of scalar code that reads it, by the position there.
  private var lastPosition: [Int]
  /// For each loop the values that it writes.
  private var resultsOfLoops: [Int: [Int]] = [:]
  /// The operations that change entries of an array in its place, and that array.
  private var changedArrays: [Int: Int] = [:]

  /// - Parameter exchanged: how many of the first outputs a loop exchanges for its inputs.
  init(
    _ graph: Graph, _ schedule: Schedule, exchanged: Int, memoryLimit: Int, isFused: Bool,
    threads: Int, vectors: VectorShape?
  ) throws(Diagnostic) {
    self.graph = graph
    self.schedule = schedule
    lowered = schedule.lowered
    self.exchanged = exchanged
    self.memoryLimit = memoryLimit
    self.isFused = isFused
    self.threads = threads
    self.vectors = isFused ? vectors : nil
    let count = schedule.lowered.values.count
    locations = Array(repeating: nil, count: count)
    stepOf = Array(repeating: -1, count: count)
    lastStep = stepOf
    lastPosition = stepOf
    groupSteps()
    findLastUses()
    if isFused { findChangedArrays() }
    try placeGiven()
    try placeComputed()
    for group in groups { try emit(group) }
  }

  // MARK: Steps

  private mutating func groupSteps() {
    var start = 0
    let order = schedule.order
    for position in order.indices {
      let value = order[position]
      let isSame =
        position > start && schedule.stages[order[start]] == schedule.stages[value]
        && schedule.placements[order[start]] == schedule.placements[value]
        && schedule.placements[value] != .alone
      if !isSame && position > start {
        groups.append(start..<position)
        start = position
      }
      stepOf[value] = groups.count
    }
    if start < order.count { groups.append(start..<order.count) }
  }

  private mutating func findLastUses() {
    for value in schedule.order {
      for operand in lowered.operands(of: value) {
        lastStep[operand.value] = max(lastStep[operand.value], stepOf[value])
      }
    }
    // The inputs of a loop's body, at the end, are asked for their places only.
    for output in lowered.outputs.dropLast(exchanged) {
      lastStep[output.value] = Int.max
    }
    // What a loop writes it writes where it runs, and reads its operands while it does.
    for value in schedule.order {
      if case .loopResult = lowered.values[value].kind {
        let loop = lowered.operands(of: value).first!.value
        stepOf[value] = stepOf[loop]
        resultsOfLoops[loop, default: []].append(value)
      }
    }
  }

  /// An array that nobody reads after an operation that replaces entries of it, or adds to them, is
  /// changed where it is: a table that a loop fills costs an entry a step, not a copy.
  private mutating func findChangedArrays() {
    let carried = lowered.outputs.suffix(exchanged).map(\.value)
    for value in schedule.order {
      guard case .kernel(let node) = lowered.values[value].kind,
        [.replaceAt, .addAt].contains(graph.symbol(of: node)),
        !lowered.values[value].isScalar
      else { continue }
      let operands = lowered.operands(of: value)
      guard let array = operands.first, array.offset == 0,
        array.extent.count == lowered.values[array.value].extent.count,
        lastStep[array.value] == stepOf[value],
        operands.dropFirst().allSatisfy({ $0.value != array.value })
      else { continue }
      switch lowered.values[array.value].kind {
      case .constant: continue
      case .input: if !carried.contains(array.value) { continue }
      default: break
      }
      changedArrays[value] = array.value
    }
    for (position, output) in lowered.outputs.prefix(exchanged).enumerated() {
      // What a carry becomes lies in memory of its own or where the carry itself is.
      if firstArray(under: output.value) != carried[position] {
        changedArrays[output.value] = nil
      }
    }
    for (value, _) in changedArrays where carried.contains(firstArray(under: value)) {
      // A carry may be written over only by what it becomes.
      let position = carried.firstIndex(of: firstArray(under: value)) ?? 0
      if !isChanged(value, into: lowered.outputs[position].value) { changedArrays[value] = nil }
    }
    for (value, _) in changedArrays {
      let first = firstArray(under: value)
      lastStep[first] = max(lastStep[first], lastStep[value])
    }
  }

  private func firstArray(under value: Int) -> Int {
    var value = value
    while let array = changedArrays[value] { value = array }
    return value
  }

  /// Whether a value is changed, once or more, into another.
  private func isChanged(_ value: Int, into last: Int) -> Bool {
    var under: Int? = last
    while let current = under {
      if current == value { return true }
      under = changedArrays[current]
    }
    return false
  }

  // MARK: Places

  private mutating func takeRegister() -> FusedLoop.Location {
    registerCount += 1
    return .register(registerCount - 1)
  }

  private mutating func takeBuffer(at start: Int) -> FusedLoop.Location {
    bufferStarts.append(start)
    return .buffer(bufferStarts.count - 1, offset: 0)
  }

  private mutating func placeGiven() throws(Diagnostic) {
    for (index, value) in lowered.values.enumerated() where schedule.needed[index] {
      switch value.kind {
      case .input(let leaf):
        locations[index] = value.isScalar ? takeRegister() : takeBuffer(at: -1)
        inputs.append((index, leaf))
      case .constant(let tensor):
        if value.isScalar {
          locations[index] = takeRegister()
          constants.append((registerCount - 1, tensor.elements[0]))
        } else {
          locations[index] = takeBuffer(at: -1)
          arrayConstants.append((bufferStarts.count - 1, tensor))
        }
      default: break
      }
    }
  }

  /// Registers for numbers, of which those of one stretch of code share; memory for arrays, of which
  /// those not in use at the same time share.
  private mutating func placeComputed() throws(Diagnostic) {
    var plan = ArenaPlan(limit: memoryLimit / 8)
    var ending: [Int: [(start: Int, count: Int)]] = [:]
    // Memory that becomes an input of the next step belongs to one value all the time.
    for value in lowered.outputs.prefix(exchanged).map(\.value) where locations[value] == nil {
      if lowered.values[value].isScalar || changedArrays[value] != nil { continue }
      let count = lowered.values[value].extent.count
      guard let start = plan.take(count) else {
        throw .memoryLimit(memoryLimit, needed: plan.needed(for: count))
      }
      locations[value] = takeBuffer(at: start)
    }
    for (step, group) in groups.enumerated() {
      for ended in ending.removeValue(forKey: step) ?? [] { plan.release(ended.start, ended.count) }
      var members = Array(schedule.order[group])
      if case .loop = lowered.values[members[0]].kind { members += results(of: members[0]) }
      if case .loopResult = lowered.values[members[0]].kind { continue }
      if schedule.placements[members[0]] == .scalar {
        placeScalars(members, step)
        continue
      }
      for value in members where locations[value] == nil {
        if isBlockValue(value) && !schedule.isStored[value] { continue }
        if let array = changedArrays[value] {
          locations[value] = locations[array]
          continue
        }
        if lowered.values[value].isScalar {
          locations[value] = takeRegister()
          continue
        }
        if case .loop = lowered.values[value].kind {
          // It has no value; a trace asks for it all the same.
          locations[value] = takeRegister()
          continue
        }
        let count = lowered.values[value].extent.count
        guard let start = plan.take(count) else {
          throw .memoryLimit(memoryLimit, needed: plan.needed(for: count))
        }
        locations[value] = takeBuffer(at: start)
        let last = max(lastStep[value], step)
        if isFused && last < groups.count { ending[last + 1, default: []].append((start, count)) }
      }
    }
    arenaCount = plan.count
  }

  private func results(of loop: Int) -> [Int] { resultsOfLoops[loop] ?? [] }

  /// What one run executes: an operation on an array counts once, one of a loop in every step.
  var operationCount: Int {
    var count = code.count { $0.opcode != .fetch }
    for loop in loops { count += loop.operationCount }
    for task in tasks {
      if case .loop(let runner) = task { count += runner.operationCount } else { count += 1 }
    }
    return count
  }

  /// Whether a value is computed block by block in a fused loop, and not the end of one.
  private func isBlockValue(_ value: Int) -> Bool {
    switch lowered.values[value].kind {
    case .element, .matrixVector:
      if case .loop = schedule.placements[value] { true } else { false }
    default: false
    }
  }

  private mutating func placeScalars(_ members: [Int], _ step: Int) {
    var free: [Int] = []
    for (position, value) in members.enumerated() {
      for operand in lowered.operands(of: value) where stepOf[operand.value] == step {
        lastPosition[operand.value] = position
      }
    }
    let twins = Twins(members, of: lowered)
    for (position, value) in members.enumerated() {
      if isFused {
        for operand in lowered.operands(of: value)
        where stepOf[operand.value] == step && lastPosition[operand.value] == position
          && lastStep[operand.value] == step
        {
          // Given back once, also where it is read twice.
          lastPosition[operand.value] = -1
          if case .register(let register)? = locations[operand.value] { free.append(register) }
        }
      }
      guard let both = twins.instructions[value] else {
        takeScalar(value, &free)
        continue
      }
      takeScalar(both.result, &free)
      takeScalar(both.other, &free)
    }
  }

  private mutating func takeScalar(_ value: Int, _ free: inout [Int]) {
    guard locations[value] == nil else { return }
    locations[value] = free.popLast().map { .register($0) } ?? takeRegister()
  }

  /// Where an operand begins.
  func location(_ operand: Operand) -> FusedLoop.Location {
    switch locations[operand.value] {
    case .register(let register): return .register(register)
    case .buffer(let buffer, _): return .buffer(buffer, offset: operand.offset)
    case nil: preconditionFailure("what is read elsewhere has a place")
    }
  }

  private func register(of value: Int) -> Int32 {
    guard case .register(let register)? = locations[value] else {
      preconditionFailure("a number lies in a register")
    }
    return Int32(register)
  }

  // MARK: Instructions

  /// What is left of the limit, in bytes.
  private var remainingMemory: Int { memoryLimit - (arenaCount + registerCount) * 8 - loopBytes }

  private mutating func emit(_ group: Range<Int>) throws(Diagnostic) {
    let members = schedule.order[group]
    guard let first = members.first else { return }
    switch schedule.placements[first] {
    case .given: break
    case .scalar: emitScalars(members)
    case .loop(let extent):
      var emission = FusedLoopBuilder(extent, members, of: schedule)
      for value in members { emission.append(value, in: self, &functions) }
      guard
        let loop = emission.finish(
          with: constantValues(of: emission), vectors: vectors, threads: threads,
          memoryLimit: remainingMemory)
      else { throw .memoryLimit(memoryLimit) }
      loops.append(loop)
      loopBytes += loop.bytes
      steps.append(.loop(loops.count - 1))
    case .alone: try emitTask(first)
    }
  }

  private func constantValues(of emission: FusedLoopBuilder) -> [Int: Double] {
    var known: [Int: Double] = [:]
    for (register, operand) in emission.numbers {
      if case .constant(let tensor) = lowered.values[operand.value].kind {
        known[register] = tensor.elements[operand.offset]
      }
    }
    return known
  }

  private mutating func emitScalars(_ members: ArraySlice<Int>) {
    let start = code.count
    let twins = Twins(members, of: lowered)
    for value in members where !twins.isSecond(value) {
      guard case .element(let opcode, let primitive) = lowered.values[value].kind else { continue }
      var parts: [Int32] = []
      for operand in lowered.operands(of: value) { parts.append(fetch(operand)) }
      if let both = twins.instructions[value] {
        code.append(
          ScalarInstruction(
            opcode: both.opcode, target: register(of: both.result), a: parts[0], b: parts[0],
            c: register(of: both.other)))
        continue
      }
      code.append(
        ScalarInstruction(
          opcode: opcode, target: register(of: value), a: parts[0],
          b: parts.count > 1 ? parts[1] : parts[0], c: parts.count > 2 ? parts[2] : 0,
          function: functions.enter(opcode, primitive: primitive)))
    }
    steps.append(.scalars(start..<code.count))
  }

  /// The register of a number; an entry of an array is fetched into one first.
  private mutating func fetch(_ operand: Operand) -> Int32 {
    switch location(operand) {
    case .register(let register): return Int32(register)
    case .buffer(let buffer, let offset):
      registerCount += 1
      code.append(
        ScalarInstruction(
          opcode: .fetch, target: Int32(registerCount - 1), c: Int32(buffer),
          function: Int32(offset)))
      return Int32(registerCount - 1)
    }
  }

  private mutating func emitTask(_ value: Int) throws(Diagnostic) {
    if case .loopResult = lowered.values[value].kind { return }
    let operands = lowered.operands(of: value)
    let places = operands.map { location($0) }
    let task: ProgramTask
    switch lowered.values[value].kind {
    case .kernel(let node):
      task = .kernel(
        KernelTask(
          primitive: graph.primitive(of: node)!, attribute: graph.attribute(of: node),
          inputShapes: graph.operands(of: node).map { graph.shape(of: $0) },
          outputShape: graph.shape(of: node), operands: places, target: locations[value]!))
    case .matrixProduct(let isLeftTurned, let isRightTurned, let weight):
      guard
        let product = ProductTask(
          left: places[0], right: places[1], target: locations[value]!,
          leftExtent: operands.first!.extent, rightExtent: operands.last!.extent,
          isLeftTurned: isLeftTurned, isRightTurned: isRightTurned, weight: weight,
          threads: threads, memoryLimit: remainingMemory)
      else { throw .memoryLimit(memoryLimit) }
      loopBytes += product.bytes
      task = .product(product)
    case .accumulation(let kinds):
      task = .accumulation(
        AccumulationTask(
          parts: zip(operands, kinds).map { (location($0), $0.extent.count, $1) },
          target: locations[value]!, count: lowered.values[value].extent.count))
    case .loop(let node):
      var written: [(output: LoopOutput, location: FusedLoop.Location, count: Int)] = []
      for result in results(of: value) {
        guard case .loopResult(let output) = lowered.values[result].kind,
          let place = locations[result]
        else { continue }
        written.append((output, place, lowered.values[result].extent.count))
      }
      let runner = try LoopRunner(
        graph.loopBody(of: node)!, operands: places, results: written,
        memoryLimit: remainingMemory, isFused: isFused, threads: threads, vectors: vectors)
      loopBytes += runner.bytes
      task = .loop(runner)
    case .input, .constant, .element, .reduction, .matrixVector, .transposedMatrixVector,
      .loopResult:
      preconditionFailure("these run in stretches of code and fused loops")
    }
    tasks.append(task)
    steps.append(.task(tasks.count - 1, value: value))
  }
}
