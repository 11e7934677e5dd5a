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
    let names = ["x", "y", "z"]
    var environment = Environment()
    for (number, name) in names.enumerated() {
      let entries = (0..<300).map { 1 / Double(3 + 7 * number + $0) - 0.01 }
      environment.setLeaf(Name(name), to: .tensor(Tensor(.vector(300), entries)))
    }
    let source = SourceText(text)
    let tree = try Parser.parseExpressions(in: source, range: 0..<source.utf8.count)
    var elaborator = Elaborator(environment)
    let root = try elaborator.elaborate(tree.statements[0].node, of: tree)
    let program = try Program(
      elaborator.graph, outputs: [root], borrowed: [], exchanged: 0,
      memoryLimit: Program.defaultMemoryLimit, isFused: isFused)
    program.setLeaves(from: environment)
    try program.run()
    return program
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
