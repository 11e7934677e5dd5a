extension FusedLoop {
  /// What a run does, call by call; nil for several blocks, and where something has no address.
  func routine(of plan: MachinePlan) -> LoopRoutine? {
    let count = extent.count
    guard crew == nil, count <= block, rows.isEmpty, columns.isEmpty else { return nil }
    var steps: [LoopRoutine.Step?] = moving.map { .show($0.register, $0.location) }
    for number in numbers {
      steps.append(
        .call(
          Kernels.address(of: Kernels.set.pointee.splat),
          [.block(number.register), .number(count)], value: number.location))
    }
    // What sums are put together from waits to the end: nothing else waits for them.
    var totals: [LoopRoutine.Step?] = []
    var position = 0
    func add(_ index: Int) {
      let instruction = plan.instructions[index]
      if instruction.special >= 0,
        case .softplusSum(let register, let slopes, let target) = specials[Int(instruction.special)]
      {
        let terms = LoopRoutine.Argument.number(
          Int(bitPattern: self.terms + Self.termCount * Int(instruction.special)))
        steps.append(
          .call(
            Kernels.address(of: Kernels.set.pointee.softplus_terms),
            [terms, slopes.map { .block($0) } ?? .number(0), .block(register), .number(count)]))
        totals.append(
          .call(
            Kernels.address(of: Kernels.set.pointee.softplus_total), [terms], result: target))
      } else {
        steps.append(call(of: instruction))
      }
    }
    for (number, range) in plan.ranges.enumerated() {
      for index in position..<range.lowerBound { add(index) }
      steps.append(.stretch(number))
      for index in range where plan.instructions[index].special >= 0 {
        let special = Int(plan.instructions[index].special)
        totals.append(call(of: specials[special], gathered: plan.totals[special]))
      }
      position = range.upperBound
    }
    for index in position..<plan.instructions.count { add(index) }
    steps += totals
    let all = steps.compactMap { $0 }
    return all.count == steps.count && all.allSatisfy(\.isWithinReach)
      ? LoopRoutine(count: count, steps: all) : nil
  }

  private func call(of instruction: Instruction) -> LoopRoutine.Step? {
    if instruction.special >= 0 { return call(of: specials[Int(instruction.special)]) }
    let target = Int(instruction.target)
    let a = Int(instruction.a), b = Int(instruction.b), c = Int(instruction.c)
    switch Kernels.kernel(instruction.opcode) {
    case .unary(let kernel): return call(Kernels.address(of: kernel), target, a)
    case .pair(let kernel): return call(Kernels.address(of: kernel), target, c, a)
    case .binary(let kernel): return call(Kernels.address(of: kernel), target, a, b)
    case .ternary(let kernel): return call(Kernels.address(of: kernel), target, a, b, c)
    case .machine, .function: return nil
    }
  }

  private func call(_ kernel: UInt, _ registers: Int..., to result: Location? = nil)
    -> LoopRoutine.Step
  {
    .call(
      kernel, registers.map { .block($0) } + [.number(extent.count)], result: result)
  }

  /// - Parameter gathered: the register of the 32 numbers that a stretch has summed up already.
  private func call(of special: Special, gathered: Int? = nil) -> LoopRoutine.Step? {
    let set = Kernels.set.pointee, count = extent.count
    switch special {
    case .sum(let register, let target, .all):
      guard let gathered else { return call(Kernels.address(of: set.sum), register, to: target) }
      return .call(
        Kernels.address(of: set.sum), [.block(gathered), .number(32)], result: target)
    case .maximum(let register, let target, .all):
      return call(Kernels.address(of: set.maximum), register, to: target)
    case .dot(let a, let b, let target):
      return call(Kernels.address(of: set.dot), a, b, to: target)
    case .matrixVector(let matrix, let columns, let vector, let register, nil):
      return .call(
        Kernels.address(of: set.gemv),
        [
          .number(count), .number(columns), .place(matrix), .number(columns), .number(1),
          .place(vector), .block(register), .number(0),
        ])
    case .transposedMatrixVector(let matrix, let columns, let register, let target, false):
      return .call(
        Kernels.address(of: set.gemv),
        [
          .number(columns), .number(count), .place(matrix), .number(1), .number(columns),
          .block(register), .place(target), .number(0),
        ])
    case .transposedMatrixVector(let matrix, let columns, let register, let target, true):
      return .call(
        Kernels.address(of: set.strong_gemv),
        [
          .number(columns), .number(count), .place(matrix), .number(columns), .block(register),
          .place(target), .number(0),
        ])
    case .sum, .maximum, .matrixVector, .softplusSum, .accumulate: return nil
    }
  }
}

extension LoopRoutine.Step {
  /// Whether offsets of addresses have room in an instruction.
  fileprivate var isWithinReach: Bool {
    func isWithin(_ location: FusedLoop.Location?) -> Bool {
      switch location {
      case .register(let number): number < 1 << 27
      case .buffer(let buffer, let offset): max(buffer, offset) < 1 << 27
      case nil: true
      }
    }
    switch self {
    case .show(_, let location): return isWithin(location)
    case .stretch: return true
    case .call(_, let arguments, let value, let result):
      let areWithin = arguments.allSatisfy {
        if case .place(let location) = $0 { isWithin(location) } else { true }
      }
      return areWithin && isWithin(value) && isWithin(result)
    }
  }
}
