import CKernels
import Synchronization

/// The product of two matrices, either of which may be read turned. Threads share a large one by rows
/// or columns of the result: every entry is one chain of multiply-adds, so its bits do not depend on
/// how.
final class ProductTask: ChunkedWork {
  private let left: FusedLoop.Location
  private let right: FusedLoop.Location
  private let target: FusedLoop.Location
  private let size: Size
  /// From row to row and from column to column of each factor.
  private let leftStrides: (Int, Int)
  private let rightStrides: (Int, Int)
  /// Which of the two is the λ of the chain rule, where nothing flows if it is 0.
  private let weight: Int?
  private let workspace: UnsafeMutablePointer<Double>
  private let workspaceCount: Int
  private let panels: Panels
  private var memory: ProgramMemory?

  /// Of the result, and what is summed over.
  struct Size {
    var rows: Int
    var inner: Int
    var columns: Int

    /// In multiply-adds.
    var work: Double { Double(rows) * Double(inner) * Double(columns) }
  }

  /// Stretches of the longer side of the result.
  private struct Panels {
    let isAlongRows: Bool
    let length: Int
    let count: Int
    let lanes: Int

    /// Below, the product is done before another thread has woken up.
    static let leastWork = Double(1 << 21)
    /// Rows and columns of a tile of the kernels divide it.
    static let unit = 24
    /// Stretches long enough for what is packed for each of them not to count.
    static let longest = 1008

    init(_ size: Size, threads: Int) {
      isAlongRows = size.rows >= size.columns
      let side = max(1, isAlongRows ? size.rows : size.columns)
      let lanes = size.work < Self.leastWork ? 1 : threads
      let pieces = side > Self.longest * lanes ? 2 * lanes : lanes
      length = lanes == 1 ? side : ((side - 1) / pieces / Self.unit + 1) * Self.unit
      count = (side - 1) / length + 1
      self.lanes = min(lanes, count)
    }
  }

  /// A product of more multiply-adds than this looks for Ctrl-C on the way, after blocks of so many
  /// columns and so much depth, which are those that the kernel packs.
  private static let longWork = Double(1 << 27)
  private static let blockColumns = 1008
  private static let blockDepth = 256

  /// How many threads share it at most.
  var threads: Int { panels.lanes }
  /// The memory it owns, in bytes.
  var bytes: Int { workspaceCount * panels.lanes * 8 }

  /// - Returns: nil if it would own more than `memoryLimit` bytes.
  init?(
    left: FusedLoop.Location, right: FusedLoop.Location, target: FusedLoop.Location,
    leftExtent: Extent, rightExtent: Extent, isLeftTurned: Bool, isRightTurned: Bool,
    weight: Int?, threads: Int, memoryLimit: Int
  ) {
    self.left = left
    self.right = right
    self.target = target
    size = Size(
      rows: isLeftTurned ? leftExtent.columns : leftExtent.rows,
      inner: isLeftTurned ? leftExtent.rows : leftExtent.columns,
      columns: isRightTurned ? rightExtent.rows : rightExtent.columns)
    leftStrides = isLeftTurned ? (1, leftExtent.columns) : (leftExtent.columns, 1)
    rightStrides = isRightTurned ? (1, rightExtent.columns) : (rightExtent.columns, 1)
    self.weight = weight
    panels = Panels(size, threads: threads)
    workspaceCount = Kernels.set.pointee.gemm_workspace(size.rows, size.columns, size.inner)
    guard workspaceCount * panels.lanes * 8 <= memoryLimit else { return nil }
    workspace = .allocate(capacity: max(1, workspaceCount * panels.lanes))
  }

  deinit { workspace.deallocate() }

  /// When it was stopped by Ctrl-C the result is not complete.
  func run(_ memory: ProgramMemory) {
    self.memory = memory
    if WorkerPool.run(self, chunks: panels.count, lanes: panels.lanes) { return }
    guard let weight else { return }
    // 0·inf and 0·nan show in the result; where there is none the plain product is the strong one.
    Kernels.repairProduct(
      rows: size.rows, inner: size.inner, columns: size.columns, memory.pointer(left),
      leftStrides.0, leftStrides.1, memory.pointer(right), rightStrides.0, rightStrides.1,
      weight: weight, memory.pointer(target))
  }

  func run(chunk: Int, lane: Int) -> Bool {
    let side = panels.isAlongRows ? size.rows : size.columns
    let start = chunk * panels.length, end = min(side, start + panels.length)
    let rows = panels.isAlongRows ? start..<end : 0..<size.rows
    let columns = panels.isAlongRows ? 0..<size.columns : start..<end
    guard size.work > Self.longWork else {
      multiply(rows, columns, 0..<size.inner, lane)
      return false
    }
    for column in stride(from: columns.lowerBound, to: columns.upperBound, by: Self.blockColumns) {
      let block = column..<min(columns.upperBound, column + Self.blockColumns)
      for first in stride(from: 0, to: size.inner, by: Self.blockDepth) {
        if interruptionRequested.load(ordering: .relaxed) { return true }
        multiply(rows, block, first..<min(size.inner, first + Self.blockDepth), lane)
      }
    }
    return false
  }

  /// Computes part of the result, or goes on with it where the first terms are there.
  private func multiply(
    _ rows: Range<Int>, _ columns: Range<Int>, _ inner: Range<Int>, _ lane: Int
  ) {
    guard let memory else { return }
    let a = memory.pointer(left) + rows.lowerBound * leftStrides.0
    let b = memory.pointer(right) + columns.lowerBound * rightStrides.1
    let c = memory.pointer(target) + rows.lowerBound * size.columns + columns.lowerBound
    Kernels.set.pointee.gemm(
      rows.count, columns.count, inner.count, a + inner.lowerBound * leftStrides.1, leftStrides.0,
      leftStrides.1, b + inner.lowerBound * rightStrides.0, rightStrides.0, rightStrides.1, c,
      size.columns, 1, inner.lowerBound > 0 ? 1 : 0, workspace + lane * workspaceCount)
  }
}
