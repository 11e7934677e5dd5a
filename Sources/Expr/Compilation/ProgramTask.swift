/// One step of a program.
enum ProgramStep {
  case scalars(Range<Int>)
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
  private let operands: [FusedLoop.Location]
  private let target: FusedLoop.Location
  private var inputs: [UnsafePointer<Double>]

  init(
    primitive: Primitive, attribute: Attribute, inputShapes: [Shape], outputShape: Shape,
    operands: [FusedLoop.Location], target: FusedLoop.Location
  ) {
    self.primitive = primitive
    self.attribute = attribute
    self.inputShapes = inputShapes
    self.outputShape = outputShape
    self.operands = operands
    self.target = target
    inputs = []
    inputs.reserveCapacity(operands.count)
  }

  func run(_ memory: ProgramMemory, _ failure: KernelFailure) {
    inputs.removeAll(keepingCapacity: true)
    for operand in operands { inputs.append(UnsafePointer(memory.pointer(operand))) }
    primitive.evaluate(
      KernelArguments(
        inputs: inputs, inputShapes: inputShapes, output: memory.pointer(target),
        outputShape: outputShape, attribute: attribute, failure: failure))
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
