/// Puts one fused loop together.
struct FusedLoopBuilder {
  let extent: Extent
  var instructions: [FusedLoop.Instruction] = []
  var specials: [FusedLoop.Special] = []
  private var parts: [FusedLoop.Part] = []
  /// The register of zeros, where there are accumulations.
  private var zeros: Int?
  var sources: [FusedLoop.Source] = []
  /// What the loop reads of memory, by register.
  private var read: [Operand: Int] = [:]
  /// Numbers that the loop reads, and their registers.
  private(set) var numbers: [(register: Int, operand: Operand)] = []
  /// The registers of values that the loop computes.
  private var computed: [Int: Int] = [:]
  /// The registers that each instruction reads and writes.
  var reads: [[Int]] = []
  var writes: [[Int]] = []
  private let twins: Twins
  private let contractions: Contractions

  /// - Parameter members: the values of the loop, in order; each is to be appended.
  init(_ extent: Extent, _ members: some Sequence<Int>, of schedule: Schedule) {
    self.extent = extent
    twins = Twins(members, of: schedule.lowered)
    contractions = Contractions(members, of: schedule)
  }

  mutating func append(
    _ value: Int, in builder: ProgramBuilder, _ functions: inout ScalarFunctionList
  ) {
    if twins.isSecond(value) || contractions.isPart(value) { return }
    let lowered = builder.schedule.lowered
    if let both = twins.instructions[value], case .reduction = lowered.values[both.result].kind {
      appendSoftplusSum(both.result, slopes: both.other, in: builder)
      return
    }
    let operands = Array(lowered.operands(of: value))
    switch lowered.values[value].kind {
    case .element(let opcode, let primitive):
      appendElement(value, opcode, functions.enter(opcode, primitive: primitive), in: builder)
    case .matrixVector(let weight):
      let target = newRegister(for: value, in: builder)
      append(
        .matrixVector(
          builder.location(operands[0]), columns: operands[0].extent.columns,
          builder.location(operands[1]), target, weight: weight), reading: [], writing: target)
    case .transposedMatrixVector(let isStrong):
      let register = register(operands[1], of: value, in: builder)
      append(
        .transposedMatrixVector(
          builder.location(operands[0]), columns: operands[0].extent.columns, register,
          to: builder.locations[value]!, isStrong: isStrong), reading: [register])
    case .reduction(let reduction):
      let registers = operands.map { register($0, of: value, in: builder) }
      let target = builder.locations[value]!
      let span = span(of: lowered.values[value].extent)
      switch reduction {
      case .sum: append(.sum(registers[0], to: target, span), reading: registers)
      case .maximum: append(.maximum(registers[0], to: target, span), reading: registers)
      case .dot: append(.dot(registers[0], registers[1], to: target), reading: registers)
      case .softplusSum: appendSoftplusSum(value, slopes: nil, in: builder)
      }
    case .accumulation(let places):
      let start = parts.count
      for (operand, place) in zip(operands, places) {
        guard case .run(let offset) = place else { continue }
        parts.append(
          FusedLoop.Part(register: register(operand, of: value, in: builder), offset: offset))
      }
      let target = builder.locations[value]!
      appendFurthest(of: start..<parts.count, to: target)
      append(
        .accumulate(
          start..<parts.count, to: target, count: lowered.values[value].extent.count),
        reading: parts[start...].map(\.register))
    default: preconditionFailure("this is no part of a fused loop")
    }
  }

  /// - Parameter slopes: the value of the derivatives, if the loop has it.
  private mutating func appendSoftplusSum(
    _ value: Int, slopes: Int?, in builder: ProgramBuilder
  ) {
    let operand = builder.schedule.lowered.operands(of: value).first!
    let register = register(operand, of: value, in: builder)
    let target = slopes.map { newRegister(for: $0, in: builder) }
    append(
      .softplusSum(register, slopes: target, to: builder.locations[value]!), reading: [register],
      writing: target)
  }

  /// Writes the part of an accumulation that reaches furthest: nothing is there yet. Plus 0, for of a
  /// single -0 the sum is 0. From then on what is written is that part, the first.
  private mutating func appendFurthest(of range: Range<Int>, to target: FusedLoop.Location) {
    let reach = parts[range].map(\.offset).max()!
    let furthest = parts.remove(at: parts[range].firstIndex { $0.offset == reach }!)
    let zeros = zeros ?? newRegister(.scratch)
    self.zeros = zeros
    let source = furthest.register
    let written = newRegister(.array(target.advanced(by: reach)))
    parts.insert(FusedLoop.Part(register: written, offset: reach), at: range.lowerBound)
    instructions.append(
      FusedLoop.Instruction(
        opcode: .add, target: Int32(written), a: Int32(source), b: Int32(zeros)))
    reads.append([source, zeros])
    writes.append([written])
  }

  mutating func newRegister(_ source: FusedLoop.Source) -> Int {
    sources.append(source)
    return sources.count - 1
  }

  /// An operation entry by entry, two of one operand, or a sum with a product.
  private mutating func appendElement(
    _ value: Int, _ opcode: Opcode, _ function: Int32, in builder: ProgramBuilder
  ) {
    let lowered = builder.schedule.lowered
    var registers: [Int], targets: [Int] = []
    var instruction = FusedLoop.Instruction(opcode: opcode, function: function)
    if let sum = contractions.sums[value] {
      instruction.opcode = sum.opcode
      registers = lowered.operands(of: sum.product).map { register($0, of: value, in: builder) }
      if registers.count == 1 { registers.append(registers[0]) }
      registers.append(register(sum.other, of: value, in: builder))
    } else {
      registers = lowered.operands(of: value).map { register($0, of: value, in: builder) }
    }
    instruction.a = Int32(registers[0])
    instruction.b = Int32(registers.count > 1 ? registers[1] : registers[0])
    instruction.c = Int32(registers.count > 2 ? registers[2] : registers[0])
    if let both = twins.instructions[value] {
      targets = [both.result, both.other].map { newRegister(for: $0, in: builder) }
      instruction.opcode = both.opcode
      instruction.c = Int32(targets[1])
    } else {
      targets = [newRegister(for: value, in: builder)]
    }
    instruction.target = Int32(targets[0])
    instructions.append(instruction)
    reads.append(registers)
    writes.append(targets)
  }

  private mutating func append(
    _ special: FusedLoop.Special, reading registers: [Int], writing target: Int? = nil
  ) {
    specials.append(special)
    instructions.append(FusedLoop.Instruction(opcode: .copy, special: Int32(specials.count - 1)))
    reads.append(registers)
    writes.append(target.map { [$0] } ?? [])
  }

  private func span(of result: Extent) -> FusedLoop.Span {
    if result.isScalar { return .all }
    return result.rows == 1 ? .columns : .rows
  }

  private mutating func newRegister(for value: Int, in builder: ProgramBuilder) -> Int {
    let isStored = builder.schedule.isStored[value]
    let place = isStored ? builder.locations[value] : nil
    let register = newRegister(place.map { .array($0) } ?? .scratch)
    computed[value] = register
    return register
  }

  private mutating func register(
    _ operand: Operand, of consumer: Int, in builder: ProgramBuilder
  ) -> Int {
    if builder.schedule.isFused(operand, into: consumer), let known = computed[operand.value] {
      return known
    }
    if let known = read[operand] { return known }
    let place = builder.location(operand)
    let register = sources.count
    if operand.extent.isScalar {
      sources.append(.number(place))
      numbers.append((register, operand))
    } else if operand.extent.count == extent.count {
      sources.append(.array(place))
    } else {
      sources.append(operand.extent.rows == 1 ? .row(place) : .column(place))
    }
    read[operand] = register
    return register
  }

  /// - Parameters:
  ///   - constants: the registers of numbers that never change.
  ///   - vectors: what machine code is written for, if it is.
  ///   - threads: how many run a large loop.
  ///   - memoryLimit: what the loop may take, in bytes.
  /// - Returns: nil when it needs more.
  mutating func finish(
    with constants: [Int: Double], vectors: VectorShape?, threads: Int, memoryLimit: Int
  ) -> FusedLoop? {
    var constants = constants
    if let zeros { constants[zeros] = 0 }
    for register in constants.keys { sources[register] = .scratch }
    let plan = vectors.flatMap { arrangeForMachineCode($0, constants: constants) }
    let scratchIndex = scratchPlaces(isConstant: { constants[$0] != nil })
    let values = constants.map { (register: $0, value: $1) }
    func loop(_ crew: LoopCrew?) -> FusedLoop {
      FusedLoop(
        extent, instructions: instructions, specials: specials, parts: parts, sources: sources,
        scratchIndex: scratchIndex, constants: values, plan: plan, crew: crew)
    }
    let shape = BlockShape(extent, specials)
    let own = FusedLoop.ownBytes(
      shape, specials, plan, scratchIndex: scratchIndex, registers: sources.count)
    guard let chunks = LoopChunks(extent, shape, instructions, specials, parts) else {
      return own <= memoryLimit ? loop(nil) : nil
    }
    let lanes = min(threads, chunks.count)
    guard own * lanes + chunks.bytes <= memoryLimit else { return nil }
    return loop(LoopCrew(chunks, helpers: (1..<lanes).map { _ in loop(nil) }))
  }

  /// Blocks of scratch memory: those of values share, as soon as nothing reads them any more.
  private func scratchPlaces(isConstant: (Int) -> Bool) -> [Int] {
    var places = Array(repeating: -1, count: sources.count)
    var count = 0
    var isShared = Array(repeating: false, count: sources.count)
    for (register, source) in sources.enumerated() {
      switch source {
      case .array: continue
      case .scratch: if !isConstant(register) { isShared[register] = true; continue }
      case .number, .row, .column: break
      }
      places[register] = count
      count += 1
    }
    var last = Array(repeating: -1, count: sources.count)
    for (position, registers) in reads.enumerated() {
      for register in registers { last[register] = position }
    }
    var free: [Int] = []
    for position in instructions.indices {
      for register in Set(reads[position]) where isShared[register] && last[register] == position {
        free.append(places[register])
      }
      let targets = writes[position].filter { isShared[$0] }
      for target in targets {
        if let place = free.popLast() {
          places[target] = place
        } else {
          places[target] = count
          count += 1
        }
      }
      for target in targets where last[target] < 0 { free.append(places[target]) }
    }
    return places
  }
}
