/// A whole number ≥ 0 of any size: the paths of a graph are soon more than an `Int` holds.
public struct BigCount: Sendable, Equatable, CustomStringConvertible {
  /// Digits to the base 10⁹, the least first, without zeros at the end.
  private var digits: [UInt32] = []
  private static let base: UInt64 = 1_000_000_000

  public init(_ value: UInt32) {
    var rest = UInt64(value)
    while rest > 0 {
      digits.append(UInt32(rest % Self.base))
      rest /= Self.base
    }
  }

  public static func += (a: inout BigCount, b: BigCount) {
    var carry: UInt64 = 0
    for place in 0..<max(a.digits.count, b.digits.count) {
      if place == a.digits.count { a.digits.append(0) }
      let sum =
        UInt64(a.digits[place]) + (place < b.digits.count ? UInt64(b.digits[place]) : 0) + carry
      a.digits[place] = UInt32(sum % base)
      carry = sum / base
    }
    if carry > 0 { a.digits.append(UInt32(carry)) }
  }

  /// In full: `1267650600228229401496703205376`.
  public var description: String {
    guard let first = digits.last else { return "0" }
    return digits.dropLast().reversed().reduce(String(first)) { text, digit in
      let part = String(digit)
      return text + String(repeating: "0", count: 9 - part.count) + part
    }
  }

  /// The number where an `Int` holds it.
  public var exactly: Int? { Int(description) }
}
