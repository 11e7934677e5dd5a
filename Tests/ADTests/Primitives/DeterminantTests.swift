import Expr
import Testing

@testable import AD

@Suite struct DeterminantTests {
  /// The third derivative, where second ones of the rank already vanish: det·tr(…) would be nan.
  @Test(arguments: [0, 1, 2, 3])
  func thirdDerivativesAreRightAtEveryRank(_ rank: Int) throws {
    let probe = Probe(.det, [Probe.ofRank(rank, 3)])
    var derivatives = DerivativeGraph(probe, seed: 5)
    let gradient = derivatives.pulledBack(derivatives.value)
    let second = derivatives.pushedForward(gradient)
    let third = derivatives.pushedForward(second)
    let numbers = try derivatives.numbers(third)
    let difference = try derivatives.difference(second, nearest: numbers)
    #expect(largestGap(numbers, difference) <= 1e-7 * scale(numbers))
    #expect(numbers.contains { abs($0) > 1e-3 })
  }
}
