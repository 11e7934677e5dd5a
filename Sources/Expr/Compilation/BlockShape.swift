/// How the blocks of a fused loop lie in its extent: whole rows, or pieces of one where rows are long.
struct BlockShape {
  let extent: Extent
  /// The entries of a block.
  let block: Int
  /// Whether a row is longer than a block.
  let isWide: Bool
  /// The entries of the longest row of a matrix that goes along.
  private let matrixColumns: Int

  init(_ extent: Extent, _ specials: [FusedLoop.Special]) {
    self.extent = extent
    var longest = 1
    for special in specials {
      switch special {
      case .matrixVector(_, let columns, _, _, _),
        .transposedMatrixVector(_, let columns, _, _, _):
        longest = max(longest, columns)
      default: break
      }
    }
    matrixColumns = longest
    // Shorter blocks where rows of a matrix go along, so that they stay in the second-level cache.
    let length = min(FusedLoop.blockLength, max(8, 32768 / longest / 8 * 8))
    isWide = extent.columns > length
    block = isWide ? length : max(1, length / max(1, extent.columns)) * extent.columns
  }

  /// The entries that scratch memory has room for.
  var capacity: Int { max(1, min(block, extent.count)) }
  /// From one block of scratch memory to the next: each begins on a cache line of its own.
  var stride: Int { (capacity + 7) / 8 * 8 }
  /// The entries that a chunk is made of: blocks, or rows of several blocks.
  var unit: Int { isWide ? extent.columns : block }

  /// The operations on numbers that a block of so many instructions stands for, roughly.
  func work(of instructions: Int) -> Int { capacity * (instructions + matrixColumns) }
}
