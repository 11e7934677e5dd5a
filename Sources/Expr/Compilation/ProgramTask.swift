/// One step of a program.
enum ProgramStep {
  case scalars(Range<Int>)
  /// Scalar code as machine code.
  case numbers(ExecutableCode.NumbersFunction)
  case loop(Int)
  case task(Int, value: Int)
}

/// What runs on its own.
enum ProgramTask {
  case kernel(KernelTask)
  case product(ProductTask)
  case accumulation(AccumulationTask)
  case loop(LoopRunner)
}

/// The kernel of a primitive.
final class KernelTask {
  let primitive: Primitive
  private let attribute: Attribute
  private let inputShapes: [Shape]
  private let outputShape: Shape
  private let operands: UnsafeMutableBufferPointer<FusedLoop.Location>
  private let target: FusedLoop.Location
  /// Made in the first run; later ones only point it at where operands and result lie by then.
  private var arguments: KernelArguments?

  init(
    primitive: Primitive, attribute: Attribute, inputShapes: [Shape], outputShape: Shape,
    operands: [FusedLoop.Location], target: FusedLoop.Location
  ) {
    self.primitive = primitive
    self.attribute = attribute
    self.inputShapes = inputShapes
    self.outputShape = outputShape
    self.operands = .holding(operands)
    self.target = target
  }

  deinit { operands.deallocate() }

  /// - Parameter failure: takes the reports of the kernel; the same in all runs.
  func run(_ memory: ProgramMemory, _ failure: KernelFailure) {
    guard let arguments else {
      let made = KernelArguments(
        inputs: operands.map { UnsafePointer(memory.pointer($0)) }, inputShapes: inputShapes,
        output: memory.pointer(target), outputShape: outputShape, attribute: attribute,
        failure: failure)
      arguments = made
      primitive.evaluate(made)
      return
    }
    for index in operands.indices {
      arguments.inputs[index] = UnsafePointer(memory.pointer(operands[index]))
    }
    arguments.output = memory.pointer(target)
    primitive.evaluate(arguments)
  }
}

/// Zeros with parts added at their places.
struct AccumulationTask {
  let parts: [(location: FusedLoop.Location, count: Int, place: LoweredValue.Place)]
  let target: FusedLoop.Location
  let count: Int

  func run(_ memory: ProgramMemory) {
    let target = memory.pointer(target)
    target.update(repeating: 0, count: count)
    for part in parts {
      let source = memory.pointer(part.location)
      switch part.place {
      case .run(let offset):
        if part.count == 1 {
          target[offset] += source[0]
        } else {
          Kernels.add(target + offset, target + offset, source, part.count)
        }
      case .selection(let selection):
        var position = 0
        selection.forEachOffset { offset in
          target[offset] += source[position]
          position += 1
        }
      }
    }
  }
}
