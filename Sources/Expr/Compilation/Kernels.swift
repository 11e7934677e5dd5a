import CKernels

/// The vector kernels of this machine, by the names the compiler has for them.
enum Kernels {
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

  static func sum(_ x: Block, _ count: Int) -> Double { set.pointee.sum(x, count) }
  static func dot(_ x: Block, _ y: Block, _ count: Int) -> Double { set.pointee.dot(x, y, count) }
  static func maximum(_ x: Block, _ count: Int) -> Double { set.pointee.maximum(x, count) }

  static func add(_ target: Block, _ a: Block, _ b: Block, _ count: Int) {
    set.pointee.add(target, a, b, count)
  }

  static func maximum(_ target: Block, _ a: Block, _ b: Block, _ count: Int) {
    set.pointee.max(target, a, b, count)
  }

  /// One operation entry by entry; not for those that run through a function of a primitive.
  ///
  /// - Parameter set: `Kernels.set`, which costs more to look up than to hand over.
  @inline(__always)
  static func apply(
    _ set: UnsafePointer<ck_kernels>, _ opcode: Opcode, _ target: Block, _ a: Block, _ b: Block,
    _ c: Block, _ count: Int
  ) {
    switch opcode {
    case .copy: set.pointee.copy(target, a, count)
    case .negate: set.pointee.negate(target, a, count)
    case .absolute: set.pointee.abs(target, a, count)
    case .square: set.pointee.square(target, a, count)
    case .squareRoot: set.pointee.sqrt(target, a, count)
    case .floor: set.pointee.floor(target, a, count)
    case .ceiling: set.pointee.ceil(target, a, count)
    case .round: set.pointee.round(target, a, count)
    case .sign: set.pointee.sign(target, a, count)
    case .relu: set.pointee.relu(target, a, count)
    case .heaviside: set.pointee.heaviside(target, a, count)
    case .not: set.pointee.logical_not(target, a, count)
    case .exp: set.pointee.exp(target, a, count)
    case .log: set.pointee.log(target, a, count)
    case .log1p: set.pointee.log1p(target, a, count)
    case .expm1: set.pointee.expm1(target, a, count)
    case .tanh: set.pointee.tanh(target, a, count)
    case .sech: set.pointee.sech(target, a, count)
    case .sigmoid: set.pointee.sigmoid(target, a, count)
    case .softplus: set.pointee.softplus(target, a, count)
    case .sin: set.pointee.sin(target, a, count)
    case .cos: set.pointee.cos(target, a, count)
    case .sinCos: set.pointee.sincos(target, c, a, count)
    case .softplusSigmoid: set.pointee.softplus_sigmoid(target, c, a, count)
    case .add: set.pointee.add(target, a, b, count)
    case .subtract: set.pointee.sub(target, a, b, count)
    case .multiply: set.pointee.mul(target, a, b, count)
    case .divide: set.pointee.div(target, a, b, count)
    case .strongMultiply: set.pointee.strong_mul(target, a, b, count)
    case .maximum: set.pointee.max(target, a, b, count)
    case .minimum: set.pointee.min(target, a, b, count)
    case .power: set.pointee.pow(target, a, b, count)
    case .less: set.pointee.less(target, a, b, count)
    case .lessOrEqual: set.pointee.less_equal(target, a, b, count)
    case .equal: set.pointee.equal(target, a, b, count)
    case .notEqual: set.pointee.not_equal(target, a, b, count)
    case .and: set.pointee.logical_and(target, a, b, count)
    case .or: set.pointee.logical_or(target, a, b, count)
    case .select: set.pointee.select(target, a, b, c, count)
    case .multiplyAdd, .multiplySubtract, .negateMultiplyAdd, .strongMultiplyAdd:
      preconditionFailure("these are for numbers")
    case .unary, .binary, .ternary: preconditionFailure("run through their functions")
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
}
