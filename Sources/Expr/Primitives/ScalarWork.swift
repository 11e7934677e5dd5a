/// What one node costs as operations on numbers, and how many arrows its small graph has: the measure
/// of complexity theory, where an array counts by its entries.
public struct ScalarWork: Sendable {
  /// Operations by their kind.
  public private(set) var kinds: [String: Int] = [:]
  /// Arrows from each operand into these operations.
  public private(set) var arrows: [Int]
  /// Arrows between the operations of the node: partial sums, partial products.
  public private(set) var inner = 0

  static let additions = "additions"
  static let multiplications = "multiplications"
  static let divisions = "divisions"
  static let comparisons = "comparisons"

  init(operands: Int) { arrows = Array(repeating: 0, count: operands) }

  /// `count` operations on one entry each of some operands.
  mutating func add(_ kind: String, _ count: Int, of operands: Int...) {
    guard count > 0 else { return }
    kinds[kind, default: 0] += count
    for operand in operands { arrows[operand] += count }
  }

  /// A chain x₁∘x₂∘x₃… through `entries` entries, `results` times: one operation less than entries,
  /// of two arguments each.
  mutating func chain(_ kind: String, entries: Int, results: Int, of operand: Int) {
    let count = max(0, entries - 1) * results
    guard count > 0 else { return }
    kinds[kind, default: 0] += count
    arrows[operand] += entries * results
    inner += max(0, entries - 2) * results
  }

  /// The same through values that the node made itself.
  mutating func innerChain(_ kind: String, entries: Int, results: Int) {
    let count = max(0, entries - 1) * results
    guard count > 0 else { return }
    kinds[kind, default: 0] += count
    inner += 2 * count
  }

  /// `count` operations on one value each that the node made itself.
  mutating func addInner(_ kind: String, _ count: Int) {
    guard count > 0 else { return }
    kinds[kind, default: 0] += count
    inner += count
  }
}

/// How a primitive counts its work.
public enum WorkRule: Sendable {
  /// One operation for each entry of the result.
  case perEntry
  /// Entries are moved only.
  case none
  case counted(@Sendable (_ operands: [Shape], _ result: Shape, _ work: inout ScalarWork) -> Void)

  /// What moves entries costs nothing, everything else an operation an entry.
  static func standard(_ evaluation: Primitive.Evaluation, _ notation: Primitive.Notation)
    -> WorkRule
  {
    guard case .kernel = evaluation else { return .perEntry }
    switch notation {
    case .transpose, .index, .array, .range, .transparent: return .none
    case .call, .infix: return .perEntry
    }
  }

  /// A reduction: each entry through `first`, then `fold` between them, then `last` once a result.
  static func reduction(
    first: String? = nil, fold: String, last: String? = nil
  ) -> WorkRule {
    .counted { shapes, result, work in
      let results = max(1, result.count)
      let entries = shapes[0].count / results
      if let first {
        work.add(first, shapes[0].count, of: 0)
        work.innerChain(fold, entries: entries, results: results)
      } else {
        work.chain(fold, entries: entries, results: results, of: 0)
      }
      if let last { work.addInner(last, results) }
    }
  }

  /// A multiplication for each of `terms` terms of each result, and their sum.
  static func products(
    terms: @escaping @Sendable (_ operands: [Shape], _ result: Shape) -> Int
  ) -> WorkRule {
    .counted { shapes, result, work in
      let count = terms(shapes, result)
      work.add(ScalarWork.multiplications, count * result.count, of: 0, 1)
      work.innerChain(ScalarWork.additions, entries: count, results: result.count)
    }
  }

  /// About `fraction` n³ multiplications and as many additions, for an n×n matrix.
  static func cubic(_ fraction: Double) -> WorkRule {
    .counted { shapes, result, work in
      let size = Double(shapes[0].dimensions.first ?? 1)
      let columns = shapes.count > 1 ? Double(shapes[1].count) / max(1, size) : 0
      let count = Int((fraction * size * size * size + columns * size * size).rounded(.up))
      work.addInner(ScalarWork.multiplications, 2 * count)
      work.addInner(ScalarWork.additions, 2 * count)
    }
  }
}

extension Graph {
  /// What a node costs as operations on numbers; nothing for leaves and constants. A loop costs what
  /// its body does, which is not counted here.
  public func work(of node: NodeID) -> ScalarWork {
    let operands = operands(of: node)
    var work = ScalarWork(operands: operands.count)
    guard let primitive = primitive(of: node), loopBody(of: node) == nil else { return work }
    let shape = shape(of: node)
    switch primitive.workRule {
    case .none: break
    case .perEntry:
      work.add(primitive.workKind, shape.count)
      for position in operands.indices {
        work.addArrows(shape.count, from: position - operands.startIndex)
      }
    case .counted(let rule): rule(operands.map { self.shape(of: $0) }, shape, &work)
    }
    return work
  }
}

extension ScalarWork {
  fileprivate mutating func addArrows(_ count: Int, from operand: Int) { arrows[operand] += count }
}

extension Primitive {
  /// The name under which its operations are counted.
  fileprivate var workKind: String {
    switch symbol {
    case .add, .subtract: ScalarWork.additions
    case .multiply, .strongMultiply: ScalarWork.multiplications
    case .divide: ScalarWork.divisions
    case .negate: "signs"
    default:
      if yieldsBoolean { ScalarWork.comparisons } else { shownName }
    }
  }
}
