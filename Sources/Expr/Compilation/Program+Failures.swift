import Synchronization

extension Program {
  /// What a kernel reported in a run, and the value it could not give.
  struct Failure {
    let value: Int
    let diagnostic: Diagnostic
  }

  /// The first failure that an output depends on. One that only a branch not taken needs, or that ⊛
  /// meets with a weight of 0, does no harm.
  ///
  /// - Precondition: the program is not fused, so that every value of the run is still there.
  func cause(of failures: [Failure]) throws(Diagnostic) -> Diagnostic? {
    // A kernel stopped by Ctrl-C has no result either.
    if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    /// For each value the first of the failures it depends on.
    var causes = Array(repeating: Int.max, count: lowered.values.count)
    for (position, failure) in failures.enumerated() { causes[failure.value] = position }
    for index in lowered.values.indices {
      for operand in operandsRead(by: index) {
        causes[index] = min(causes[index], causes[operand.value])
      }
    }
    let first = lowered.outputs.map { causes[$0.value] }.min() ?? Int.max
    return first < failures.count ? failures[first].diagnostic : nil
  }

  /// The operands whose values decide the result, in the run that just ended.
  private func operandsRead(by index: Int) -> ArraySlice<Operand> {
    let operands = lowered.operands(of: index)
    guard let first = operands.first, locations[index] != nil, locations[first.value] != nil else {
      return operands
    }
    switch lowered.values[index].kind {
    case .element(.select, _):
      let condition = values(of: first)
      var read = [first]
      if condition.contains(where: { $0 != 0 }) { read.append(operands[operands.startIndex + 1]) }
      if condition.contains(where: { $0 == 0 }) { read.append(operands[operands.startIndex + 2]) }
      return read[...]
    case .element(.strongMultiply, _):
      return values(of: first).contains { $0 != 0 } ? operands : [first]
    case .kernel(let node) where graph.symbol(of: node) == .strongProduct:
      return values(of: first).contains { $0 != 0 } ? operands : [first]
    default: return operands
    }
  }

  private func values(of operand: Operand) -> UnsafeBufferPointer<Double> {
    guard let place = locations[operand.value] else {
      return UnsafeBufferPointer(start: nil, count: 0)
    }
    var location = place
    if case .buffer(let buffer, _) = place { location = .buffer(buffer, offset: operand.offset) }
    return UnsafeBufferPointer(start: memory.pointer(location), count: operand.extent.count)
  }
}
