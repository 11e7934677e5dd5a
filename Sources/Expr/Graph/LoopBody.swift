/// What a loop runs a fixed number of times: a graph of its own, and which of its nodes stand for
/// what comes from outside or from the step before.
///
/// A loop node has as operands the values of `captured`, then of `mapped`, then the start values of
/// `carries`. Its results are read by projections: the value of a carry after the last step, or the
/// values that any node of the body had in all steps. Nothing else says what a loop yields, so that
/// derivatives may ask for the values on the way without a second loop that keeps them.
public final class LoopBody: Sendable {
  /// A value handed from step to step.
  public struct Carry: Hashable, Sendable {
    /// Stands for the value at the beginning of the step.
    public let input: NodeID
    /// The value at its end, of the same shape.
    public let next: NodeID

    public init(input: NodeID, next: NodeID) {
      self.input = input
      self.next = next
    }
  }

  public let graph: Graph
  public let steps: Int
  /// Whether the mapped inputs are walked from the last entry to the first.
  public let isBackward: Bool
  /// Inputs that are the same in all steps.
  public let captured: [NodeID]
  /// Inputs that are one entry a step of what is mapped, laid out as `Shape.stacked` says.
  public let mapped: [NodeID]
  public let carries: [Carry]
  private let hash: Int

  public init(
    _ graph: Graph, steps: Int, isBackward: Bool, captured: [NodeID], mapped: [NodeID],
    carries: [Carry]
  ) {
    self.graph = graph
    self.steps = steps
    // Without carries the order does not matter, and one form of equal loops is enough.
    self.isBackward = isBackward && !carries.isEmpty
    self.captured = captured
    self.mapped = mapped
    self.carries = carries
    var hasher = Hasher()
    hasher.combine(steps)
    hasher.combine(self.isBackward)
    hasher.combine(carries)
    graph.hashNodes(into: &hasher)
    hash = hasher.finalize()
  }

  /// All inputs, in the order of the operands of the loop node.
  public var inputs: [NodeID] { captured + mapped + carries.map(\.input) }

  /// The carries whose values the given outputs depend on, through as many steps as it takes.
  public func liveCarries(for outputs: [LoopOutput]) -> [Int] {
    graph.liveCarries(carries, mapped: mapped, for: outputs)
  }
}

extension LoopBody: Hashable {
  /// Whether two bodies are the same node for node.
  public static func == (a: LoopBody, b: LoopBody) -> Bool {
    if a === b { return true }
    return a.hash == b.hash && a.steps == b.steps && a.isBackward == b.isBackward
      && a.captured == b.captured && a.mapped == b.mapped && a.carries == b.carries
      && a.graph.isIdentical(to: b.graph)
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

/// One result of a loop.
public enum LoopOutput: Hashable, Sendable {
  /// The value of a carry, by its position, after the last step.
  case final(Int)
  /// The values of a node of the body in all steps, in the order of the mapped entries, whichever
  /// way the loop runs.
  case stacked(NodeID)
}

extension Shape {
  /// The shape of `steps` values of this shape kept together: of numbers a vector, of anything else
  /// a matrix with one value a row.
  public func stacked(_ steps: Int) -> Shape {
    isScalar ? .vector(steps) : .matrix(steps, count)
  }
}

extension Graph {
  /// The carries that outputs of a loop with this graph as its body depend on, in order.
  func liveCarries(
    _ carries: [LoopBody.Carry], mapped: [NodeID], for outputs: [LoopOutput]
  ) -> [Int] {
    var roots: [NodeID] = []
    var isLive = carries.map { _ in false }
    for output in outputs {
      switch output {
      case .final(let position): isLive[position] = true
      case .stacked(let node): roots.append(node)
      }
    }
    let inputs = mapped + carries.map(\.input)
    var hasGrown = true
    while hasGrown {
      hasGrown = false
      let live = carries.indices.filter { isLive[$0] }.map { carries[$0].next }
      let reached = ancestors(of: roots + live, stoppingAt: inputs)
      for (position, carry) in carries.enumerated()
      where !isLive[position] && reached[carry.input.index] {
        isLive[position] = true
        hasGrown = true
      }
    }
    return carries.indices.filter { isLive[$0] }
  }
}
