import Foundation
import Testing

@testable import AD

/// Values, gradients and Hessians of formulas against references of 50 digits.
@Suite struct ScalarCaseTests {
  /// Ordinary formulas, those that defeat plain arithmetic, and those whose chain rule meets 0/0.
  @Test(arguments: ScalarCase.all(of: ["smooth", "stable", "stable_hess", "removable"]))
  func trueNumbers(_ example: ScalarCase) {
    let mismatch = example.mismatch()
    #expect(mismatch == nil, "\(example.id): \(mismatch ?? "")")
  }

  /// Outside the real domain a value is nan.
  @Test(arguments: ScalarCase.all(of: ["domain"]))
  func domains(_ example: ScalarCase) throws {
    let formula = try TypedFormula(example.expression, at: example.point)
    #expect(try formula.numbers([formula.output])[0].isNaN)
  }

  /// All cases at a glance.
  @Test func scoreByKind() {
    var score: [String: (passed: Int, all: Int)] = [:]
    for example in ScalarCase.all where !["kink", "pole", "convention"].contains(example.kind) {
      score[example.kind, default: (0, 0)].all += 1
      if example.kind == "domain" || example.mismatch() == nil {
        score[example.kind, default: (0, 0)].passed += 1
      }
    }
    for (kind, count) in score.sorted(by: { $0.key < $1.key }) {
      print("scalar cases, \(kind): \(count.passed) of \(count.all)")
      #expect(count.passed == count.all, "\(kind)")
    }
  }

  /// Where a derivative is a choice: one of those that are accepted, or the one-sided limit.
  @Test(arguments: ScalarCase.all(of: ["kink", "pole", "convention"]))
  func choices(_ example: ScalarCase) throws {
    var formula = try TypedFormula(example.expression, at: example.point)
    let value = try formula.numbers([formula.output])[0]
    #expect(Fixture.agrees(value, example.value, relative: example.tolerance, absolute: 0))
    let gradient = try formula.gradient()
    for (position, slope) in gradient.enumerated() {
      let wanted = example.gradient[position]
      let isAccepted = example.accepted[position].map { $0.contains(slope) } ?? false
      #expect(
        isAccepted || Fixture.agrees(slope, wanted, relative: example.tolerance, absolute: 0),
        "\(example.point[position].name): \(slope), not \(wanted)")
    }
  }

  /// Higher and mixed partial derivatives by differentiating again and again.
  @Test(arguments: NestedCase.all)
  func nestedDerivatives(_ example: NestedCase) throws {
    var formula = try TypedFormula(example.expression, at: example.point)
    for (positions, wanted) in example.derivatives {
      let node = formula.derivative(positions)
      let got = try formula.numbers([node])[0]
      #expect(
        Fixture.agrees(got, wanted, relative: example.tolerance, absolute: 1e-12),
        "by variables \(positions): \(got), not \(wanted)")
    }
  }
}

/// A formula and some of its partial derivatives of any order.
struct NestedCase: Sendable, CustomTestStringConvertible {
  let id: String
  let expression: String
  let point: [(name: String, value: Double)]
  let tolerance: Double
  /// The positions of the variables to differentiate by, in order, and the value.
  let derivatives: [(positions: [Int], value: Double)]

  var testDescription: String { "\(id) \(expression)" }

  /// Those that are one formula; derivatives within a formula need functions.
  static let all: [NestedCase] = Fixture.lines("scalar/nested_cases.jsonl").compactMap { row in
    row["expr"] == nil ? nil : NestedCase(row)
  }

  private init(_ row: [String: Any]) {
    let variables = row["vars"] as? [String: Any] ?? [:]
    let names = variables.keys.sorted()
    id = row["id"] as? String ?? "?"
    expression = row["expr"] as? String ?? ""
    tolerance = Fixture.number(row["rtol"])
    point = names.map { ($0, Fixture.number(variables[$0])) }
    let univariate = (row["derivatives"] as? [Any] ?? []).enumerated().map { order, value in
      (Array(repeating: 0, count: order), Fixture.number(value))
    }
    let mixed = (row["partials"] as? [[String: Any]] ?? []).map { partial in
      let wrt = partial["wrt"] as? [String] ?? []
      return (wrt.map { names.firstIndex(of: $0) ?? 0 }, Fixture.number(partial["value"]))
    }
    derivatives = univariate + mixed
  }
}
