/// The steps of a program with machine code in place of scalar code, where there is machine code for it.
struct MachineStretches {
  private(set) var steps: [ProgramStep] = []
  /// What the steps run; nil if nothing of them is machine code.
  private(set) var code: ExecutableCode?

  /// Of fewer instructions the call costs as much; more of them leave no room in the caches of the
  /// processor for anything else.
  private static let counts = 2...4000

  /// Whether some of the steps gain.
  static func pay(for steps: [ProgramStep]) -> Bool {
    steps.contains {
      if case .scalars(let range) = $0 { counts.contains(range.count) } else { false }
    }
  }

  /// How many instructions take as long as to write code for so many.
  static func work(before count: Int) -> Int { 1 << 14 + 64 * count }

  init(_ steps: [ProgramStep], _ code: [ScalarInstruction]) {
    self.steps = steps
    var writer = MachineCodeWriter(.number)
    var parts: [(step: ProgramStep, start: Int?)] = []
    for step in steps {
      guard case .scalars(let range) = step else {
        parts.append((step, nil))
        continue
      }
      for piece in Self.pieces(of: range, code) {
        let isMachine = Self.counts.contains(piece.count) && code[piece.lowerBound].hasMachineCode
        let block = isMachine ? MachineBlock(code[piece]) : nil
        parts.append((.scalars(piece), block.map { writer.writeNumbers($0) }))
      }
    }
    guard parts.contains(where: { $0.start != nil }), let written = writer.finished() else {
      return
    }
    self.code = written
    self.steps = parts.map { part in
      part.start.map { .numbers(written.numbersFunction(at: $0)) } ?? part.step
    }
  }

  /// A stretch cut where instructions with machine code and those without meet.
  private static func pieces(
    of range: Range<Int>, _ code: [ScalarInstruction]
  ) -> [Range<Int>] {
    var pieces: [Range<Int>] = [], start = range.lowerBound
    for position in range
    where position > start && code[position].hasMachineCode != code[start].hasMachineCode {
      pieces.append(start..<position)
      start = position
    }
    pieces.append(start..<range.upperBound)
    return pieces
  }
}

extension MachineBlock {
  /// A stretch of scalar code: each register as the values that it holds one after the other, of which
  /// the last must be in it at the end.
  fileprivate init(_ code: ArraySlice<ScalarInstruction>) {
    self.init()
    var current: [Int32: Int] = [:]
    for instruction in code {
      let sources = instruction.sources.map { register in
        if let value = current[register] { return value }
        let value = add(Value(place: .register(Int(register)), isGiven: true, isKept: false))
        current[register] = value
        return value
      }
      let target = add(
        Value(place: .register(Int(instruction.target)), isGiven: false, isKept: false))
      if instruction.opcode == .fetch {
        append(
          .fetch(buffer: Int(instruction.c), offset: Int(instruction.function)), sources, to: target
        )
      } else {
        switch Kernels.address(instruction.opcode) {
        case nil: append(.element(instruction.opcode), sources, to: target)
        case .function(let address): append(.call(address, second: nil), sources, to: target)
        case .pair(let address):
          append(.call(address, second: Int(instruction.c)), sources, to: target)
          // It is there by the time it is read.
          current[instruction.c] = add(
            Value(place: .register(Int(instruction.c)), isGiven: true, isKept: false))
        }
      }
      current[instruction.target] = target
    }
    for value in current.values { keep(value) }
  }
}

extension ScalarInstruction {
  /// The registers that it reads.
  fileprivate var sources: [Int32] { [a, b, c].prefix(opcode.operandCount).map { $0 } }

  /// Whether it can be part of machine code.
  fileprivate var hasMachineCode: Bool {
    // Offsets of addresses have 32 bits.
    let limit: Int32 = 1 << 27
    guard target < limit, a < limit, b < limit, c < limit, function < limit else { return false }
    return opcode == .fetch || opcode.isInline || Kernels.address(opcode) != nil
  }
}

extension Opcode {
  var operandCount: Int {
    switch self {
    case .fetch: 0
    case .add, .subtract, .multiply, .divide, .strongMultiply, .maximum, .minimum, .power, .less,
      .lessOrEqual, .equal, .notEqual, .and, .or, .binary:
      2
    case .select, .multiplyAdd, .multiplySubtract, .negateMultiplyAdd, .strongMultiplyAdd,
      .ternary:
      3
    default: 1
    }
  }
}
