extension FusedLoop {
  /// About as long as it takes to write so many instructions.
  static func work(toWrite count: Int) -> Int { max(1 << 17, count << 14) }
  /// More entries count for no more.
  static let mostEntries = 1 << 17
  /// What calling a kernel takes.
  static let workOfCall = 64

  /// Counts a run; has machine code written when it is worth it, also for the threads that help.
  func countRun() {
    work += workOfRun
    if work >= Self.work(toWrite: operationCount) { writeMachineCode() }
  }

  /// Has machine code written now, if there is to be any.
  func writeMachineCode() {
    guard let plan else { return }
    if let written = plan.written(as: routine(of: plan)) {
      routine = written.routine
      install(plan, written.code, written.segments)
      for helper in crew?.helpers ?? [] { helper.install(plan, written.code, written.segments) }
    }
    self.plan = nil
  }

  /// Puts machine code in the place of stretches of instructions.
  private func install(
    _ plan: MachinePlan, _ code: ExecutableCode, _ segments: [MachinePlan.Segment]
  ) {
    var steps: [Instruction] = [], stepKernels: [Kernels.BlockKernel] = []
    var position = 0
    func keep(_ index: Int) {
      steps.append(instructions[index])
      stepKernels.append(kernels[index])
    }
    for segment in segments {
      for index in position..<segment.range.lowerBound { keep(index) }
      steps.append(Instruction(opcode: .copy))
      stepKernels.append(.machine(segment.function))
      // The sums of the stretch are still to be put together.
      for index in segment.range where instructions[index].special >= 0 { keep(index) }
      position = segment.range.upperBound
    }
    for index in position..<instructions.count { keep(index) }
    instructions.deallocate()
    kernels.deallocate()
    instructions = .holding(steps)
    kernels = .holding(stepKernels)
    for (special, register) in plan.totals { gathered[special] = registers[register] }
    machineCode = code
    self.plan = nil
  }
}
