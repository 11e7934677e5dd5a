import Expr

/// Numbers in memory of their own, which stays where it is: what loops of optimisers work on.
///
/// A class, so that a buffer has one owner and a program's inputs can be filled from it without
/// checks of uniqueness.
public final class FlatVector {
  public let count: Int
  public let entries: UnsafeMutablePointer<Double>
  /// What the memory belongs to, if not to the vector.
  private let owner: AnyObject?

  public init(_ count: Int, repeating value: Double = 0) {
    self.count = count
    owner = nil
    entries = .allocate(capacity: max(1, count))
    entries.initialize(repeating: value, count: max(1, count))
  }

  public convenience init(_ array: [Double]) {
    self.init(array.count)
    for (position, value) in array.enumerated() { entries[position] = value }
  }

  /// The numbers at a place that `owner` keeps for them.
  init(at place: UnsafeMutableBufferPointer<Double>, of owner: AnyObject) {
    count = place.count
    self.owner = owner
    entries = place.baseAddress!
  }

  deinit {
    if owner == nil { entries.deallocate() }
  }

  public subscript(position: Int) -> Double {
    get { entries[position] }
    set { entries[position] = newValue }
  }

  public var array: [Double] { Array(UnsafeBufferPointer(start: entries, count: count)) }

  public func copy(_ other: FlatVector) { entries.copyShort(other.entries, count) }

  public func fill(_ value: Double) { entries.update(repeating: value, count: count) }

  /// self ← a + size·direction.
  func set(_ a: FlatVector, plus size: Double, _ direction: FlatVector) {
    let result = entries, a = a.entries, direction = direction.entries
    for i in 0..<count { result[i] = a[i] + size * direction[i] }
  }

  /// self ← self + size·other.
  func add(_ size: Double, _ other: FlatVector) { set(self, plus: size, other) }

  /// self ← self + size·direction, and how far that is, with the bits of `distance`; nil where squares
  /// leave the range of doubles.
  ///
  /// - Parameter origin: takes the entries as they were.
  func step(_ size: Double, along direction: FlatVector, from origin: FlatVector) -> Double? {
    let squared = Kernels.move(
      entries, size, direction.entries, origin.entries, entries, count)
    return squared.isNormal ? squared.squareRoot() : nil
  }

  /// self ← the entries at `source`; their norm.
  func take(_ source: UnsafePointer<Double>) -> Double {
    let squared = Kernels.copySquared(entries, source, count)
    return squared.isNormal ? squared.squareRoot() : norm
  }

  /// self ← factor·self.
  func scale(_ factor: Double) {
    let entries = self.entries
    for i in 0..<count { entries[i] *= factor }
  }

  public func dot(_ other: FlatVector) -> Double {
    let a = UnsafePointer(entries), b = UnsafePointer(other.entries)
    return sumInParts(count) {
      a.four($0) * b.four($0)
    } last: {
      a[$0] * b[$0]
    }
  }

  /// The Euclidean norm; entries are scaled where their squares leave the range of doubles.
  public var norm: Double {
    let squared = dot(self)
    if squared.isNormal || squared == 0 && !hasEntry { return squared.squareRoot() }
    return scaledNorm { self.entries[$0] }
  }

  /// ‖self - other‖.
  public func distance(to other: FlatVector) -> Double {
    let a = UnsafePointer(entries), b = UnsafePointer(other.entries)
    let squared = sumInParts(count) { position in
      let difference = a.four(position) - b.four(position)
      return difference * difference
    } last: { position in
      let difference = a[position] - b[position]
      return difference * difference
    }
    if squared.isNormal { return squared.squareRoot() }
    return scaledNorm { a[$0] - b[$0] }
  }

  private var hasEntry: Bool {
    for i in 0..<count where entries[i] != 0 { return true }
    return false
  }

  private func scaledNorm(_ entry: (Int) -> Double) -> Double {
    var greatest = 0.0
    for i in 0..<count {
      let size = abs(entry(i))
      if size.isNaN { return .nan }
      greatest = max(greatest, size)
    }
    guard greatest > 0, greatest.isFinite else { return greatest }
    var sum = 0.0
    for i in 0..<count {
      let ratio = entry(i) / greatest
      sum += ratio * ratio
    }
    return greatest * sum.squareRoot()
  }
}

extension UnsafeMutablePointer<Double> {
  /// Copies numbers that lie apart; few of them without a call.
  @inline(__always)
  func copyShort(_ source: UnsafePointer<Double>, _ count: Int) {
    guard count <= 64 else { return update(from: source, count: count) }
    var i = 0
    while i &+ 4 <= count {
      setFour(i, source.four(i))
      i &+= 4
    }
    while i < count {
      self[i] = source[i]
      i &+= 1
    }
  }

  @inline(__always)
  private func setFour(_ position: Int, _ four: SIMD4<Double>) {
    UnsafeMutableRawPointer(self + position).storeBytes(of: four, as: SIMD4<Double>.self)
  }
}

extension UnsafePointer<Double> {
  /// Four entries from a position on.
  @inline(__always)
  fileprivate func four(_ position: Int) -> SIMD4<Double> {
    UnsafeRawPointer(self + position).loadUnaligned(as: SIMD4<Double>.self)
  }
}
