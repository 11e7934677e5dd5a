import Expr

/// The operations of a function and of its gradient, counted on the graph as the theorem counts them:
/// an array by its entries, and for each arrow of the graph of numbers one multiplication (λ·∂ going
/// back, ∂·ẋ going forward), the seed included and nothing folded.
///
/// - Source: Griewank & Walther, Evaluating Derivatives, chapter 4; Baur & Strassen 1983.
public struct OperationCount: Sendable {
  /// Operations of the value by their kind, the most frequent first.
  public private(set) var kinds: [(kind: String, count: Int)] = []
  /// K: operations of the value.
  public private(set) var value = 0
  /// Arrows through which derivatives flow.
  public private(set) var contributions = 0
  /// n: the numbers that vary.
  public let inputs: Int

  /// One sweep back: K for the values, and a multiplication for each arrow.
  public var reverse: Int { Self.sum(value, contributions) }
  /// The values once, and for each input a sweep over the arrows.
  public var forward: Int { Self.sum(value, Self.product(inputs, contributions)) }
  /// K(n + 1): the value at the point and beside it in each direction.
  public var finite: Int { Self.product(Self.sum(inputs, 1), value) }

  /// Cost: one pass over the graph, loops by their body.
  public init(_ graph: Graph, output: NodeID, variables: [NodeID]) {
    inputs = variables.reduce(0) { Self.sum($0, graph.shape(of: $1).count) }
    var tally: [String: Int] = [:]
    count(graph, outputs: [output], variables: variables, times: 1, &tally)
    kinds = tally.map { (kind: $0.key, count: $0.value) }
      .sorted { $0.count > $1.count || ($0.count == $1.count && $0.kind < $1.kind) }
  }

  private mutating func count(
    _ graph: Graph, outputs: [NodeID], variables: [NodeID], times: Int, _ tally: inout [String: Int]
  ) {
    let isNeeded = graph.ancestors(of: outputs, stoppingAt: variables)
    let isActive = graph.descendants(of: variables)
    let varied = Set(variables)
    for index in isNeeded.indices where isNeeded[index] {
      let node = NodeID(rawValue: Int32(index))
      if varied.contains(node) { continue }
      if let body = graph.loopBody(of: node) {
        count(body, of: node, graph, isActive, times: times, &tally)
        continue
      }
      let work = graph.work(of: node)
      for (kind, count) in work.kinds {
        let all = Self.product(count, times)
        tally[kind] = Self.sum(tally[kind] ?? 0, all)
        value = Self.sum(value, all)
      }
      guard isActive[index] else { continue }
      var arrows = work.inner
      for (operand, count) in zip(graph.operands(of: node), work.arrows)
      where isActive[operand.index] {
        arrows += count
      }
      contributions = Self.sum(contributions, Self.product(arrows, times))
    }
  }

  /// A loop is its body as often as it runs; what it carries varies as soon as one of its operands does.
  private mutating func count(
    _ body: LoopBody, of node: NodeID, _ graph: Graph, _ isActive: [Bool], times: Int,
    _ tally: inout [String: Int]
  ) {
    let operands = Array(graph.operands(of: node))
    var active = zip(body.inputs, operands).filter { isActive[$1.index] }.map(\.0)
    if !active.isEmpty { active += body.carries.map(\.input).filter { !active.contains($0) } }
    let outputs = body.graph.roots(of: body)
    count(
      body.graph, outputs: outputs, variables: active, times: Self.product(times, body.steps),
      &tally)
  }

  // Counts beyond an `Int` stay at its greatest value.

  private static func sum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? .max : sum
  }

  private static func product(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? .max : product
  }
}

extension Graph {
  /// What a step of a loop computes: the next values of its carries, or all of the body where only
  /// stacked results are wanted.
  fileprivate func roots(of body: LoopBody) -> [NodeID] {
    var isUsed = Array(repeating: false, count: count)
    for index in 0..<count {
      for operand in operands(of: NodeID(rawValue: Int32(index))) { isUsed[operand.index] = true }
    }
    let ends = (0..<count).filter { !isUsed[$0] }.map { NodeID(rawValue: Int32($0)) }
    return body.carries.map(\.next) + ends
  }
}
