/// What a program does once it has run often.
extension Program {
  /// Counts a run; does what is worth it after so many.
  func countRun() {
    runs += 1
    if waitsForMachineCode, runs * code.count > MachineStretches.work(before: code.count) {
      writeScalarMachineCode()
    }
    if let movingRun, runs > movingRun { moveInputs() }
    countsRuns = waitsForMachineCode || movingRun != nil
  }

  /// A whole run as one call, in a program that is one loop over one block, or one stretch of scalar
  /// code. It looks for nothing else.
  package struct Routine {
    fileprivate enum Code {
      case loop(ExecutableCode.LoopFunction, UnsafeMutablePointer<UnsafeMutablePointer<Double>>)
      case numbers(ExecutableCode.NumbersFunction)
    }

    fileprivate let code: Code
    fileprivate let memory: ProgramMemory

    package func run() {
      switch code {
      case .loop(let function, let table): function(table, memory.registers, memory.buffers)
      case .numbers(let function): function(memory.registers, memory.buffers)
      }
    }
  }

  /// nil where there is more to a run, or to do before. It holds as long as the program lives, until
  /// values are given to leaves.
  package var routine: Routine? {
    guard steps.count == 1, isComplete, !countsRuns else { return nil }
    switch steps[0] {
    case .numbers(let function): return Routine(code: .numbers(function), memory: memory)
    case .loop(let index):
      return loops[index].routine.map {
        Routine(code: .loop($0, loops[index].registers), memory: memory)
      }
    case .scalars, .task: return nil
    }
  }

  /// Moving an array takes as long as some dozens of runs gain.
  static let runsBeforeMoving = 64
  /// Longer arrays do not stay in the caches, and would take their memory twice.
  private static let movedEntries = 1 << 22

  /// Whether an array is to be moved: it begins within a line, and there is room for it twice.
  func isShifted(_ base: UnsafeMutablePointer<Double>, _ count: Int) -> Bool {
    UInt(bitPattern: base) % 64 != 0 && count <= Self.movedEntries
      && count <= (memoryLimit - bytes) / 8
  }

  /// Moves arrays to the beginning of a line of the cache: the rows of a matrix then lie across as few
  /// lines as can be.
  private func moveInputs() {
    movingRun = nil
    for index in inputs.indices where !inputs[index].held.isEmpty {
      guard case .buffer(let buffer, _) = inputs[index].location,
        isShifted(memory.buffers[buffer], inputs[index].held.count)
      else { continue }
      own(index)
    }
  }

  /// Has all machine code written now that long runs would have.
  func writeMachineCode() {
    if waitsForMachineCode { writeScalarMachineCode() }
    for loop in loops { loop.writeMachineCode() }
    for case .loop(let runner) in tasks { runner.writeMachineCode() }
  }

  private func writeScalarMachineCode() {
    waitsForMachineCode = false
    let machine = MachineStretches(Array(steps), Array(code))
    guard let written = machine.code else { return }
    steps.deallocate()
    steps = .holding(machine.steps)
    machineCode = written
  }
}
