import Expr

/// A value for some nodes of a graph, by the index of the node: looking one up is a load, where a
/// dictionary would hash.
struct NodeMap<Value> {
  private var values: [Value?]

  /// - Parameter count: nodes from there on have no value.
  init(count: Int) { values = Array(repeating: nil, count: count) }

  subscript(node: NodeID) -> Value? {
    get { node.index < values.count ? values[node.index] : nil }
    set { values[node.index] = newValue }
  }

  /// The values there are, in the order of their nodes.
  var all: [Value] { values.compactMap { $0 } }
}

/// What children pass back to each node, in the order of arrival. All lie in one array, each with the
/// place of the next for the same node: a node has few, and an array for each would be as many
/// allocations.
struct ContributionLists {
  private var items: [(contribution: ReverseMode.Contribution, next: Int)] = []
  /// For each node the places of its first and its last; -1 for none.
  private var ends: [(first: Int, last: Int)]

  init(count: Int) { ends = Array(repeating: (-1, -1), count: count) }

  /// - Precondition: the node is one of the first `count`.
  mutating func append(_ contribution: ReverseMode.Contribution, to node: NodeID) {
    let place = items.count
    items.append((contribution, -1))
    if ends[node.index].first < 0 {
      ends[node.index] = (place, place)
    } else {
      items[ends[node.index].last].next = place
      ends[node.index].last = place
    }
  }

  func forEach(of node: NodeID, _ body: (ReverseMode.Contribution) -> Void) {
    var place = node.index < ends.count ? ends[node.index].first : -1
    while place >= 0 {
      body(items[place].contribution)
      place = items[place].next
    }
  }

  /// Those of one node; empty where nothing reaches it.
  subscript(node: NodeID) -> [ReverseMode.Contribution] {
    var list: [ReverseMode.Contribution] = []
    forEach(of: node) { list.append($0) }
    return list
  }

  /// Those of all nodes, in the order of arrival.
  var all: [ReverseMode.Contribution] { items.map(\.contribution) }
}
