import Expr
import Testing

@testable import AD

@Suite struct NodeMapTests {
  private static func node(_ index: Int32) -> NodeID { NodeID(rawValue: index) }

  @Test func holdsWhatItIsGiven() {
    var map = NodeMap<String>(count: 3)
    map[Self.node(2)] = "b"
    map[Self.node(0)] = "a"
    #expect(map[Self.node(0)] == "a" && map[Self.node(1)] == nil && map[Self.node(2)] == "b")
    #expect(map[Self.node(3)] == nil)
    #expect(map.all == ["a", "b"])
    map[Self.node(0)] = nil
    #expect(map.all == ["b"])
  }

  /// Lists that grow by turns stay apart, each in its order.
  @Test func contributionsStayInOrder() {
    var lists = ContributionLists(count: 4)
    for item in 0..<9 {
      let part = ReverseMode.Contribution(child: Self.node(9), value: Self.node(Int32(item)))
      lists.append(part, to: Self.node(Int32(item % 3)))
    }
    for node in 0..<3 {
      let values = lists[Self.node(Int32(node))].map { Int($0.value.rawValue) }
      #expect(values == [node, node + 3, node + 6])
    }
    #expect(lists[Self.node(3)].isEmpty && lists[Self.node(7)].isEmpty)
    #expect(lists.all.map { Int($0.value.rawValue) } == Array(0..<9))
  }
}
