/// Code for blocks and for stretches of numbers, one after the other in one piece of memory.
struct MachineCodeWriter {
  var assembler: Assembler

  init(_ shape: VectorShape) { assembler = Assembler(shape) }

  func finished() -> ExecutableCode? { ExecutableCode(assembler.bytes) }

  // MARK: Blocks

  /// Writes a loop over the entries of a block, a vector at a time, then over what is left.
  ///
  /// - Returns: where it begins.
  mutating func write(_ block: MachineBlock) -> Int {
    let start = assembler.bytes.count
    let uses = block.uses(), pinned = pinned(block, uses)
    let addresses = MachineAddresses(block, uses: uses, pinned: pinned.keys)
    let hasSums = block.operations.contains { if case .sum = $0.kind { true } else { false } }
    let index = MachineAddresses.index, count = MachineAddresses.count
    addresses.enter(&assembler)
    if hasSums { clearTotals(of: block, addresses) }
    for (value, register) in pinned {
      assembler.load(register, addresses.operand(block.values[value].place, &assembler))
    }
    assembler.clear(index)
    if hasSums { assembler.clear(MachineAddresses.phase) }
    assembler.subtract(count, Int8(assembler.shape.lanes))
    let short = assembler.jump(.below)
    let loop = assembler.here
    write(block, uses, addresses, pinned, .all)
    assembler.add(index, Int8(assembler.shape.lanes))
    if hasSums { advancePhase() }
    assembler.subtract(count, Int8(assembler.shape.lanes))
    assembler.jump(.notBelow, to: loop)
    assembler.bind(short)
    assembler.add(count, Int8(assembler.shape.lanes))
    let done = assembler.jump(.equal)
    if assembler.shape.encoding == .evex {
      assembler.setPartMask(count)
      write(block, uses, addresses, pinned, .part)
    } else {
      let rest = assembler.here, vectors = assembler.shape
      assembler.shape = .number
      write(block, uses, addresses, pinned, .all)
      assembler.add(index, 1)
      if hasSums { advancePhase() }
      assembler.subtract(count, 1)
      assembler.jump(.notEqual, to: rest)
      assembler.shape = vectors
    }
    assembler.bind(done)
    assembler.endVectors()
    addresses.leave(&assembler)
    assembler.returnToCaller()
    return start
  }

  private mutating func write(
    _ block: MachineBlock, _ uses: [[Int]], _ addresses: MachineAddresses, _ pinned: [Int: Int],
    _ lanes: Assembler.Lanes
  ) {
    var body = BodyEmitter(block, uses: uses, addresses, pinned: pinned, assembler, lanes)
    body.emit(to: &assembler)
  }

  private mutating func advancePhase() {
    assembler.add(MachineAddresses.phase, Int8(assembler.shape.lanes))
    assembler.and(MachineAddresses.phase, 31)
  }

  private mutating func clearTotals(of block: MachineBlock, _ addresses: MachineAddresses) {
    assembler.logic(.exclusiveOr, 0, 0, .register(0))
    for case .sum(let total) in block.operations.map(\.kind) {
      for part in stride(from: 0, to: 32, by: assembler.shape.lanes) {
        assembler.store(0, addresses.start(of: total, part * 8, &assembler))
      }
    }
  }

  /// The registers in which numbers stay, those that are read most.
  private func pinned(_ block: MachineBlock, _ uses: [[Int]]) -> [Int: Int] {
    let numbers = block.values.indices.filter {
      if case .number = block.values[$0].place { !uses[$0].isEmpty } else { false }
    }.sorted { (uses[$1].count, $0) < (uses[$0].count, $1) }
    let registers = assembler.valueRegisters
    return Dictionary(
      uniqueKeysWithValues: zip(numbers, registers.reversed().prefix(registers.count / 3)))
  }

  // MARK: Numbers

  /// Writes a stretch of code on the registers of a program.
  ///
  /// - Returns: where it begins.
  mutating func writeNumbers(_ block: MachineBlock) -> Int {
    let start = assembler.bytes.count
    let numbers = MachineAddresses.numbers, buffers = MachineAddresses.buffers
    assembler.push(numbers)
    assembler.push(buffers)
    // Calls find the stack at a multiple of 16.
    assembler.push(.rax)
    assembler.move(numbers, .rdi)
    assembler.move(buffers, .rsi)
    var body = BodyEmitter(
      block, uses: block.uses(), MachineAddresses(), pinned: [:], assembler, .all)
    body.emit(to: &assembler)
    assembler.pop(.rax)
    assembler.pop(buffers)
    assembler.pop(numbers)
    assembler.returnToCaller()
    return start
  }
}
