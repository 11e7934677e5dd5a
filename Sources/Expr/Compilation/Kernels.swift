import CKernels

/// The vector kernels of this machine, by the names the compiler has for them.
package enum Kernels {
  typealias Block = UnsafeMutablePointer<Double>

  /// The table never changes and lives as long as the process, so all threads may read it.
  nonisolated(unsafe) static let set: UnsafePointer<ck_kernels> = ck_best()

  // MARK: Numbers

  static func exp(_ x: Double) -> Double { set.pointee.exp_one(x) }
  static func log(_ x: Double) -> Double { set.pointee.log_one(x) }
  static func log1p(_ x: Double) -> Double { set.pointee.log1p_one(x) }
  static func expm1(_ x: Double) -> Double { set.pointee.expm1_one(x) }
  static func tanh(_ x: Double) -> Double { set.pointee.tanh_one(x) }
  static func sech(_ x: Double) -> Double { set.pointee.sech_one(x) }
  static func sigmoid(_ x: Double) -> Double { set.pointee.sigmoid_one(x) }
  static func softplus(_ x: Double) -> Double { set.pointee.softplus_one(x) }
  static func sin(_ x: Double) -> Double { set.pointee.sin_one(x) }
  static func cos(_ x: Double) -> Double { set.pointee.cos_one(x) }
  static func power(_ x: Double, _ y: Double) -> Double { set.pointee.pow_one(x, y) }

  static func maximum(_ a: Double, _ b: Double) -> Double {
    a.isNaN ? a : b.isNaN ? b : (a > b ? a : b)
  }

  // MARK: Blocks

  @inline(__always)
  static func fill(_ target: Block, _ value: Double, _ count: Int) {
    if count < 16 {
      for position in 0..<count { target[position] = value }
    } else {
      set.pointee.splat(target, value, count)
    }
  }

  /// Has memory brought into the cache while something else is computed.
  @inline(__always)
  static func prefetch(_ x: Block, _ count: Int) { ck_prefetch(x, count) }

  static func sum(_ x: Block, _ count: Int) -> Double { set.pointee.sum(x, count) }
  static func dot(_ x: Block, _ y: Block, _ count: Int) -> Double { set.pointee.dot(x, y, count) }
  /// Σ log(1 + e^x) of at most 4096 entries, and the derivatives of its terms, if there is a place.
  static func softplusSum(_ x: Block, _ count: Int, slopes: Block?) -> Double {
    set.pointee.softplus_sum(slopes, x, count)
  }
  static func maximum(_ x: Block, _ count: Int) -> Double { set.pointee.maximum(x, count) }

  static func add(_ target: Block, _ a: Block, _ b: Block, _ count: Int) {
    set.pointee.add(target, a, b, count)
  }

  static func maximum(_ target: Block, _ a: Block, _ b: Block, _ count: Int) {
    set.pointee.max(target, a, b, count)
  }

  /// What runs an operation on blocks.
  enum BlockKernel {
    typealias Input = UnsafePointer<Double>
    case unary(@convention(c) (Block, Input, Int) -> Void)
    case pair(@convention(c) (Block, Block, Input, Int) -> Void)
    case binary(@convention(c) (Block, Input, Input, Int) -> Void)
    case ternary(@convention(c) (Block, Input, Input, Input, Int) -> Void)
    /// A stretch of instructions as machine code.
    case machine(ExecutableCode.BlockFunction)
    /// Through the function of a primitive.
    case function
  }

  /// The kernel of an operation, found once, so that a block costs one call.
  static func kernel(_ opcode: Opcode) -> BlockKernel {
    let set = set.pointee
    switch opcode {
    case .copy: return .unary(set.copy)
    case .negate: return .unary(set.negate)
    case .absolute: return .unary(set.abs)
    case .square: return .unary(set.square)
    case .squareRoot: return .unary(set.sqrt)
    case .floor: return .unary(set.floor)
    case .ceiling: return .unary(set.ceil)
    case .round: return .unary(set.round)
    case .sign: return .unary(set.sign)
    case .relu: return .unary(set.relu)
    case .heaviside: return .unary(set.heaviside)
    case .not: return .unary(set.logical_not)
    case .exp: return .unary(set.exp)
    case .log: return .unary(set.log)
    case .log1p: return .unary(set.log1p)
    case .expm1: return .unary(set.expm1)
    case .tanh: return .unary(set.tanh)
    case .sech: return .unary(set.sech)
    case .sigmoid: return .unary(set.sigmoid)
    case .softplus: return .unary(set.softplus)
    case .sin: return .unary(set.sin)
    case .cos: return .unary(set.cos)
    case .sinCos: return .pair(set.sincos)
    case .softplusSigmoid: return .pair(set.softplus_sigmoid)
    case .tanhSech: return .pair(set.tanh_sech)
    case .add: return .binary(set.add)
    case .subtract: return .binary(set.sub)
    case .multiply: return .binary(set.mul)
    case .divide: return .binary(set.div)
    case .strongMultiply: return .binary(set.strong_mul)
    case .maximum: return .binary(set.max)
    case .minimum: return .binary(set.min)
    case .power: return .binary(set.pow)
    case .less: return .binary(set.less)
    case .lessOrEqual: return .binary(set.less_equal)
    case .equal: return .binary(set.equal)
    case .notEqual: return .binary(set.not_equal)
    case .and: return .binary(set.logical_and)
    case .or: return .binary(set.logical_or)
    case .select: return .ternary(set.select)
    case .multiplyAdd: return .ternary(set.mul_add)
    case .multiplySubtract: return .ternary(set.mul_sub)
    case .negateMultiplyAdd: return .ternary(set.neg_mul_add)
    case .strongMultiplyAdd: return .ternary(set.strong_mul_add)
    case .fetch: preconditionFailure("this is for numbers")
    case .unary, .binary, .ternary: return .function
    }
  }

  // MARK: Steps of optimisers

  package typealias Move =
    @convention(c) (
      _ y: UnsafeMutablePointer<Double>, _ a: Double, _ x: UnsafePointer<Double>,
      _ before: UnsafeMutablePointer<Double>, _ after: UnsafeMutablePointer<Double>, _ count: Int
    ) -> Double
  package typealias CopySquared =
    @convention(c) (
      _ y: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Double>, _ count: Int
    ) -> Double

  /// y ← y + a·x, with what y was and what it is kept; gives the sum of the squares of what its entries
  /// change by. What it is may be kept in y itself.
  package static var move: Move { Self.set.pointee.move_along }
  /// y ← x; gives the sum of the squares of its entries.
  package static var copySquared: CopySquared { Self.set.pointee.copy_squared }

  // MARK: Addresses

  /// Where a function lies that is called the way C calls.
  static func address<Function>(of kernel: Function) -> UInt {
    unsafeBitCast(kernel, to: UInt.self)
  }

  /// Where a function of numbers lies.
  enum Address {
    /// Of one number, or two.
    case function(UInt)
    /// Of one number, with a second result.
    case pair(UInt)
  }

  /// What computes an operation on numbers, for machine code; nil for what has no kernel of its own.
  static func address(_ opcode: Opcode) -> Address? {
    let set = set.pointee
    func function(_ kernel: @convention(c) (Double) -> Double) -> Address {
      .function(unsafeBitCast(kernel, to: UInt.self))
    }
    func pair(
      _ kernel: @convention(c) (Double, UnsafeMutablePointer<Double>) -> Double
    ) -> Address {
      .pair(unsafeBitCast(kernel, to: UInt.self))
    }
    switch opcode {
    case .exp: return function(set.exp_one)
    case .log: return function(set.log_one)
    case .log1p: return function(set.log1p_one)
    case .expm1: return function(set.expm1_one)
    case .tanh: return function(set.tanh_one)
    case .sech: return function(set.sech_one)
    case .sigmoid: return function(set.sigmoid_one)
    case .softplus: return function(set.softplus_one)
    case .sin: return function(set.sin_one)
    case .cos: return function(set.cos_one)
    case .sinCos: return pair(set.sincos_one)
    case .softplusSigmoid: return pair(set.softplus_sigmoid_one)
    case .tanhSech: return pair(set.tanh_sech_one)
    case .power: return .function(unsafeBitCast(set.pow_one, to: UInt.self))
    default: return nil
    }
  }

  // MARK: Matrices

  /// A x for a matrix row by row.
  static func multiply(
    _ matrix: Block, rows: Int, columns: Int, _ vector: Block, to target: Block
  ) {
    set.pointee.gemv(rows, columns, matrix, columns, 1, vector, target, 0)
  }

  /// Adds Aᵀ u for a matrix row by row.
  static func addTransposedProduct(
    _ matrix: Block, rows: Int, columns: Int, _ vector: Block, to target: Block
  ) {
    set.pointee.gemv(columns, rows, matrix, 1, columns, vector, target, 1)
  }

  /// Aᵀ u for a matrix row by row, without the rows whose entry of u is 0, if they hold what is not
  /// finite; added to the target if there is room for what it was before.
  static func strongTransposedProduct(
    _ matrix: Block, rows: Int, columns: Int, _ vector: Block, to target: Block, before: Block?
  ) {
    set.pointee.strong_gemv(columns, rows, matrix, columns, vector, target, before)
  }
}
