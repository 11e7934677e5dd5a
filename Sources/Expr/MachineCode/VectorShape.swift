import CKernels

/// The vectors that machine code is written for.
struct VectorShape {
  enum Encoding { case evex, vex }

  let encoding: Encoding
  /// The doubles of a vector.
  let lanes: Int

  static let avx512 = VectorShape(encoding: .evex, lanes: 8)
  static let avx2 = VectorShape(encoding: .vex, lanes: 4)
  static let number = VectorShape(encoding: .vex, lanes: 1)

  /// The vectors that the kernels of this machine use; nil where there is no machine code for them.
  static let own: VectorShape? = named(String(cString: Kernels.set.pointee.name))

  static func named(_ name: String) -> VectorShape? {
    #if arch(x86_64)
    switch name {
    case "avx512": avx512
    case "avx2": avx2
    default: nil
    }
    #else
    nil
    #endif
  }
}
