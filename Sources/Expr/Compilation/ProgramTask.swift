import CKernels
import Synchronization

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

/// The product of two matrices, either of which may be read turned.
final class ProductTask {
  private let left: FusedLoop.Location
  private let right: FusedLoop.Location
  private let target: FusedLoop.Location
  private let rows: Int
  private let inner: Int
  private let columns: Int
  /// From row to row and from column to column of each factor.
  private let leftStrides: (Int, Int)
  private let rightStrides: (Int, Int)
  /// Which of the two is the λ of the chain rule, where nothing flows if it is 0.
  private let weight: Int?
  private let workspace: UnsafeMutablePointer<Double>
  /// Multiplications between two looks at Ctrl-C, some hundredths of a second.
  private static let partOperations = 1 << 28
  /// The memory it owns, in bytes.
  let bytes: Int

  init(
    left: FusedLoop.Location, right: FusedLoop.Location, target: FusedLoop.Location,
    leftExtent: Extent, rightExtent: Extent, isLeftTurned: Bool, isRightTurned: Bool,
    weight: Int?
  ) {
    self.left = left
    self.right = right
    self.target = target
    rows = isLeftTurned ? leftExtent.columns : leftExtent.rows
    inner = isLeftTurned ? leftExtent.rows : leftExtent.columns
    columns = isRightTurned ? rightExtent.rows : rightExtent.columns
    leftStrides = isLeftTurned ? (1, leftExtent.columns) : (leftExtent.columns, 1)
    rightStrides = isRightTurned ? (1, rightExtent.columns) : (rightExtent.columns, 1)
    self.weight = weight
    let count = Kernels.set.pointee.gemm_workspace(rows, columns, inner)
    workspace = .allocate(capacity: max(1, count))
    bytes = count * 8
  }

  deinit { workspace.deallocate() }

  /// - Throws: the diagnostic of an interruption when Ctrl-C is pressed during a large product.
  func run(_ memory: ProgramMemory) throws(Diagnostic) {
    // However the rows are parted, the bits of the result are the same.
    let part = max(96, Self.partOperations / max(1, inner * columns))
    for row in stride(from: 0, to: rows, by: part) {
      Kernels.set.pointee.gemm(
        min(part, rows - row), columns, inner, memory.pointer(left) + row * leftStrides.0,
        leftStrides.0, leftStrides.1, memory.pointer(right), rightStrides.0, rightStrides.1,
        memory.pointer(target) + row * columns, columns, 1, 0, workspace)
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
    }
    guard let weight else { return }
    // 0·inf and 0·nan show in the result; where there is none the plain product is the strong one.
    Kernels.repairProduct(
      rows: rows, inner: inner, columns: columns, memory.pointer(left), leftStrides.0,
      leftStrides.1, memory.pointer(right), rightStrides.0, rightStrides.1, weight: weight,
      memory.pointer(target))
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
