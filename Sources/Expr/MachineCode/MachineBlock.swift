/// Operations entry by entry, one after the other, that machine code does for one vector after the
/// other: what lies between them stays in registers.
struct MachineBlock {
  /// Where a value is read from memory, or written to.
  enum Place: Hashable {
    /// The entries of a block, by its number in the table of pointers.
    case block(Int)
    /// One number for all entries: the first of a block of at least a vector of it.
    case number(Int)
    /// A register of a program.
    case register(Int)
  }

  struct Value {
    let place: Place
    /// Whether it is in its place before.
    let isGiven: Bool
    /// Whether it must be in its place afterwards.
    var isKept: Bool
  }

  struct Operation {
    enum Kind {
      case element(Opcode)
      /// Adds to 32 numbers of a block, to each those entries that have its place modulo 32.
      case sum(into: Int)
      /// An entry of a buffer.
      case fetch(buffer: Int, offset: Int)
      /// A function of one or two numbers, by its address, and the register for its second result.
      case call(UInt, second: Int?)
    }

    let kind: Kind
    /// The value that comes of it; -1 for none.
    let target: Int
    let sources: [Int]
  }

  private(set) var values: [Value] = []
  private(set) var operations: [Operation] = []

  mutating func add(_ value: Value) -> Int {
    values.append(value)
    return values.count - 1
  }

  mutating func keep(_ value: Int) { values[value].isKept = true }

  mutating func append(_ kind: Operation.Kind, _ sources: [Int], to target: Int = -1) {
    operations.append(Operation(kind: kind, target: target, sources: sources))
  }

  /// For each value the operations that read it, in order.
  func uses() -> [[Int]] {
    var uses: [[Int]] = Array(repeating: [], count: values.count)
    for (position, operation) in operations.enumerated() {
      for source in operation.sources where uses[source].last != position {
        uses[source].append(position)
      }
    }
    return uses
  }
}

extension Opcode {
  /// Whether it is a few instructions of the processor, with the bits of its kernel.
  var isInline: Bool {
    switch self {
    case .copy, .negate, .absolute, .square, .squareRoot, .floor, .ceiling, .round, .sign, .relu,
      .heaviside, .not, .add, .subtract, .multiply, .divide, .strongMultiply, .maximum, .minimum,
      .less, .lessOrEqual, .equal, .notEqual, .and, .or, .select, .multiplyAdd, .multiplySubtract,
      .negateMultiplyAdd, .strongMultiplyAdd:
      true
    default:
      false
    }
  }
}
