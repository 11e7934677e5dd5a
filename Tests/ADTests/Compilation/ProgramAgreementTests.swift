import Testing

@testable import Expr

/// Random graphs with their gradients: programs, fused and not, against an evaluator that does one
/// operation after the other.
@Suite struct ProgramAgreementTests {
  @Test(arguments: 1...100) func agreesWithPlainLoops(seed: Int) throws {
    var random = RandomGraph(seed: UInt64(seed))
    let outputs = random.valueWithGradient()
    let naive = random.naiveValues(of: outputs)
    for isFused in [true, false] {
      let values = try random.programValues(of: outputs, isFused: isFused)
      for (value, reference) in zip(values, naive) {
        #expect(value.shape == reference.shape)
        let scale = reference.elements.reduce(1e-3) { $1.isFinite ? max($0, abs($1)) : $0 }
        for (x, y) in zip(value.elements, reference.elements) {
          let agrees = x == y || abs(x - y) <= 1e-11 * scale || (x.isNaN && y.isNaN)
          #expect(agrees, "seed \(seed), fused \(isFused): \(x) against \(y)")
          if !agrees { return }
        }
      }
    }
  }

  /// Machine code gives the bits of the kernels and the scalar code in whose place it runs.
  @Test(.enabled(if: VectorShape.own != nil), arguments: 1...100)
  func machineCodeGivesTheSameBits(seed: Int) throws {
    var random = RandomGraph(seed: UInt64(seed), isLarge: seed % 4 == 0)
    let outputs = random.valueWithGradient()
    func bits(_ vectors: VectorShape?) throws -> [[UInt64]] {
      try random.programValues(of: outputs, vectors: vectors).map { value in
        value.elements.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
      }
    }
    let reference = try bits(nil)
    #expect(try bits(VectorShape.own) == reference)
    #expect(try bits(.avx2) == reference)
  }
}
