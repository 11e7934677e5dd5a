/// One run of a fused loop that is one block, call by call. As machine code it takes no time to look what
/// is to be done next, which short vectors would wait for longer than for what is done.
struct LoopRoutine {
  enum Argument {
    /// The block that a register shows.
    case block(Int)
    /// Where a value of the program lies.
    case place(FusedLoop.Location)
    case number(Int)
  }

  enum Step {
    /// Has a register show a place of the program.
    case show(Int, FusedLoop.Location)
    /// A stretch of machine code over the block, by its number.
    case stretch(Int)
    /// A kernel, by its address.
    case call(UInt, [Argument], value: FusedLoop.Location? = nil, result: FusedLoop.Location? = nil)
  }

  /// The entries of the block.
  let count: Int
  var steps: [Step] = []
}

extension MachineCodeWriter {
  private static let table = Assembler.General.r13
  private static let arguments: [Assembler.General] = [.rdi, .rsi, .rdx, .rcx, .r8, .r9]

  /// - Parameter stretches: where those of the routine begin.
  /// - Returns: where it begins.
  mutating func write(_ routine: LoopRoutine, stretches: [Int]) -> Int {
    let start = assembler.bytes.count, vectors = assembler.shape
    let numbers = MachineAddresses.numbers, buffers = MachineAddresses.buffers
    assembler.shape = .number
    // Calls find the stack at a multiple of 16.
    let saved = [numbers, buffers, Self.table]
    for register in saved { assembler.push(register) }
    assembler.move(Self.table, .rdi)
    assembler.move(numbers, .rsi)
    assembler.move(buffers, .rdx)
    for step in routine.steps {
      switch step {
      case .show(let register, let location):
        loadAddress(of: location, to: .rax)
        assembler.store(.rax, Self.table, offset: Int32(register * 8))
      case .stretch(let number):
        assembler.move(.rdi, Self.table)
        assembler.move(.rsi, UInt64(routine.count))
        assembler.call(at: stretches[number])
      case .call(let function, let arguments, let value, let result):
        call(function, arguments, value, result)
      }
    }
    for register in saved.reversed() { assembler.pop(register) }
    assembler.returnToCaller()
    assembler.shape = vectors
    return start
  }

  /// - Parameters:
  ///   - value: of the number that is passed in a vector register.
  ///   - result: where the number goes that it gives.
  private mutating func call(
    _ function: UInt, _ arguments: [LoopRoutine.Argument], _ value: FusedLoop.Location?,
    _ result: FusedLoop.Location?
  ) {
    let onStack = arguments.dropFirst(Self.arguments.count)
    // The stack stays at a multiple of 16.
    if onStack.count % 2 == 1 { assembler.push(.rax) }
    for argument in onStack.reversed() {
      load(argument, to: .rax)
      assembler.push(.rax)
    }
    for (register, argument) in zip(Self.arguments, arguments) { load(argument, to: register) }
    if let value {
      loadAddress(of: value, to: .rax)
      assembler.load(0, .memory(.rax, index: nil, offset: 0))
    }
    assembler.move(.rax, UInt64(function))
    assembler.call(.rax)
    if !onStack.isEmpty { assembler.add(.rsp, Int8((onStack.count + 1) / 2 * 16)) }
    if let result {
      loadAddress(of: result, to: .rax)
      assembler.store(0, .memory(.rax, index: nil, offset: 0))
    }
  }

  private mutating func load(_ argument: LoopRoutine.Argument, to register: Assembler.General) {
    switch argument {
    case .block(let number):
      assembler.load(register, Self.table, offset: Int32(number * 8))
    case .place(let location): loadAddress(of: location, to: register)
    case .number(let number): assembler.move(register, UInt64(number))
    }
  }

  private mutating func loadAddress(
    of location: FusedLoop.Location, to register: Assembler.General
  ) {
    switch location {
    case .register(let number):
      assembler.loadAddress(register, MachineAddresses.numbers, offset: Int32(number * 8))
    case .buffer(let buffer, let offset):
      assembler.load(register, MachineAddresses.buffers, offset: Int32(buffer * 8))
      if offset > 0 { assembler.loadAddress(register, register, offset: Int32(offset * 8)) }
    }
  }
}
