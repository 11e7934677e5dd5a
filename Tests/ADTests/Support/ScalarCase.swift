import Expr
import Foundation
import Testing

/// A formula of one or more numbers with its value and derivatives to full precision.
struct ScalarCase: Sendable, CustomTestStringConvertible {
  let id: String
  let kind: String
  let expression: String
  let point: [(name: String, value: Double)]
  let value: Double
  let gradient: [Double]
  /// Row by row; nil where there is none.
  let hessian: [Double]?
  /// For each variable the slopes that will do at a kink; nil where there is no such choice.
  let accepted: [ClosedRange<Double>?]
  let tolerance: Double
  let hessianTolerance: Double
  let absolute: Double
  let hessianAbsolute: Double

  var testDescription: String {
    let place = point.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
    return "\(id) \(expression) at \(place)"
  }

  /// The cases in `Tests/Fixtures/scalar`.
  static let all: [ScalarCase] = Fixture.lines("scalar/scalar_cases.jsonl").map(ScalarCase.init)

  static func all(of kinds: Set<String>) -> [ScalarCase] { all.filter { kinds.contains($0.kind) } }

  private init(_ row: [String: Any]) {
    let order = row["order"] as? [String] ?? []
    let variables = row["vars"] as? [String: Any] ?? [:]
    let gradients = row["grad"] as? [String: Any] ?? [:]
    id = row["id"] as? String ?? "?"
    kind = row["kind"] as? String ?? "?"
    expression = row["expr"] as? String ?? ""
    point = order.map { ($0, Fixture.number(variables[$0])) }
    value = Fixture.number(row["value"])
    gradient = order.map { Fixture.number(gradients[$0]) }
    let intervals = row["accept_grad"] as? [String: [Any]] ?? [:]
    accepted = order.map { name in
      guard let bounds = intervals[name]?.map(Fixture.number), bounds.count == 2 else { return nil }
      return bounds[0]...bounds[1]
    }
    hessian = (row["hess"] as? [[Any]])?.flatMap { $0.map(Fixture.number) }
    tolerance = Fixture.number(row["rtol"])
    hessianTolerance = Fixture.number(row["hess_rtol"])
    absolute = row["atol"].map(Fixture.number) ?? 0
    hessianAbsolute = row["hess_atol"].map(Fixture.number) ?? absolute
  }

  /// What differs from the reference, in words; nil if all agrees.
  func mismatch() -> String? {
    do {
      var formula = try TypedFormula(expression, at: point)
      let gradientNodes = formula.gradient(of: formula.output)
      let value = try formula.numbers([formula.output])
      if let wrong = gap(value, [self.value], tolerance, absolute) { return "value \(wrong)" }
      let gradient = try formula.numbers(gradientNodes)
      if let wrong = gap(gradient, self.gradient, tolerance, absolute) {
        return "gradient \(wrong)"
      }
      guard let hessian else { return nil }
      return try hessianMismatch(&formula, gradientNodes, hessian)
    } catch {
      return "error \(error)"
    }
  }

  /// Forward over reverse against the reference; reverse over reverse may add a rounding error.
  private func hessianMismatch(
    _ formula: inout TypedFormula, _ gradient: [NodeID], _ wanted: [Double]
  ) throws -> String? {
    let columns = formula.variables.map { formula.pushedForward(gradient, along: $0) }
    let got = try formula.numbers(gradient.indices.flatMap { row in columns.map { $0[row] } })
    if let wrong = gap(got, wanted, hessianTolerance, hessianAbsolute) { return "Hessian \(wrong)" }
    let rows = gradient.flatMap { formula.gradient(of: $0) }
    let again = try formula.numbers(rows)
    let wrong = gap(again, wanted, hessianTolerance, max(hessianAbsolute, 1e-15))
    return wrong.map { "Hessian by reverse over reverse \($0)" }
  }

  private func gap(
    _ got: [Double], _ wanted: [Double], _ relative: Double, _ absolute: Double
  ) -> String? {
    let agrees = zip(got, wanted).allSatisfy {
      Fixture.agrees($0, $1, relative: relative, absolute: absolute)
    }
    return agrees ? nil : "is \(got), not \(wanted)"
  }
}
