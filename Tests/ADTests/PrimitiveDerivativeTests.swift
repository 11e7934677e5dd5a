import Expr
import Testing

@testable import AD

/// Every rule of the table against differences, against its transpose, and differentiated again.
@Suite struct PrimitiveDerivativeTests {
  static let probes =
    Probe.samples + Probe.broadcasting + Probe.structural
    + Probe.matrices
  static let seed: UInt64 = 20_240_601

  @Test func everyRuleIsProbed() {
    let probed = Set(Self.probes.map(\.primitive.name))
    for primitive in Primitive.all where primitive.arity != 0...0 {
      // Loops and solutions of equations have tests of their own.
      if case .loop = primitive.derivative { continue }
      if primitive.name == "solution" { continue }
      #expect(probed.contains(primitive.name), "\(primitive.name) has no sample and no probe")
    }
  }

  @Test(arguments: probes)
  func bothModesAgreeWithDifferences(_ probe: Probe) throws {
    var derivatives = DerivativeGraph(probe, seed: Self.seed)
    let tangent = derivatives.pushedForward([derivatives.value])
    let forward = try derivatives.numbers(tangent)
    let difference = try derivatives.difference([derivatives.value], nearest: forward)
    let size = scale(forward, difference)
    #expect(largestGap(forward, difference) <= 1e-7 * size, "forward mode, seed \(Self.seed)")

    let output = derivatives.pairing([derivatives.weights], [derivatives.value])
    let adjoints = derivatives.pulledBack(output)
    let slope = derivatives.pairing(adjoints, derivatives.directions)
    let reverse = try derivatives.numbers([slope])
    let expected = try derivatives.difference([output], nearest: reverse)
    #expect(
      largestGap(reverse, expected) <= 1e-7 * scale(reverse, expected, forward),
      "reverse mode, seed \(Self.seed)")
  }

  /// ⟨z, J v⟩ = ⟨Jᵀz, v⟩, the two directions of one rule.
  @Test(arguments: probes)
  func directionsAreTransposes(_ probe: Probe) throws {
    var derivatives = DerivativeGraph(probe, seed: Self.seed)
    let tangent = derivatives.pushedForward([derivatives.value])
    let adjoints = derivatives.pulledBack(derivatives.value, weights: derivatives.weights)
    #expect(derivatives.shape(of: tangent[0]) == derivatives.shape(of: derivatives.value))
    for (adjoint, variable) in zip(adjoints, derivatives.variables) {
      #expect(derivatives.shape(of: adjoint) == derivatives.shape(of: variable))
    }
    let left = derivatives.pairing([derivatives.weights], tangent)
    let right = derivatives.pairing(adjoints, derivatives.directions)
    let sums = try derivatives.numbers([left, right])
    let size = scale(try derivatives.numbers(tangent), try derivatives.numbers(adjoints))
    #expect(abs(sums[0] - sums[1]) <= 1e-12 * size, "seed \(Self.seed)")
  }

  /// H v by reverse over reverse, forward over reverse and forward over forward (of which only
  /// vᵀH v can be seen), and by differences of the gradient.
  @Test(arguments: probes)
  func rulesDifferentiateAgain(_ probe: Probe) throws {
    var derivatives = DerivativeGraph(probe, seed: Self.seed)
    let output = derivatives.pairing([derivatives.weights], [derivatives.value])
    let gradient = derivatives.pulledBack(output)
    let slope = derivatives.pairing(gradient, derivatives.directions)
    let reverseNodes = derivatives.pulledBack(slope)
    let reverse = try derivatives.numbers(reverseNodes)
    let forwardNodes = derivatives.pushedForward(gradient)
    let forward = try derivatives.numbers(forwardNodes)
    let size = scale(reverse, forward, try derivatives.numbers(gradient))
    #expect(largestGap(reverse, forward) <= 1e-10 * size, "seed \(Self.seed)")

    let difference = try derivatives.difference(gradient, nearest: forward)
    #expect(largestGap(forward, difference) <= 1e-7 * size, "differences, seed \(Self.seed)")

    let tangent = derivatives.pushedForward([output])
    let twice = derivatives.pushedForward(tangent)
    let curvature = derivatives.pairing(forwardNodes, derivatives.directions)
    let pair = try derivatives.numbers(twice + [curvature])
    #expect(abs(pair[0] - pair[1]) <= 1e-10 * size, "forward over forward, seed \(Self.seed)")
  }

  /// D³f(x)[v, v, v] by reverse and by forward over vᵀH v, and by differences of that.
  @Test(arguments: probes)
  func rulesDifferentiateAThirdTime(_ probe: Probe) throws {
    var derivatives = DerivativeGraph(probe, seed: Self.seed)
    let output = derivatives.pairing([derivatives.weights], [derivatives.value])
    let gradient = derivatives.pulledBack(output)
    let curved = derivatives.pushedForward(gradient)
    let curvature = derivatives.pairing(curved, derivatives.directions)
    let forward = derivatives.pushedForward([curvature])
    let reverse = derivatives.pairing(derivatives.pulledBack(curvature), derivatives.directions)
    let pair = try derivatives.numbers(forward + [reverse])
    let size = scale(pair, try derivatives.numbers(curved))
    #expect(abs(pair[0] - pair[1]) <= 1e-10 * size, "seed \(Self.seed)")
    let difference = try derivatives.difference([curvature], nearest: [pair[0]])
    #expect(abs(pair[0] - difference[0]) <= 1e-6 * size, "differences, seed \(Self.seed)")
  }

  /// At its edges a rule may give inf or nan, but both modes and both orders come to an end.
  @Test(arguments: Probe.edges)
  func edgesDoNotCrash(_ probe: Probe) throws {
    var derivatives = DerivativeGraph(probe, seed: Self.seed)
    let output = derivatives.pairing([derivatives.weights], [derivatives.value])
    let gradient = derivatives.pulledBack(output)
    let slope = derivatives.pairing(gradient, derivatives.directions)
    let again = derivatives.pulledBack(slope)
    let tangents = derivatives.pushedForward(gradient + [output])
    #expect(try derivatives.numbers(gradient + again + tangents).count >= 1)
  }

  /// The edges where a function is defined around the point or up to it. x^y of a negative x is
  /// defined for whole y alone, and has no slope in y; two infinities have no limit.
  private static let definedEdges = Probe.edges.filter { probe in
    let numbers = probe.operands.flatMap(\.elements)
    let isJump = probe.primitive.name == "power" && numbers[0] < 0
    return !isJump && !numbers.contains { $0.isNaN } && numbers.count { $0.isInfinite } < 2
  }

  /// Where a value is defined, so is its derivative: a convention decides, or it is infinite.
  @Test(arguments: definedEdges)
  func edgesHaveDerivatives(_ probe: Probe) throws {
    var derivatives = DerivativeGraph(probe, seed: Self.seed)
    guard try derivatives.numbers([derivatives.value]).allSatisfy({ !$0.isNaN }) else { return }
    let ones = derivatives.ones(like: derivatives.value)
    let gradient = derivatives.pulledBack(derivatives.value, weights: ones)
    #expect(try derivatives.numbers(gradient).allSatisfy { !$0.isNaN })
  }

  @Test func stopPassesNothing() throws {
    var graph = Graph()
    let x = graph.leaf(Leaf(id: Leaf.ID(order: 0), name: Name("x"), isData: false), shape: .scalar)
    let stopped = graph.apply(Primitive.function(named: "stop")!, [x])
    let square = graph.apply(.multiply, stopped, x)
    #expect(gradient(of: square, variables: [x], in: &graph) == [stopped])
  }
}
