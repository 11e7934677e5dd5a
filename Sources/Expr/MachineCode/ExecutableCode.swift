import CKernels

/// Machine code in memory of its own, which is written once and then only executed.
final class ExecutableCode: Sendable {
  /// Runs over a block: the table of its pointers, and how many entries it has.
  typealias BlockFunction =
    @convention(c) (UnsafePointer<UnsafeMutablePointer<Double>>, Int) -> Void
  /// Runs over the registers of a program, and its buffers.
  typealias NumbersFunction =
    @convention(c) (
      UnsafeMutablePointer<Double>, UnsafePointer<UnsafeMutablePointer<Double>>
    ) -> Void

  private let address: UInt
  /// The memory that it takes, in bytes.
  let size: Int

  /// nil where the system grants no memory to execute.
  init?(_ bytes: [UInt8]) {
    var taken = 0
    guard let memory = bytes.withUnsafeBufferPointer({ ck_code($0.baseAddress!, $0.count, &taken) })
    else { return nil }
    address = UInt(bitPattern: memory)
    size = taken
  }

  deinit { ck_free_code(UnsafeMutableRawPointer(bitPattern: address)!, size) }

  /// The function that begins so many bytes in.
  func blockFunction(at offset: Int) -> BlockFunction {
    unsafeBitCast(address + UInt(offset), to: BlockFunction.self)
  }

  func numbersFunction(at offset: Int) -> NumbersFunction {
    unsafeBitCast(address + UInt(offset), to: NumbersFunction.self)
  }
}
