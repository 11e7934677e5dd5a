import RealModule
#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Temporary portable kernels.
enum Kernels {
  typealias Block = UnsafeMutablePointer<Double>

  static func exp(_ x: Double) -> Double { Double.exp(x) }
  static func log(_ x: Double) -> Double { Double.log(x) }
  static func log1p(_ x: Double) -> Double { Double.log(onePlus: x) }
  static func expm1(_ x: Double) -> Double { Double.expMinusOne(x) }
  static func tanh(_ x: Double) -> Double { Double.tanh(x) }
  static func sigmoid(_ x: Double) -> Double { Expr.sigmoid(x) }
  static func softplus(_ x: Double) -> Double { Expr.softplus(x) }
  static func sin(_ x: Double) -> Double { Double.sin(x) }
  static func cos(_ x: Double) -> Double { Double.cos(x) }
  static func power(_ x: Double, _ y: Double) -> Double { y == 2 ? x * x : Glibc.pow(x, y) }
  static func maximum(_ a: Double, _ b: Double) -> Double {
    a.isNaN ? a : b.isNaN ? b : (a > b ? a : b)
  }

  static func fill(_ target: Block, _ value: Double, _ count: Int) {
    for i in 0..<count { target[i] = value }
  }
  static func sum(_ x: Block, _ count: Int) -> Double {
    StridedEntries(start: UnsafePointer(x), stride: 1, count: count).sum()
  }
  static func dot(_ x: Block, _ y: Block, _ count: Int) -> Double {
    var s = 0.0
    for i in 0..<count { s += x[i] * y[i] }
    return s
  }
  static func maximum(_ x: Block, _ count: Int) -> Double {
    StridedEntries(start: UnsafePointer(x), stride: 1, count: count).maximum()
  }
  static func add(_ t: Block, _ a: Block, _ b: Block, _ count: Int) {
    for i in 0..<count { t[i] = a[i] + b[i] }
  }
  static func maximum(_ t: Block, _ a: Block, _ b: Block, _ count: Int) {
    for i in 0..<count { t[i] = maximum(a[i], b[i]) }
  }
  static func multiply(_ m: Block, rows: Int, columns: Int, _ v: Block, to t: Block) {
    for r in 0..<rows { t[r] = dot(m + r * columns, v, columns) }
  }
  static func addTransposedProduct(_ m: Block, rows: Int, columns: Int, _ u: Block, to t: Block) {
    for r in 0..<rows { for c in 0..<columns { t[c] += m[r * columns + c] * u[r] } }
  }
  static func matrixProduct(
    rows: Int, inner: Int, columns: Int, _ a: Block, _ rsa: Int, _ csa: Int, _ b: Block, _ rsb: Int,
    _ csb: Int, to c: Block
  ) {
    for i in 0..<rows {
      for j in 0..<columns { c[i * columns + j] = 0 }
      for k in 0..<inner {
        let x = a[i * rsa + k * csa]
        for j in 0..<columns { c[i * columns + j] += x * b[k * rsb + j * csb] }
      }
    }
  }

  static func apply(_ op: Opcode, _ t: Block, _ a: Block, _ b: Block, _ c: Block, _ n: Int) {
    switch op {
    case .copy: for i in 0..<n { t[i] = a[i] }
    case .negate: for i in 0..<n { t[i] = -a[i] }
    case .absolute: for i in 0..<n { t[i] = abs(a[i]) }
    case .square: for i in 0..<n { t[i] = a[i] * a[i] }
    case .squareRoot: for i in 0..<n { t[i] = a[i].squareRoot() }
    case .exp: for i in 0..<n { t[i] = exp(a[i]) }
    case .log: for i in 0..<n { t[i] = log(a[i]) }
    case .log1p: for i in 0..<n { t[i] = log1p(a[i]) }
    case .expm1: for i in 0..<n { t[i] = expm1(a[i]) }
    case .tanh: for i in 0..<n { t[i] = tanh(a[i]) }
    case .sigmoid: for i in 0..<n { t[i] = sigmoid(a[i]) }
    case .softplus: for i in 0..<n { t[i] = softplus(a[i]) }
    case .sin: for i in 0..<n { t[i] = sin(a[i]) }
    case .cos: for i in 0..<n { t[i] = cos(a[i]) }
    case .add: for i in 0..<n { t[i] = a[i] + b[i] }
    case .subtract: for i in 0..<n { t[i] = a[i] - b[i] }
    case .multiply: for i in 0..<n { t[i] = a[i] * b[i] }
    case .divide: for i in 0..<n { t[i] = a[i] / b[i] }
    case .strongMultiply: for i in 0..<n { t[i] = a[i] == 0 ? 0 : a[i] * b[i] }
    case .maximum: for i in 0..<n { t[i] = maximum(a[i], b[i]) }
    case .minimum: for i in 0..<n { t[i] = -maximum(-a[i], -b[i]) }
    case .power: for i in 0..<n { t[i] = power(a[i], b[i]) }
    case .less: for i in 0..<n { t[i] = a[i] < b[i] ? 1 : 0 }
    case .lessOrEqual: for i in 0..<n { t[i] = a[i] <= b[i] ? 1 : 0 }
    case .equal: for i in 0..<n { t[i] = a[i] == b[i] ? 1 : 0 }
    case .notEqual: for i in 0..<n { t[i] = a[i] != b[i] ? 1 : 0 }
    case .and: for i in 0..<n { t[i] = a[i] != 0 && b[i] != 0 ? 1 : 0 }
    case .or: for i in 0..<n { t[i] = a[i] != 0 || b[i] != 0 ? 1 : 0 }
    case .select: for i in 0..<n { t[i] = a[i] != 0 ? b[i] : c[i] }
    case .multiplyAdd: for i in 0..<n { t[i] = a[i] * b[i] + c[i] }
    case .multiplySubtract: for i in 0..<n { t[i] = a[i] * b[i] - c[i] }
    case .negateMultiplyAdd: for i in 0..<n { t[i] = c[i] - a[i] * b[i] }
    case .unary, .binary, .ternary: break
    }
  }
}
