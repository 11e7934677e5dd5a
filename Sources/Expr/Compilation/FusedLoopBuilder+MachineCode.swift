extension FusedLoopBuilder {
  /// Brings together what machine code can do.
  ///
  /// - Returns: nil where it would gain nothing.
  mutating func arrangeForMachineCode(
    _ vectors: VectorShape, constants: [Int: Double]
  ) -> MachinePlan? {
    let segments = LoopSegments(
      isInline: instructions.map { isInline($0) }, reads: reads, writes: writes,
      registerCount: sources.count)
    let isOneBlock = extent.count <= BlockShape(extent, specials).block
    guard !segments.ranges.isEmpty || isOneBlock else { return nil }
    instructions = segments.order.map { instructions[$0] }
    reads = segments.order.map { reads[$0] }
    writes = segments.order.map { writes[$0] }
    var totals: [Int: Int] = [:]
    for instruction in segments.ranges.joined().map({ instructions[$0] })
    where instruction.special >= 0 {
      totals[Int(instruction.special)] = newRegister(.scratch)
    }
    let kinds: [MachinePlan.Kind] = sources.indices.map { register in
      switch sources[register] {
      case .number: .number
      case .scratch: constants[register] == nil ? .passing : .number
      case .array, .row, .column: .kept
      }
    }
    return MachinePlan(
      vectors: vectors, ranges: segments.ranges, instructions: instructions, reads: reads,
      kinds: kinds, totals: totals)
  }

  private func isInline(_ instruction: FusedLoop.Instruction) -> Bool {
    guard instruction.special >= 0 else { return instruction.opcode.isInline }
    if case .sum(_, _, .all) = specials[Int(instruction.special)] { return true }
    return false
  }
}
