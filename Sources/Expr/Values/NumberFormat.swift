#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Decimal text of a number, as short as the wanted significant digits allow.
///
/// It follows C's `%g`: plain decimals for 10⁻⁴ ≤ |x| < 10^digits, powers of ten elsewhere, but
/// without trailing zeros and with the exponent as people write it: `1e-8`, `1.23457e6`.
public struct NumberFormat: Sendable, Equatable {
  /// Significant digits, 1…17; 17 means the fewest that read back to the same number.
  public var digits: Int

  public init(digits: Int = 6) { self.digits = min(max(digits, 1), 17) }

  /// `0.173774`, `1e-8`, `0` for both zeros, `inf`, `-inf`, `nan`.
  public func string(_ x: Double) -> String {
    if x.isNaN { return "nan" }
    if x.isInfinite { return x < 0 ? "-inf" : "inf" }
    if x == 0 { return "0" }
    let sign = x < 0 ? "-" : ""
    return sign + Decimal(scientific: scientific(x.magnitude)).text(plainBelow: min(digits, 16))
  }

  /// The number with its power of ten, such as `1.73774e-01`; only digits and the exponent are read.
  private func scientific(_ x: Double) -> String {
    if digits >= 17 { return x.description }
    // 16 digits, a separator of at most 4 bytes and `e+308` fit.
    var buffer = [CChar](repeating: 0, count: 32)
    let count = withVaList([Int32(digits - 1), x]) {
      vsnprintf(&buffer, buffer.count, "%.*e", $0)
    }
    return String(decoding: buffer.prefix(Int(count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// 0.d₁d₂d₃… · 10^(exponent + 1) with d₁ ≠ 0 and no zeros at the end.
private struct Decimal {
  var digits: [UInt8] = []
  var exponent = 0

  /// Reads positive decimal text, `12.5`, `1.25e+01` or `0.00125`. Whatever stands for the decimal
  /// point is passed over: in some locales it is a comma.
  init(scientific text: String) {
    var pointPosition: Int?
    var leadingZeros = 0
    let mantissa = text.utf8.prefix { $0 != UInt8(ascii: "e") }
    for byte in mantissa {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
        pointPosition = pointPosition ?? digits.count + leadingZeros
        continue
      }
      if digits.isEmpty && byte == UInt8(ascii: "0") {
        leadingZeros += 1
      } else {
        digits.append(byte)
      }
    }
    exponent = (pointPosition ?? digits.count + leadingZeros) - leadingZeros - 1
    if let power = Int(text.dropFirst(mantissa.count + 1)) { exponent += power }
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
  }

  /// Plain for exponents from -4 up to, not including, `limit`.
  func text(plainBelow limit: Int) -> String {
    let all = String(decoding: digits, as: UTF8.self)
    if exponent < -4 || exponent >= limit {
      let tail = digits.count > 1 ? "." + all.dropFirst() : ""
      return "\(all.prefix(1))\(tail)e\(exponent)"
    }
    if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + all }
    let whole = exponent + 1
    if digits.count <= whole { return all + String(repeating: "0", count: whole - digits.count) }
    return "\(all.prefix(whole)).\(all.dropFirst(whole))"
  }
}
