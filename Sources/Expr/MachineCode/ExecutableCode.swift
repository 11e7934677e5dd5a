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

  /// Runs a fused loop: the table of its pointers, the registers of the program and its buffers.
  typealias LoopFunction =
    @convention(c) (
      UnsafeMutablePointer<UnsafeMutablePointer<Double>>, UnsafeMutablePointer<Double>,
      UnsafePointer<UnsafeMutablePointer<Double>>
    ) -> Void

  private let place: CodeMemory.Place

  /// nil where the system grants no memory to execute.
  init?(_ bytes: [UInt8]) {
    guard let place = CodeMemory.take(bytes) else { return nil }
    self.place = place
  }

  deinit { CodeMemory.release(place) }

  /// The function that begins so many bytes in.
  func blockFunction(at offset: Int) -> BlockFunction {
    unsafeBitCast(place.address + UInt(offset), to: BlockFunction.self)
  }

  func loopFunction(at offset: Int) -> LoopFunction {
    unsafeBitCast(place.address + UInt(offset), to: LoopFunction.self)
  }

  func numbersFunction(at offset: Int) -> NumbersFunction {
    unsafeBitCast(place.address + UInt(offset), to: NumbersFunction.self)
  }
}
