import Expr
import Testing

/// Every entry of the table at its samples and edges against constants of 30 digits.
@Suite struct PrimitiveValueTests {
  struct Point: Sendable, Hashable, CustomTestStringConvertible {
    let name: String
    let numbers: [String]
    var testDescription: String { "\(name)(\(numbers.joined(separator: ", ")))" }
    /// As the script that makes the constants reads it.
    var line: String {
      let shown = numbers.map { Double($0)?.isFinite == true ? $0 : "\"\($0)\"" }
      return "{\"name\": \"\(name)\", \"at\": [\(shown.joined(separator: ", "))]}"
    }
  }

  /// What has no constants, by why.
  private static let withoutConstants: [String: [String]] = [
    "entries moved, not computed: compared as arrays in MatrixValueTests and GraphTests": [
      "argmax", "argmin", "transpose", "broadcast", "sumTo", "reshape", "index", "scatter", "stack",
      "range", "diag", "flatten", "hcat", "vcat", "pick", "place", "replace", "replaceAt", "addAt",
      "halfLower", "guardedIndex", "missing",
    ],
    "of matrices and running sums: compared in MatrixValueTests and with the vector cases": [
      "cumsum", "cumsumReversed", "product", "dot", "solve", "strongSolve", "inv", "logdet",
      "cholesky", "strongProduct", "det", "cofactors", "trace", "outer",
    ],
    "their bodies are graphs: compared in LoopTests and SolutionTests": [
      "solution", "loop", "projection",
    ],
  ]

  private static let constants: [Point: [String]] = {
    var table: [Point: [String]] = [:]
    for row in Fixture.lines("primitives/values.jsonl") {
      guard let name = row["name"] as? String, let values = row["value"] as? [String],
        let numbers = row["at"] as? [Any]
      else { continue }
      table[Point(name: name, numbers: numbers.map { text(Fixture.number($0)) })] = values
    }
    return table
  }()

  private static func text(_ number: Double) -> String { "\(number == 0 ? 0 : number)" }

  /// Units in the last place. Derivatives of quotients by recurrences away from 0 lose some, and so
  /// does tanh(x) - x beyond its series.
  private static func allowance(_ point: Point) -> Double {
    if point.name.hasSuffix("Tail"), point.numbers[1] != "0.0" { return 32 }
    if point.name.hasSuffix("Root") || point.name.hasSuffix("Slope") { return 8 }
    return point.name == "tanhm" ? 12 : 3
  }

  @Test func everyPrimitiveHasConstants() {
    let excepted = Set(Self.withoutConstants.values.joined())
    let known = Set(Self.constants.keys.map(\.name))
    for primitive in Primitive.all {
      #expect(
        known.contains(primitive.name) != excepted.contains(primitive.name),
        "\(primitive.name) needs constants, or a reason why not")
    }
    for name in known.union(excepted) {
      #expect(Primitive.all.contains { $0.name == name }, "\(name) is no primitive any more")
    }
  }

  @Test func valuesAreRight() throws {
    let excepted = Set(Self.withoutConstants.values.joined())
    for probe in Probe.samples + Probe.edges where !excepted.contains(probe.primitive.name) {
      let numbers = probe.operands.flatMap(\.elements)
      let point = Point(name: probe.primitive.name, numbers: numbers.map(Self.text))
      let constants = Self.constants[point]
      #expect(constants != nil, "no constants: \(point.line)")
      guard let constants else { continue }
      let value = try Self.value(probe)
      #expect(value.count == constants.count)
      for (got, text) in zip(value, constants) {
        let wanted = text == "nan" ? .nan : Double(text) ?? .nan
        let error = Self.error(got, wanted)
        #expect(
          error <= Self.allowance(point),
          "\(point.testDescription): \(got) is \(error) ulp from \(text)")
      }
    }
  }

  private static func value(_ probe: Probe) throws -> [Double] {
    let derivatives = DerivativeGraph(probe, seed: 1)
    return try derivatives.numbers([derivatives.value])
  }

  /// In units of the last place of the constant; infinite if only one of the two is nan or inf.
  private static func error(_ got: Double, _ wanted: Double) -> Double {
    if got == wanted || (got.isNaN && wanted.isNaN) { return 0 }
    let error = abs(got - wanted) / wanted.ulp
    return error.isNaN ? .infinity : error
  }
}
