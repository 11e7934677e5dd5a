/// Writes the code of a block for one vector: gives values registers, and takes them back when nothing
/// reads them any more, or when there are none left from the one that is read last.
struct BodyEmitter {
  private let block: MachineBlock
  private let uses: [[Int]]
  private let lanes: Assembler.Lanes
  private let addresses: MachineAddresses
  /// The register of each value; -1 for those in their places only.
  private var registers: [Int]
  /// Whether a value is in its place.
  private var isStored: [Bool]
  /// For each value how many of its uses are done.
  private var used: [Int]
  private var owners: [Int]
  /// Registers that the operation of now still has to read, a bit for each.
  private var busy: UInt32 = 0
  private var position = 0

  /// - Parameter pinned: registers that hold values all the time.
  init(
    _ block: MachineBlock, uses: [[Int]], _ addresses: MachineAddresses, pinned: [Int: Int],
    _ assembler: Assembler, _ lanes: Assembler.Lanes
  ) {
    self.block = block
    self.uses = uses
    self.lanes = lanes
    self.addresses = addresses
    registers = Array(repeating: -1, count: block.values.count)
    isStored = block.values.map(\.isGiven)
    used = Array(repeating: 0, count: block.values.count)
    owners = Array(repeating: -1, count: assembler.valueRegisters.count)
    for (value, register) in pinned {
      registers[value] = register
      owners[register] = Self.pinned
    }
  }

  private static let pinned = -2

  mutating func emit(to assembler: inout Assembler) {
    for (index, operation) in block.operations.enumerated() {
      position = index
      busy = 0
      for source in operation.sources { keepForNow(registers[source]) }
      emit(operation, &assembler)
    }
  }

  // MARK: Registers

  /// The next operation after this one that reads a value.
  private mutating func nextUse(of value: Int) -> Int {
    let list = uses[value]
    while used[value] < list.count, list[used[value]] < position { used[value] += 1 }
    var next = used[value]
    if next < list.count, list[next] == position { next += 1 }
    return next < list.count ? list[next] : .max
  }

  /// Keeps a register until the operation has read it.
  private mutating func keepForNow(_ register: Int) {
    if register >= 0 { busy |= 1 << UInt32(register) }
  }

  private mutating func take(_ value: Int, _ assembler: inout Assembler) -> Int {
    var chosen = owners.firstIndex(of: -1) ?? -1
    if chosen < 0 {
      var furthest = -1
      for (register, owner) in owners.enumerated()
      where owner >= 0 && busy & (1 << UInt32(register)) == 0 {
        let next = nextUse(of: owner)
        if next > furthest { (furthest, chosen) = (next, register) }
      }
      precondition(chosen >= 0, "an operation needs fewer registers than there are")
      release(chosen, &assembler)
    }
    owners[chosen] = value
    registers[value] = chosen
    return chosen
  }

  /// Takes a register back; a value that is read again must then be in its place.
  private mutating func release(_ register: Int, _ assembler: inout Assembler) {
    let owner = owners[register]
    if !isStored[owner] && nextUse(of: owner) != .max {
      store(owner, &assembler)
    }
    registers[owner] = -1
    owners[register] = -1
  }

  private mutating func store(_ value: Int, _ assembler: inout Assembler) {
    assembler.store(
      registers[value], addresses.operand(block.values[value].place, &assembler), lanes)
    isStored[value] = true
  }

  /// A value in a register that stays for this operation.
  private mutating func register(_ value: Int, _ assembler: inout Assembler) -> Int {
    if registers[value] < 0 {
      let register = take(value, &assembler)
      let place = block.values[value].place
      assembler.load(register, addresses.operand(place, &assembler), loadedLanes(place))
    }
    keepForNow(registers[value])
    return registers[value]
  }

  /// A value in a register or, if nothing reads it later, where it lies.
  private mutating func operand(_ value: Int, _ assembler: inout Assembler) -> Assembler.Operand {
    let place = block.values[value].place
    if registers[value] < 0, loadedLanes(place) == .all, nextUse(of: value) == .max,
      addresses.isDirect(place)
    {
      return addresses.operand(place, &assembler)
    }
    return .register(register(value, &assembler))
  }

  /// Of a number there is a whole vector at all times.
  private func loadedLanes(_ place: MachineBlock.Place) -> Assembler.Lanes {
    if case .number = place { return .all }
    return lanes
  }

  /// A register for the result, when one instruction is left: it may be one of those that this reads.
  private mutating func result(_ operation: MachineBlock.Operation, _ assembler: inout Assembler)
    -> Int
  {
    busy = 0
    for source in operation.sources where registers[source] >= 0 {
      let register = registers[source]
      guard owners[register] == source, nextUse(of: source) == .max else { continue }
      registers[source] = -1
      owners[register] = -1
    }
    return take(operation.target, &assembler)
  }

  // MARK: Operations

  private mutating func emit(
    _ operation: MachineBlock.Operation, _ assembler: inout Assembler
  ) {
    switch operation.kind {
    case .element(let opcode): emit(opcode, operation, &assembler)
    case .sum(let total):
      let register = register(operation.sources[0], &assembler)
      let place = addresses.total(total, &assembler)
      assembler.load(assembler.scratch, place)
      assembler.arithmetic(.add, assembler.scratch, assembler.scratch, .register(register), lanes)
      assembler.store(assembler.scratch, place)
      // Nothing may read it any more.
      if owners[register] == operation.sources[0], nextUse(of: operation.sources[0]) == .max {
        release(register, &assembler)
      }
      return
    case .fetch(let buffer, let offset):
      assembler.load(
        result(operation, &assembler), addresses.entry(offset, ofBuffer: buffer, &assembler))
    case .call(let function, let second):
      call(function, second, operation, &assembler)
    }
    finish(operation.target, &assembler)
  }

  /// Puts a result into its place where it must be, and forgets what nothing reads.
  private mutating func finish(_ target: Int, _ assembler: inout Assembler) {
    isStored[target] = false
    if block.values[target].isKept { store(target, &assembler) }
    if nextUse(of: target) == .max { release(registers[target], &assembler) }
  }

  private mutating func emit(
    _ opcode: Opcode, _ operation: MachineBlock.Operation, _ assembler: inout Assembler
  ) {
    let sources = operation.sources
    let a = register(sources[0], &assembler)
    let scratch = assembler.scratch
    switch opcode {
    case .negate, .absolute:
      let target = result(operation, &assembler)
      if opcode == .negate {
        assembler.logic(.exclusiveOr, target, a, .constant(.sign))
      } else {
        assembler.logic(.and, target, a, .constant(.allButSign))
      }
    case .copy: assembler.load(result(operation, &assembler), .register(a))
    case .square:
      assembler.arithmetic(.multiply, result(operation, &assembler), a, .register(a))
    case .squareRoot: assembler.squareRoot(result(operation, &assembler), a)
    case .floor: assembler.round(result(operation, &assembler), a, .down)
    case .ceiling: assembler.round(result(operation, &assembler), a, .up)
    case .round: assembler.round(result(operation, &assembler), a, .nearest)
    case .sign:
      assembler.compare(a, .constant(.zero), .less)
      assembler.choose(scratch, .constant(.minusOne), else: a)
      assembler.compare(a, .constant(.zero), .greater)
      assembler.choose(result(operation, &assembler), .constant(.one), else: scratch)
    case .relu:
      assembler.compare(a, .constant(.zero), .less)
      assembler.choose(result(operation, &assembler), .constant(.zero), else: a)
    case .heaviside:
      assembler.compare(a, .constant(.zero), .greater)
      assembler.truth(scratch)
      assembler.compare(a, .register(a), .unordered)
      assembler.choose(scratch, .register(a), else: scratch)
      assembler.compare(a, .constant(.zero), .equal)
      assembler.choose(result(operation, &assembler), .constant(.half), else: scratch)
    case .not:
      assembler.compare(a, .constant(.zero), .equal)
      assembler.truth(result(operation, &assembler))
    case .select:
      let b = register(sources[1], &assembler), c = register(sources[2], &assembler)
      assembler.compare(a, .constant(.zero), .notEqual)
      assembler.choose(result(operation, &assembler), .register(b), else: c)
    case .strongMultiply, .strongMultiplyAdd:
      strongProduct(operation, a, isAdded: opcode == .strongMultiplyAdd, &assembler)
    case .multiplyAdd, .multiplySubtract, .negateMultiplyAdd:
      let b = operand(sources[1], &assembler)
      assembler.arithmetic(.multiply, scratch, a, b)
      if opcode == .negateMultiplyAdd {
        let c = register(sources[2], &assembler)
        assembler.arithmetic(.subtract, result(operation, &assembler), c, .register(scratch))
      } else {
        let c = operand(sources[2], &assembler)
        assembler.arithmetic(
          opcode == .multiplyAdd ? .add : .subtract, result(operation, &assembler), scratch, c)
      }
    default: emitBinary(opcode, operation, a, &assembler)
    }
  }

  private mutating func emitBinary(
    _ opcode: Opcode, _ operation: MachineBlock.Operation, _ a: Int, _ assembler: inout Assembler
  ) {
    let other = operation.sources[1], scratch = assembler.scratch
    switch opcode {
    case .add: arithmetic(.add, operation, a, &assembler)
    case .subtract: arithmetic(.subtract, operation, a, &assembler)
    case .multiply: arithmetic(.multiply, operation, a, &assembler)
    case .divide: arithmetic(.divide, operation, a, &assembler)
    case .maximum, .minimum:
      // The instruction gives b where either is nan; that is wrong where a is.
      let b = operand(other, &assembler)
      assembler.arithmetic(opcode == .maximum ? .maximum : .minimum, scratch, a, b)
      assembler.compare(a, .register(a), .unordered)
      assembler.choose(result(operation, &assembler), .register(a), else: scratch)
    case .less: truth(.less, operation, a, &assembler)
    case .lessOrEqual: truth(.lessOrEqual, operation, a, &assembler)
    case .equal: truth(.equal, operation, a, &assembler)
    case .notEqual: truth(.notEqual, operation, a, &assembler)
    case .and, .or:
      let b = register(other, &assembler)
      assembler.compare(a, .constant(.zero), .notEqual)
      assembler.truth(scratch)
      assembler.compare(b, .constant(.zero), opcode == .and ? .equal : .notEqual)
      assembler.choose(
        result(operation, &assembler), .constant(opcode == .and ? .zero : .one), else: scratch)
    default: preconditionFailure("this is more than a few instructions")
    }
  }

  private mutating func arithmetic(
    _ kind: Assembler.Arithmetic, _ operation: MachineBlock.Operation, _ a: Int,
    _ assembler: inout Assembler
  ) {
    let b = operand(operation.sources[1], &assembler)
    assembler.arithmetic(kind, result(operation, &assembler), a, b)
  }

  private mutating func truth(
    _ predicate: Assembler.Predicate, _ operation: MachineBlock.Operation, _ a: Int,
    _ assembler: inout Assembler
  ) {
    let b = operand(operation.sources[1], &assembler)
    assembler.compare(a, b, predicate)
    assembler.truth(result(operation, &assembler))
  }

  /// 0 where a is, else a·b.
  private mutating func strongProduct(
    _ operation: MachineBlock.Operation, _ a: Int, isAdded: Bool, _ assembler: inout Assembler
  ) {
    let b = operand(operation.sources[1], &assembler), scratch = assembler.scratch
    assembler.arithmetic(.multiply, scratch, a, b)
    assembler.compare(a, .constant(.zero), .equal)
    guard isAdded else {
      assembler.choose(result(operation, &assembler), .constant(.zero), else: scratch)
      return
    }
    assembler.choose(scratch, .constant(.zero), else: scratch)
    let c = operand(operation.sources[2], &assembler)
    assembler.arithmetic(.add, result(operation, &assembler), scratch, c)
  }

  /// Calls a function of numbers: it may change every vector register.
  private mutating func call(
    _ function: UInt, _ second: Int?, _ operation: MachineBlock.Operation,
    _ assembler: inout Assembler
  ) {
    if operation.sources.count > 1 { load(operation.sources[1], to: assembler.scratch, &assembler) }
    // What is read later goes to its place; the operand in the first register may be one of it.
    for (register, owner) in owners.enumerated() where owner >= 0 && register != 0 {
      if owner != operation.sources[0] { release(register, &assembler) }
    }
    if owners[0] >= 0, owners[0] != operation.sources[0] { release(0, &assembler) }
    load(operation.sources[0], to: 0, &assembler)
    if registers[operation.sources[0]] >= 0 {
      release(registers[operation.sources[0]], &assembler)
    }
    if operation.sources.count > 1 { assembler.move(1, assembler.scratch) }
    if let second { addresses.loadAddress(ofRegister: second, to: .rdi, &assembler) }
    assembler.move(.rax, UInt64(function))
    assembler.call(.rax)
    owners[0] = operation.target
    registers[operation.target] = 0
  }

  private func load(_ value: Int, to register: Int, _ assembler: inout Assembler) {
    let source =
      registers[value] >= 0
      ? .register(registers[value]) : addresses.operand(block.values[value].place, &assembler)
    assembler.load(register, source)
  }
}
