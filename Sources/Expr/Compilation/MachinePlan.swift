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

  /// - Parameter routine: a whole run, of which the stretches are parts.
  /// - Returns: nil where the system grants no memory to execute.
  func written(as routine: LoopRoutine?) -> (
    code: ExecutableCode, segments: [Segment], routine: ExecutableCode.LoopFunction?
  )? {
    guard !ranges.isEmpty || routine != nil else { return nil }
    var writer = MachineCodeWriter(vectors)
    var lastReads = Array(repeating: -1, count: kinds.count)
    for (position, registers) in reads.enumerated() {
      for register in registers { lastReads[register] = position }
    }
    let starts = ranges.map { writer.write(block(of: $0, lastReads: lastReads)) }
    let whole = routine.map { writer.write($0, stretches: starts) }
    guard let code = writer.finished() else { return nil }
    let segments = zip(ranges, starts).map {
      Segment(range: $0, function: code.blockFunction(at: $1))
    }
    return (code, segments, whole.map { code.loopFunction(at: $0) })
  }

  /// - Parameter lastReads: for each register the last instruction that reads it.
  private func block(of range: Range<Int>, lastReads: [Int]) -> MachineBlock {
    var block = MachineBlock()
    var values: [Int: Int] = [:]
    for position in range {
      let sources = reads[position].map { register in
        if let value = values[register] { return value }
        let value = block.add(
          MachineBlock.Value(
            place: kinds[register] == .number ? .number(register) : .block(register),
            isGiven: true, isKept: false))
        values[register] = value
        return value
      }
      let instruction = instructions[position]
      if instruction.special >= 0 {
        block.append(.sum(into: totals[Int(instruction.special)]!), sources)
        continue
      }
      let target = Int(instruction.target)
      // What a stretch computes is read by nobody before.
      let result = block.add(
        MachineBlock.Value(
          place: .block(target), isGiven: false,
          isKept: kinds[target] == .kept || lastReads[target] >= range.upperBound))
      values[target] = result
      block.append(.element(instruction.opcode), sources, to: result)
    }
    return block
  }
}
