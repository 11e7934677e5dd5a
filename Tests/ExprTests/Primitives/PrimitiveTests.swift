import Testing

@testable import Expr

/// What every entry of the table promises to those who read it.
@Suite struct PrimitiveTests {
  @Test func namesAreUnique() {
    var seen: Set<String> = []
    for primitive in Primitive.all {
      #expect(seen.insert(primitive.name).inserted, "\(primitive.name) is there twice")
    }
  }

  @Test(arguments: Primitive.Symbol.allCases)
  func everySymbolHasItsEntry(_ symbol: Primitive.Symbol) {
    #expect(Primitive[symbol].name == symbol.rawValue)
    #expect(Primitive[symbol].symbol == symbol)
  }

  @Test func positionsAreThoseInTheTable() {
    for (position, primitive) in Primitive.all.enumerated() {
      #expect(Int(primitive.index) == position)
    }
  }

  @Test(arguments: Primitive.all.filter(\.isFunction).map(\.name))
  func functionsAreFoundAndExplained(_ name: String) throws {
    let primitive = Primitive.required(name)
    #expect(!primitive.summary.isEmpty)
    #expect(Builtins.names.contains(name))
    for alias in [name] + primitive.aliases {
      let count = primitive.arity.lowerBound
      #expect(Primitive.function(named: alias, argumentCount: count)?.name == name)
    }
  }

  @Test(arguments: Primitive.all.map(\.name))
  func samplesFitTheOperands(_ name: String) throws {
    let primitive = Primitive.required(name)
    if case .loop = primitive.evaluation { return }
    guard case .kernel = primitive.evaluation else {
      #expect(!primitive.samples.isEmpty, "nothing to differentiate at")
      #expect(primitive.samples.allSatisfy { primitive.arity.contains($0.count) })
      #expect(try value(of: primitive, primitive.samples[0]).isFinite)
      return
    }
    #expect(primitive.samples.allSatisfy { !$0.isEmpty })
  }

  /// Entry by entry on arrays is the function of numbers at each entry.
  @Test(arguments: Primitive.all.map(\.name))
  func arraysAreNumbersSideBySide(_ name: String) throws {
    let primitive = Primitive.required(name)
    let points = primitive.samples
    switch primitive.evaluation {
    case .kernel, .loop: return
    default: break
    }
    let operands = (points.first ?? []).indices.map { position in
      Tensor(.vector(points.count), points.map { $0[position] })
    }
    let shape = try primitive.shapeRule(operands.map(\.shape), .none)
    let together = try #require(primitive.value(of: operands, .none, shape))
    let apart = try points.map { try value(of: primitive, $0) }
    #expect(together.elements == apart)
    #expect(together.isBoolean == primitive.yieldsBoolean)
  }

  private func value(of primitive: Primitive, _ point: [Double]) throws -> Double {
    let shape = try primitive.shapeRule(point.map { _ in .scalar }, .none)
    return try #require(primitive.value(of: point.map { Tensor($0) }, .none, shape)).elements[0]
  }

  /// Limits and conventions of values.
  @Test(
    arguments: [
      ("power", [0, 0], 1), ("power", [-2, 3], -8), ("power", [-2, 2], 4), ("power", [2, -1], 0.5),
      ("log", [0], -Double.infinity), ("sqrt", [-0.0], -0.0), ("sign", [0], 0),
      ("heaviside", [0], 0.5), ("round", [0.5], 0), ("round", [1.5], 2), ("round", [-2.5], -2),
      ("mod", [-5.3, 2], 0.7), ("mod", [5.3, -2], -0.7), ("atan2", [0, -1], .pi),
      ("hypot", [1e200, 1e200], 1.414213562373095e200), ("sigmoid", [-800], 0),
      ("softplus", [800], 800), ("tanh", [1000], 1), ("erfc", [20], 5.395865611607901e-176),
      ("gamma", [0.5], 1.772453850905516), ("lgamma", [1], 0),
      ("strongMultiply", [0, .infinity], 0),
      ("strongDivide", [0, 0], 0), ("powerLog", [0, 0], 0), ("maximum", [1, 2], 2),
    ] as [(String, [Double], Double)])
  func values(_ name: String, _ operands: [Double], _ wanted: Double) throws {
    let got = try value(of: Primitive.required(name), operands)
    #expect(got == wanted || abs(got - wanted) <= 4e-16 * abs(wanted) + 1e-300)
  }

  @Test(arguments: ["maximum", "minimum", "relu", "sign", "power", "hypot", "floor", "abs"])
  func nanPassesThrough(_ name: String) throws {
    let primitive = Primitive.required(name)
    let point = Array(repeating: Double.nan, count: primitive.arity.lowerBound)
    #expect(try value(of: primitive, point).isNaN)
  }
}
