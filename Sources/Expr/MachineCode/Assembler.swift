/// Writes x86-64 instructions, byte by byte: those on addresses and counters here, those on vectors of
/// doubles in an extension.
///
/// - Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
struct Assembler {
  /// The general registers, by their numbers in the encoding.
  enum General: UInt8 {
    case rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15

    var low: UInt8 { rawValue & 7 }
    var isHigh: Bool { rawValue > 7 }
  }

  /// What an instruction reads besides registers, or writes to.
  enum Operand: Equatable {
    /// A vector register.
    case register(Int)
    /// 8·index + base + offset bytes.
    case memory(General, index: General?, offset: Int32)
    /// A number of the pool, in every lane.
    case constant(Constant)
  }

  /// Numbers that instructions need, in a pool before the code.
  enum Constant: Int, CaseIterable {
    case zero, one, minusOne, half, sign, allButSign

    var bits: UInt64 {
      switch self {
      case .zero: 0
      case .one: (1.0).bitPattern
      case .minusOne: (-1.0).bitPattern
      case .half: (0.5).bitPattern
      case .sign: 1 << 63
      case .allButSign: 1 << 63 - 1
      }
    }
  }

  /// A place in the code that jumps go to.
  struct Label { fileprivate let position: Int }
  /// A jump that still needs its target.
  struct Jump { fileprivate let end: Int }

  enum Condition: UInt8 {
    case below = 2, notBelow, equal, notEqual
  }

  private(set) var bytes: [UInt8]
  /// The vectors of the instructions that come next.
  var shape: VectorShape

  init(_ shape: VectorShape) {
    self.shape = shape
    bytes = []
    bytes.reserveCapacity(2048)
    for constant in Constant.allCases {
      for _ in 0..<8 { append(number: constant.bits) }
    }
    // Masks of the lanes that a part of a vector has, by their number.
    append(number: UInt64(0x7f3f_1f0f_0703_0100))
    bytes += Array(repeating: 0, count: 56)
  }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(number value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  // MARK: Addresses and counters

  mutating func push(_ register: General) {
    if register.isHigh { append(0x41) }
    append(0x50 + register.low)
  }

  mutating func pop(_ register: General) {
    if register.isHigh { append(0x41) }
    append(0x58 + register.low)
  }

  mutating func load(_ target: General, _ base: General, offset: Int32) {
    general(0x8b, target.rawValue, base, offset)
  }

  mutating func store(_ source: General, _ base: General, offset: Int32) {
    general(0x89, source.rawValue, base, offset)
  }

  mutating func loadAddress(_ target: General, _ base: General, offset: Int32) {
    general(0x8d, target.rawValue, base, offset)
  }

  mutating func move(_ target: General, _ source: General) {
    append(0x48 | (source.isHigh ? 4 : 0) | (target.isHigh ? 1 : 0))
    append(0x89)
    append(0xc0 | source.low << 3 | target.low)
  }

  mutating func move(_ target: General, _ value: UInt64) {
    append(0x48 | (target.isHigh ? 1 : 0))
    append(0xb8 + target.low)
    append(number: value)
  }

  mutating func clear(_ register: General) {
    precondition(!register.isHigh)
    append(0x31)
    append(0xc0 | register.low << 3 | register.low)
  }

  mutating func add(_ register: General, _ value: Int8) { immediate(0, register, value) }
  mutating func and(_ register: General, _ value: Int8) { immediate(4, register, value) }
  mutating func subtract(_ register: General, _ value: Int8) { immediate(5, register, value) }

  private mutating func immediate(_ operation: UInt8, _ register: General, _ value: Int8) {
    append(0x48 | (register.isHigh ? 1 : 0))
    append(0x83)
    append(0xc0 | operation << 3 | register.low)
    append(UInt8(bitPattern: value))
  }

  private mutating func general(
    _ opcode: UInt8, _ register: UInt8, _ base: General, _ offset: Int32
  ) {
    append(0x48 | (register > 7 ? 4 : 0) | (base.isHigh ? 1 : 0))
    append(opcode)
    address(register & 7, base, nil, offset, compressed: 1)
  }

  mutating func call(_ register: General) {
    if register.isHigh { append(0x41) }
    append(0xff)
    append(0xd0 | register.low)
  }

  /// Calls code that begins so many bytes in.
  mutating func call(at position: Int) {
    append(0xe8)
    append(number: Int32(position - (bytes.count + 4)))
  }

  mutating func returnToCaller() { append(0xc3) }

  // MARK: Jumps

  var here: Label { Label(position: bytes.count) }

  mutating func jump(_ condition: Condition) -> Jump {
    append(0x0f)
    append(0x80 | condition.rawValue)
    append(number: Int32(0))
    return Jump(end: bytes.count)
  }

  mutating func jump(_ condition: Condition, to label: Label) {
    let jump = jump(condition)
    bind(jump, to: label)
  }

  mutating func bind(_ jump: Jump) { bind(jump, to: here) }

  private mutating func bind(_ jump: Jump, to label: Label) {
    let distance = Int32(label.position - jump.end)
    withUnsafeBytes(of: distance.littleEndian) {
      bytes.replaceSubrange(jump.end - 4..<jump.end, with: $0)
    }
  }

  // MARK: Operands

  /// The address of an operand: the byte of its kind, that of its index, its offset.
  ///
  /// - Parameter compressed: what an offset of one byte counts.
  mutating func address(
    _ register: UInt8, _ base: General, _ index: General?, _ offset: Int32, compressed: Int32
  ) {
    let short = offset % compressed == 0 ? Int8(exactly: offset / compressed) : nil
    let mode: UInt8 = short == nil ? 0x80 : 0x40
    if let index {
      append(mode | register << 3 | 4)
      append(0xc0 | index.low << 3 | base.low)
    } else if base.low == 4 {
      append(mode | register << 3 | 4)
      append(0x24)
    } else {
      append(mode | register << 3 | base.low)
    }
    if let short { append(UInt8(bitPattern: short)) } else { append(number: offset) }
  }

  /// The address of something in the pool, relative to the end of the instruction.
  ///
  /// - Parameter following: the bytes of the instruction after the address.
  mutating func poolAddress(_ register: UInt8, _ position: Int, following: Int) {
    append(register << 3 | 5)
    append(number: Int32(position - (bytes.count + 4 + following)))
  }

  static func position(of constant: Constant) -> Int { constant.rawValue * 64 }
  static let partMasks = Constant.allCases.count * 64
}
