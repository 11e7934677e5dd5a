/// The table by the operations that its patterns begin with.
///
/// A class, because every node asks it, and a copy would count the references of all its arrays.
final class RewriteIndex: Sendable {
  typealias Indexed<Body> = (rewrite: Int, body: Body)
  typealias NodeRule = @Sendable (inout Rewriter, NodeID) -> NodeID?
  typealias PairRule = @Sendable (inout Rewriter, NodeID, NodeID) -> NodeID?
  typealias PairEntry = (rewrite: Int, partner: Int16?, body: PairRule)
  typealias OffsetRule = @Sendable (inout Rewriter, NodeID, Double) -> NodeID?
  typealias WholeRule = @Sendable (inout Rewriter, NodeID, LinearForm) -> NodeID?
  typealias FactorRule = @Sendable (inout Rewriter, inout Factors) -> Bool

  let nodes: [[Indexed<NodeRule>]]
  let differences: [[PairEntry]]
  let sums: [[PairEntry]]
  let offsets: [[Indexed<OffsetRule>]]
  let wholes: [Indexed<WholeRule>]
  let factors: [Indexed<FactorRule>]
  let finalNodes: [[Indexed<NodeRule>]]
  let finalFactors: [Indexed<FactorRule>]
  /// Whether a term with this operation can take part in a rewrite of a sum.
  let isTerm: [Bool]
  /// Whether it is a root, a size or a norm.
  let isLength: [Bool]

  static let shared = RewriteIndex(Rewrite.all)

  private init(_ table: [Rewrite]) {
    let count = Primitive.all.count
    var nodes: [[Indexed<NodeRule>]] = Array(repeating: [], count: count)
    var finalNodes = nodes
    var differences: [[PairEntry]] = Array(repeating: [], count: count)
    var sums = differences
    var offsets: [[Indexed<OffsetRule>]] = Array(repeating: [], count: count)
    var isTerm = Array(repeating: false, count: count)
    var wholes: [Indexed<WholeRule>] = []
    var factors: [Indexed<FactorRule>] = []
    var finalFactors = factors
    for (number, rewrite) in table.enumerated() {
      switch rewrite.pattern {
      case .node(let roots, let body):
        for root in roots { nodes[Int(root.index)].append((number, body)) }
      case .difference(let first, let second, let body):
        differences[Int(first.index)].append((number, second?.index, body))
        isTerm[Int(first.index)] = true
      case .sum(let first, let second, let body):
        sums[Int(first.index)].append((number, second?.index, body))
        isTerm[Int(first.index)] = true
      case .offset(let root, let body):
        offsets[Int(root.index)].append((number, body))
        isTerm[Int(root.index)] = true
      case .whole(let body): wholes.append((number, body))
      case .factors(let body): factors.append((number, body))
      case .finalNode(let roots, let body):
        for root in roots { finalNodes[Int(root.index)].append((number, body)) }
      case .finalFactors(let body): finalFactors.append((number, body))
      }
    }
    self.nodes = nodes
    self.finalNodes = finalNodes
    self.differences = differences
    self.sums = sums
    self.offsets = offsets
    self.isTerm = isTerm
    let lengths = [Operation.sqrt, .abs, .hypot, .norm]
    isLength = Primitive.all.map { primitive in
      lengths.contains { $0.index == primitive.index }
    }
    self.wholes = wholes
    self.factors = factors
    self.finalFactors = finalFactors
  }
}
