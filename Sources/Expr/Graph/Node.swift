/// The index of a node in its `Graph`. Operands always have smaller ids than the nodes over them.
public struct NodeID: Hashable, Comparable, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }
  init(_ index: Int) { rawValue = Int32(index) }

  /// The position in arrays that run parallel to the nodes.
  public var index: Int { Int(rawValue) }
  public static func < (a: NodeID, b: NodeID) -> Bool { a.rawValue < b.rawValue }
}

/// What a node needs beside its operands. Interned, so that equal ones compare by index.
public enum Attribute: Hashable, Sendable {
  case none
  /// The dimension, from 0, that a reduction runs over; without it a reduction takes everything.
  case axis(Int)
  /// The shape a value is broadcast, summed or reshaped to.
  case shape(Shape)
  /// Which entries an index takes, dimension by dimension.
  case selection(Selection)
  /// Which entries an index takes that is known only when the program runs.
  case picking(Picking)
  /// The equation that a node solves.
  case solver(SolverBody)
  /// Tells a node from others that would equal it.
  case tag(Int)
  /// A range `start:step:…` of `count` numbers.
  case progression(start: Double, step: Double, count: Int)
  /// What a loop repeats.
  case loop(LoopBody)
  /// Why there is no value.
  case failure(MissingValue)
  /// Which operand of a product is the λ of the chain rule: where it is 0 nothing flows.
  case weight(Int)
  /// Which result of a loop a projection reads, and its shape.
  case output(LoopOutput, Shape)

  public var axis: Int? { if case .axis(let axis) = self { axis } else { nil } }
}

/// The entries an index takes: for each dimension the positions, from 0, in order, and whether the
/// dimension disappears (it was indexed by a number).
public struct Selection: Hashable, Sendable {
  public struct Axis: Hashable, Sendable {
    public let positions: Positions
    public let isSingle: Bool

    public init(positions: some Collection<Int>, isSingle: Bool) {
      self.positions = Positions(positions)
      self.isSingle = isSingle
    }
  }

  /// Positions along one dimension, from 0; neighbours in order are kept as a range.
  public struct Positions: Hashable, Sendable, RandomAccessCollection {
    private enum Storage: Hashable, Sendable {
      case range(Range<Int>)
      case list([Int])
    }

    private let storage: Storage

    public init(_ positions: some Collection<Int>) {
      if let range = positions as? Range<Int> {
        storage = .range(range)
        return
      }
      if let known = positions as? Positions {
        self = known
        return
      }
      let first = positions.first ?? 0
      var next = first
      for position in positions {
        guard position == next else {
          storage = .list(Array(positions))
          return
        }
        next += 1
      }
      storage = .range(first..<next)
    }

    /// The positions if they are neighbours in order.
    public var range: Range<Int>? { if case .range(let range) = storage { range } else { nil } }
    public var startIndex: Int { 0 }
    public var endIndex: Int {
      switch storage {
      case .range(let range): range.count
      case .list(let list): list.count
      }
    }
    public subscript(index: Int) -> Int {
      switch storage {
      case .range(let range): range.lowerBound + index
      case .list(let list): list[index]
      }
    }

    /// Calls `body` with some of the indices and the position at each.
    func forEach(in indices: Range<Int>, _ body: (_ index: Int, _ position: Int) -> Void) {
      switch storage {
      case .range(let range): for index in indices { body(index, range.lowerBound + index) }
      case .list(let list):
        list.withUnsafeBufferPointer { list in
          for index in indices { body(index, list[index]) }
        }
      }
    }
  }

  public let axes: [Axis]
  /// The shape indexed; the transpose of the operation scatters into it.
  public let source: Shape
  /// The shape of what was taken.
  public let result: Shape

  public init(axes: [Axis], source: Shape) {
    self.axes = axes
    self.source = source
    let kept = axes.filter { !$0.isSingle }.map(\.positions.count)
    // What is left of a row along its length is a row still.
    self.result = source.isRow && kept.count == 2 ? .row(kept[1]) : Shape(kept)
  }

  /// Where the entries begin if they are neighbours in the source, in order; nil if they are not.
  public var run: Int? {
    guard axes.count <= 2, let last = axes.last?.positions.range else { return nil }
    if axes.count == 1 { return last.lowerBound }
    let width = source.dimensions[1]
    guard let rows = axes[0].positions.range, rows.count <= 1 || last.count == width else {
      return nil
    }
    return rows.lowerBound * width + last.lowerBound
  }

  /// Calls `body` with some of the entries taken, counted from 0 row by row, and the offset in the
  /// source of each.
  func forEachOffset(in entries: Range<Int>, _ body: (_ entry: Int, _ offset: Int) -> Void) {
    guard axes.count == 2 else {
      axes.first?.positions.forEach(in: entries, body)
      return
    }
    let width = axes[1].positions.count
    var start = entries.lowerBound
    while start < entries.upperBound {
      let row = start / width
      let end = min(entries.upperBound, (row + 1) * width)
      let base = axes[0].positions[row] * source.dimensions[1]
      axes[1].positions.forEach(in: start - row * width..<end - row * width) { column, position in
        body(row * width + column, base + position)
      }
      start = end
    }
  }

  /// Calls `body` with the offset in the source of each entry taken, in order.
  func forEachOffset(_ body: (Int) -> Void) {
    if axes.count == 1 {
      for position in axes[0].positions { body(position) }
      return
    }
    for row in axes[0].positions {
      let base = row * source.dimensions[1]
      for column in axes[1].positions { body(base + column) }
    }
  }
}

/// An index whose numbers are operands: for each dimension a number, everything, or a fixed position.
public struct Picking: Hashable, Sendable {
  public enum Axis: Hashable, Sendable {
    /// The next operand says the position, from 1.
    case operand
    case whole
    /// From 0.
    case fixed(Int)
  }

  public let axes: [Axis]
  public let source: Shape

  public init(axes: [Axis], source: Shape) {
    self.axes = axes
    self.source = source
  }

  public var result: Shape {
    Shape(zip(axes, source.dimensions).compactMap { $0 == .whole ? $1 : nil })
  }
}

/// A value that could not be elaborated, with the shape it would have had: an error where it is asked
/// for, none in a branch that is not taken.
public struct MissingValue: Hashable, Sendable {
  public let diagnostic: Diagnostic
  public let shape: Shape

  public static func == (a: MissingValue, b: MissingValue) -> Bool {
    a.diagnostic.message == b.diagnostic.message && a.shape == b.shape
      && a.diagnostic.span?.range == b.diagnostic.span?.range
      && a.diagnostic.span?.source === b.diagnostic.span?.source
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(diagnostic.message)
    hasher.combine(shape)
  }
}

/// A leaf of the session as the graph sees it.
public struct Leaf: Sendable {
  /// Identifies the leaf for as long as its name is bound; nodes and programs refer to it by this.
  public struct ID: Hashable, Comparable, Sendable {
    /// Grows with the order of definition; below 0 for placeholders of the elaborator.
    public let order: Int
    /// Which tensor of a leaf that is a tuple.
    public let part: Int

    public init(order: Int, part: Int = 0) {
      self.order = order
      self.part = part
    }

    public static func < (a: ID, b: ID) -> Bool { (a.order, a.part) < (b.order, b.part) }
  }

  public let id: ID
  public let name: Name
  public let isData: Bool

  public init(id: ID, name: Name, isData: Bool) {
    self.id = id
    self.name = name
    self.isData = isData
  }
}

/// One node: fixed in size, its operands, attribute and shape in the graph's side pools.
struct Node {
  /// An index into `Primitive.all`, or one of the two below.
  var primitive: Int16
  /// The primitive's; kept here, where asking for it costs a load.
  var symbol: Primitive.Symbol?
  /// An index into the graph's shapes.
  var shape: Int32
  /// An index into the graph's attributes, constants or leaves.
  var attribute: Int32
  var operandStart: Int32
  var operandCount: Int32

  static let leaf: Int16 = -1
  static let constant: Int16 = -2
}
