import Synchronization

/// The entries that the generators of a comprehension run through: for each generator its sequence
/// and, entry by entry, the position in it.
struct EntryTable {
  private struct Column {
    let pattern: SyntaxID?
    var sequence: Walk
    /// nil for 0, 1, 2, …: one generator alone.
    var positions: [Int]?
  }

  private var columns: [Column]
  private let tree: SyntaxTree?
  private(set) var count: Int
  /// The length of each generator, where they do not depend on each other.
  private(set) var counts: [Int]
  /// A condition known only when the program runs.
  private(set) var guardCondition: SyntaxID?

  /// The local name of an entry that has no pattern (`map`).
  static let soleName = "entry of map"
  /// Positions of each generator take as much memory as the entries.
  private static var limit: Int { min(1 << 27, Program.defaultMemoryLimit / 32) }

  /// One sequence, entry by entry.
  init(_ sequence: Walk) {
    columns = [Column(pattern: nil, sequence: sequence, positions: nil)]
    tree = nil
    count = sequence.count
    counts = [count]
  }

  /// Later generators may depend on earlier ones: `for i in 1:n for j in i:n`.
  init(
    _ generators: [Generator], _ tree: SyntaxTree, _ elaborator: inout Elaborator
  ) throws(Diagnostic) {
    self.tree = tree
    let first = try elaborator.sequence(generators[0].range, tree)
    columns = [Column(pattern: generators[0].pattern, sequence: first, positions: nil)]
    count = first.count
    counts = [count]
    var bound = Set(elaborator.boundNames(generators[0].pattern, tree))
    for generator in generators.dropFirst() {
      let names = Set(tree.freeNames(of: generator.range).map(\.key))
      if names.isDisjoint(with: bound) {
        try extend(by: elaborator.sequence(generator.range, tree), generator.pattern, tree)
      } else {
        try extendDependent(generator, &elaborator)
      }
      bound.formUnion(elaborator.boundNames(generator.pattern, tree))
    }
  }

  /// Every entry so far with every entry of one more sequence.
  private mutating func extend(
    by sequence: Walk, _ pattern: SyntaxID, _ tree: SyntaxTree
  ) throws(Diagnostic) {
    let inner = sequence.count
    let (total, overflow) = count.multipliedReportingOverflow(by: inner)
    guard !overflow, total <= Self.limit else {
      throw .tooManyEntries(
        Double(count) * Double(inner), limit: Self.limit, at: tree.span(of: pattern))
    }
    for index in columns.indices {
      let old = columns[index].positions
      columns[index].positions = try Self.positions(total) { (old?[$0 / inner]) ?? $0 / inner }
    }
    let positions = try Self.positions(total) { $0 % inner }
    columns.append(Column(pattern: pattern, sequence: sequence, positions: positions))
    counts.append(inner)
    count = total
  }

  /// - Throws: when Ctrl-C stops it.
  private static func positions(
    _ count: Int, _ position: (Int) -> Int
  ) throws(Diagnostic) -> [Int] {
    var positions: [Int] = []
    positions.reserveCapacity(count)
    if stretches(count, { for entry in $0 { positions.append(position(entry)) } }) {
      throw .interrupted
    }
    return positions
  }

  /// A generator whose range depends on earlier entries: each range is evaluated.
  private mutating func extendDependent(
    _ generator: Generator, _ elaborator: inout Elaborator
  ) throws(Diagnostic) {
    guard let tree else { return }
    var taken: [Int] = []
    var numbers: [Double] = []
    for position in 0..<count {
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      try bind(position, &elaborator)
      let range = try elaborator.node(generator.range, tree)
      let value = try elaborator.staticValue(of: range, at: tree.span(of: generator.range))
      guard value.shape.isVector else {
        throw Diagnostic("a range is needed here", at: tree.span(of: generator.range))
      }
      taken += Array(repeating: position, count: value.elements.count)
      numbers += value.elements
      guard numbers.count <= Self.limit else {
        throw .tooManyEntries(
          Double(numbers.count), limit: Self.limit, at: tree.span(of: generator.range))
      }
    }
    restrict(to: taken)
    let values = elaborator.graph.constant(Tensor(.vector(numbers.count), numbers))
    columns.append(
      Column(
        pattern: generator.pattern, sequence: .tensor(values, count: numbers.count), positions: nil)
    )
    counts.append(numbers.count)
  }

  private mutating func restrict(to taken: [Int]) {
    for index in columns.indices {
      columns[index].positions =
        columns[index].positions.map { old in taken.map { old[$0] } } ?? taken
    }
    count = taken.count
  }

  /// Keeps the entries for which a condition holds; one that depends on leaves is kept for later,
  /// which only reductions can do.
  mutating func filter(
    _ condition: SyntaxID, _ tree: SyntaxTree, _ elaborator: inout Elaborator, isReduction: Bool
  ) throws(Diagnostic) {
    var kept: [Int] = []
    for position in 0..<count {
      if interruptionRequested.load(ordering: .relaxed) { throw .interrupted }
      try bind(position, &elaborator)
      let test = try elaborator.condition(condition, tree)
      guard let known = elaborator.graph.scalarConstant(of: test) else {
        guard isReduction else {
          throw Diagnostic(
            "which entries an array has must be known while elaborating",
            at: tree.span(of: condition))
        }
        guardCondition = condition
        return
      }
      if known != 0 { kept.append(position) }
    }
    if kept.count < count { restrict(to: kept) }
  }

  /// Gives the patterns the entry at a position.
  func bind(_ position: Int, _ elaborator: inout Elaborator) throws(Diagnostic) {
    for column in columns {
      let entry = elaborator.entry(column.positions?[position] ?? position, of: column.sequence)
      try bind(column, to: entry, &elaborator)
    }
  }

  private func bind(
    _ column: Column, to value: Elaborated, _ elaborator: inout Elaborator
  ) throws(Diagnostic) {
    if let pattern = column.pattern, let tree {
      try elaborator.bind(pattern, tree, to: value)
    } else {
      elaborator.locals[Self.soleName] = value
    }
  }

  /// Binds the patterns to placeholders; what each stands for, all entries at a time. nil where a
  /// sequence has parts of several shapes.
  func placeholders(
    _ elaborator: inout Elaborator
  ) -> (stands: [NodeID], all: [NodeID: NodeID])? {
    var stands: [NodeID] = []
    var all: [NodeID: NodeID] = [:]
    for column in columns {
      guard let (value, whole) = elaborator.placeholder(for: column.sequence) else { return nil }
      for (stand, node) in whole {
        all[stand] = column.positions.map { elaborator.entries($0, of: node) } ?? node
        stands.append(stand)
      }
      guard (try? bind(column, to: value, &elaborator)) != nil else { return nil }
    }
    return (stands, all)
  }
}

extension Diagnostic {
  fileprivate static func tooManyEntries(
    _ count: Double, limit: Int, at span: SourceSpan
  ) -> Diagnostic {
    Diagnostic(
      "this runs over \(NumberFormat().string(count)) entries; \(limit) is the limit", at: span,
      hint: "sum(sum(… for j in …) for i in …) runs in parts")
  }
}
