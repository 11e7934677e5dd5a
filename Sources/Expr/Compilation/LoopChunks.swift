/// How a large fused loop is parted: into chunks of one length, each with results of its own that are
/// put together in the order of the chunks.
///
/// The parts depend on the loop alone, so that results do not depend on the number of threads.
struct LoopChunks {
  /// The entries of a chunk; the last may have fewer.
  let length: Int
  let count: Int
  /// For each special where its results begin in those of a chunk, and how many there are.
  let places: [Range<Int>]
  /// From the results of one chunk to those of the next.
  let stride: Int

  /// The memory for the results of all chunks, in bytes.
  var bytes: Int { stride * count * 8 }

  /// Operations on numbers, counted as additions in the cache: below, a loop is done before another
  /// thread has woken up; and what a chunk has at least, so that parting it costs nothing.
  private static let leastWork = 1 << 19
  private static let chunkWork = 1 << 16
  private static let mostChunks = 64

  /// nil for a loop that is too small, or whose chunks would have too many results.
  init?(
    _ extent: Extent, _ shape: BlockShape, _ instructions: [FusedLoop.Instruction],
    _ specials: [FusedLoop.Special], _ parts: [FusedLoop.Part]
  ) {
    var cost = 0
    for instruction in instructions {
      cost +=
        instruction.special < 0
        ? instruction.opcode.cost : specials[Int(instruction.special)].cost
    }
    let (work, overflow) = extent.count.multipliedReportingOverflow(by: cost)
    guard work >= Self.leastWork || overflow else { return nil }
    var places: [Range<Int>] = []
    var size = 0
    for special in specials {
      let results = special.resultCount(in: extent, parts)
      places.append(size..<size + results)
      size += results
    }
    stride = (size + 7) / 8 * 8
    self.places = places
    // Putting results together must stay cheap against computing them.
    let most = min(Self.mostChunks, max(4096, extent.count / 4) / max(1, stride))
    let wanted = min(most, overflow ? most : work / Self.chunkWork)
    guard wanted > 1 else { return nil }
    let units = (extent.count + shape.unit - 1) / shape.unit
    length = (units + wanted - 1) / wanted * shape.unit
    count = (extent.count + length - 1) / length
    guard count > 1 else { return nil }
  }
}

extension Opcode {
  /// Roughly the time it takes for an entry, against an addition.
  fileprivate var cost: Int {
    switch self {
    case .exp, .log, .log1p, .expm1, .tanh, .sech, .sigmoid, .softplus, .sin, .cos: 8
    case .sinCos, .softplusSigmoid, .tanhSech: 12
    case .power: 32
    case .unary, .binary, .ternary: 64
    default: 1
    }
  }
}

extension FusedLoop.Special {
  /// Roughly the time it takes for an entry, against an addition.
  fileprivate var cost: Int {
    switch self {
    case .sum, .dot, .maximum: 1
    case .softplusSum(_, let slopes, _): slopes == nil ? 8 : 12
    case .matrixVector(_, let columns, _, _, _), .transposedMatrixVector(_, let columns, _, _, _):
      columns
    case .accumulate(let range, _, _): range.count
    }
  }

  /// Where its result goes; nil for one that is a block of the loop.
  var target: FusedLoop.Location? {
    switch self {
    case .sum(_, let target, _), .dot(_, _, let target), .maximum(_, let target, _),
      .softplusSum(_, _, let target),
      .transposedMatrixVector(_, _, _, let target, _), .accumulate(_, let target, _):
      target
    case .matrixVector: nil
    }
  }

  /// How many numbers a chunk has for it: those that other chunks have too.
  fileprivate func resultCount(in extent: Extent, _ parts: [FusedLoop.Part]) -> Int {
    switch self {
    case .sum(_, _, .all), .dot, .maximum(_, _, .all), .softplusSum: return 1
    case .sum(_, _, .rows), .maximum(_, _, .rows), .matrixVector: return 0
    case .sum(_, _, .columns), .maximum(_, _, .columns): return extent.columns
    case .transposedMatrixVector(_, let columns, _, _, _): return columns
    case .accumulate(let range, _, _):
      let offsets = parts[range].map(\.offset)
      return (offsets.max() ?? 0) - (offsets.min() ?? 0)
    }
  }
}
