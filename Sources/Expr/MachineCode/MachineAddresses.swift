/// How machine code reaches the places of values: pointers in general registers as far as there are
/// any, the others read from the table of pointers each time.
struct MachineAddresses {
  /// The registers that code of a block counts in.
  static let table = Assembler.General.rdi
  static let count = Assembler.General.rsi
  static let index = Assembler.General.rcx
  /// The index modulo 32.
  static let phase = Assembler.General.rdx
  /// The registers and the buffers of a program, in code on numbers.
  static let numbers = Assembler.General.rbx
  static let buffers = Assembler.General.r12
  private static let passing = Assembler.General.rax
  /// Those that pointers stay in; of the first the caller keeps nothing.
  private static let free: [Assembler.General] = [
    .r8, .r9, .r10, .r11, .rbx, .rbp, .r12, .r13, .r14, .r15,
  ]
  private static let unsaved = 4

  /// The registers of pointers, by their numbers in the table.
  private let pointers: [Int: Assembler.General]

  /// Of code on numbers.
  init() { pointers = [:] }

  /// - Parameters:
  ///   - block: whose pointers are needed, those first that are needed most.
  ///   - pinned: the values that are read once, before.
  init(_ block: MachineBlock, uses: [[Int]], pinned: some Collection<Int>) {
    var needs: [Int: Int] = [:]
    for (index, value) in block.values.enumerated() where value.isGiven || value.isKept {
      switch value.place {
      case .block(let number), .number(let number):
        needs[number, default: 0] += pinned.contains(index) ? 0 : uses[index].count + 1
      case .register: break
      }
    }
    for case .sum(let total) in block.operations.map(\.kind) { needs[total, default: 0] += 2 }
    let order = needs.keys.filter { needs[$0]! > 0 }.sorted { (needs[$1]!, $0) < (needs[$0]!, $1) }
    pointers = Dictionary(uniqueKeysWithValues: zip(order, Self.free))
  }

  /// The registers that the caller finds unchanged.
  private var saved: ArraySlice<Assembler.General> {
    Self.free[Self.unsaved..<max(Self.unsaved, pointers.count)]
  }

  func enter(_ assembler: inout Assembler) {
    for register in saved { assembler.push(register) }
    for (number, register) in pointers.sorted(by: { $0.key < $1.key }) {
      assembler.load(register, Self.table, offset: Int32(number * 8))
    }
  }

  func leave(_ assembler: inout Assembler) {
    for register in saved.reversed() { assembler.pop(register) }
  }

  /// Whether a place is reached without another instruction.
  func isDirect(_ place: MachineBlock.Place) -> Bool {
    switch place {
    case .block(let number), .number(let number): pointers[number] != nil
    case .register: true
    }
  }

  func operand(_ place: MachineBlock.Place, _ assembler: inout Assembler) -> Assembler.Operand {
    switch place {
    case .block(let number):
      .memory(pointer(number, &assembler), index: Self.index, offset: 0)
    case .number(let number): .memory(pointer(number, &assembler), index: nil, offset: 0)
    case .register(let register):
      .memory(Self.numbers, index: nil, offset: Int32(register * 8))
    }
  }

  /// Where the entries of now are added to the 32 of a sum.
  func total(_ number: Int, _ assembler: inout Assembler) -> Assembler.Operand {
    .memory(pointer(number, &assembler), index: Self.phase, offset: 0)
  }

  /// One of the 32 numbers of a sum.
  func start(
    of number: Int, _ offset: Int, _ assembler: inout Assembler
  ) -> Assembler.Operand {
    .memory(pointer(number, &assembler), index: nil, offset: Int32(offset))
  }

  func entry(_ offset: Int, ofBuffer buffer: Int, _ assembler: inout Assembler) -> Assembler.Operand
  {
    assembler.load(Self.passing, Self.buffers, offset: Int32(buffer * 8))
    return .memory(Self.passing, index: nil, offset: Int32(offset * 8))
  }

  func loadAddress(
    ofRegister number: Int, to register: Assembler.General, _ assembler: inout Assembler
  ) {
    assembler.loadAddress(register, Self.numbers, offset: Int32(number * 8))
  }

  private func pointer(_ number: Int, _ assembler: inout Assembler) -> Assembler.General {
    if let register = pointers[number] { return register }
    assembler.load(Self.passing, Self.table, offset: Int32(number * 8))
    return Self.passing
  }
}
