import CKernels

/// One operation on numbers in the registers of a program.
struct ScalarInstruction {
  var opcode: Opcode
  var target: Int32
  var a: Int32 = 0
  var b: Int32 = 0
  var c: Int32 = 0
  /// An index into the functions of the program, for what has no instruction of its own; of an entry
  /// fetched from the buffer `c` its position.
  var function: Int32 = -1
}

/// Functions of primitives that run through their closures, in plain memory: handing them on counts
/// no references.
struct ScalarFunctions {
  let unary: UnsafeMutableBufferPointer<@Sendable (Double) -> Double>
  let binary: UnsafeMutableBufferPointer<@Sendable (Double, Double) -> Double>
  let ternary: UnsafeMutableBufferPointer<@Sendable (Double, Double, Double) -> Double>

  init(_ list: ScalarFunctionList) {
    unary = .holding(list.unary)
    binary = .holding(list.binary)
    ternary = .holding(list.ternary)
  }

  /// Ends their life.
  func deallocate() {
    unary.deinitialize().deallocate()
    binary.deinitialize().deallocate()
    ternary.deinitialize().deallocate()
  }
}

/// The functions that a program under construction needs.
struct ScalarFunctionList {
  fileprivate private(set) var unary: [@Sendable (Double) -> Double] = []
  fileprivate private(set) var binary: [@Sendable (Double, Double) -> Double] = []
  fileprivate private(set) var ternary: [@Sendable (Double, Double, Double) -> Double] = []

  /// Enters the function of a primitive; -1 for those with an instruction of their own.
  mutating func enter(_ opcode: Opcode, primitive: Int16) -> Int32 {
    switch opcode {
    case .unary, .binary, .ternary: break
    default: return -1
    }
    switch Primitive.all[Int(primitive)].evaluation {
    case .unary(let function): unary.append(function)
    case .binary(let function): binary.append(function)
    case .ternary(let function): ternary.append(function)
    case .kernel, .loop: preconditionFailure("an operation entry by entry has a function")
    }
    switch opcode {
    case .unary: return Int32(unary.count - 1)
    case .binary: return Int32(binary.count - 1)
    default: return Int32(ternary.count - 1)
    }
  }
}

/// Runs a stretch of scalar code. The registers are one buffer held by a local pointer: the switch
/// costs about a nanosecond an instruction.
@inline(never)
func runScalars(
  _ code: UnsafeBufferPointer<ScalarInstruction>,
  _ r: UnsafeMutablePointer<Double>,
  _ buffers: UnsafeMutablePointer<UnsafeMutablePointer<Double>>, _ functions: ScalarFunctions,
  _ set: UnsafePointer<ck_kernels>
) {
  for i in code {
    let a = r[Int(i.a)], b = r[Int(i.b)]
    let result: Double
    switch i.opcode {
    case .copy: result = a
    case .fetch: result = buffers[Int(i.c)][Int(i.function)]
    case .negate: result = -a
    case .absolute: result = abs(a)
    case .square: result = a * a
    case .squareRoot: result = a.squareRoot()
    case .floor: result = a.rounded(.down)
    case .ceiling: result = a.rounded(.up)
    case .round: result = a.rounded(.toNearestOrEven)
    case .sign: result = a > 0 ? 1 : a < 0 ? -1 : a
    case .relu: result = a < 0 ? 0 : a
    case .heaviside: result = a > 0 ? 1 : a < 0 ? 0 : a == 0 ? 0.5 : a
    case .not: result = a == 0 ? 1 : 0
    case .exp: result = set.pointee.exp_one(a)
    case .log: result = set.pointee.log_one(a)
    case .log1p: result = set.pointee.log1p_one(a)
    case .expm1: result = set.pointee.expm1_one(a)
    case .tanh: result = set.pointee.tanh_one(a)
    case .sech: result = set.pointee.sech_one(a)
    case .sigmoid: result = set.pointee.sigmoid_one(a)
    case .softplus: result = set.pointee.softplus_one(a)
    case .sin: result = set.pointee.sin_one(a)
    case .cos: result = set.pointee.cos_one(a)
    case .sinCos: result = set.pointee.sincos_one(a, r + Int(i.c))
    case .softplusSigmoid: result = set.pointee.softplus_sigmoid_one(a, r + Int(i.c))
    case .tanhSech: result = set.pointee.tanh_sech_one(a, r + Int(i.c))
    case .add: result = a + b
    case .subtract: result = a - b
    case .multiply: result = a * b
    case .divide: result = a / b
    case .strongMultiply: result = a == 0 ? 0 : a * b
    case .maximum: result = a.isNaN ? a : b.isNaN ? b : (a > b ? a : b)
    case .minimum: result = a.isNaN ? a : b.isNaN ? b : (a < b ? a : b)
    case .power: result = set.pointee.pow_one(a, b)
    case .less: result = a < b ? 1 : 0
    case .lessOrEqual: result = a <= b ? 1 : 0
    case .equal: result = a == b ? 1 : 0
    case .notEqual: result = a != b ? 1 : 0
    case .and: result = a != 0 && b != 0 ? 1 : 0
    case .or: result = a != 0 || b != 0 ? 1 : 0
    case .select: result = a != 0 ? b : r[Int(i.c)]
    case .multiplyAdd: result = a * b + r[Int(i.c)]
    case .multiplySubtract: result = a * b - r[Int(i.c)]
    case .negateMultiplyAdd: result = r[Int(i.c)] - a * b
    case .strongMultiplyAdd: result = (a == 0 ? 0 : a * b) + r[Int(i.c)]
    case .unary: result = functions.unary[Int(i.function)](a)
    case .binary: result = functions.binary[Int(i.function)](a, b)
    case .ternary: result = functions.ternary[Int(i.function)](a, b, r[Int(i.c)])
    }
    r[Int(i.target)] = result
  }
}
