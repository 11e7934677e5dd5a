import Testing

@testable import DiffREPL

/// How the line of a command is cut, and what it refuses.
@Suite struct CommandArgumentsTests {
  static let contradictions: [(line: String, says: String)] = [
    (":minimize w^2 method=gd method=adam", "'method=' stands twice: gd and adam"),
    (":minimize w^2 step=.1 step=.2", "'step=' stands twice: .1 and .2"),
    (":minimize w^2 step=.1 iters=3 step=.1", "'step=' stands twice"),
    (":minimize w^2 at w=1, w=2", "'w=' stands twice: 1 and 2"),
    (":grad w^2 at w=1 at w=2", "'at' stands twice: w=1 and w=2"),
    (":fit y ~ a*x over a=1 lower=(a=0,a=1)", "'a=' stands twice: 0 and 1"),
    (":fit y ~ a*x over a=1 over a=2", "'over' stands twice: a=1 and a=2"),
    (":trace w^2 steps=fine steps=named", "'steps=' stands twice: fine and named"),
  ]

  @Test(arguments: contradictions.indices)
  func contradictionsAreRefused(_ index: Int) {
    let (line, says) = Self.contradictions[index]
    let replay = Replay("w = 3\ndata x = [1,2,3]\ndata y = [2,4,7]\n\(line)")
    #expect(replay.errorText.contains(says), "\(replay.errorText)")
    #expect(replay.errorText.contains("leave one of them out"))
  }
}
