/// What machine code would do in a fused loop. It is written once the loop has run for about as long as
/// that takes: most loops of a session run once.
struct MachinePlan {
  /// What is known of a register.
  enum Kind {
    /// One number for all entries.
    case number
    /// An array, or a row or a column for all.
    case kept
    /// What an instruction hands on to others.
    case passing
  }

  /// Stretches of instructions as code.
  struct Segment {
    let range: Range<Int>
    let function: ExecutableCode.BlockFunction
  }

  let vectors: VectorShape
  /// The stretches that machine code does.
  let ranges: [Range<Int>]
  let instructions: [FusedLoop.Instruction]
  let reads: [[Int]]
  let kinds: [Kind]
  /// The registers of 32 numbers in which machine code puts sums, by the special of the sum.
  let totals: [Int: Int]

  /// - Returns: nil where the system grants no memory to execute.
  func written() -> (code: ExecutableCode, segments: [Segment])? {
    var writer = MachineCodeWriter(vectors)
    let starts = ranges.map { writer.write(block(of: $0)) }
    guard let code = writer.finished() else { return nil }
    let segments = zip(ranges, starts).map {
      Segment(range: $0, function: code.blockFunction(at: $1))
    }
    return (code, segments)
  }

  private func block(of range: Range<Int>) -> MachineBlock {
    var block = MachineBlock()
    var values = Array(repeating: -1, count: kinds.count)
    var isReadElsewhere = Array(repeating: false, count: kinds.count)
    for position in reads.indices where !range.contains(position) {
      for register in reads[position] { isReadElsewhere[register] = true }
    }
    for position in range {
      let sources = reads[position].map { register in
        if values[register] < 0 {
          values[register] = block.add(
            MachineBlock.Value(
              place: kinds[register] == .number ? .number(register) : .block(register),
              isGiven: true, isKept: false))
        }
        return values[register]
      }
      let instruction = instructions[position]
      if instruction.special >= 0 {
        block.append(.sum(into: totals[Int(instruction.special)]!), sources)
        continue
      }
      let target = Int(instruction.target)
      values[target] = block.add(
        MachineBlock.Value(
          place: .block(target), isGiven: false,
          isKept: kinds[target] == .kept || isReadElsewhere[target]))
      block.append(.element(instruction.opcode), sources, to: values[target])
    }
    return block
  }
}
