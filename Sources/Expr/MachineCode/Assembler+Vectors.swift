extension Assembler {
  /// Which lanes an instruction reads and writes.
  enum Lanes {
    case all
    /// Those that the mask of a part has. AVX-512 alone has masks.
    case part
  }

  /// The operations of two operands, by their opcodes.
  enum Arithmetic: UInt8 {
    case add = 0x58, multiply = 0x59, subtract = 0x5c, minimum = 0x5d, divide = 0x5e, maximum = 0x5f
  }

  enum Logic: UInt8 {
    case and = 0x54, exclusiveOr = 0x57
  }

  /// How two numbers are compared, by the immediates of the instruction.
  enum Predicate: UInt8 {
    case equal = 0, less = 1, lessOrEqual = 2, unordered = 3, notEqual = 4, greater = 0x1e
  }

  enum Rounding: UInt8 {
    case nearest = 0, down, up
  }

  /// The registers that instructions of several steps use in between.
  var scratch: Int { shape.encoding == .evex ? 31 : 15 }
  /// Holds the mask where there are no mask registers.
  private var maskHolder: Int { shape.encoding == .evex ? 30 : 14 }
  /// The registers that hold values.
  var valueRegisters: Range<Int> { 0..<(shape.encoding == .evex ? 30 : 14) }

  private static let comparisonMask = 1
  private static let partMask = 2

  // MARK: Moving

  mutating func load(_ target: Int, _ source: Operand, _ lanes: Lanes = .all) {
    if case .register(let register) = source {
      if register != target { move(target, register) }
      return
    }
    vector(
      0x10, target, 0, source, prefix: ordinary,
      mask: lanes == .part ? Self.partMask : 0, zeroing: lanes == .part)
  }

  mutating func store(_ source: Int, _ target: Operand, _ lanes: Lanes = .all) {
    vector(
      0x11, source, 0, target, prefix: ordinary, mask: lanes == .part ? Self.partMask : 0)
  }

  mutating func move(_ target: Int, _ source: Int) {
    vector(0x28, target, 0, .register(source), prefix: .packed)
  }

  /// Reads the mask of a part of a vector, of so many lanes as a register says.
  mutating func setPartMask(_ count: General) {
    // lea rax, [rip + masks]; kmovb k2, [rax + count]
    append(0x48)
    append(0x8d)
    poolAddress(0, Self.partMasks, following: 0)
    append(0xc5)
    append(0xf9)
    append(0x90)
    append(UInt8(Self.partMask) << 3 | 4)
    append(count.low << 3 | General.rax.low)
  }

  mutating func endVectors() {
    guard shape.lanes > 1 else { return }
    append(0xc5)
    append(0xf8)
    append(0x77)
  }

  // MARK: Computing

  mutating func arithmetic(
    _ operation: Arithmetic, _ target: Int, _ a: Int, _ b: Operand, _ lanes: Lanes = .all
  ) {
    vector(
      operation.rawValue, target, a, b, prefix: ordinary,
      mask: lanes == .part ? Self.partMask : 0)
  }

  mutating func logic(_ operation: Logic, _ target: Int, _ a: Int, _ b: Operand) {
    vector(operation.rawValue, target, a, b, prefix: .packed)
  }

  mutating func squareRoot(_ target: Int, _ a: Int) {
    vector(0x51, target, shape.lanes == 1 ? a : 0, .register(a), prefix: ordinary)
  }

  mutating func round(_ target: Int, _ a: Int, _ rounding: Rounding) {
    let isNumber = shape.lanes == 1
    vector(
      isNumber ? 0x0b : 0x09, target, isNumber ? a : 0, .register(a), map: .third, prefix: .packed,
      immediate: rounding.rawValue)
  }

  /// Sets the mask where two numbers compare so.
  mutating func compare(_ a: Int, _ b: Operand, _ predicate: Predicate) {
    let isMasked = shape.encoding == .evex
    vector(
      0xc2, isMasked ? Self.comparisonMask : maskHolder, a, b, prefix: ordinary,
      immediate: predicate.rawValue)
  }

  /// 1 where the mask is set, else 0.
  mutating func truth(_ target: Int) {
    if shape.encoding == .evex {
      vector(
        0x10, target, 0, .constant(.one), prefix: .packed, mask: Self.comparisonMask, zeroing: true)
    } else {
      logic(.and, target, maskHolder, .constant(.one))
    }
  }

  /// `yes` where the mask is set, else `no`.
  mutating func choose(_ target: Int, _ yes: Operand, else no: Int) {
    if shape.encoding == .evex {
      vector(
        0x65, target, no, yes, map: .second, prefix: .packed, mask: Self.comparisonMask)
    } else {
      vector(
        0x4b, target, no, yes, map: .third, prefix: .packed, immediate: UInt8(maskHolder) << 4)
    }
  }

  // MARK: Encoding

  private enum Map: UInt8 {
    case first = 1, second, third
  }

  private enum Prefix: UInt8 {
    case packed = 1, number = 3
  }

  /// Of instructions that have a form for vectors and one for numbers.
  private var ordinary: Prefix { shape.lanes == 1 ? .number : .packed }

  /// One instruction on vectors.
  ///
  /// - Parameters:
  ///   - register: the first operand, mostly the result.
  ///   - second: the second, in the prefix.
  ///   - third: the third, which may lie in memory.
  private mutating func vector(
    _ opcode: UInt8, _ register: Int, _ second: Int, _ third: Operand, map: Map = .first,
    prefix: Prefix, mask: Int = 0, zeroing: Bool = false, immediate: UInt8? = nil
  ) {
    let register = UInt8(register), second = UInt8(second)
    var baseHigh: UInt8 = 0, indexHigh: UInt8 = 0
    switch third {
    case .register(let number):
      baseHigh = UInt8(number) >> 3 & 1
      indexHigh = UInt8(number) >> 4 & 1
    case .memory(let base, let index, _):
      baseHigh = base.isHigh ? 1 : 0
      indexHigh = index.map { $0.isHigh ? 1 : 0 } ?? 0
    case .constant: break
    }
    // All registers but one are inverted.
    let high = ~(register >> 3 & 1) & 1, inverted = ~second & 15
    let extensions = high << 7 | (~indexHigh & 1) << 6 | (~baseHigh & 1) << 5
    switch shape.encoding {
    case .evex:
      append(0x62)
      append(extensions | (~(register >> 4) & 1) << 4 | map.rawValue)
      append(0x80 | inverted << 3 | 4 | prefix.rawValue)
      let length: UInt8 = shape.lanes == 8 ? 2 : 0
      append(
        (zeroing ? 0x80 : 0) | length << 5 | (~(second >> 4) & 1) << 3 | UInt8(mask))
    case .vex:
      append(0xc4)
      append(extensions | map.rawValue)
      append(inverted << 3 | (shape.lanes == 4 ? 4 : 0) | prefix.rawValue)
    }
    append(opcode)
    let low = register & 7, following = immediate == nil ? 0 : 1
    switch third {
    case .register(let number): append(0xc0 | low << 3 | UInt8(number) & 7)
    case .memory(let base, let index, let offset):
      let unit = shape.encoding == .evex ? Int32(shape.lanes * 8) : 1
      address(low, base, index, offset, compressed: unit)
    case .constant(let constant):
      poolAddress(low, Self.position(of: constant), following: following)
    }
    if let immediate { append(immediate) }
  }
}
