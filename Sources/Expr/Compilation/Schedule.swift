/// Decides what runs together, and in which order.
///
/// A program runs in stages: the scalars of a stage first, then its fused loops, one for each extent,
/// then all else. What a value reads of another stage lies in memory; within a fused loop it is read
/// block by block while it is in the cache.
struct Schedule {
  enum Placement: Equatable {
    /// There before the program runs.
    case given
    case scalar
    /// Part of the fused loop over this extent.
    case loop(Extent)
    /// On its own.
    case alone
  }

  let lowered: LoweredGraph
  private(set) var placements: [Placement]
  private(set) var stages: [Int]
  /// The needed values in the order in which they run.
  private(set) var order: [Int] = []
  /// Whether a value of a fused loop is also written to memory.
  private(set) var isStored: [Bool]
  let needed: [Bool]

  /// - Parameter isFused: without it each value is computed alone and kept: slow, but everything can
  ///   be looked at afterwards.
  init(_ lowered: LoweredGraph, isFused: Bool) {
    self.lowered = lowered
    needed = lowered.neededValues()
    placements = lowered.values.indices.map { lowered.placement(of: $0) }
    stages = Array(repeating: 0, count: lowered.values.count)
    isStored = Array(repeating: false, count: lowered.values.count)
    for index in lowered.values.indices where needed[index] {
      stages[index] = isFused ? earliestStage(of: index) : index
    }
    if isFused { delayCheapValues() }
    arrange()
    findStored()
  }

  /// Whether an operand is read within the fused loop that computes it.
  func isFused(_ operand: Operand, into consumer: Int) -> Bool {
    stages[operand.value] == stages[consumer] && isFusible(operand, into: consumer)
  }

  /// Whether an operand can be read within one loop with what computes it: whole, entry by entry.
  private func isFusible(_ operand: Operand, into consumer: Int) -> Bool {
    guard case .loop(let domain) = placements[consumer],
      placements[operand.value] == .loop(domain), operand.offset == 0
    else { return false }
    let value = lowered.values[operand.value]
    switch (value.kind, lowered.values[consumer].kind) {
    case (.reduction, _), (.transposedMatrixVector, _), (.accumulation, _): return false
    case (_, .matrixVector): return false
    case (_, .transposedMatrixVector):
      return lowered.operands(of: consumer).last == operand
    default:
      return value.extent.count == domain.count && operand.extent.count == domain.count
        && operand.extent.domain == domain
    }
  }

  private func earliestStage(of consumer: Int) -> Int {
    var stage = 0
    let isAlone = placements[consumer] == .alone
    for operand in lowered.operands(of: consumer) {
      let before = stages[operand.value]
      switch placements[operand.value] {
      case .given: continue
      case .scalar: stage = max(stage, before)
      case .loop:
        let isLater = !isAlone && !isFusible(operand, into: consumer)
        stage = max(stage, isLater ? before + 1 : before)
      case .alone: stage = max(stage, isAlone ? before : before + 1)
      }
    }
    return stage
  }

  /// Moves values of fused loops to the stage of the first that reads them, where nothing more has to
  /// be kept for it: what is computed early and read late costs a way through memory.
  private mutating func delayCheapValues() {
    var latest = Array(repeating: Int.max, count: stages.count)
    for output in lowered.outputs { latest[output.value] = -1 }
    for index in lowered.values.indices.reversed() where needed[index] {
      if case .element = lowered.values[index].kind, case .loop = placements[index],
        latest[index] > stages[index], latest[index] < Int.max, keepsLittle(index)
      {
        stages[index] = latest[index]
      }
      for operand in lowered.operands(of: index) {
        let last = isFusible(operand, into: index) ? stages[index] : -1
        latest[operand.value] = min(latest[operand.value], last)
      }
    }
  }

  /// Whether at most one operand is computed by a fused loop.
  private func keepsLittle(_ index: Int) -> Bool {
    var computed: Set<Int> = []
    for operand in lowered.operands(of: index) {
      if case .loop = placements[operand.value] { computed.insert(operand.value) }
    }
    return computed.count <= 1
  }

  private mutating func arrange() {
    order = lowered.values.indices.filter { needed[$0] && placements[$0] != .given }
    func rank(_ placement: Placement) -> (Int, Int, Int) {
      switch placement {
      case .given: (0, 0, 0)
      case .scalar: (1, 0, 0)
      case .loop(let extent): (2, extent.rows, extent.columns)
      case .alone: (3, 0, 0)
      }
    }
    order.sort { a, b in
      if stages[a] != stages[b] { return stages[a] < stages[b] }
      let first = rank(placements[a]), second = rank(placements[b])
      return first == second ? a < b : first < second
    }
  }

  private mutating func findStored() {
    for output in lowered.outputs { isStored[output.value] = true }
    for index in order {
      for operand in lowered.operands(of: index) where !isFused(operand, into: index) {
        isStored[operand.value] = true
      }
    }
  }
}

extension LoweredGraph {
  fileprivate func placement(of index: Int) -> Schedule.Placement {
    let value = values[index]
    switch value.kind {
    case .input, .constant: return .given
    case .element: return value.isScalar ? .scalar : .loop(value.extent.domain)
    case .reduction: return .loop(operands[value.operands.lowerBound].extent.domain)
    case .matrixVector: return .loop(value.extent.domain)
    case .transposedMatrixVector:
      return .loop(operands[value.operands.upperBound - 1].extent.domain)
    case .accumulation(let places): return sinkDomain(of: value, places).map { .loop($0) } ?? .alone
    case .matrixProduct, .kernel, .loop, .loopResult: return .alone
    }
  }

  /// The extent of the loop an accumulation can be part of: all its parts are runs of one extent.
  private func sinkDomain(
    of value: LoweredValue, _ places: [LoweredValue.Place]
  ) -> Extent? {
    let parts = operands[value.operands]
    guard let domain = parts.first?.extent.domain, domain.count > 1 else { return nil }
    for (part, place) in zip(parts, places) {
      guard case .run = place, part.extent.domain == domain else { return nil }
    }
    return domain
  }
}
