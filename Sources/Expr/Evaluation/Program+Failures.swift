import Synchronization

extension Program {
  /// What a kernel reported in a run, and the slot of the result it could not give.
  struct Failure {
    let slot: Int
    let diagnostic: Diagnostic
  }

  /// The first failure that an output depends on. One that only a branch not taken needs, or that ⊛
  /// meets with a weight of 0, does no harm.
  ///
  /// Cost: one pass over the instructions, after a failure only.
  func cause(of failures: [Failure]) throws(Diagnostic) -> Diagnostic? {
    // A kernel stopped by Ctrl-C has no result either.
    if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    /// For each slot the first of the failures it depends on.
    var causes = Array(repeating: Int.max, count: shapes.count)
    for (position, failure) in failures.enumerated() { causes[failure.slot] = position }
    for instruction in instructions {
      let slot = Int(instruction.slot)
      for operand in slotsRead(by: instruction) {
        causes[slot] = min(causes[slot], causes[operand])
      }
    }
    let first = outputSlots.map { causes[$0] }.min() ?? Int.max
    return first < failures.count ? failures[first].diagnostic : nil
  }

  /// The operands whose values decide the result, in the run that just ended.
  private func slotsRead(by instruction: Instruction) -> [Int] {
    let first = Int(instruction.operandStart)
    let operands = operandSlots[first..<first + Int(instruction.operandCount)].map(Int.init)
    switch Primitive.all[Int(instruction.primitive)].symbol {
    case .select:
      let condition = values(in: operands[0])
      var read = [operands[0]]
      if condition.contains(where: { $0 != 0 }) { read.append(operands[1]) }
      if condition.contains(where: { $0 == 0 }) { read.append(operands[2]) }
      return read
    case .strongMultiply, .strongProduct:
      return values(in: operands[0]).contains { $0 != 0 } ? operands : [operands[0]]
    default: return operands
    }
  }

  private func values(in slot: Int) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(start: slots[slot], count: shapes[slot].count)
  }
}
