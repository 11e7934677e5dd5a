/// One row of the table of iterations. Row 0 is the start.
public struct IterationRecord: Sendable {
  public let iteration: Int
  public let value: Double
  public let gradientNorm: Double
  /// ‖w_k - w_{k-1}‖ and the τ that made it; nan for the start.
  public let stepNorm: Double
  public let stepSize: Double
}

/// What a run passed through: a record of each iteration and the point there.
///
/// Memory is bounded: when a limit is reached every second row is dropped, and from then on only every
/// second iteration is kept; the first and the last always are.
public struct RunHistory: Sendable {
  public private(set) var records: [IterationRecord] = []
  /// The points of `pathIterations`, one after the other.
  public private(set) var path: [Double] = []
  public private(set) var pathIterations: [Int] = []
  public let dimension: Int
  /// Powers of two.
  private var stride = 1
  private var pathStride = 1
  private var last: IterationRecord?
  private let recordLimit: Int
  private let pathLimit: Int

  /// - Parameters:
  ///   - expected: the most iterations there will be.
  ///   - entryLimit: the most numbers of the path. Memory that is touched for the first time costs
  ///     more than all else in a step.
  init(dimension: Int, expected: Int, recordLimit: Int = 1 << 19, entryLimit: Int = 1 << 20) {
    self.dimension = dimension
    self.recordLimit = recordLimit
    pathLimit = max(3, entryLimit / max(1, dimension))
    let rows = min(expected, 1 << 12) + 1
    records.reserveCapacity(rows)
    pathIterations.reserveCapacity(min(rows, pathLimit))
    path.reserveCapacity(min(rows, pathLimit) * dimension)
  }

  /// Whether a row is there for every iteration.
  public var isComplete: Bool { stride == 1 }
  public var isPathComplete: Bool { pathStride == 1 }

  /// The point of row `row` of the path.
  public func point(_ row: Int) -> ArraySlice<Double> {
    path[row * dimension..<(row + 1) * dimension]
  }

  mutating func append(_ record: IterationRecord, _ point: UnsafePointer<Double>) {
    let iteration = record.iteration
    if iteration & (stride - 1) == 0 {
      if records.count == recordLimit { thin() }
      if iteration & (stride - 1) == 0 { records.append(record) }
    }
    if iteration & (pathStride - 1) == 0 {
      if pathIterations.count == pathLimit { thinPath() }
      if iteration & (pathStride - 1) == 0 {
        pathIterations.append(iteration)
        path.append(contentsOf: UnsafeBufferPointer(start: point, count: dimension))
      }
    }
    last = record
  }

  /// Has rows of successive iterations written where they are kept.
  ///
  /// - Parameter write: writes at most `limit` records and as many points; gives how many.
  mutating func append(
    atMost limit: Int,
    _ write: (UnsafeMutablePointer<IterationRecord>, UnsafeMutablePointer<Double>) -> Int
  ) -> Int {
    let hasRoom = records.count + limit <= recordLimit && pathIterations.count + limit <= pathLimit
    guard isComplete, isPathComplete, hasRoom else { return appendSingly(atMost: limit, write) }
    // Out of their places, for one is written within the other.
    var (records, path) = (self.records, self.path)
    (self.records, self.path) = ([], [])
    var count = 0
    records.append(addingCapacity: limit) { rows in
      rows.withUnsafeMutableBufferPointer { rows, rowCount in
        path.append(addingCapacity: limit * dimension) { points in
          points.withUnsafeMutableBufferPointer { points, entryCount in
            guard let rows = rows.baseAddress, let points = points.baseAddress else { return }
            count = write(rows, points)
            (rowCount, entryCount) = (count, count * dimension)
          }
        }
      }
    }
    for row in records.suffix(count) { pathIterations.append(row.iteration) }
    (self.records, self.path) = (records, path)
    last = records.last
    return count
  }

  /// The same, looking at each row whether it is to be kept.
  private mutating func appendSingly(
    atMost limit: Int,
    _ write: (UnsafeMutablePointer<IterationRecord>, UnsafeMutablePointer<Double>) -> Int
  ) -> Int {
    let rows = UnsafeMutablePointer<IterationRecord>.allocate(capacity: limit)
    let points = UnsafeMutablePointer<Double>.allocate(capacity: limit * dimension)
    defer {
      rows.deallocate()
      points.deallocate()
    }
    let count = write(rows, points)
    for row in 0..<count { append(rows[row], points + row * dimension) }
    return count
  }

  /// Adds the last row where thinning left it out.
  mutating func finish(at point: FlatVector) {
    guard let last else { return }
    if records.last?.iteration != last.iteration { records.append(last) }
    if pathIterations.last != last.iteration {
      pathIterations.append(last.iteration)
      path += point.array
    }
  }

  private mutating func thin() {
    stride *= 2
    records = records.filter { $0.iteration % stride == 0 }
  }

  private mutating func thinPath() {
    pathStride *= 2
    var kept = 0
    for row in pathIterations.indices where pathIterations[row] % pathStride == 0 {
      pathIterations[kept] = pathIterations[row]
      for entry in 0..<dimension { path[kept * dimension + entry] = path[row * dimension + entry] }
      kept += 1
    }
    pathIterations.removeLast(pathIterations.count - kept)
    path.removeLast(path.count - kept * dimension)
  }
}

/// Tells when about a tenth of a second has gone by, looking at the clock seldom.
struct ProgressClock {
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant
  private var countdown = 1
  private var stride = 1

  init() {
    start = clock.now
    last = start
  }

  var seconds: Double {
    let parts = (clock.now - start).components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }

  /// Whether it is time to show something.
  mutating func isDue() -> Bool {
    countdown -= 1
    guard countdown <= 0 else { return false }
    let now = clock.now
    let passed = now - last
    if passed < .milliseconds(20) {
      stride = min(stride * 2, 1 << 20)
    } else if passed > .milliseconds(200) {
      stride = max(1, stride / 4)
    }
    countdown = stride
    guard passed >= .milliseconds(100) else { return false }
    last = now
    return true
  }
}
