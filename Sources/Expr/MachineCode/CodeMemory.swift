import CKernels
import Synchronization

/// The memory of all machine code of the process: asking the system for each piece would take longer
/// than writing it.
enum CodeMemory {
  /// A piece of it.
  struct Place: Sendable {
    fileprivate let region: Int
    fileprivate let start: Int
    fileprivate let count: Int
    /// Where it is executed.
    let address: UInt
  }

  /// Memory that is seen twice, once to write and once to execute.
  private struct Region {
    private let writable: UnsafeMutablePointer<UInt8>
    private let executable: UInt
    var plan: ArenaPlan

    /// nil where the system grants none.
    init?(size: Int) {
      var writable: UnsafeMutablePointer<UInt8>?, executable: UnsafeMutablePointer<UInt8>?
      guard ck_map_code(size, &writable, &executable) != 0, let writable else { return nil }
      self.writable = writable
      self.executable = UInt(bitPattern: executable)
      plan = ArenaPlan(limit: size / 8)
    }

    /// Writes code where there is room for it.
    mutating func write(_ bytes: [UInt8], _ index: Int) -> Place? {
      let count = (bytes.count + 7) / 8
      guard let start = plan.take(count) else { return nil }
      bytes.withUnsafeBufferPointer {
        (writable + start * 8).update(from: $0.baseAddress!, count: $0.count)
      }
      return Place(region: index, start: start, count: count, address: executable + UInt(start * 8))
    }
  }

  /// Regions are never given back: a session that needed one needs it again. (Where code was there was
  /// other code before, maybe: x86 processors tell by the memory, not by the address, that it changed.)
  private static let regions = Mutex<[Region]>([])
  private static let regionSize = 1 << 20

  /// Takes memory and writes code there; nil where the system grants none.
  static func take(_ bytes: [UInt8]) -> Place? {
    regions.withLock { regions in
      for index in regions.indices {
        if let place = regions[index].write(bytes, index) { return place }
      }
      // Whole lines, as the plan takes them.
      let size = max(regionSize, (bytes.count + 63) & ~63)
      guard let region = Region(size: size) else { return nil }
      regions.append(region)
      return regions[regions.count - 1].write(bytes, regions.count - 1)
    }
  }

  static func release(_ place: Place) {
    regions.withLock { $0[place.region].plan.release(place.start, place.count) }
  }
}
