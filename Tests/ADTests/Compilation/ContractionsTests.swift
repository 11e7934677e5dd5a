import Testing

@testable import AD
@testable import Expr

/// Products taken into sums within fused loops: fewer instructions, the same bits.
@Suite struct ContractionsTests {
  /// Formulas in three vectors, and how many instructions they take.
  static let formulas: [(String, operations: Int)] = [
    ("x.*y + z", 1), ("z + x.*y", 1), ("x.*y - z", 1), ("z - x.*y", 1), ("z - x.^2", 1),
    ("x.*y - z.*x", 2), ("2*x + y", 1), ("x.*y + x.*y", 2), ("x + y", 1), ("x.*y./z", 2),
    ("(x.*y + z).*(x.*y + 1)", 4), ("x.*y + mean(z)", 3),
  ]

  private func program(_ text: String, isFused: Bool) throws -> Program {
    let leaves = ["x", "y", "z"].enumerated().map { number, name in
      let entries = (0..<300).map { 1 / Double(3 + 7 * number + $0) - 0.01 }
      return (name: name, value: Tensor(.vector(300), entries))
    }
    return try Program.typed(text, leaves, isFused: isFused)
  }

  @Test(arguments: formulas.indices)
  func takesFewerInstructionsAndKeepsTheBits(_ index: Int) throws {
    let (text, operations) = Self.formulas[index]
    let fused = try program(text, isFused: true), alone = try program(text, isFused: false)
    let bits = [fused, alone].map { $0.value(ofOutput: 0).elements.map(\.bitPattern) }
    #expect(bits[0] == bits[1], "\(text)")
    #expect(fused.operationCount == operations, "\(text)")
  }

  @Test func equalProductsCancelExactly() throws {
    let difference = try program("x.*y - y.*x", isFused: true).value(ofOutput: 0)
    #expect(difference.elements.allSatisfy { $0 == 0 })
  }
}
