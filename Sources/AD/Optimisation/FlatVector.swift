/// Numbers in memory of their own, which stays where it is: what loops of optimisers work on.
///
/// A class, so that a buffer has one owner and a program's inputs can be filled from it without
/// checks of uniqueness.
public final class FlatVector {
  public let count: Int
  public let entries: UnsafeMutablePointer<Double>

  public init(_ count: Int, repeating value: Double = 0) {
    self.count = count
    entries = .allocate(capacity: max(1, count))
    entries.initialize(repeating: value, count: max(1, count))
  }

  public convenience init(_ array: [Double]) {
    self.init(array.count)
    for (position, value) in array.enumerated() { entries[position] = value }
  }

  deinit { entries.deallocate() }

  public subscript(position: Int) -> Double {
    get { entries[position] }
    set { entries[position] = newValue }
  }

  public var array: [Double] { Array(UnsafeBufferPointer(start: entries, count: count)) }

  public func copy(_ other: FlatVector) { entries.update(from: other.entries, count: count) }

  public func fill(_ value: Double) { entries.update(repeating: value, count: count) }

  /// self ← a + size·direction.
  func set(_ a: FlatVector, plus size: Double, _ direction: FlatVector) {
    let result = entries, a = a.entries, direction = direction.entries
    for i in 0..<count { result[i] = a[i] + size * direction[i] }
  }

  /// self ← self + size·other.
  func add(_ size: Double, _ other: FlatVector) { set(self, plus: size, other) }

  /// self ← factor·self.
  func scale(_ factor: Double) {
    let entries = self.entries
    for i in 0..<count { entries[i] *= factor }
  }

  public func dot(_ other: FlatVector) -> Double {
    let a = entries, b = other.entries
    return sumInParts(0..<count) { a[$0] * b[$0] }
  }

  /// The Euclidean norm; entries are scaled where their squares leave the range of doubles.
  public var norm: Double {
    let squared = dot(self)
    if squared.isNormal || squared == 0 && !hasEntry { return squared.squareRoot() }
    return scaledNorm { self.entries[$0] }
  }

  /// ‖self - other‖.
  public func distance(to other: FlatVector) -> Double {
    let a = entries, b = other.entries
    let squared = sumInParts(0..<count) { position in
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
