import Expr
import Testing

@testable import AD

/// What the loop of an optimiser does in one pass has the bits of its parts.
@Suite struct FlatVectorTests {
  private static func numbers(_ count: Int, _ seed: Int, scale: Double = 1) -> [Double] {
    (0..<count).map { scale * Double(($0 &* 7919 &+ seed &* 104729) % 1999 - 999) / 977 }
  }

  @Test func sumsAreInFourParts() {
    for count in 0...21 {
      let (a, b) = (Self.numbers(count, 1), Self.numbers(count, 2))
      let dot = sumInParts(0..<count) { a[$0] * b[$0] }
      let squares = sumInParts(0..<count) { (a[$0] - b[$0]) * (a[$0] - b[$0]) }
      #expect(FlatVector(a).dot(FlatVector(b)) == dot, "\(count)")
      #expect(FlatVector(a).distance(to: FlatVector(b)) == squares.squareRoot(), "\(count)")
    }
  }

  @Test func stepsSayHowFarTheyWent() {
    for count in 0...21 {
      for scale in [1, 1e-200, 1e200] {
        let start = FlatVector(Self.numbers(count, 3)),
          direction = FlatVector(
            Self.numbers(count, 4, scale: scale))
        let point = FlatVector(start.array), moved = FlatVector(count), before = FlatVector(count)
        let length = point.step(-0.3, along: direction, from: before)
        moved.set(start, plus: -0.3, direction)
        #expect(point.array == moved.array, "\(count) entries of \(scale)")
        #expect(before.array == start.array, "\(count) entries of \(scale)")
        let distance = moved.distance(to: start)
        if let length { #expect(length == distance, "\(count) entries of \(scale)") }
        #expect((length == nil) == !(scale == 1 && count > 0), "\(count) entries of \(scale)")
      }
    }
  }

  @Test func whatIsTakenHasItsNorm() {
    for count in 1...21 {
      for scale in [1, 0, 1e-200, 1e200, .infinity, .nan] {
        let source = FlatVector(Self.numbers(count, 5, scale: scale)), target = FlatVector(count)
        let norm = target.take(source.entries)
        for i in 0..<count { #expect(target[i].bitPattern == source[i].bitPattern) }
        let whole = source.norm
        #expect(norm == whole || norm.isNaN && whole.isNaN, "\(count) entries of \(scale)")
      }
    }
  }

  /// One array is moved in place, several are copied: the run is the same.
  @Test(arguments: ["gd", "heavyball", "nesterov", "adam"])
  func oneArrayOrTwo(method: String) throws {
    let (whole, parts) = (try Self.objective(of: [5]), try Self.objective(of: [2, 3]))
    let optimiser = try #require(OptimiserTable.named(method))
    let settings = OptimiserSettings(step: .fixed(0.1))
    let descent = Descent(iterations: 30, tolerance: 0)
    let first = try descent.run(whole, optimiser.init(settings, dimension: 5))
    let second = try descent.run(parts, optimiser.init(settings, dimension: 5))
    #expect(whole.point.array == parts.point.array)
    #expect(first.history.path == second.history.path)
    #expect(first.history.path.prefix(5) == [1, -2, 3, -4, 5])
    for (a, b) in zip(first.history.records, second.history.records) {
      #expect(a.gradientNorm == b.gradientNorm)
      #expect(a.iteration == 0 || a.stepNorm == b.stepNorm)
    }
  }

  /// Σ w²/2, whose gradient is w itself, as arrays of some lengths.
  private static func objective(of lengths: [Int]) throws -> Objective {
    var graph = Graph()
    var environment = Environment()
    var variables: [NodeID] = [], terms: [NodeID] = []
    var entries: [Double] = [1, -2, 3, -4, 5]
    let sum = try #require(Primitive.all.first { $0.name == "sum" })
    for (order, length) in lengths.enumerated() {
      let name = Name("w\(order)")
      environment.setLeaf(name, to: .tensor(Tensor(.vector(length), Array(entries.prefix(length)))))
      entries.removeFirst(length)
      let leaf = Leaf(id: Leaf.ID(order: order), name: name, isData: false)
      let w = graph.leaf(leaf, shape: .vector(length))
      variables.append(w)
      terms.append(graph.apply(sum, [graph.apply(.multiply, w, w)]))
    }
    let total = terms.dropFirst().reduce(terms[0]) { graph.apply(.add, $0, $1) }
    let output = graph.apply(.divide, total, graph.constant(2))
    return try Objective(
      of: output, variables: variables, in: graph, environment: environment)
  }
}
