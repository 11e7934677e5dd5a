import Testing

@testable import Expr

@Suite(.enabled(if: VectorShape.own != nil, "there is machine code for x86-64 with AVX2 only"))
struct CodeMemoryTests {
  /// Code of any length finds room, also more than a region usually has, and is there unchanged.
  @Test(arguments: [1, 63, 64, 4097, 1 << 20, 1 << 20 + 1, 3 << 20 - 8, 3 << 20 + 9])
  func takesCodeOfAnyLength(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let found = CodeMemory.take(bytes)
    let place = try #require(found)
    defer { CodeMemory.release(place) }
    let seen = UnsafeBufferPointer(
      start: UnsafePointer<UInt8>(bitPattern: place.address), count: count)
    let isUnchanged = seen.elementsEqual(bytes)
    #expect(isUnchanged)
    #expect(place.address % 64 == 0)
  }
}
